"""Formats that a config describes: a regular expression whose named groups are the record's fields."""

from __future__ import annotations

import re
from typing import Any

from warroom.core.record import Place, Record
from warroom.core.settings import Settings
from warroom.logs.formats.fields import fill, level_of
from warroom.logs.formats.format import Format
from warroom.logs.times import Moment, access_log, any_time, without_year

LONGEST = 8192
"""Characters of a line that a foreign expression is tried on: nobody knows how it behaves on more."""


def custom_format(name: str, pattern: str, samples: tuple[str, ...] = ()) -> Format:
    """Return a format for whole lines that fit an expression; re.error when it is none.

    The groups message, time, level and logger mean what they say; a group named as a record field fills that field
    when its text is of the field's type; every other group is kept as an attribute.
    """
    fullmatch = re.compile(pattern).fullmatch

    def read(text: str, place: Place) -> Record | None:
        found = fullmatch(text) if len(text) <= LONGEST else None
        if found is None:
            return None
        groups: dict[str, Any] = {group: value for group, value in found.groupdict().items() if value is not None}
        record = Record(*place, name, groups.pop("message", text), level_of(groups.pop("level", None)))
        record.logger = groups.pop("logger", None)
        _set_time(record, groups)
        for group, value in groups.items():
            if not fill(record, group, value):
                record.attrs[group] = value
        return record

    return Format(name, "described in the config", lambda: read, samples)


def custom_formats(settings: Settings) -> list[Format]:
    """Return the formats that a checked config describes."""
    return [custom_format(name, one.pattern, tuple(one.samples)) for name, one in settings.formats.items()]


def _set_time(record: Record, groups: dict[str, Any]) -> None:
    text = groups.get("time")
    moment = None if text is None else _moment(text, record.received)
    if moment is not None:
        del groups["time"]
        record.time, zoned = moment
        record.time_source = "line" if zoned else "assumed_zone"


def _moment(text: str, received: float) -> Moment | None:
    """Return what a time group says, in any way that is known; what is none stays an attribute."""
    found = any_time(text) or access_log(text)
    if found is not None:
        return found
    try:
        return any_time(float(text))
    except ValueError:
        local = without_year(text, received)
        return None if local is None else (local, False)
