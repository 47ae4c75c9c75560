"""Signatures of control requests in the form of Standard Webhooks: HMAC-SHA256 over `id.timestamp.body`."""

from __future__ import annotations

import base64
import hashlib
import hmac
import re

TOLERANCE_S = 300.0
"""A request signed longer ago than this is refused."""
_SECONDS = re.compile(r"[0-9]{1,12}")
"""A time as its sender writes it; other digits, and more of them, are not read as a number."""


def signature(key: bytes, name: str, timestamp: str, body: bytes) -> str:
    """Return `v1,<base64>` for a request."""
    content = f"{name}.{timestamp}.".encode() + body
    return "v1," + base64.b64encode(hmac.new(key, content, hashlib.sha256).digest()).decode()


def fault(key: bytes, headers: dict[str, str], body: bytes, now: float) -> str:
    """Return why a request is not to be trusted, or an empty text; header names are lower case."""
    name = headers.get("webhook-id", "")
    timestamp = headers.get("webhook-timestamp", "")
    given = headers.get("webhook-signature", "")
    if not (name and timestamp and given):
        return "the webhook-id, webhook-timestamp and webhook-signature headers are needed"
    if not _SECONDS.fullmatch(timestamp) or abs(now - int(timestamp)) > TOLERANCE_S:
        return "the timestamp is too far from now"
    wanted = signature(key, name, timestamp, body).encode()
    if not any(hmac.compare_digest(wanted, one.encode()) for one in given.split()):
        return "the signature does not fit"
    return ""
