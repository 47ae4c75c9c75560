"""The rows of a log as the console holds them: a bounded stretch of it, with a cursor and the edge of the screen."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Iterable, Sequence

from warroom.core.permalink import permalink_of
from warroom.core.queries import Spot
from warroom.core.view import LogLine
from warroom.tui.lines import Line

KEPT_ROWS = 5000
"""Rows of a stream that follows; while somebody reads back, twice as many."""
SPARE_ROWS = 1000
"""Rows beyond what is kept that go at once: finding the boundary above the first row looks at all of them."""
_TALLEST_SCREEN = 500

Identity = tuple[str, int, int]
"""Source, generation and offset: what names a line for ever."""
HeightOf = Callable[[int], int]
"""Rows of the screen that the row of this number takes."""


class Row:
    """One row: a log line, or words of our own (`note`)."""

    __slots__ = ("entry", "moment", "note", "uid")

    def __init__(self, uid: int, entry: LogLine | None, note: Line | None, moment: float) -> None:
        self.uid = uid
        self.entry = entry
        self.note = note
        self.moment = moment


def moment_of(entry: LogLine) -> float:
    """Return when a line is sorted in: its time, or its arrival where that time has not come yet."""
    return entry.came if entry.time_source == "ahead" and entry.came else entry.at


def identity_of(entry: LogLine) -> Identity:
    """Return what names a line."""
    return entry.source, entry.generation, entry.offset


def identity_in(link: str) -> Identity:
    """Return what names the line of a permalink; raises NoPermalink."""
    named = permalink_of(link)
    return named.source, named.generation, named.offset


class LogRows:
    """Rows oldest first. `cursor` is the row in question, `last` the one at the bottom of the screen."""

    def __init__(self) -> None:
        self.rows: list[Row] = []
        self.cursor = self.last = 0
        self.older: list[Spot] = []
        """The boundary above the first row."""
        self._ends: list[Spot] = []
        """The boundary below the last row, while newer lines are not held."""
        self.attached = True
        """Whether the last row is the newest line; else newer ones are to be read before they can be shown."""
        self.unseen = 0
        self._uid = 0
        self._sources: set[str] = set()
        """Logs that had a line here."""

    @property
    def following(self) -> bool:
        """Whether new lines move the screen."""
        return self.attached and self.cursor >= len(self.rows) - 1

    @property
    def newer(self) -> list[Spot]:
        """The boundary below the last row."""
        return self._ends or self.boundary_at(len(self.rows))

    @property
    def at_cursor(self) -> LogLine | None:
        """The line under the cursor; None on a row that is none."""
        return self.rows[self.cursor].entry if self.cursor < len(self.rows) else None

    # Filling

    def replace(self, entries: Sequence[LogLine], older: list[Spot], newer: list[Spot], *, attached: bool) -> None:
        """Hold another stretch, the cursor on its end."""
        self.rows = [self._row(entry) for entry in entries]
        self.older, self._ends, self.attached = older, [] if attached else newer, attached
        self.cursor = self.last = max(0, len(self.rows) - 1)
        self.unseen = 0

    def prepend(self, entries: Sequence[LogLine], older: list[Spot]) -> None:
        """Add older lines; what is on the screen stays there."""
        self.rows[:0] = [self._row(entry) for entry in entries]
        self.older = older
        self.cursor += len(entries)
        self.last += len(entries)
        surplus = len(self.rows) - 2 * KEPT_ROWS
        if surplus > 0 and self.last < len(self.rows) - surplus - 1:
            self._cut_end(len(self.rows) - surplus)

    def extend(self, entries: Sequence[LogLine], newer: list[Spot], *, attached: bool) -> None:
        """Add the lines that follow a detached end."""
        self.rows += [self._row(entry) for entry in entries]
        self._ends, self.attached = [] if attached else newer, attached
        if attached:
            self.unseen = 0
        self._cut_start(2 * KEPT_ROWS)

    def append(self, entries: Iterable[LogLine], *, merge: bool, note: Line | None = None) -> int:
        """Add new lines at an attached end, sorted in by time where several logs are shown; return how many."""
        follows, before = self.following, len(self.rows)
        if note is not None and self.rows:
            self.rows.append(Row(self._next(), None, note, self.rows[-1].moment))
        count = 0
        for entry in entries:
            count += 1
            row = self._row(entry)
            if merge and self.rows and row.moment < self.rows[-1].moment:
                self._sort_in(row, before)
            else:
                self.rows.append(row)
        if follows:
            self.cursor = self.last = max(0, len(self.rows) - 1)
        else:
            self.unseen += count
        if follows:
            self._cut_start(KEPT_ROWS, SPARE_ROWS)
        else:
            self._cut_start(2 * KEPT_ROWS)
        if len(self.rows) > 2 * KEPT_ROWS:
            self._cut_end(max(2 * KEPT_ROWS - _TALLEST_SCREEN, self.last + 1))
        return count

    def _sort_in(self, row: Row, stood: int) -> None:
        place = bisect_right(self.rows, row.moment, key=lambda one: one.moment)
        self.rows.insert(place, row)
        if place < stood:
            self.cursor += place <= self.cursor
            self.last += place <= self.last

    def _row(self, entry: LogLine) -> Row:
        self._sources.add(entry.source)
        return Row(self._next(), entry, None, moment_of(entry))

    def _next(self) -> int:
        self._uid += 1
        return self._uid

    def _cut_start(self, kept: int, spare: int = 1) -> None:
        # What is on the screen stays: no screen has more rows than that.
        surplus = min(len(self.rows) - kept, self.cursor, max(0, self.last - _TALLEST_SCREEN))
        if surplus < spare:
            return
        self.older = self.boundary_at(surplus)
        del self.rows[:surplus]
        self.cursor -= surplus
        self.last = max(self.cursor, self.last - surplus)

    def _cut_end(self, count: int) -> None:
        self._ends = self.boundary_at(count)
        del self.rows[count:]
        self.attached = False
        self.cursor = min(self.cursor, count - 1)

    def boundary_at(self, index: int) -> list[Spot]:
        """Return the boundary above a row: of each log the first line from there on, else the end of the last before.

        A log without a line here begins where it began above: nothing of it lies between.
        """
        spots = {spot.source: spot for spot in self.older}
        if index >= len(self.rows) and self._ends:
            return self._ends
        ends: dict[str, Spot] = {}
        for place in range(min(index, len(self.rows)) - 1, -1, -1):
            if len(ends) == len(self._sources):
                break
            if (one := self.rows[place].entry) is not None and one.source not in ends:
                ends[one.source] = Spot(one.source, one.generation, one.offset + one.length)
        spots |= ends
        later: dict[str, Spot] = {}
        for place in range(index, len(self.rows)):
            if len(later) == len(self._sources):
                break
            if (one := self.rows[place].entry) is not None and one.source not in later:
                later[one.source] = Spot(one.source, one.generation, one.offset)
        return list({**spots, **later}.values())

    # Moving

    def move(self, by: int, height: int, height_of: HeightOf) -> None:
        """Move the cursor and keep it on the screen."""
        self.go_to(self.cursor + by, height, height_of)

    def go_to(self, index: int, height: int, height_of: HeightOf) -> None:
        """Put the cursor on a row and bring it on the screen."""
        self.cursor = max(0, min(index, len(self.rows) - 1))
        first, cut = self.top(height, height_of)
        if self.cursor > self.last:
            self.last = self.cursor
        elif self.cursor < first or (self.cursor == first and cut):
            self.last, room = self.cursor, height - height_of(self.cursor) if self.rows else 0
            while self.last + 1 < len(self.rows) and (room := room - height_of(self.last + 1)) >= 0:
                self.last += 1
        if self.following:
            self.unseen = 0

    def stand_on(self, link: str) -> None:
        """Put the cursor on the line of a permalink, if it is held."""
        place = self.place_of(identity_in(link)) if link else None
        self.cursor = self.cursor if place is None else place

    def scroll(self, by: int, height: int, height_of: HeightOf) -> None:
        """Move the screen; the cursor stays on it."""
        self.last = max(min(height, len(self.rows)) - 1, min(self.last + by, len(self.rows) - 1), 0)
        first, _ = self.top(height, height_of)
        at_end = self.last >= len(self.rows) - 1
        self.cursor = self.last if at_end and by > 0 else max(first, min(self.cursor, self.last))
        if self.following:
            self.unseen = 0

    def top(self, height: int, height_of: HeightOf) -> tuple[int, int]:
        """Return the first row on the screen and how many of its screen rows are cut off above.

        Counted up from the last one, so it looks at no more rows than the screen has.
        """
        filled, index = 0, min(self.last, len(self.rows) - 1)
        while index >= 0:
            filled += height_of(index)
            if filled >= height:
                return index, filled - height
            index -= 1
        return 0, 0

    def find(self, wanted: Callable[[Row], bool], by: int) -> int | None:
        """Return the next row of a kind after (1) or before (-1) the cursor; None when none is held."""
        index = self.cursor + by
        while 0 <= index < len(self.rows):
            if wanted(self.rows[index]):
                return index
            index += by
        return None

    def place_of(self, identity: Identity) -> int | None:
        """Return where a line is held; None when it is not."""
        found = (n for n, row in enumerate(self.rows) if row.entry is not None and identity_of(row.entry) == identity)
        return next(found, None)
