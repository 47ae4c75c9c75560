"""When actions end, by two clocks: the time of day, which may jump, and the steady one, which cannot."""

from __future__ import annotations

import math

from warroom.core.desk import ActionRecord
from warroom.core.ports import Clock


class Ends:
    """Knows since when this engine has seen each action. Ask of each soon after it began: that is its base."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._first: dict[str, tuple[float, float]] = {}
        """Time of day and steady time at the first look at each action."""

    def left_s(self, action: ActionRecord) -> float:
        """Return the seconds until its end, negative after it, infinite without one.

        Both clocks have to agree that it has come. Where they do not, the later end counts: a bot is not let back
        because a clock jumped. The steady clock of most hosts stands still while the host sleeps.
        """
        if action.expires is None:
            return math.inf
        now, steady = self._clock.now(), self._clock.monotonic()
        first, begun = self._first.setdefault(action.id, (now, steady))
        return max(action.expires - now, action.expires - first - (steady - begun))
