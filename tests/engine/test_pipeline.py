"""Lines in, findings out: old lines are shown and not scored, gaps are told, checkpoints follow the alarms."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence

import msgspec

from warroom.adapters.clock import SystemClock
from warroom.core.arrivals import Arrival
from warroom.core.desk import Desk
from warroom.core.facts import AlarmRaised, BotStateChanged, Fact, GapSeen
from warroom.core.record import Batch, Checkpoint, Gap, Record
from warroom.core.settings import DetectSettings
from warroom.engine.owners import Owners
from warroom.engine.pipeline import Pipeline

LEAK = "CANARY-123456789"


def record(offset: int, reply: str = "", gap: Gap | None = None) -> Record:
    attrs = {"prompt": "p", "reply": reply} if reply else {}
    return Record(
        source="/x/bot.log",
        generation=0,
        offset=offset,
        length=10,
        received=1000.0 + offset,
        message="chat",
        attrs=attrs,
        gap=gap,
    )


class Source:
    """Yields the batches that it is given, then ends."""

    def __init__(self, batches: Sequence[Batch], backlog: int = 0) -> None:
        self._batches = batches
        self._backlog = backlog

    def add(self, pattern: str, bot: str, *, from_start: bool) -> None:
        """Nothing to follow."""

    def resume(self, checkpoints: Sequence[Checkpoint]) -> None:
        """Nothing to continue."""

    async def batches(self) -> AsyncIterator[Batch]:
        for batch in self._batches:
            yield batch

    async def close(self) -> None:
        """Nothing to let go of."""

    def backlog_end(self, source: str) -> int:
        return self._backlog


class Rig:
    """A pipeline whose reports and saves are noted in their order."""

    fault = ""

    def __init__(self, records: list[Record], backlog: int = 0) -> None:
        self.order: list[str] = []
        self.told: list[Fact] = []
        source = Source([Batch("/x/bot.log", "support", records)], backlog)
        self.pipeline = Pipeline(
            source=source,
            backlog=source,
            telemetry=self,
            clock=SystemClock(),
            settings=DetectSettings(),
            owners=Owners({}),
            desk=Desk,
            report=self._report,
        )

    async def _report(self, fact: Fact) -> None:
        self.order.append(type(fact).__name__)
        self.told.append(fact)

    async def save(self, batches: Sequence[Batch]) -> None:
        self.order.append("checkpoint")

    async def checkpoints(self) -> list[Checkpoint]:
        return []

    async def arrivals(self) -> list[Arrival]:
        return []


async def test_an_alarm_is_on_record_before_the_checkpoint_that_passes_its_lines() -> None:
    rig = Rig([record(0, LEAK)])
    await rig.pipeline._read()
    assert rig.order == ["AlarmRaised", "checkpoint"]
    first = rig.told[0]
    again = Rig([record(0, LEAK)])
    await again.pipeline._read()
    assert isinstance(first, AlarmRaised)
    assert first == again.told[0], "a replay raises the same alarm under the same id"


async def test_old_lines_are_shown_and_not_scored() -> None:
    rig = Rig([record(0, LEAK), record(10)], backlog=20)
    await rig.pipeline._read()
    assert rig.order == ["checkpoint"]
    assert rig.pipeline.bot("support").ring.newest == 2


async def test_gaps_are_told_but_cannot_flood_the_journal() -> None:
    rig = Rig([record(n, gap=Gap("truncated", "why")) for n in range(500)])
    await rig.pipeline._read()
    assert len([fact for fact in rig.told if isinstance(fact, GapSeen)]) == 20
    assert rig.pipeline.sources["/x/bot.log"].gaps == 500


async def test_a_tick_tells_the_state_of_each_bot() -> None:
    rig = Rig([record(0)])
    await rig.pipeline._read()
    await rig.pipeline.tick(1010.0)
    assert any(isinstance(fact, BotStateChanged) and fact.bot == "support" for fact in rig.told)
    assert rig.pipeline.logs_of("support") == ["/x/bot.log"]


async def test_lines_that_fit_no_format_are_counted() -> None:
    rig = Rig([record(0), record(10), msgspec.structs.replace(record(20), format="basic")])
    await rig.pipeline._read()
    (state,) = rig.pipeline.sources.values()
    assert (state.lines, state.unparsed) == (3, 2)
