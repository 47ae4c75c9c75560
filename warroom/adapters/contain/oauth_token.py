"""Tokens of OAuth: read from a private file, sent as a header or a form, and shown to nobody."""

from __future__ import annotations

import hashlib
import re
from pathlib import Path
from urllib.parse import urlencode

from warroom.adapters.contain.control import read_key
from warroom.core.ports import AdapterFailed

FORM = "application/x-www-form-urlencoded"
_BEARER = re.compile(rb"[A-Za-z0-9._~+/-]+=*")
"""What a bearer token is made of (RFC 6750, section 2.1)."""
_DIGEST_DIGITS = 12


def read_token(path: Path) -> str:
    """Return the token of a file; AdapterFailed when it cannot be read, others may read it, or it is no token."""
    content = read_key(path)
    if not _BEARER.fullmatch(content):
        raise AdapterFailed(f"{path} holds no bearer token (RFC 6750: one word of letters, digits and -._~+/)")
    return content.decode("ascii")


def bearer(token: str) -> dict[str, str]:
    """Return the headers of a request that the token authorizes."""
    return {"authorization": f"Bearer {token}", "accept": "application/json"}


def token_form(token: str) -> bytes:
    """Return the body that asks for the end or the state of a token (RFC 7009 and RFC 7662, section 2.1)."""
    return urlencode({"token": token, "token_type_hint": "access_token"}).encode("ascii")


def digest_of(token: str) -> str:
    """Return what stands for a token wherever people read: the beginning of its sha256."""
    return f"sha256:{hashlib.sha256(token.encode('utf-8', 'surrogatepass')).hexdigest()[:_DIGEST_DIGITS]}"
