"""What the bot does with a message: templates in place of a language model, and as easily fooled as a naive one."""

from __future__ import annotations

import base64
import binascii
import re
from typing import NamedTuple

_ORDER = re.compile(r"\b(?:order|parcel|number)\s*#?\s*(\d{3,8})(?!\d)", re.IGNORECASE)
_OVERRIDE = re.compile(
    r"(?:ignore|disregard|forget)\s+(?:all\s+|any\s+|your\s+|the\s+)*(?:previous|prior|earlier|above|former)\s+"
    r"(?:instructions|rules|orders|prompts)"
    r"|(?:you are now|switch to|enter)\s+(?:developer|debug|maintenance|unrestricted)\s+mode",
    re.IGNORECASE,
)
_CONFIG = re.compile(r"\b(?:configuration|config|api[ _]?key|system prompt|secret)s?\b", re.IGNORECASE)
_MAIL = re.compile(r"\bsend\b.{0,80}?\bto\s+([\w.+-]+@[\w.-]+)", re.IGNORECASE | re.DOTALL)
_BASE64 = re.compile(r"\b[A-Za-z0-9+/]{24,}={0,2}")


class Call(NamedTuple):
    """A tool that the bot wants to use."""

    tool: str
    argument: str


def calls_of(message: str) -> list[Call]:
    """Return the tools that a message leads the bot to; a message that overrides its rules gets what it asks for."""
    read = f"{message} {_decoded(message)}"
    calls: list[Call] = []
    mail = _MAIL.search(read)
    if _OVERRIDE.search(read) and (_CONFIG.search(read) or mail):
        calls.append(Call("read_config", ""))
        if mail:
            calls.append(Call("send_email", f"{mail[1]}: {message[:200]}"))
        return calls
    order = _ORDER.search(message)
    if order:
        wanted = "refund" if "refund" in message.lower() else "order_status"
        calls.append(Call(wanted, order[1]))
    elif message.strip().endswith("?"):
        calls.append(Call("search_docs", message.strip()[:60]))
    return calls


def _decoded(message: str) -> str:
    """Return what base64 pieces of a message say: a naive bot follows them too."""
    said: list[str] = []
    for piece in _BASE64.findall(message):
        try:
            said.append(base64.b64decode(piece + "=" * (-len(piece) % 4), validate=True).decode())
        except (binascii.Error, UnicodeDecodeError):
            continue
    return " ".join(said)


def tokens_of(text: str) -> int:
    """Return about how many tokens a text has (four characters each)."""
    return max(1, len(text) // 4)
