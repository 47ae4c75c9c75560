"""The one board that somebody who leads an exercise may hang up: kept in memory, never recorded, seen by everybody."""

from __future__ import annotations

import msgspec

from warroom.core.access import Rights, below
from warroom.core.commands import Ack, Answer, Refused
from warroom.core.exercise import Exercise, clean_exercise
from warroom.core.model import Level
from warroom.core.ports import Clock


class Noticeboard:
    """Holds the newest board and who posted it; while that client is attached nobody else can replace it."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._leader = ""
        self.exercise: Exercise | None = None
        """The board as everybody may see it."""
        self.version = 0
        """Grows with each change that is to be shown."""

    def post(self, board: Exercise | None, client: str, rights: Rights) -> Answer:
        """Hang up a board, or take one's own down; refused below a commander, and while another leads."""
        if (refused := below(Level.COMMANDER, rights)) is not None:
            return refused
        if self._leader not in ("", client):
            return Refused("somebody else leads an exercise in this room", "wait until that client has left")
        self._leader = client if board is not None else ""
        self._set(None if board is None else clean_exercise(board))
        return Ack(0)

    def leave(self, client: str) -> None:
        """A client is gone: its board stays, marked as no longer kept up."""
        if client != self._leader:
            return
        self._leader = ""
        if self.exercise is not None:
            self._set(msgspec.structs.replace(self.exercise, left=self._clock.now()))

    def _set(self, board: Exercise | None) -> None:
        if board != self.exercise:
            self.exercise = board
            self.version += 1
