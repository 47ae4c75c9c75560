"""The one place that tells a time of day: in UTC, or in local time when the person at this console asked for that.

One process draws one person's console, so the choice is kept here, beside that of the keys. Ages and durations are
told elsewhere (`words`, `core.moments`): they are the same in every zone.
"""

from __future__ import annotations

import datetime as dt

from warroom.core.settings_console import Zone

_held = Zone.UTC


def hold(zone: Zone) -> None:
    """Tell times in this zone from now on."""
    global _held
    _held = zone


def turn() -> Zone:
    """Change to the other zone and return it."""
    hold(Zone.UTC if _held is Zone.LOCAL else Zone.LOCAL)
    return _held


def clock_text(seconds: float) -> str:
    """Return the time of day of seconds since the epoch as `21:07:47`, for columns; the zone stands in the status."""
    return _moment(seconds).strftime("%H:%M:%S")


def minute_text(seconds: float) -> str:
    """Return the time of day as `21:07`, for columns."""
    return _moment(seconds).strftime("%H:%M")


def moment_text(seconds: float) -> str:
    """Return the time of day with its zone, for sentences: `21:07:47Z` or `23:07:47+02:00`."""
    return clock_text(seconds) + zone_text(seconds)


def zone_text(seconds: float) -> str:
    """Return the zone that holds at a moment: `Z`, or the offset of local time, such as `+02:00`."""
    if _held is Zone.UTC:
        return "Z"
    return _moment(seconds).isoformat(timespec="seconds")[19:]


def _moment(seconds: float) -> dt.datetime:
    moment = dt.datetime.fromtimestamp(seconds, dt.UTC)
    return moment if _held is Zone.UTC else moment.astimezone()
