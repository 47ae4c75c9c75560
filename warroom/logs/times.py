"""Times as log lines write them, to seconds since the epoch. A time without a zone is the host's own local time.

A second is worked out once: many lines share it.
"""

from __future__ import annotations

import datetime as dt
import re
from functools import lru_cache
from typing import Any

Moment = tuple[float, bool]
"""Seconds since the epoch, and whether the line said its zone."""

_DAY_S = 86400.0
_MONTHS = {
    name: number
    for number, name in enumerate(
        ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"], 1
    )
}
_ZONE = re.compile(r" ?(?:Z|UTC|GMT|([+-])([01]\d|2[0-3]):?([0-5]\d))")
_CLOCK = re.compile(r":([0-5]\d):([0-5]\d|60)")
_REST = re.compile(r"(?:[.,](\d{1,9})\d*)?( ?(?:Z|UTC|GMT|[+-]\d\d:?\d\d))?")
_LONGEST = 40
_OLDEST_S = 1e8
"""Numbers below this (spring 1973) are durations or counters, not times."""


def iso(text: str) -> Moment | None:
    """Return a time such as `2026-11-22T21:07:47.486265Z`, `2026-11-22 21:07:47,442` or `2026-11-22 21:07:47 +0000`."""
    if text[-1:] == "Z":
        try:
            return dt.datetime.fromisoformat(text).timestamp(), True
        except ValueError:
            return None
    rest = text[19:]
    if rest[1:].isdecimal() and rest[0] in ".,":
        start = _second(text[:19], None)
        return None if start is None else (start + float(f".{rest[1:]}"), False)
    found = _REST.fullmatch(rest) if len(rest) <= _LONGEST else None
    if found is None:
        return None
    fraction, zone = found.groups()
    start = _second(text[:19], zone)
    if start is None:
        return None
    return (start + float(f"0.{fraction}") if fraction else start), zone is not None


@lru_cache(maxsize=4096)
def _second(text: str, zone: str | None) -> float | None:
    found = _CLOCK.fullmatch(text, 13)
    hour = _iso_hour(text[:13], zone) if found else None
    return None if hour is None or found is None else hour + int(found[1]) * 60 + int(found[2])


@lru_cache(maxsize=1024)
def _iso_hour(text: str, zone: str | None) -> float | None:
    if text[4:5] != "-" or text[7:8] != "-" or text[10:11] not in ("T", " "):
        return None
    return _hour(text[:4], text[5:7], text[8:10], text[11:13], zone)


def _hour(year: str, month: str, day: str, hour: str, zone: str | None) -> float | None:
    try:
        start = dt.datetime(int(year), int(month), int(day), int(hour))
        if zone is None:
            return start.timestamp()
        return start.replace(tzinfo=dt.UTC).timestamp() - _offset(zone)
    except (OverflowError, OSError, ValueError):
        return None


def _offset(zone: str) -> float:
    """Return the seconds by which a zone is ahead of UTC; ValueError when there is no such zone."""
    found = _ZONE.fullmatch(zone)
    if found is None:
        raise ValueError(zone)
    sign, hours, minutes = found.groups()
    if sign is None:
        return 0.0
    seconds = int(hours) * 3600.0 + int(minutes) * 60.0
    return -seconds if sign == "-" else seconds


def access_log(text: str) -> Moment | None:
    """Return a time of an access log: `22/Nov/2026:21:07:51 +0000`, or with a space and no zone."""
    clock = _CLOCK.match(text, 14)
    zone = text[20:] or None
    if clock is None or len(text) > _LONGEST:
        return None
    hour = _access_hour(text[:14], zone)
    return None if hour is None else (hour + int(clock[1]) * 60 + int(clock[2]), zone is not None)


@lru_cache(maxsize=1024)
def _access_hour(text: str, zone: str | None) -> float | None:
    month = _MONTHS.get(text[3:6])
    if month is None or text[2:3] != "/" or text[6:7] != "/":
        return None
    return _hour(text[7:11], str(month), text[:2], text[12:14], zone)


def without_year(text: str, received: float) -> float | None:
    """Return a time such as `Dec 10 06:55:46`, local, in the newest year that puts it no later than a day from now."""
    clock = _CLOCK.fullmatch(text, 9)
    if clock is None:
        return None
    year = dt.datetime.fromtimestamp(received).year
    for candidate in (year + 1, year, year - 1):
        hour = _month_hour(text[:9], candidate)
        if hour is not None and hour <= received + _DAY_S:
            return hour + int(clock[1]) * 60 + int(clock[2])
    return None


@lru_cache(maxsize=1024)
def _month_hour(text: str, year: int) -> float | None:
    month = _MONTHS.get(text[:3])
    if month is None or text[3:4] != " " or text[6:7] != " ":
        return None
    return _hour(str(year), str(month), text[4:6].strip(), text[7:9], None)


def since_epoch(count: float) -> float | None:
    """Return a count since the epoch as seconds, whether it counts seconds, milli-, micro- or nanoseconds."""
    for limit, unit in ((1e11, 1.0), (1e14, 1e3), (1e17, 1e6), (1e20, 1e9)):
        if _OLDEST_S < count < limit:
            return count / unit
    return None


def any_time(value: Any) -> Moment | None:
    """Return the time that a decoded JSON value stands for, or None when it is none."""
    if isinstance(value, str):
        return iso(value)
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    seconds = since_epoch(value)
    return None if seconds is None else (seconds, True)
