"""Lines that begin with a date and a time, then say level and logger in one of the usual orders."""

from __future__ import annotations

import re

from warroom.core.record import Place, Record
from warroom.logs.formats.fields import level_of
from warroom.logs.formats.format import Format
from warroom.logs.formats.pairs import read_pairs
from warroom.logs.times import iso

TIME = r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(?:[.,]\d{1,9})?(?: ?(?:Z|[+-]\d\d:?\d\d))?"
_match = re.compile(
    rf"\[?({TIME})\]?"
    r"(?: - (?P<first>[^\s\[\]]{1,200}) - (?P<second>\S{1,200}) - "
    r"| (?:\[\d{1,9}\] )?\[?(?P<level>[A-Za-z]{4,8}) *\]?:? "
    r"(?:\[(?P<bracketed>[^\]\s]{1,200})\]:? |(?P<logger>[\w.]{1,200}): )?)"
    r"(?P<message>.*)",
    re.DOTALL,
).match


def read(text: str, place: Place) -> Record | None:
    """Return the record of a line; `key=value` pairs in the message fill the fields whose names are known."""
    if not (text[:1].isdigit() or text[:1] == "["):
        return None
    found = _match(text)
    if found is None:
        return None
    when, first, second, word, bracketed, logger, message = found.groups()
    if first is None:
        level, logger = level_of(word), bracketed or logger
    else:
        level, logger = level_of(second), first
        if level is None:
            level, logger = level_of(first), second
    moment = iso(when)
    if level is None or moment is None:
        return None
    record = Record(*place, "asctime", message, level, logger, moment[0])
    record.time_source = "line" if moment[1] else "assumed_zone"
    if "=" in message:
        read_pairs(message, record)
    return record


FORMAT = Format(
    "asctime",
    "Python logging with a time, gunicorn's own lines, and others that begin with date, level and logger",
    lambda: read,
    (
        "2026-11-22 21:07:47,442 - bot.chat - WARNING - refused request user=42",
        "2026-11-22T21:07:47+0000 WARNING [bot.chat] refused",
        "[2026-11-22 21:07:48 +0000] [1185] [INFO] Booting worker with pid: 1209",
        "2026-11-22 21:07:47,442 INFO bot.chat: reply sent",
    ),
    words=False,
)
