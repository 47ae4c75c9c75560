"""What this console knows of the others: their newest act."""

from __future__ import annotations

from dataclasses import dataclass

from warroom.core.view import TimelineView, View

_UNTOLD = frozenset({"refused"})
"""Kinds of entries that are no act of somebody."""
_ENGINE = "engine"


@dataclass(slots=True)
class Others:
    """The newest act of somebody else."""

    act: TimelineView | None = None
    at: float = 0.0
    """When it was seen here."""
    _seq: int = -1

    def follow(self, view: View, me: str, now: float) -> None:
        """Look through what is new in the record; what stood there when this console came is not news."""
        newest = view.messages[-1].seq if view.messages else 0
        if self._seq >= 0:
            new = [e for e in view.messages if e.seq > self._seq and e.who not in (me, _ENGINE)]
            new = [entry for entry in new if entry.kind not in _UNTOLD]
            if new:
                self.act, self.at = new[-1], now
        self._seq = max(self._seq, newest)
