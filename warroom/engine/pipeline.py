"""Lines in, findings out: each batch feeds its bot's detector and ring, each second closes windows."""

from __future__ import annotations

import asyncio
import itertools
from collections import deque
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from typing import Protocol

import msgspec

from warroom.core.arrivals import Arrivals
from warroom.core.desk import Desk, holding_actions, open_actions
from warroom.core.facts import AlarmRaised, BotStateChanged, Fact, GapSeen
from warroom.core.model import ActionState, BotState, Verb
from warroom.core.ports import Clock, LogSource, Telemetry
from warroom.core.record import Batch, Gap, Record
from warroom.core.settings import DetectSettings
from warroom.detect.bot_detector import Assessment, BotDetector
from warroom.engine.hour_trend import HourTrend
from warroom.engine.line_counts import LineCounts
from warroom.engine.owners import Owners
from warroom.engine.ring import LineRing

TICK_S = 1.0
TREND = 30
_GAPS_TOLD = 20
"""Gaps of one source that become facts; a source that tears all the time must not flood the journal."""


_SLICE = 250
"""Lines judged at one go, about 5 ms."""


class Backlog(Protocol):
    """Where a source ended when it was first opened: lines before that are old and are not scored."""

    def backlog_end(self, source: str) -> int:
        """Bytes; 0 when the whole source is to be scored."""
        ...


class SourceState(msgspec.Struct):
    """How far one log is read."""

    path: str
    bot: str
    state: str = "waiting"
    lines: int = 0
    gaps: int = 0
    unparsed: int = 0
    """Lines that fit no format."""
    behind_bytes: int = 0
    generation: int = 0
    offset: int = 0
    last_line: float | None = None


class BotWatch:
    """All that the engine holds of one bot while it runs."""

    def __init__(self, name: str, settings: DetectSettings, orders: Iterator[int] | None = None) -> None:
        self.name = name
        self.detector = BotDetector(name, settings)
        self.ring = LineRing(orders=orders)
        self.counts = LineCounts()
        self.trend: deque[float] = deque(maxlen=TREND)
        self.hour = HourTrend()
        self.lines = 0
        self.last_line: float | None = None
        self.assessment: Assessment | None = None
        self.trained = ""
        """sha256 of the forest in use, empty without one."""


_MAY_MUTE = frozenset({ActionState.RUNNING, ActionState.HELD, ActionState.AMBIGUOUS, ActionState.RELEASING})
"""States in which an action may keep its bot from behaving as it does; one that does not hold is seen through."""


def _may_be_muted(desk: Desk, bot: str) -> bool:
    actions = open_actions(desk, bot)
    return any(one.state in _MAY_MUTE and one.plan.verb is not Verb.SNAPSHOT for one in actions)


def _gap_seen(gap: Gap, record: Record) -> GapSeen:
    return GapSeen(record.source, gap.kind, gap.reason, gap.bytes, record.generation, record.offset)


