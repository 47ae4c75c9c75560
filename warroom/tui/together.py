"""What this console says to the others: what it looks at."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

from textual.screen import Screen

from warroom.core.company import Here
from warroom.core.room import Room
from warroom.tui.modal import Modal

_SAY_AGAIN_S = 15.0


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
