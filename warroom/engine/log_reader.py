"""Questions about log lines, old and new: answered from the rings and, beyond them, from the files, within bounds."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import NamedTuple

import msgspec

from warroom.core.arrivals import Arrival
from warroom.core.clean import clean
from warroom.core.line_filter import FilterRefused, Sieve, Term
from warroom.core.permalink import source_text
from warroom.core.ports import Clock, LogHistory
from warroom.core.queries import (
    HistogramAnswer,
    Lines,
    LinesAnswer,
    LogHistogram,
    LogSearch,
    LogWindow,
    NotAnswered,
    RawLine,
    RawLineAnswer,
    SearchAnswer,
    Spot,
    WindowAnswer,
)
from warroom.core.record import Checkpoint
from warroom.engine.line_counts import LineCounts, histogram
from warroom.engine.log_merge import Taken, Walk
from warroom.engine.log_walk import FIRST_PIECE, Budget, LogSpan, Spent
from warroom.engine.pipeline import Pipeline, SourceState
from warroom.engine.ring import Kept, LineRing, after_all

MOST_LINES = 2000
MOST_BYTES = 24_000_000
MOST_S = 1.5
"""What one answer may cost; whoever wants more asks again from where it ended."""
LATE_BYTES = 1 << 17
"""From so many bytes behind on the newest lines are shown before they are judged."""
MOST_AHEAD = 200
AHEAD_S = 0.3
MOST_LOGS = 1000
"""Logs of a merged view; those that were written to last."""
LONGEST_RAW = 1 << 21
_FEW_LOGS = 64
"""Up to so many logs the marks of arrivals are used, for lines without a time."""


class HistoryWanted(NamedTuple):
    """Which log is to be read again."""

    state: SourceState
    checkpoints: Sequence[Checkpoint]
    arrivals: Sequence[Arrival]
    check: Callable[[], None]


OpenHistory = Callable[[HistoryWanted], LogHistory]
"""A log to its readable generations."""


class LogReader:
    """Reads for one question at a time, in a thread; the others wait, the watch does not."""

    def __init__(
        self,
        clock: Clock,
        pipeline: Pipeline,
        history: OpenHistory | None,
        checkpoints: Callable[[], Awaitable[Sequence[Checkpoint]]],
    ) -> None:
        self._clock = clock
        self._pipeline = pipeline
        self._history = history
        self._checkpoints = checkpoints
        self._turn = asyncio.Lock()
        self._ahead_turn = asyncio.Lock()

    async def lines(self, asked: Lines) -> LinesAnswer | NotAnswered:
        """Return what is new in the rings; of logs that are judged far behind, also what is new in the files."""
        rings = self._rings(asked.bot)
        if rings is None:
            return NotAnswered(f"there is no bot {clean(asked.bot, 64)}")
        try:
            sieve = Sieve(asked.filter)
        except FilterRefused as refused:
            return NotAnswered(str(refused))
        limit = min(asked.limit, MOST_LINES)
        if asked.bot:
            answer = rings[asked.bot].after(asked.after, limit, sieve, asked.bot)
        else:
            answer = after_all(rings, asked.after, limit, sieve)
        late = [one for one in self._pipeline.sources.values() if one.behind_bytes >= LATE_BYTES]
        late = self._states(late, asked.bot, rings) if late and limit else []
        if not late or self._history is None:
            return answer
        async with self._ahead_turn:
            newest = await asyncio.to_thread(self._newest, asked.bot, rings, late, sieve, min(limit, MOST_AHEAD))
        return msgspec.structs.replace(answer, ahead=newest)

    def _newest(
        self, bot: str, rings: dict[str, LineRing], late: list[SourceState], sieve: Sieve, limit: int
    ) -> WindowAnswer | None:
        budget = Budget(MOST_BYTES, AHEAD_S)
        spans = self._spans(bot, {name: ([], False) for name in rings}, late, {}, (), budget)
        try:
            for span in spans:
                span.look_ahead()
            return Walk(spans, [], [], budget, 0).window(sieve, limit)
        except Spent:
            return None
        finally:
            for span in spans:
                span.close()

    def counts(self, asked: LogHistogram) -> HistogramAnswer | NotAnswered:
        """Return how many lines came when."""
        if self._rings(asked.bot) is None:
            return NotAnswered(f"there is no bot {clean(asked.bot, 64)}")
        bots = self._pipeline.bots
        counts: list[LineCounts] = [watch.counts for name, watch in bots.items() if asked.bot in ("", name)]
        return histogram(counts, self._clock.now(), asked.last_s, asked.buckets, self._pipeline.since)

    async def window(self, asked: LogWindow) -> WindowAnswer | NotAnswered:
        """Return the lines beside a boundary."""
        if asked.before and asked.after:
            return NotAnswered("lines before a boundary or after one, not both")
        try:
            sieve = Sieve(asked.filter)
        except FilterRefused as refused:
            return NotAnswered(str(refused))
        async with self._turn:
            walk = await self._walk(asked.bot, asked.before, asked.after, asked.only_source)
            if isinstance(walk, NotAnswered):
                return walk
            return await walk.run(lambda: walk.window(sieve, max(1, min(asked.limit, MOST_LINES))))

    async def search(self, asked: LogSearch) -> SearchAnswer | NotAnswered:
        """Return the next hits."""
        try:
            sieve, term = Sieve(asked.filter), Term(asked.text)
        except FilterRefused as refused:
            return NotAnswered(str(refused))
        async with self._turn:
            walk = await self._walk(asked.bot, asked.before, asked.after, "")
            if isinstance(walk, NotAnswered):
                return walk
            return await walk.run(lambda: walk.search(sieve, term, max(1, min(asked.limit, MOST_LINES))))

    async def raw(self, asked: RawLine) -> RawLineAnswer | NotAnswered:
        """Return the bytes of one line."""
        state = next((one for one in self._pipeline.sources.values() if source_text(one.path) == asked.source), None)
        if state is None or self._history is None:
            return NotAnswered(f"no log {clean(asked.source, 200)} is watched here")
        if not 0 <= asked.length <= LONGEST_RAW:
            return NotAnswered(f"a line has at most {LONGEST_RAW} bytes")
        async with self._turn:
            wanted = HistoryWanted(state, await self._checkpoints(), (), Budget(MOST_BYTES, MOST_S).check)
            return await asyncio.to_thread(_raw, self._history, wanted, asked)

    def _rings(self, bot: str) -> dict[str, LineRing] | None:
        rings = {name: watch.ring for name, watch in self._pipeline.bots.items() if bot in ("", name)}
        return rings if rings or not bot else None

    async def _walk(
        self, bot: str, before: Sequence[Spot], after: Sequence[Spot], only_source: str
    ) -> Walk | NotAnswered:
        rings = self._rings(bot)
        if rings is None:
            return NotAnswered(f"there is no bot {clean(bot, 64)}")
        checkpoints = await self._checkpoints()
        # From here on nothing may wait: rings and states belong together.
        states = [one for one in self._pipeline.sources.values() if only_source in ("", source_text(one.path))]
        states = sorted(self._states(states, bot, rings), key=lambda one: -(one.last_line or 0.0))[:MOST_LOGS]
        budget = Budget(MOST_BYTES, MOST_S)
        few = len(states) <= _FEW_LOGS
        arrivals = {one.path: self._pipeline.arrivals.marks(one.path) if few else [] for one in states}
        kept = {name: (ring.kept(), ring.whole) for name, ring in rings.items()}
        newest = max((ring.newest_order for ring in rings.values()), default=0)
        spans = self._spans(bot, kept, states, arrivals, checkpoints, budget)
        return Walk(spans, before, after, budget, rings[bot].newest if bot else newest)

    def _states(self, states: list[SourceState], bot: str, rings: dict[str, LineRing]) -> list[SourceState]:
        """Return those logs that hold lines of a bot, or all of them for all bots."""
        if not bot:
            return states
        held = {one.record.source for one in rings[bot].kept()}
        sharing = self._pipeline.owners.sharing
        return [one for one in states if one.path in held or bot in (one.bot, *sharing(one.bot))]

    def _spans(
        self,
        bot: str,
        kept: Mapping[str, tuple[list[Kept], bool]],
        states: Sequence[SourceState],
        arrivals: Mapping[str, Sequence[Arrival]],
        checkpoints: Sequence[Checkpoint],
        budget: Budget,
    ) -> list[LogSpan]:
        taken = Taken(kept, [msgspec.structs.replace(one) for one in states], self._pipeline.owners, bot)

        def history(state: SourceState, check: Callable[[], None]) -> LogHistory:
            assert self._history is not None
            return self._history(HistoryWanted(state, checkpoints, arrivals.get(state.path, ()), check))

        return taken.spans(history if self._history else None, budget)


def _raw(open_history: OpenHistory, wanted: HistoryWanted, asked: RawLine) -> RawLineAnswer | NotAnswered:
    try:
        files = open_history(wanted)
        try:
            return _raw_in(files, asked)
        finally:
            files.close()
    except Spent as spent:
        return NotAnswered(f"the line was not found in time: {spent}")


def _raw_in(files: LogHistory, asked: RawLine) -> RawLineAnswer | NotAnswered:
    if not files.has(asked.generation):
        return NotAnswered(f"generation {asked.generation} of this log is gone: its bytes cannot be read again")
    length = asked.length
    if not length:
        page = files.after(asked.generation, asked.offset, FIRST_PIECE)
        first = next((one for one in page.records if one.gap is None and one.offset == asked.offset), None)
        length = first.length if first else 0
    content = files.raw(asked.generation, asked.offset, min(length, LONGEST_RAW))
    if not content or len(content) < length:
        return NotAnswered("there is no such line: the file is shorter now")
    digest = hashlib.sha256(content).hexdigest()
    whole = content if asked.whole else b""
    return RawLineAnswer(asked.source, asked.generation, asked.offset, length, digest, clean(content), whole)