class Pipeline:
    """Owns the detectors' instances. `run` ends by cancellation; findings go through `report`."""

    def __init__(
        self,
        *,
        source: LogSource,
        backlog: Backlog,
        telemetry: Telemetry,
        clock: Clock,
        settings: DetectSettings,
        owners: Owners,
        desk: Callable[[], Desk],
        report: Callable[[Fact], Awaitable[None]],
    ) -> None:
        self.bots: dict[str, BotWatch] = {}
        self.sources: dict[str, SourceState] = {}
        self.version = 0
        """Grows when something that the view shows has changed."""
        self._source = source
        self.arrivals = Arrivals()
        """When bytes came, for lines without a time that are read again."""
        self._backlog = backlog
        self._telemetry = telemetry
        self._clock = clock
        self._settings = settings
        self.owners = owners
        self._desk = desk
        self._report = report
        self._orders = itertools.count(1)
        self.since = clock.now()
        """From here on lines are counted."""

    def bot(self, name: str) -> BotWatch:
        """Return what is held of a bot; a new name begins to be watched."""
        watch = self.bots.get(name)
        if watch is None:
            watch = self.bots[name] = BotWatch(name, self._settings, self._orders)
            self.version += 1
        return watch

    def logs_of(self, bot: str) -> list[str]:
        """Return the paths that were read for a bot."""
        return [s.path for s in self.sources.values() if s.bot == bot and s.state == "reading"]

    async def learn(self, bot: str, history: AsyncIterator[Batch]) -> int:
        """Learn a bot's normal from a finished log; returns the lines read."""
        detector = self.bot(bot).detector
        lines = 0
        async for batch in history:
            records = self.owners.of(bot, batch.records)
            detector.learn(records)
            lines += len(records)
            self.version += 1
            await asyncio.sleep(0)
        return lines

    async def resume(self) -> None:
        """Go on where a former run ended; call before `run`."""
        for mark in await self._telemetry.arrivals():
            self.arrivals.note(mark.source, mark.generation, mark.offset, mark.received)
        self._source.resume(await self._telemetry.checkpoints())

    async def run(self) -> None:
        """Read and tick for ever."""
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(self._read(), name="read")
            tasks.create_task(self._tick_for_ever(), name="tick")

    async def _read(self) -> None:
        async for batch in self._source.batches():
            findings = await self._take(batch)
            for finding in findings:
                await self._report(finding)
            # The checkpoint follows the alarms: after a crash in between they are found again under the same ids.
            await self._telemetry.save([batch])
            self.version += 1

    async def _take(self, batch: Batch) -> list[Fact]:
        state = self.sources.setdefault(batch.source, SourceState(batch.source, batch.bot))
        state.state = batch.state
        state.behind_bytes = batch.behind_bytes
        findings: list[Fact] = []
        if batch.again:
            # They were read by a former run: their arrival is that of then.
            self.arrivals.date(batch.records)
        for record in batch.records:
            if record.gap is not None:
                state.gaps += 1
                if state.gaps <= _GAPS_TOLD:
                    findings.append(_gap_seen(record.gap, record))
        old = self._backlog.backlog_end(batch.source)
        for bot, records in self.owners.split(batch):
            for first in range(0, len(records), _SLICE):
                findings.extend(self._observe(self.bot(bot), state, records[first : first + _SLICE], old, batch.again))
                # People and bots wait for answers while a flood is judged.
                await asyncio.sleep(0)
        if batch.checkpoint is not None:
            # Said last: up to there the rings have all.
            state.generation, state.offset = batch.checkpoint.generation, batch.checkpoint.offset
            self.arrivals.note(batch.source, state.generation, state.offset, self._clock.now())
        return findings

    @staticmethod
    def _observe(watch: BotWatch, state: SourceState, records: list[Record], old: int, again: bool) -> list[Fact]:
        """Show one bot's records, and score those that are not old; none that a former run has scored."""
        lines = [record for record in records if record.gap is None]
        if lines:
            state.lines += len(lines)
            state.unparsed += sum(1 for one in lines if one.format.endswith("raw") and one.message)
            watch.lines += len(lines)
            if not again:
                watch.last_line = state.last_line = lines[-1].received
        fresh = [] if again else [r for r in lines if r.generation > 0 or r.offset >= old]
        alarms = watch.detector.observe(fresh)
        watch.counts.add(lines)
        watch.ring.extend([(r, watch.detector.marks(r) if r.gap is None else []) for r in records])
        return [AlarmRaised(alarm) for alarm in alarms]

    async def _tick_for_ever(self) -> None:
        while True:
            await self._clock.sleep(TICK_S)
            await self.tick(self._clock.now())

    async def tick(self, now: float) -> None:
        """Close the windows that are due, tell what they show."""
        for watch in list(self.bots.values()):
            watch.detector.hold_learning(_may_be_muted(self._desk(), watch.name))
            before = watch.assessment
            seen = watch.detector.tick(now)
            watch.assessment = seen
            if seen.windows_closed and seen.score is not None:
                watch.trend.append(seen.score)
                watch.hour.add(now, seen.score)
            if before is None or before != seen:
                self.version += 1
            await self._tell(watch.name, seen)

    async def _tell(self, bot: str, seen: Assessment) -> None:
        for alarm in seen.alarms:
            await self._report(AlarmRaised(alarm))
        state = BotState.CONTAINED if holding_actions(self._desk(), bot) else seen.state
        known = self._desk().bots.get(bot)
        if known is None or known.state is not state:
            await self._report(BotStateChanged(bot, state, seen.score or 0.0))
