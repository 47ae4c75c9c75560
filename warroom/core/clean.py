"""The one exit for untrusted text: whatever leaves for a screen, a file name or an export passes here first.

A terminal executes some characters and hides others. Nothing that a log line, a bot or a playbook wrote may do either,
so control characters become visible pictures, invisible and direction-changing ones become `<U+202E>`, and piles of
combining marks are cut. Newlines become the picture `␊`: one value is always one line, and no line can forge another.
"""

from __future__ import annotations

import re
import unicodedata
from typing import NewType

Clean = NewType("Clean", str)
"""Text that has passed `clean`: printable, one line, safe to draw."""

SCREEN_LIMIT = 4096
"""Characters kept of a value; longer ones end in a count of what was cut (1 MB in one line blocks a widget)."""

_MAX_MARKS = 3
_TAB = "    "
UNSAFE_CATEGORIES = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})
"""Of Unicode: what a terminal executes, hides or does not know."""
_MARKS = re.compile(
    r"([\u0300-\u036f\u0483-\u0489\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\ufe20-\ufe2f]{3})[\u0300-\u036f\u0483-\u0489\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\ufe20-\ufe2f]+"
)
_NAME = re.compile(r"[^a-z0-9._-]+")


def picture(char: str) -> str:
    """Return how a character of these categories is shown."""
    code = ord(char)
    if char == "\t":
        return _TAB
    if code < 0x20:
        return chr(0x2400 + code)
    if code == 0x7F:
        return "\u2421"
    return f"<U+{code:04X}>"


def clean(text: str | bytes, limit: int = SCREEN_LIMIT) -> Clean:
    """Return `text` as one printable line of at most `limit` characters plus a count of those cut.

    Bytes are read as UTF-8; what is not UTF-8 shows as U+FFFD. Applying it twice changes nothing.
    """
    if isinstance(text, bytes):
        text = text.decode("utf-8", "replace")
    cut = len(text) - limit
    if cut > 0:
        text = text[:limit]
    if not (text.isascii() and text.isprintable()):
        text = _spell_out(text)
    if cut > 0:
        text = f"{text} …(+{cut} characters)"
    return Clean(text)


def _spell_out(text: str) -> str:
    if not text.isprintable():
        text = "".join(
            char if char.isprintable() or unicodedata.category(char) not in UNSAFE_CATEGORIES else picture(char)
            for char in text
        )
    # Spaces other than U+0020 are not "printable" to Python but harmless to a terminal; they stay. Marks pile up.
    cut = _MARKS.sub(r"\1", text)
    return _cut_marks(cut) if any(unicodedata.combining(char) for char in cut) else cut


def _cut_marks(text: str) -> str:
    kept: list[str] = []
    run = 0
    for char in text:
        run = run + 1 if unicodedata.category(char) in ("Mn", "Me") else 0
        if run <= _MAX_MARKS:
            kept.append(char)
    return "".join(kept)


def clean_lines(text: str, limit: int = SCREEN_LIMIT) -> list[Clean]:
    """Return each line of `text` cleaned; for places that may show several lines (details, exports)."""
    return [clean(line, limit) for line in text.split("\n")]


def safe_name(text: str) -> str:
    """Return a file name of `[a-z0-9._-]`, 1 to 64 characters, that no directory part or leading dot can escape."""
    name = _NAME.sub("-", text.lower()).strip(".-")[:64]
    return name or "unnamed"
