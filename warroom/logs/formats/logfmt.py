"""logfmt: a whole line of `key=value` pairs."""

from __future__ import annotations

import re

from warroom.core.record import Place, Record
from warroom.logs.formats.format import Format
from warroom.logs.formats.json_shapes import LEVEL, MESSAGE, TIME
from warroom.logs.formats.jsonl import from_object
from warroom.logs.formats.pairs import unquoted

_PAIR = r'[^\s="]+=(?:"[^"\\]*(?:\\.[^"\\]*)*"|[^\s"]*)'
_fullmatch = re.compile(rf"{_PAIR}(?: +{_PAIR})*").fullmatch
_pairs = re.compile(r'([^\s="]+)=("[^"\\]*(?:\\.[^"\\]*)*"|[^\s"]*)').findall
_SIGNS = frozenset({*LEVEL, *MESSAGE, *TIME})


def read(text: str, place: Place) -> Record | None:
    """Return the record of a line that is nothing but pairs and names a level, a message or a time among them."""
    if "=" not in text[:64] or _fullmatch(text) is None:
        return None
    value = {name: unquoted(found) if found[:1] == '"' else found for name, found in _pairs(text)}
    return from_object(value, place, "logfmt") if _SIGNS & value.keys() else None


FORMAT = Format(
    "logfmt",
    "logfmt: Go programs, structlog's LogfmtRenderer",
    lambda: read,
    ('timestamp=2026-11-22T21:07:47.486473Z level=warning event="auth failed" bot=support-1 user="u 7"',),
)
