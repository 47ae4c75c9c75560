"""loguru's default: time, level and place between bars."""

from __future__ import annotations

import re

from warroom.core.record import Place, Record
from warroom.logs.formats.asctime import TIME
from warroom.logs.formats.fields import level_of
from warroom.logs.formats.format import Format
from warroom.logs.formats.pairs import read_pairs
from warroom.logs.times import iso

_match = re.compile(rf"({TIME}) \| ([A-Z]{{4,12}}) *\| (\S{{1,400}}) - (.*)", re.DOTALL).match


def read(text: str, place: Place) -> Record | None:
    """Return the record of a line; its logger is the place in the code."""
    found = _match(text) if text[:1].isdigit() else None
    if found is None:
        return None
    when, word, logger, message = found.groups()
    moment = iso(when)
    if moment is None:
        return None
    record = Record(*place, "loguru", message, level_of(word), logger, moment[0])
    record.time_source = "line" if moment[1] else "assumed_zone"
    if "=" in message:
        read_pairs(message, record)
    return record


FORMAT = Format(
    "loguru",
    "loguru, as text",
    lambda: read,
    ("2026-11-22 21:07:47.504 | ERROR    | __main__:<module>:23 - rate limit hit",),
    words=False,
)
