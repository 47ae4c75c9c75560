"""When bytes of a log arrived: a mark a second, so that lines without a time can be placed when they are read again."""

from __future__ import annotations

from bisect import bisect_left
from collections import deque
from collections.abc import Sequence

import msgspec

from warroom.core.record import Record

KEPT_S = 3900.0
"""How far back marks are kept: an hour and some minutes."""
STEP_S = 1.0


class Arrival(msgspec.Struct, frozen=True):
    """At `received` (seconds since the epoch) a generation of a source had been read up to `offset` bytes."""

    source: str
    generation: int
    offset: int
    received: float


class Arrivals:
    """Bounded: `KEPT_S` seconds of marks, `STEP_S` apart, for each source. Not for several threads at once."""

    def __init__(self) -> None:
        self._marks: dict[str, deque[Arrival]] = {}

    def note(self, source: str, generation: int, offset: int, received: float) -> None:
        """Take down how far a source was read; offsets of a generation and moments only grow."""
        marks = self._marks.setdefault(source, deque())
        mark = Arrival(source, generation, offset, received)
        if len(marks) > 1 and marks[-1].generation == generation and received - marks[-2].received < STEP_S:
            # Bytes that came within a step count as its end: never as earlier than they came.
            marks.pop()
        marks.append(mark)
        while len(marks) > 1 and marks[1].received < received - KEPT_S:
            marks.popleft()

    def marks(self, source: str = "") -> list[Arrival]:
        """Return a copy of all marks, or of those of one source, oldest first within a source."""
        if source:
            return list(self._marks.get(source, ()))
        return [mark for marks in self._marks.values() for mark in marks]

    def date(self, records: Sequence[Record]) -> None:
        """Give records of one source that are read once more the moments at which they came, as far as marks tell.

        Of a line without a time that came before the first mark, or after the last, it is only known when it came at
        the latest: at that mark, or now. It is marked so.
        """
        marks: dict[int, list[Arrival]] = {}
        for mark in self.marks(records[0].source) if records else ():
            marks.setdefault(mark.generation, []).append(mark)
        for record in records:
            own = marks.get(record.generation, [])
            at = bisect_left(own, record.offset + record.length, key=lambda mark: mark.offset)
            if at < len(own):
                record.received = own[at].received
            if not 0 < at < len(own) and record.time is None:
                record.time_source = "no_later"
