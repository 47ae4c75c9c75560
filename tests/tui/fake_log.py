"""A log in memory that answers the questions of a stream as an engine does, the same each time."""

from __future__ import annotations

import asyncio
import hashlib

import msgspec

from tests.tui.example import NOW
from warroom.core.line_filter import LineFilter, Sieve, Term
from warroom.core.queries import (
    HistogramAnswer,
    Hit,
    Lines,
    LinesAnswer,
    LogHistogram,
    LogSearch,
    LogWindow,
    NotAnswered,
    QueryAnswer,
    RawLine,
    RawLineAnswer,
    SearchAnswer,
    Spot,
    WindowAnswer,
)
from warroom.core.view import LogLine


class FakeLog:
    """Lines of one log, numbered; `older` are lines before them that only a window gives."""

    def __init__(self, lines: list[LogLine]) -> None:
        self.lines = lines
        self.older: list[LogLine] = []
        self.asked: list[object] = []
        """Windows, searches and raw lines that were asked for."""
        self.by_bot = False
        """Whether a bot has its own lines alone; else all lines are of every bot that is asked for."""
        self.most = 10_000
        """Lines that one answer looks at; then time is over."""
        self.searches = asyncio.Semaphore(10_000)
        """Searches that are answered; the next one waits."""
        self.contents: dict[int, bytes] = {}
        """Bytes of lines by their offset."""
        self.sums: dict[int, str] = {}
        """Sums of lines that were rewritten, by their offset."""
        self.gone = ""
        """Why the bytes of no line can be read."""

    def answer(self, asked: Lines | LogWindow | LogSearch | LogHistogram | RawLine) -> QueryAnswer:
        """Answer a question."""
        match asked:
            case Lines():
                return self._newer(asked)
            case LogHistogram():
                return _counts(self.lines, asked)
        self.asked.append(asked)
        match asked:
            case LogWindow():
                return self._window(asked)
            case LogSearch():
                return self._search(asked)
            case RawLine() if self.gone:
                return NotAnswered(self.gone)
            case RawLine():
                digest = hashlib.sha256(str(asked.offset).encode()).hexdigest()
                digest = self.sums.get(asked.offset, digest)
                content = self.contents.get(asked.offset, b"raw\n") if asked.whole else b""
                named = asked.source, asked.generation, asked.offset, asked.length
                return RawLineAnswer(*named, digest, "raw", content)

    def _newer(self, asked: Lines) -> LinesAnswer:
        newer = [one for one in self.lines if one.seq > asked.after]
        kept = newer[-asked.limit :] if asked.limit else []
        wanted = [one for one in kept if passes(one, asked.filter)]
        last = max((one.seq for one in newer), default=asked.after)
        return LinesAnswer(wanted, len(newer) - len(kept), len(kept) - len(wanted), last)

    def _all(self, bot: str) -> list[LogLine]:
        """Return the lines that a question about a bot is about; an empty name asks about all."""
        return [one for one in self.older + self.lines if not (self.by_bot and bot) or one.bot == bot]

    def _place(self, everything: list[LogLine], spots: list[Spot], default: int) -> int:
        given = {spot.source: (spot.generation, spot.offset) for spot in spots}
        if not given:
            return default
        return sum(1 for one in everything if (one.generation, one.offset) < given[one.source])

    def _spots(self, everything: list[LogLine], place: int) -> list[Spot]:
        spots = {one.source: Spot(one.source, one.generation, one.offset + one.length) for one in everything[:place]}
        for one in reversed(everything[place:]):
            spots[one.source] = Spot(one.source, one.generation, one.offset)
        return list(spots.values())

    def _way(self, asked: LogWindow | LogSearch) -> tuple[list[LogLine], int, int]:
        everything = self._all(asked.bot)
        place = self._place(everything, asked.after or asked.before, len(everything))
        if asked.after:
            return everything[place:], place, 1
        return everything[:place][::-1], place, -1

    def _window(self, asked: LogWindow) -> WindowAnswer:
        way, place, by = self._way(asked)
        found: list[LogLine] = []
        looked = 0
        for one in way[: self.most]:
            looked += 1
            if passes(one, asked.filter):
                found.append(one)
            if len(found) >= asked.limit:
                break
        here, end = place + by * looked, looked == len(way)
        older, newer = (here, place) if by < 0 else (place, here)
        why = "" if end or len(found) >= asked.limit else "1.5 s were over"
        lines = found[::-1] if by < 0 else found
        reached = way[looked - 1].at if looked else None
        last = self.lines[-1].seq if self.lines else 0
        everything = self._all(asked.bot)
        spots = self._spots(everything, older), self._spots(everything, newer)
        return WindowAnswer(lines, *spots, looked - len(found), end, why, reached, last)

    def _search(self, asked: LogSearch) -> SearchAnswer:
        way, place, by = self._way(asked)
        term, hits, looked, everything = Term(asked.text), list[Hit](), 0, self._all(asked.bot)
        for one in way[: self.most]:
            looked += 1
            if passes(one, asked.filter) and term.span(one.text):
                at = place + by * looked + (1 if by < 0 else 0)
                hits.append(Hit(one, self._spots(everything, at)))
                break
        end = looked == len(way) and not hits
        why = "" if end or hits else "1.5 s were over"
        return SearchAnswer(
            hits, looked, self._spots(everything, place + by * looked), end, why, way[looked - 1].at if way else None
        )


def passes(one: LogLine, filter: LineFilter) -> bool:
    """Say whether a filter lets a line through."""
    sieve = Sieve(filter)
    return (sieve.level_passes(one.level) or bool(one.marks)) and sieve.text_passes(one.text)


def _counts(lines: list[LogLine], asked: LogHistogram) -> HistogramAnswer:
    wide = asked.last_s / asked.buckets
    start = (NOW // wide + 1) * wide - asked.last_s
    counts, errors = [0] * asked.buckets, [0] * asked.buckets
    for one in lines:
        place = int((one.at - start) // wide)
        if 0 <= place < asked.buckets:
            counts[place] += 1
            errors[place] += one.level == "ERROR"
    for place in range(asked.buckets - 8):
        counts[place] = (place * 7) % 23
        errors[place] = place % 11 == 5
    return HistogramAnswer(start, wide, counts, errors, start)


def line_at(seq: int, text: str, *, level: str = "INFO", bot: str = "support") -> LogLine:
    """Return one line of a bot; its place follows from its number."""
    base = LogLine(seq, NOW - 1000 + seq, "line", level, text, f"/var/log/{bot}.log", (seq + 2000) * 100, 1, [])
    return msgspec.structs.replace(base, bot=bot, length=100, came=base.at)
