"""One log read again by place, piece by piece: its file of now and the generations that rotation left beside it."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Sequence

from warroom.adapters.replay_content import Content, former_of, is_copy, number_of
from warroom.adapters.tail_file import Identity, NotALog
from warroom.adapters.tail_paths import shown_name
from warroom.core.arrivals import Arrival
from warroom.core.ports import Page
from warroom.core.record import SKEW_S, Checkpoint, Gap, Record
from warroom.logs.formats.format import Format
from warroom.logs.line_parser import LineParser

WIDEST = 1 << 22
"""Bytes of one piece at most; a record that is longer comes in pieces."""
_LARGE = 1 << 18
"""From this size on a piece may begin in the middle of a record, where no format fits a line."""
MOST_UNPACKED = 1 << 28
"""Bytes kept of a packed generation, its end."""


class FileHistory:
    """A `LogHistory` of files. Generations are recognised by their bytes, as the watch does it."""

    def __init__(
        self,
        path: str,
        bot: str,
        *,
        newest: int,
        formats: Sequence[Format] = (),
        checkpoints: Sequence[Checkpoint] = (),
        arrivals: Sequence[Arrival] = (),
        check: Callable[[], None] = lambda: None,
    ) -> None:
        """`newest` is the number of the generation under the name where no checkpoint tells; `check` may raise."""
        self.faults: list[Gap] = []
        self._path = path
        self._source = shown_name(path)
        self._bot = bot
        self._formats = formats
        self._checkpoints = sorted((one for one in checkpoints if one.source == self._source), key=_newest_first)
        self._arrivals = [one for one in arrivals if one.source == self._source]
        self._check = check
        self._numbers: list[int] = []
        """Of the first of the contents; the others were not looked at."""
        self._next = newest
        self._contents: list[Content] = []
        self._known: set[Identity] = set()
        self._live: Content | None = self._opened(path)
        if self._live is not None:
            self._contents.append(self._live)
            fitting = number_of(self._live, self._checkpoints)
            # A file that no checkpoint fits came after all that the watch knows.
            self._next = max(newest, self._checkpoints[0].generation + 1 if self._checkpoints else newest)
            self._next = self._next if fitting is None else fitting
        for former in former_of(path, 0.0, self._known):
            content = self._opened(former)
            if content is not None and any(is_copy(content, other) for other in self._contents):
                content.close()
            elif content is not None:
                self._contents.append(content)

    def _opened(self, path: str) -> Content | None:
        try:
            content = Content(path, self._source)
        except (OSError, NotALog) as error:
            if path == self._path and isinstance(error, FileNotFoundError):
                return None
            self.faults.append(Gap("unreadable", f"{shown_name(path)} cannot be read again: {error}"))
            return None
        if content.identity in self._known:
            content.close()
            return None
        self._known.add(content.identity)
        return content

    def close(self) -> None:
        """Let go of the files."""
        for content in self._contents:
            content.close()

    def _find(self, generation: int) -> Content | None:
        """Return the content of a generation; looks at no more of them than it must."""
        place = 0
        while place < len(self._contents):
            if place == len(self._numbers):
                self._number(self._contents[place])
            if self._numbers[place] == generation:
                return self._contents[place]
            if self._numbers[place] < generation:
                return None
            place += 1
        return None

    def _number(self, content: Content) -> None:
        if content.packed:
            content.unpack(MOST_UNPACKED, self._check)
            if content.fault:
                self.faults.append(Gap("unreadable", f"{shown_name(content.path)} is damaged: {content.fault}"))
        # The live one is named from the start; an older one that the watch does not know comes after the newer one.
        known = None if content is self._live else number_of(content, self._checkpoints)
        ceiling = self._numbers[-1] if self._numbers else None
        number = self._next if known is None or (ceiling is not None and known >= ceiling) else known
        self._numbers.append(number)
        self._next = number - 1

    def has(self, generation: int) -> bool:
        """Say whether a generation can be read."""
        return self._find(generation) is not None

    def older(self, generation: int) -> int | None:
        """Return the next older generation that can be read; None when there is none."""
        for place, content in enumerate(self._contents):
            if place == len(self._numbers):
                self._number(content)
            if self._numbers[place] < generation:
                return self._numbers[place]
        return None

    def newer(self, generation: int) -> int | None:
        """Return the next newer generation that can be read; None when there is none."""
        self._find(generation)
        above = [number for number in self._numbers if number > generation]
        return min(above, default=None)

    def lost_bytes(self, low: int, high: int) -> int | None:
        """Return how many bytes the watch read of generations `low` to `high`; None when it knows of none."""
        known = [one.offset for one in self._checkpoints if low <= one.generation <= high]
        return sum(known) if known else None

    def begin(self, generation: int) -> int:
        """Return the first offset of a generation that can be read."""
        content = self._find(generation)
        if content is None:
            return 0
        return content.line_start(content.first) if content.first else 0

    def end(self, generation: int) -> int:
        """Return the offset behind the last byte of a generation."""
        content = self._find(generation)
        return content.end if content else 0

    def raw(self, generation: int, offset: int, length: int) -> bytes:
        """Return bytes as they lie there now; fewer at the end of the file."""
        content = self._find(generation)
        return content.at(length, offset) if content and offset >= content.first else b""

    def before(self, generation: int, offset: int, size: int) -> Page:
        """Return the whole records of about `size` bytes that end at an offset where a record begins."""
        content = self._find(generation)
        if content is None:
            return Page([], offset, offset, 0)
        end, lowest = min(offset, content.end), self.begin(generation)
        while True:
            self._check()
            start = max(lowest, end - size)
            found = content.look(start, content.modified, self._formats)
            begin = start if start == lowest else found.offset
            if start == lowest or (begin < end and (found.fits or size >= _LARGE)):
                break
            if size >= WIDEST:
                begin = start
                break
            size = min(size * 4, WIDEST)
        return self._page(content, generation, begin, end)

    def after(self, generation: int, offset: int, size: int) -> Page:
        """Return the whole records of about `size` bytes that begin at an offset where a record begins."""
        content = self._find(generation)
        if content is None:
            return Page([], offset, offset, 0)
        begin = max(offset, self.begin(generation))
        end = content.end
        while begin + size < content.end:
            self._check()
            found = content.look(begin + size, content.modified, self._formats)
            if found.fits or size >= _LARGE:
                end = found.offset if found.offset - begin <= 2 * WIDEST else begin + WIDEST
                break
            size *= 4
        return self._page(content, generation, begin, end)

    def _page(self, content: Content, generation: int, begin: int, end: int) -> Page:
        block = content.at(end - begin, begin)
        size = len(block)
        unended = bool(block) and block[-1:] != b"\n"
        if unended and content is self._live and begin + size == content.end:
            # Somebody may still be writing it.
            block = block[: block.rfind(b"\n") + 1]
            size, unended = len(block), False
        if not block:
            return Page([], begin, begin, 0)
        parser = LineParser(self._source, self._bot, generation, 0, self._formats)
        records = [*parser.feed(block + b"\n" if unended else block, begin, content.modified), *parser.flush()]
        if unended and records:
            records[-1].length -= 1
        self._place(content, generation, records)
        return Page(records, begin, begin + size, size)

    def _place(self, content: Content, generation: int, records: Sequence[Record]) -> None:
        """Say of each record when it came: by the watch's marks, else by its own time, else by the one before.

        Where none of them tells, it is a moment after which it cannot have come, and marked so: the first mark, the
        next line's own time, or the last writing of the file; never the moment of this reading.
        """
        marks = [one for one in self._arrivals if one.generation == generation]
        latest = content.modified + SKEW_S
        timed = (one.time for one in records if one.time is not None and one.time <= latest)
        first = min(next(timed, content.modified), content.modified)
        bounds = (min(first, marks[0].received) if marks else first, content.modified)
        before: float | None = None
        for record in records:
            record.line = None
            at = bisect_left(marks, record.offset + record.length, key=lambda mark: mark.offset)
            if 0 < at < len(marks):
                record.received = marks[at].received
            elif record.time is not None and record.time <= latest:
                before = record.received = record.time
            elif before is not None:
                record.received = before
                record.time_source = record.time_source if record.time is not None else "line_before"
            else:
                record.received = bounds[min(at, 1)]
                record.time_source = record.time_source if record.time is not None else "no_later"


def _newest_first(one: Checkpoint) -> int:
    return -one.generation
