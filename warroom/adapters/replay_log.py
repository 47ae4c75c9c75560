"""One log with its former generations, read again segment by segment, the newest first."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Iterator, Sequence

from warroom.adapters.replay_begin import Timeless, begin_of
from warroom.adapters.replay_content import Content, former_of, is_copy, number_of
from warroom.adapters.tail_file import LONGEST_KEPT, PIECE, Identity, NotALog
from warroom.adapters.tail_paths import shown_name
from warroom.core.arrivals import Arrival
from warroom.core.record import SKEW_S, Checkpoint, Gap, Record
from warroom.logs.formats.format import Format
from warroom.logs.line_parser import LineParser, gap_record

SEGMENT = 1 << 22
_WIDEST = 1 << 22
"""Bytes after which a segment may begin in the middle of a record, where no format fits."""
_QUARTER_S = 900.0
_FARTHEST_ZONE_S = 14 * 3600.0

Some = tuple[list[Record], int]
"""Records, and the bytes that were read for them."""


class LogReplay:
    """Not for several threads at once."""

    def __init__(
        self,
        path: str,
        bot: str,
        content: Content,
        *,
        known: set[Identity],
        span: tuple[float, float],
        formats: Sequence[Format],
        checkpoints: Sequence[Checkpoint],
        arrivals: Sequence[Arrival],
        check: Callable[[], None],
    ) -> None:
        """`content` is what lies under the name; `known` are files that others read; `check` raises to end it."""
        self.source = content.source
        self.ended = False
        self.reached = float("inf")
        """From here on all of it was read."""
        self._bot = bot
        self._since, self._until = span
        self._formats = formats
        self._checkpoints = sorted(checkpoints, key=lambda one: -one.generation)
        self._arrivals = arrivals
        self._check = check
        self._live = content
        self._contents = [content]
        """Those that are not read yet, newest first."""
        self._open: list[Content] = [content]
        self._faults: list[Gap] = []
        self._former(path, known)
        self._generation = self._newest()
        self._begin = self._high = -1
        """What is left of the first of the contents; -1 before it was looked at."""
        self._shift = 0.0
        """Seconds by which its times are behind."""
        self._marks: list[Arrival] = []
        self._latest = self._until
        """No line of it can have come later."""

    def close(self) -> None:
        """Let go of the files."""
        for content in self._open:
            content.close()

    def _former(self, path: str, known: set[Identity]) -> None:
        for former in former_of(path, self._since, known):
            try:
                content = Content(former, self.source)
            except (OSError, NotALog) as error:
                self._faults.append(Gap("unreadable", f"{shown_name(former)} cannot be read again: {error}"))
                continue
            if content.identity in known or any(is_copy(content, other) for other in self._contents):
                content.close()
                continue
            known.add(content.identity)
            self._contents.append(content)
            self._open.append(content)

    def _newest(self) -> int:
        """Return a number for the newest generation, where no checkpoint fits it."""
        if self._checkpoints:
            return self._checkpoints[0].generation + 1
        if self._arrivals:
            return max(one.generation for one in self._arrivals)
        return len(self._contents) - 1

    def segment(self, most_bytes: int) -> Iterator[Some]:
        """Yield the records of the next older segment; afterwards `reached` and `ended` are new."""
        if self._faults:
            faults, self._faults = self._faults, []
            yield [self._gap(fault, 0) for fault in faults], 0
        content = self._contents[0]
        if self._begin < 0:
            gaps = self._prepare(content, most_bytes)
            if gaps:
                yield [self._gap(gap, content.end) for gap in gaps], 0
        if self._high > self._begin:
            low, reached = self._low(content, min(SEGMENT, max(most_bytes, PIECE)))
            yield from self._read(content, low, self._high, reached)
            self._high = low
            self.reached = self.reached if reached is None else min(self.reached, reached)
        if self._high <= self._begin:
            self._contents.pop(0)
            self._begin = -1
            self._generation -= 1
            self.ended = not self._contents
            if self._contents:
                # Nothing in it is newer than its last writing.
                self.reached = min(self.reached, self._contents[0].modified)

    # Where to begin

    def _prepare(self, content: Content, most_bytes: int) -> list[Gap]:
        """Find what of a generation belongs to the span."""
        gaps: list[Gap] = []
        if content.packed:
            content.unpack(most_bytes + SEGMENT, self._check)
            if content.fault:
                gaps.append(Gap("unreadable", f"a packed log is damaged: {content.fault}"))
        # One that the watch does not know comes after the next newer one.
        number = number_of(content, self._checkpoints)
        self._generation = self._generation if number is None else number
        self._marks = [one for one in self._arrivals if one.generation == self._generation]
        self._shift = self._clock(content)
        if self._shift:
            told = "behind" if self._shift > 0 else "ahead of"
            gaps.append(Gap("clock", f"the times of its lines are {abs(self._shift):.0f} s {told} its writing", 0))
        self._latest = max(self._until, content.modified)
        self._high = content.end
        lowest = max(content.first, content.end - most_bytes - SEGMENT)
        try:
            since, latest = self._since - self._shift, self._latest - self._shift
            self._begin = begin_of(content, lowest, since, latest, self._formats, self._check)
        except Timeless:
            known = [mark for mark in self._marks if mark.received < self._since]
            self._begin = max(known[-1].offset if known else 0, lowest)
            if not self._marks:
                self._begin = self._high
            if not self._marks and content.end:
                told = "its lines carry no time, and nobody knows when they came"
                gaps.append(Gap("unplaced", told, content.end))
        return gaps

    def _clock(self, content: Content) -> float:
        """Return by how much the times of a file are behind its last writing, where that is clearly a wrong clock.

        It is when they are ahead, or off by whole quarters of an hour and written without a zone.
        """
        last = content.last_timed(self._until, self._formats)
        if last is None or last.time is None:
            return 0.0
        off = content.modified - last.time
        if off < -SKEW_S:
            return off
        quarters = round(off / _QUARTER_S) * _QUARTER_S
        zone = last.time_source == "assumed_zone" and 0 < quarters <= _FARTHEST_ZONE_S
        return quarters if zone and abs(off - quarters) < SKEW_S / 2 else 0.0

    def _low(self, content: Content, size: int) -> tuple[int, float | None]:
        """Return where the next segment begins, and the time of its first record if it has one."""
        while True:
            place = self._high - size
            if place <= self._begin:
                return self._begin, content.look(self._begin, self._until, self._formats).time
            look = content.look(place, self._until, self._formats)
            if look.offset < self._high and (look.fits or size > _WIDEST):
                return max(look.offset, self._begin), self._arrival(look.offset + 1, look.time)
            size *= 2

    # Reading

    def _read(self, content: Content, low: int, high: int, first: float | None) -> Iterator[Some]:
        parser = LineParser(self.source, self._bot, self._generation, 0, self._formats)
        kept, dropped, offset, place = bytearray(), 0, low, low
        last = first if first is not None else content.modified
        while place < high:
            self._check()
            piece = content.at(min(PIECE, high - place), place)
            if not piece:
                gap = Gap("truncated", "the file was truncated while it was read again", high - place)
                yield [*parser.flush(), self._gap(gap, place)], 0
                return
            place += len(piece)
            end = piece.rfind(b"\n") + 1
            records: list[Record] = []
            if end:
                block = bytes(kept) + piece[:end]
                records = parser.feed(block, offset, self._until, dropped)
                offset += len(block) + dropped
                kept.clear()
                dropped = 0
            room = max(0, LONGEST_KEPT - len(kept))
            kept += piece[end : end + room]
            dropped += max(0, len(piece) - end - room)
            last = self._place(records, last, counted=low == 0)
            yield records, len(piece)
        records = self._rest(parser, bytes(kept), offset, dropped, whole=content is not self._live)
        self._place(records, last, counted=low == 0)
        yield records, 0

    def _rest(self, parser: LineParser, kept: bytes, offset: int, dropped: int, *, whole: bool) -> list[Record]:
        """Return what still waits; a last line without an end counts where nobody writes any more."""
        if not kept or not whole:
            return parser.flush()
        records = [*parser.feed(kept + b"\n", offset, self._until, dropped), *parser.flush()]
        records[-1].length -= 1
        return records

    def _place(self, records: list[Record], last: float, *, counted: bool) -> float:
        """Give each record the moment at which it counts as `received`; returns that of the last."""
        latest = self._latest + SKEW_S - self._shift
        for record in records:
            if not counted:
                record.line = None
            if not self._marks:
                if record.time is not None and record.time <= latest:
                    last = record.time + self._shift
                record.received = last
                continue
            arrival = self._arrival(record.offset + record.length, record.time)
            last = last if arrival is None else arrival
            record.received = last
        return last

    def _arrival(self, end: int, time: float | None) -> float | None:
        """Return when a line that ends there came: by its own time if that may be, else by the watch's marks."""
        at = bisect_left(self._marks, end, key=lambda mark: mark.offset)
        known = None
        if at > 0:
            known = self._marks[at].received if at < len(self._marks) else self._latest
        latest = self._latest if known is None else known
        if time is not None and time + self._shift <= latest + SKEW_S:
            return time + self._shift
        return known

    def _gap(self, gap: Gap, offset: int) -> Record:
        return gap_record(self.source, self._bot, self._generation, offset, gap, self._until)
