"""What this console knows and says of the others: their newest act, and what it looks at itself."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from textual.screen import Screen

from warroom.core.company import Here
from warroom.core.room import Room
from warroom.core.view import TimelineView, View
from warroom.tui.modal import Modal

_SAY_AGAIN_S = 15.0
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


class Reporter:
    """Says to the room what this console looks at, when it looks at something else."""

    def __init__(self, room: Room, clock: Callable[[], float] = time.monotonic) -> None:
        self._room = room
        self._clock = clock
        self._told: Here | None = None
        self._told_at = self._stirred_at = clock()

    def stir(self) -> None:
        """The person pressed a key."""
        self._stirred_at = self._clock()

    def turn(self, page: str, top: Screen[Any]) -> None:
        """Say what is shown now, where `top` may be a dialog over the page."""
        here = Here(page, top.doing, top.confirms) if isinstance(top, Modal) else Here(page)
        now = self._clock()
        again = self._stirred_at > self._told_at and now - self._told_at >= _SAY_AGAIN_S
        if here != self._told or again:
            self._told, self._told_at = here, now
            self._room.present(here)
