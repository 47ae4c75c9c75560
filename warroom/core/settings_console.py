"""What a person likes at the console: looks, times, keys; theirs in every room (docs/console.md describes each)."""

from __future__ import annotations

import math
from collections.abc import Iterator
from enum import StrEnum

import msgspec

LEAST_BPS = 500
"""Bytes a second with which a screen still shows anything in time."""


class Look(StrEnum):
    """A theme of the one family."""

    DARK = "dark"
    LIGHT = "light"
    CONTRAST = "contrast"
    """High contrast on black."""
    SAFE = "safe"
    """For eyes that do not tell red from green."""
    ANSI = "ansi"
    """The sixteen colours of the terminal itself, on its own background."""


class Zone(StrEnum):
    """Which clock times are told by."""

    UTC = "utc"
    LOCAL = "local"


class ConsoleSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The choices of one person; the options of a command line come before them."""

    theme: Look = Look.DARK
    times: Zone = Zone.UTC
    ascii: bool = False
    """Draw with ASCII characters alone."""
    mouse: bool = False
    """Take the mouse; most terminals select text with Shift held down then."""
    bell: bool = False
    """Ring when something needs a person."""
    title: bool = False
    """Tell the room's state in the terminal's title."""
    budget: int | None = None
    """Bytes a second that the screen may send on average; 0 for no such limit, None for what suits most lines."""
    keys: dict[str, list[str]] = {}
    """Id of an action to its keys; the first is the one that is shown."""

    @property
    def budget_bps(self) -> float | None:
        """The budget as a number; infinite where there is no limit."""
        return math.inf if self.budget == 0 else self.budget


def console_faults(settings: ConsoleSettings) -> Iterator[tuple[tuple[str, ...], str]]:
    """Yield place and text of what has the right type and cannot be; keys are checked by who knows the actions."""
    if settings.budget is not None and (settings.budget < 0 or 0 < settings.budget < LEAST_BPS):
        yield ("budget",), f"must be at least {LEAST_BPS} bytes a second, or 0 for no limit, not {settings.budget}"
