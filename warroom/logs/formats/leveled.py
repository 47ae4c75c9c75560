"""Lines that begin with a level and carry no time: uvicorn's, and `LEVEL logger message`."""

from __future__ import annotations

import re

from warroom.core.record import Place, Record
from warroom.logs.formats.fields import LEVELS
from warroom.logs.formats.format import Format
from warroom.logs.formats.pairs import read_pairs

_LEVELS = {word: LEVELS[word] for word in ("TRACE", "DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL")}
_access = re.compile(
    r'(\S{1,255}?)(?::\d{1,5})? - "([A-Z]{1,20}) (\S*) HTTP/[\d.]{1,4}" (\d{3})(?: .*)?', re.DOTALL
).fullmatch
_logger = re.compile(r"([A-Za-z_][\w.]{0,199}):? (.*)", re.DOTALL).match


def read_uvicorn(text: str, place: Place) -> Record | None:
    """Return the record of `LEVEL: message`; an access line fills address and status."""
    word, colon, rest = text[:12].partition(": ")
    if not colon or word not in _LEVELS:
        return None
    message = text[len(word) + 1 :].lstrip(" ")
    record = Record(*place, "uvicorn", message, _LEVELS[word])
    found = _access(message) if '"' in message else None
    if found is not None:
        record.address, record.attrs["method"], record.attrs["path"], status = found.groups()
        record.status = int(status)
    elif "=" in rest or "=" in message:
        read_pairs(message, record)
    return record


def read_leveled(text: str, place: Place) -> Record | None:
    """Return the record of `LEVEL logger message`."""
    word, space, _ = text[:12].partition(" ")
    if not space or word not in _LEVELS:
        return None
    found = _logger(text, len(word) + 1)
    if found is None:
        return None
    record = Record(*place, "leveled", found[2], _LEVELS[word], found[1])
    if "=" in found[2]:
        read_pairs(found[2], record)
    return record


UVICORN = Format(
    "uvicorn",
    "uvicorn, and others that write LEVEL: message",
    lambda: read_uvicorn,
    (
        'INFO:     127.0.0.1:50412 - "POST /v1/chat HTTP/1.1" 401 Unauthorized',
        "INFO:     Application startup complete.",
    ),
)
LEVELED = Format(
    "leveled",
    "opsdroid and others that write LEVEL logger message",
    lambda: read_leveled,
    ("INFO opsdroid.core Opsdroid is now running, press ctrl+c to exit.",),
)
