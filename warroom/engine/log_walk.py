"""One log walked line by line, back or forward: first what the ring holds, beyond it what the files say."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from itertools import groupby
from typing import NamedTuple

from warroom.core.ports import LogHistory, Page
from warroom.core.record import Gap, Record
from warroom.detect.rules import hits_of

FIRST_PIECE = 1 << 15
LARGEST_PIECE = 1 << 18
"""A walk begins with small pieces, since most end after a screenful, and goes on with large ones."""

Place = tuple[int, int]
"""Generation and offset: later lines of a log have larger ones."""


class Spent(Exception):
    """Time or bytes are over; the message says which."""


class Budget:
    """What one question may cost. Not for several threads at once."""

    def __init__(self, most_bytes: int, most_s: float) -> None:
        self._bytes = most_bytes
        self._most = f"{most_bytes / 1e6:.3g} MB were read"
        self._s = most_s
        self._deadline = time.monotonic() + most_s
        self._stopped = False

    def stop(self) -> None:
        """End it, from any thread."""
        self._stopped = True

    def check(self) -> None:
        """Raise Spent when nothing is left."""
        if self._stopped:
            raise Spent("it was stopped")
        if self._bytes <= 0:
            raise Spent(self._most)
        if time.monotonic() > self._deadline:
            raise Spent(f"{self._s:g} s were over")

    def take(self, page: Page) -> Page:
        """Count what a page cost."""
        self._bytes -= page.size
        return page


class Entry(NamedTuple):
    """One line on a walk."""

    record: Record
    bot: str
    known: Sequence[str] | None
    """The rules that it matched, where that is known already."""

    @property
    def marks(self) -> Sequence[str]:
        """The ids of the rules that it matches."""
        if self.known is not None:
            return self.known
        return () if self.record.gap is not None else hits_of(self.record)

    @property
    def place(self) -> Place:
        """Where it lies in its log."""
        return self.record.generation, self.record.offset

    @property
    def moment(self) -> float:
        """Its time; its arrival where that has not come yet."""
        return self.record.received if self.record.ahead else self.record.moment


class Step(NamedTuple):
    """Lines that begin at the same place of a log, as a gap and the line after it; and where a walk goes on."""

    entries: list[Entry]
    before: Place
    after: Place

    @property
    def moment(self) -> float:
        """When they are sorted in."""
        return self.entries[0].moment


class LogSpan:
    """What is known of one log at the moment of a question. Files are opened when the ring has no more."""

    def __init__(
        self,
        source: str,
        held: Sequence[Entry],
        read_to: Place,
        *,
        held_from: Place,
        newest: float,
        history: Callable[[Callable[[], None]], LogHistory] | None,
        owned: Callable[[Sequence[Record]], list[Entry]],
        budget: Budget,
        piece: int = FIRST_PIECE,
    ) -> None:
        """`held` are the ring's lines from `held_from` on, `read_to` is how far the watch has read."""
        self.source = source
        self.newest = newest
        """No line of it is newer."""
        self.top = max(read_to, (held[-1].place[0], held[-1].place[1] + held[-1].record.length)) if held else read_to
        self._held = held
        self.held_from = held_from
        """From here on the ring has all of it."""
        self._history = history
        self._open: LogHistory | None = None
        self._owned = owned
        self._budget = budget
        self._piece = piece

    def close(self) -> None:
        """Let go of the files."""
        if self._open is not None:
            self._open.close()

    def look_ahead(self) -> None:
        """Count from the end of the file, wherever the watch is: opens the log, so only for a walk that needs it."""
        files = self._files()
        if files is None:
            return
        generation = self.top[0]
        while (newer := files.newer(generation)) is not None:
            generation = newer
        if files.has(generation):
            self.top = self.held_from = (generation, files.end(generation))
            self._held, self.newest = [], float("inf")

    def _files(self) -> LogHistory | None:
        if self._open is None and self._history is not None:
            self._open = self._history(self._budget.check)
        return self._open

    def back(self, place: Place) -> Iterator[Step]:
        """Yield what lies before a place, the newest first."""
        moment = self.newest
        if place > self.held_from:
            older = [one for one in self._held if one.place < place]
            for step in reversed(_steps(older)):
                moment = step.moment
                yield step
            place = self.held_from
        files = self._files()
        if files is None:
            return
        generation, offset = place
        while True:
            if offset > 0:
                if files.has(generation):
                    for step in self._back_in(files, generation, offset):
                        moment = step.moment
                        yield step
                else:
                    yield self._gone(files, generation, generation, moment)
            below = files.older(generation)
            lowest = generation - 1 if generation > 0 else generation
            if below is None:
                if generation > 0:
                    yield self._gone(files, 0, lowest, moment)
                return
            if below < generation - 1:
                yield self._gone(files, below + 1, generation - 1, moment)
            generation, offset = below, files.end(below)

    def _back_in(self, files: LogHistory, generation: int, offset: int) -> Iterator[Step]:
        size = self._piece
        begin = files.begin(generation)
        while offset > begin:
            self._budget.check()
            page = self._budget.take(files.before(generation, offset, size))
            if not page.records or page.first >= offset:
                return
            yield from reversed(_steps(self._owned(page.records)))
            offset, size = page.first, min(size * 2, LARGEST_PIECE)

    def forward(self, place: Place) -> Iterator[Step]:
        """Yield what lies from a place on, the oldest first."""
        if place < self.held_from:
            yield from self._forward_in_files(place)
        yield from _steps([one for one in self._held if one.place >= max(place, self.held_from)])

    def _forward_in_files(self, place: Place) -> Iterator[Step]:
        files = self._files()
        if files is None:
            return
        generation, offset = place
        last, end = self.held_from
        while generation <= last:
            if files.has(generation):
                until = end if generation == last else files.end(generation)
                yield from self._forward_in(files, generation, offset, until)
            above = files.newer(generation)
            above = last if above is None or above > last else above
            if above > generation + 1 or (not files.has(generation) and offset == 0 and generation < last):
                low = generation + 1 if files.has(generation) else generation
                if low < above:
                    yield self._gone(files, low, above - 1, self.newest, at=(above, 0))
            if generation == last:
                return
            generation, offset = above, 0

    def _forward_in(self, files: LogHistory, generation: int, offset: int, until: int) -> Iterator[Step]:
        size = self._piece
        while offset < until:
            self._budget.check()
            page = self._budget.take(files.after(generation, offset, min(size, until - offset)))
            if not page.records or page.next <= offset:
                return
            steps = _steps(self._owned([one for one in page.records if one.offset < until]))
            yield from steps
            offset, size = page.next, min(size * 2, LARGEST_PIECE)

    def _gone(self, files: LogHistory, low: int, high: int, moment: float, at: Place | None = None) -> Step:
        """Return the row that stands for generations that cannot be read any more."""
        which = f"generation {low}" if low == high else f"generations {low} to {high}"
        faults = "; ".join(fault.reason for fault in files.faults[:3])
        reason = f"older lines cannot be read again: {which} of this log {'is' if low == high else 'are'} gone"
        gap = Gap("gone", f"{reason} ({faults})" if faults else reason, files.lost_bytes(low, high))
        place = at or (low, 0)
        record = Record(self.source, place[0], place[1], 0, moment, format="gap", gap=gap)
        return Step([Entry(record, "", ())], place, place)


def _steps(entries: Sequence[Entry]) -> list[Step]:
    """Put together what begins at the same place."""
    found: list[Step] = []
    for place, group in groupby(entries, key=lambda one: one.place):
        several = list(group)
        length = max(one.record.length for one in several)
        found.append(Step(several, place, (place[0], place[1] + length)))
    return found
