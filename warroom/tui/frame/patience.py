"""Time that somebody is waited for, of which a moment that this process did not get counts little.

A process that was stopped, or had no CPU, finds every wait over when it goes on: what it waited for may have come
meanwhile, and had no turn yet to be seen.
"""

from __future__ import annotations

import time
from collections.abc import Callable


class Patience:
    """Counts from its making on, for whoever looks often."""

    def __init__(self, most_s: float, clock: Callable[[], float] = time.monotonic) -> None:
        """`most_s`: what may pass between two looks; more than that was time that nobody had."""
        self._spent_s, self._most_s, self._clock = 0.0, most_s, clock
        self._looked = clock()

    def lasts(self, seconds: float) -> bool:
        """Say whether fewer seconds than these were spent."""
        now = self._clock()
        self._spent_s += min(now - self._looked, self._most_s)
        self._looked = now
        return self._spent_s < seconds
