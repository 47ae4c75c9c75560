"""Lines in, findings out: old lines are shown and not scored, gaps are told, checkpoints follow the alarms."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence

import msgspec
import pytest

from tests.core.story import ANA, plan
from warroom.adapters.clock import SystemClock
from warroom.core.arrivals import Arrival
from warroom.core.desk import ActionRecord, Desk
from warroom.core.facts import AlarmRaised, BotStateChanged, Fact, GapSeen
from warroom.core.model import ActionState, BotState, Verb
from warroom.core.record import Batch, Checkpoint, Gap, Record
from warroom.core.settings import DetectSettings
from warroom.engine.owners import Owners
from warroom.engine.pipeline import Pipeline

LEAK = "CANARY-123456789"
EMPTY = Desk()


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

    def __init__(self, records: list[Record], backlog: int = 0, desk: Desk = EMPTY, *, again: bool = False) -> None:
        self.order: list[str] = []
        self.told: list[Fact] = []
        self.marks: list[Arrival] = []
        source = Source([Batch("/x/bot.log", "support", records, again=again)], backlog)
        self.pipeline = Pipeline(
            source=source,
            backlog=source,
            telemetry=self,
            clock=SystemClock(),
            settings=DetectSettings(),
            owners=Owners({}),
            desk=lambda: desk,
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
        return self.marks


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


async def test_lines_that_a_former_run_has_judged_are_shown_again_and_not_scored() -> None:
    rig = Rig([record(100, LEAK), record(200)], again=True)
    await rig.pipeline._read()
    assert rig.order == ["checkpoint"]
    assert rig.pipeline.bot("support").ring.newest == 2
    assert rig.pipeline.sources["/x/bot.log"].last_line is None, "no line came"


async def test_lines_that_are_shown_again_keep_the_moment_at_which_they_came() -> None:
    records = [record(0), record(10), record(20), record(30)]
    rig = Rig(records, again=True)
    rig.marks = [Arrival("/x/bot.log", 0, 10, 500.0), Arrival("/x/bot.log", 0, 30, 510.0)]
    await rig.pipeline.resume()
    await rig.pipeline._read()
    shown = rig.pipeline.bot("support").ring.after(0, 10).lines
    assert [(line.at, line.time_source) for line in shown] == [
        (500.0, "no_later"),
        (510.0, "arrival"),
        (510.0, "arrival"),
        (1030.0, "no_later"),
    ]


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


def acted_on(state: ActionState, verb: Verb) -> Desk:
    action = ActionRecord("ACT-001", None, msgspec.structs.replace(plan(), verb=verb), "leak", ANA, 1000.0, state)
    return Desk(actions={action.id: action})


@pytest.mark.parametrize("state", ActionState)
@pytest.mark.parametrize("verb", [Verb.SNAPSHOT, Verb.LIMIT, Verb.DISABLE])
async def test_the_record_calls_a_bot_contained_only_while_an_action_is_proven_to_hold(
    state: ActionState, verb: Verb
) -> None:
    rig = Rig([record(0)], desk=acted_on(state, verb))
    await rig.pipeline._read()
    await rig.pipeline.tick(1010.0)
    (told,) = [fact for fact in rig.told if isinstance(fact, BotStateChanged)]
    proven = state is ActionState.HELD and verb is not Verb.SNAPSHOT
    assert (told.state is BotState.CONTAINED) == proven


@pytest.mark.parametrize(
    ("state", "verb", "held"),
    [
        (ActionState.RUNNING, Verb.DISABLE, True),
        (ActionState.HELD, Verb.DISABLE, True),
        (ActionState.AMBIGUOUS, Verb.DISABLE, True),
        (ActionState.RELEASING, Verb.DISABLE, True),
        (ActionState.NOT_HELD, Verb.DISABLE, False),
        (ActionState.RELEASED, Verb.DISABLE, False),
        (ActionState.RUNNING, Verb.SNAPSHOT, False),
    ],
)
async def test_behaviour_says_nothing_while_a_bot_may_be_muted_and_is_watched_when_it_goes_on(
    state: ActionState, verb: Verb, held: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    rig, asked = Rig([record(0)], desk=acted_on(state, verb)), list[bool]()
    await rig.pipeline._read()
    monkeypatch.setattr(rig.pipeline.bot("support").detector, "hold_learning", asked.append)
    await rig.pipeline.tick(1010.0)
    assert asked == [held]


async def test_lines_that_fit_no_format_are_counted() -> None:
    rig = Rig([record(0), record(10), msgspec.structs.replace(record(20), format="basic")])
    await rig.pipeline._read()
    (state,) = rig.pipeline.sources.values()
    assert (state.lines, state.unparsed) == (3, 2)
