"""How many sentences a second a person is told, and what was left out; pure: every moment is given, in seconds."""

from __future__ import annotations

from collections import Counter

from warroom.core.transcript import Sentence
from warroom.core.urgency import Urgency

_WAITING = 40
"""Sentences that wait for their turn; beyond that the least urgent ones are left out and counted."""
_ORDER = list(Urgency)


class Ration:
    """Lets through so many a second, the urgent before the others; what finds no place is counted, never lost."""

    def __init__(self, per_s: float, see: str) -> None:
        """`per_s`: sentences a second, at least one at once; `see` is where what was left out can be read."""
        self._per_s, self._see = per_s, see
        self._burst = max(1.0, per_s)
        self._allowed, self._at = self._burst, 0.0
        self._waiting: list[Sentence] = []
        self._left_out: Counter[Urgency] = Counter()

    def add(self, sentences: list[Sentence]) -> None:
        """Take what is to be told."""
        self._waiting += sentences
        over = len(self._waiting) - _WAITING
        if over > 0:
            # The calmest go first, of those the oldest: what is new and loud is still true.
            calm = sorted(range(len(self._waiting)), key=lambda n: (-_ORDER.index(self._waiting[n].urgency), n))
            gone = set(calm[:over])
            self._left_out.update(self._waiting[n].urgency for n in gone)
            self._waiting = [one for n, one in enumerate(self._waiting) if n not in gone]

    def take(self, now: float) -> list[Sentence]:
        """Return what may be told now, in the order in which it happened."""
        self._allowed = min(self._burst, self._allowed + max(0.0, now - self._at) * self._per_s)
        self._at = now
        if self._left_out and self._allowed >= 1 and len(self._waiting) < self._allowed:
            self._waiting.append(self._counted(now))
        count = min(len(self._waiting), int(self._allowed))
        if not count:
            return []
        first = sorted(range(len(self._waiting)), key=lambda n: (_ORDER.index(self._waiting[n].urgency), n))[:count]
        told = [self._waiting[n] for n in sorted(first)]
        self._waiting = [one for n, one in enumerate(self._waiting) if n not in set(first)]
        self._allowed -= count
        return told

    def rest(self, now: float) -> list[Sentence]:
        """Return all that waits at once: nothing more comes."""
        told, self._waiting = self._waiting, []
        return [*told, self._counted(now)] if self._left_out else told

    def _counted(self, now: float) -> Sentence:
        counts = ", ".join(f"{self._left_out[one]} {one.value}" for one in Urgency if self._left_out[one])
        total = sum(self._left_out.values())
        loud = Urgency.WARNING if self._left_out[Urgency.URGENT] or self._left_out[Urgency.WARNING] else Urgency.INFO
        self._left_out.clear()
        what = "1 sentence was" if total == 1 else f"{total} sentences were"
        return Sentence(now, loud, f"{what} left out, too many at once: {counts}", self._see)
