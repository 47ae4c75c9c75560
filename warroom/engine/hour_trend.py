"""The worst score of each five minutes of the last hour, for the board."""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence

SLOT_S = 300.0
SLOTS = 12


class HourTrend:
    """Holds one number a slot; forgotten when the engine ends. Times are seconds since the epoch."""

    def __init__(self) -> None:
        self._worst: deque[tuple[int, float]] = deque(maxlen=SLOTS)

    def add(self, now: float, score: float) -> None:
        """Take a score; a clock that was set back counts into the newest slot."""
        slot = int(now // SLOT_S)
        if self._worst and slot <= self._worst[-1][0]:
            newest, worst = self._worst[-1]
            self._worst[-1] = newest, max(worst, score)
        else:
            self._worst.append((slot, score))

    def slots(self, now: float) -> list[float | None]:
        """Return the worst score of each slot, oldest first, the present one last; None where nothing was scored."""
        newest = max([int(now // SLOT_S), *(slot for slot, _ in self._worst)])
        known = dict(self._worst)
        return [known.get(newest - ago) for ago in reversed(range(SLOTS))]


def with_flips(slots: Sequence[float | None], now: float, flips: Sequence[tuple[float, float]]) -> list[float | None]:
    """Return slots with scores that stand in the record, each a moment and a score: they outlive an engine."""
    told = list(slots)
    for at, score in flips:
        place = len(told) - 1 - (int(now // SLOT_S) - int(at // SLOT_S))
        if 0 <= place < len(told):
            told[place] = max(told[place] or 0.0, score)
    return told
