"""structlog's console renderer: time, level in brackets, a padded event, then `key=value` pairs."""

from __future__ import annotations

import re

from warroom.core.record import Place, Record
from warroom.logs.formats.asctime import TIME
from warroom.logs.formats.fields import level_of
from warroom.logs.formats.format import Format
from warroom.logs.formats.pairs import read_pairs
from warroom.logs.times import iso

_match = re.compile(rf"({TIME}) \[([a-z]{{4,8}}) *\] (\S.*)", re.DOTALL).match
_rest = re.compile(r" {2,}| (?=[\w.]{1,60}=)").search


def read(text: str, place: Place) -> Record | None:
    """Return the record of a line; its event is the message."""
    found = _match(text) if text[:1].isdigit() else None
    if found is None:
        return None
    when, word, said = found.groups()
    moment, level = iso(when), level_of(word)
    if moment is None or level is None:
        return None
    rest = _rest(said)
    record = Record(*place, "structlog-console", said[: rest.start()] if rest else said, level, None, moment[0])
    record.time_source = "line" if moment[1] else "assumed_zone"
    if rest is not None:
        read_pairs(said[rest.end() :], record)
    return record


FORMAT = Format(
    "structlog-console",
    "structlog on a console",
    lambda: read,
    ("2026-11-22T21:07:47.486398Z [warning  ] refusal                        bot=support-1 user=u-7",),
    words=False,
)
