"""What no command may hold: texts without end, times that nobody can show, durations longer than a year."""

from __future__ import annotations

import re

import msgspec

from warroom.core.clean import clean
from warroom.core.commands import Command, Refused
from warroom.core.moments import utc_text

TEXT_LIMIT = 4000
LONGEST_S = 366 * 86400.0
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f]")


def unfit(command: Command) -> Refused | None:
    """Return why a command cannot be taken whatever the desk says, or None."""
    for name, value in msgspec.structs.asdict(command).items():
        if isinstance(value, str) and len(value) > TEXT_LIMIT:
            return Refused(f"{name} may have {TEXT_LIMIT} characters; this has {len(value)}")
        if name == "expires_s" and value is not None and not is_duration(value):
            return Refused("an action may expire after more than no time and within a year")
        if name == "time" and value is not None and not is_moment(value):
            return Refused(f"{value} is no moment that a clock shows")
    return None


def has_control(path: str) -> bool:
    """Say whether a path holds a control character: no file can have a NUL in its name, and nobody sees the others."""
    return _CONTROL.search(path) is not None


def is_visible(name: str) -> bool:
    """Say whether a name is seen as it is."""
    return bool(name.strip()) and clean(name) == name


def is_duration(seconds: float) -> bool:
    """Say whether seconds are a duration that somebody may wait for: above zero, up to a year."""
    return 0 < seconds <= LONGEST_S


def is_moment(seconds: float) -> bool:
    """Say whether seconds since the epoch lie in a year that can be written."""
    try:
        return bool(utc_text(seconds)) and seconds > 0
    except (ValueError, OverflowError, OSError):
        return False
