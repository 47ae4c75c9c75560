"""The fence around adapters: evidence first, and whatever breaks in an adapter is an outcome, never a crash."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from pathlib import Path

import pytest
from msgspec.structs import replace

from tests.adapters.contain.liars import NothingDoer
from tests.core.story import PLAYBOOK, Story, plan, proof
from tests.engine.test_prover import Scripted, SteppedClock
from warroom.adapters.clock import SystemClock
from warroom.adapters.evidence import EvidenceStore
from warroom.core import commands as c
from warroom.core import facts as f
from warroom.core.facts import Fact
from warroom.core.model import ActionState, Plan, Sample, Severity, Verb, Verdict
from warroom.core.ports import AdapterAmbiguous, AdapterFailed, Clock, Held, Probe, Receipt
from warroom.core.reduce import RunContainment, RunRelease
from warroom.engine.collector import QUICK_BYTES, Collector, Taken
from warroom.engine.effects import EffectRunner, key_of
from warroom.engine.prover import Prover


class Breaking(NothingDoer):
    """Fails in the way it is given."""

    def __init__(self, error: Exception) -> None:
        super().__init__("support")
        self.error = error

    async def apply(self, plan: Plan, key: str) -> Receipt:
        raise self.error

    async def release(self, plan: Plan, key: str) -> Receipt:
        raise self.error


class Rig:
    """A runner on a desk of a story."""

    def __init__(self, tmp_path: Path, adapter: NothingDoer, verdict: Verdict = Verdict.CONTAINED) -> None:
        self.log = tmp_path / "bot.log"
        self.log.write_text("INFO:root:x\n")
        self.story = Story()
        self.told: list[Fact] = []
        self.logs = [str(self.log), str(tmp_path / "absent.log")]
        self.collector = Collector(
            adapters={"support": [adapter]},
            evidence=EvidenceStore(tmp_path / "evidence", SystemClock()),
            logs_of=lambda bot: self.logs,
            files_of=lambda bot: [],
        )
        self.adapter = adapter
        self.runner = self.made(SystemClock(), Scripted(verdict))

    def made(self, clock: Clock, probe: Probe) -> EffectRunner:
        """Return a runner whose bot is looked at by this probe."""
        return EffectRunner(
            clock=clock,
            adapters={"support": [self.adapter]},
            prover=Prover(clock, {"support": [probe]}),
            collector=self.collector,
            desk=lambda: self.story.desk,
            report=self._report,
        )

    async def _report(self, fact: Fact) -> None:
        self.told.append(fact)
        self.story.tell(fact)

    def demand_evidence(self) -> None:
        """Open an incident whose playbook lets nothing be changed without evidence."""
        strict = replace(PLAYBOOK, evidence_gate=True)
        self.story.tell(f.IncidentOpened("INC-001", "Injection", Severity.SEV2, ["support"], strict, None))

    async def contain(self, verb: Verb = Verb.DISABLE, *, break_glass: str = "") -> list[str]:
        self.story.ask(c.Contain("support", verb, break_glass=break_glass), made=plan(verb))
        await self.runner.run(RunContainment("ACT-001"))
        return [type(fact).__name__ for fact in self.told]


async def test_evidence_is_stored_before_anything_is_applied(tmp_path: Path) -> None:
    rig = Rig(tmp_path, NothingDoer("support"))
    assert await rig.contain() == ["EvidenceTaken", "ContainmentApplied", "ContainmentHeld"]
    taken = rig.told[0]
    assert isinstance(taken, f.EvidenceTaken)
    assert {file.name for file in taken.files} == {"bot.log", "support-state.json", "not-taken.txt"}


async def test_a_long_log_does_not_keep_the_bot_at_work_and_is_taken_whole_all_the_same(tmp_path: Path) -> None:
    rig = Rig(tmp_path, NothingDoer("support"))
    with rig.log.open("wb") as log:
        log.truncate(QUICK_BYTES + 1)
    told = await rig.contain()
    assert told[:2] == ["EvidenceTaken", "ContainmentApplied"]
    assert sorted(told[2:]) == ["ContainmentHeld", "EvidenceTaken"]
    sizes = [file.size for file in rig.story.desk.actions["ACT-001"].evidence if file.name == "bot.log"]
    assert sizes == [QUICK_BYTES, QUICK_BYTES + 1]
    assert rig.story.desk.actions["ACT-001"].state is ActionState.HELD


class SlowRest(Collector):
    """Stores the rest of long logs once it may."""

    may: asyncio.Event

    async def rest(self, cut: Sequence[Held]) -> Taken:
        await self.may.wait()
        return await super().rest(cut)


class LettingGo(Rig):
    """Lets the bot go as soon as it is held; only then the rest of its log is stored."""

    def __init__(self, tmp_path: Path) -> None:
        super().__init__(tmp_path, NothingDoer("support"))
        self.collector.__class__ = SlowRest
        assert isinstance(self.collector, SlowRest)
        self.collector.may = self.let_go = asyncio.Event()

    async def _report(self, fact: Fact) -> None:
        await super()._report(fact)
        if isinstance(fact, f.ContainmentHeld):
            self.story.tell(f.ReleaseRequested("ACT-001", "it was the wrong one"))
            self.story.tell(f.ContainmentReleased("ACT-001", proof(Verdict.OPEN)))
            self.let_go.set()


async def test_a_bot_that_is_let_go_before_its_long_log_is_stored_loses_none_of_it(tmp_path: Path) -> None:
    rig = LettingGo(tmp_path)
    with rig.log.open("wb") as log:
        log.truncate(QUICK_BYTES + 1)
    await rig.contain()
    action = rig.story.desk.actions["ACT-001"]
    assert action.state is ActionState.RELEASED
    assert [file.size for file in action.evidence if file.name == "bot.log"] == [QUICK_BYTES, QUICK_BYTES + 1]


async def test_a_playbook_can_demand_that_nothing_is_changed_without_evidence(tmp_path: Path) -> None:
    adapter = NothingDoer("support")
    rig = Rig(tmp_path, adapter)
    rig.demand_evidence()
    assert await rig.contain() == ["EvidenceTaken", "ContainmentFailed"]
    assert adapter.applied == []
    failed = rig.told[1]
    assert isinstance(failed, f.ContainmentFailed)
    assert "absent.log" in failed.reason


async def test_with_all_evidence_at_hand_the_gate_is_open(tmp_path: Path) -> None:
    rig = Rig(tmp_path, NothingDoer("support"))
    rig.logs.pop()
    rig.demand_evidence()
    assert "ContainmentHeld" in await rig.contain()


async def test_who_breaks_the_glass_acts_without_the_evidence_and_it_is_written_down(tmp_path: Path) -> None:
    rig = Rig(tmp_path, NothingDoer("support"))
    rig.demand_evidence()
    assert "ContainmentHeld" in await rig.contain(break_glass="the disk is full and it leaks")
    assert any(isinstance(entry.fact, f.GlassBroken) for entry in rig.story.entries)


async def test_a_snapshot_changes_nothing_and_is_done(tmp_path: Path) -> None:
    adapter = NothingDoer("support")
    assert await Rig(tmp_path, adapter).contain(Verb.SNAPSHOT) == ["EvidenceTaken", "ActionDone"]
    assert adapter.applied == []


@pytest.mark.parametrize(
    ("error", "outcome"),
    [
        (AdapterFailed("refused"), "ContainmentFailed"),
        (AdapterAmbiguous("no answer"), "ContainmentAmbiguous"),
        (TimeoutError(), "ContainmentAmbiguous"),
        (ZeroDivisionError("a bug in the adapter"), "ContainmentAmbiguous"),
        (OSError("broken pipe"), "ContainmentAmbiguous"),
    ],
    ids=lambda value: value if isinstance(value, str) else type(value).__name__,
)
async def test_whatever_an_adapter_raises_is_an_outcome(tmp_path: Path, error: Exception, outcome: str) -> None:
    rig = Rig(tmp_path, Breaking(error))
    names = await rig.contain()
    assert names[1] == outcome
    # Of what failed cleanly nothing is to be proved; of what nobody knows, the probe decides.
    assert names[2:] == ([] if outcome == "ContainmentFailed" else ["ContainmentHeld"])


async def test_a_failed_release_is_said(tmp_path: Path) -> None:
    rig = Rig(tmp_path, Breaking(AdapterFailed("gone")))
    await rig.contain()
    rig.story.ask(c.Release("ACT-001"))
    # It failed before it began, so there is nothing to release and the desk asked for nothing.
    assert rig.story.effects == [RunContainment("ACT-001")]
    rig.told.clear()
    await rig.runner.run(RunRelease("ACT-001"))
    assert [type(fact).__name__ for fact in rig.told] == ["ReleaseFailed"]


async def test_a_failed_release_at_an_end_says_that_it_is_tried_again(tmp_path: Path) -> None:
    rig = Rig(tmp_path, Breaking(AdapterFailed("the flag was changed by hand")))
    rig.story.ask(c.Contain("support", Verb.DISABLE), made=replace(plan(), expires_s=1.0))
    rig.story.tell(f.ContainmentHeld("ACT-001", proof()))
    rig.story.tell(f.ReleaseRequested("ACT-001", "it expired"))
    await rig.runner.run(RunRelease("ACT-001"))
    again = "its end has come: the engine asks again in 10s, later every 10m"
    assert rig.told == [f.ReleaseFailed("ACT-001", f"the flag was changed by hand; {again}", None)]


class Bot(NothingDoer):
    """Frozen or refusing, as its adapters left it; a probe sees what answers."""

    samples = 3

    def __init__(self, *, thaws: bool = True) -> None:
        super().__init__("support")
        self.frozen = self.refusing = True
        self.thaws = thaws

    def judges(self, verb: Verb) -> bool:
        return True

    def describe(self, verb: Verb) -> str:
        return "asks"

    async def look(self, verb: Verb) -> Sample:
        verdict = Verdict.OPEN
        if self.frozen:
            verdict = Verdict.CONTAINED if verb is Verb.FREEZE else Verdict.UNKNOWN
        elif self.refusing:
            verdict = Verdict.CONTAINED if verb is Verb.DISABLE else Verdict.UNKNOWN
        return Sample(0.0, verdict, "asked", "got")

    async def release(self, plan: Plan, key: str) -> Receipt:
        self.frozen = not self.thaws
        return Receipt("done")


def frozen_over(state: ActionState, tmp_path: Path, bot: Bot) -> Rig:
    """Return a rig with a bot that is disabled, ACT-001 in this state, and frozen over it by ACT-002."""
    rig = Rig(tmp_path, bot)
    rig.runner = rig.made(SteppedClock(), bot)
    rig.story.ask(c.Contain("support", Verb.DISABLE), made=replace(plan(Verb.DISABLE), adapter="flag"))
    rig.story.tell(f.ContainmentHeld("ACT-001", proof()))
    freeze = replace(plan(Verb.FREEZE), adapter="control")
    rig.story.ask(c.Contain("support", Verb.FREEZE), made=freeze)
    rig.story.tell(f.ContainmentHeld("ACT-002", proof()))
    if state is ActionState.AMBIGUOUS:
        rig.story.tell(f.ContainmentAmbiguous("ACT-001", "no answer"))
    if state is ActionState.NOT_HELD:
        rig.story.tell(f.ContainmentNotHeld("ACT-001", proof(Verdict.OPEN)))
    rig.story.ask(c.Release("ACT-002"))
    return rig


@pytest.mark.parametrize("milder", [ActionState.HELD, ActionState.AMBIGUOUS])
async def test_a_release_is_proved_by_the_milder_action_that_answers_then(tmp_path: Path, milder: ActionState) -> None:
    rig = frozen_over(milder, tmp_path, Bot())
    await rig.runner.run(RunRelease("ACT-002"))
    assert rig.story.desk.actions["ACT-002"].state is ActionState.RELEASED


@pytest.mark.parametrize("milder", [ActionState.HELD, ActionState.AMBIGUOUS, ActionState.NOT_HELD])
async def test_a_release_that_does_nothing_is_not_believed_behind_a_milder_action(
    tmp_path: Path, milder: ActionState
) -> None:
    rig = frozen_over(milder, tmp_path, Bot(thaws=False))
    await rig.runner.run(RunRelease("ACT-002"))
    unsure = rig.story.desk.actions["ACT-002"]
    assert unsure.state is ActionState.AMBIGUOUS
    rig.story.tell(await rig.runner.verify(unsure))
    assert rig.story.desk.actions["ACT-002"].state is ActionState.HELD


async def test_a_release_that_nobody_knows_is_settled_by_the_milder_action_that_answers(tmp_path: Path) -> None:
    bot = Bot()
    rig = frozen_over(ActionState.HELD, tmp_path, bot)
    rig.story.tell(f.ContainmentAmbiguous("ACT-002", "the engine ended"))
    bot.frozen = False
    rig.story.tell(await rig.runner.verify(rig.story.desk.actions["ACT-002"]))
    assert rig.story.desk.actions["ACT-002"].state is ActionState.RELEASED


class Undoing(Bot):
    """Its adapter has one way back, from all that it ever did."""

    async def release(self, plan: Plan, key: str) -> Receipt:
        self.frozen = self.refusing = False
        return Receipt("normal again")


async def test_a_release_that_undoes_a_milder_action_too_takes_the_word_held_from_it(tmp_path: Path) -> None:
    rig = frozen_over(ActionState.HELD, tmp_path, Undoing())
    await rig.runner.run(RunRelease("ACT-002"))
    assert [rig.story.desk.actions[name].state for name in ("ACT-002", "ACT-001")] == [
        ActionState.RELEASED,
        ActionState.NOT_HELD,
    ]
    assert [one.alarm.action for one in rig.story.desk.alarms.values()] == ["ACT-001"]


async def test_every_milder_action_that_one_release_undid_is_named(tmp_path: Path) -> None:
    rig = Rig(tmp_path, bot := Undoing())
    rig.runner = rig.made(SteppedClock(), bot)
    for name, verb in zip(("flag", "webhook", "control"), (Verb.LIMIT, Verb.DISABLE, Verb.FREEZE), strict=True):
        rig.story.ask(c.Contain("support", verb), made=replace(plan(verb), adapter=name))
        rig.story.tell(f.ContainmentHeld(f"ACT-00{len(rig.story.desk.actions)}", proof()))
    rig.story.ask(c.Release("ACT-003"))
    await rig.runner.run(RunRelease("ACT-003"))
    states = [one.state for one in rig.story.desk.actions.values()]
    assert states == [ActionState.NOT_HELD, ActionState.NOT_HELD, ActionState.RELEASED]


async def test_a_release_settled_later_that_undid_the_milder_one_says_so(tmp_path: Path) -> None:
    bot = Undoing()
    rig = frozen_over(ActionState.HELD, tmp_path, bot)
    rig.story.tell(f.ContainmentAmbiguous("ACT-002", "the engine ended"))
    unsure, looks = rig.story.desk.actions["ACT-002"], bot.look

    async def look(verb: Verb) -> Sample:
        bot.frozen, bot.refusing = verb is Verb.FREEZE, False
        return replace(await looks(verb), verdict=Verdict.UNKNOWN if verb is Verb.FREEZE else Verdict.OPEN)

    bot.look = look  # type: ignore[method-assign]
    rig.story.tell(await rig.runner.verify(unsure))
    states = [one.state for one in rig.story.desk.actions.values()]
    assert states == [ActionState.NOT_HELD, ActionState.RELEASED]


class LetGoMeanwhile(Scripted):
    """Sees it contained; before the last look ends its bot is let go, which fails after it was done."""

    def __init__(self, story: Story) -> None:
        super().__init__(Verdict.CONTAINED)
        self._story, self._looks = story, 0

    async def look(self, verb: Verb) -> Sample:
        self._looks += 1
        if self._looks == self.samples:
            self._story.ask(c.Release("ACT-001", "patched"))
            self._story.tell(f.ReleaseFailed("ACT-001", "500 after it was done", None))
        return await super().look(verb)


async def test_a_proof_that_a_release_overtook_says_nothing(tmp_path: Path) -> None:
    rig = Rig(tmp_path, Breaking(AdapterAmbiguous("no answer")))
    rig.runner = rig.made(SteppedClock(), LetGoMeanwhile(rig.story))
    assert "ContainmentHeld" not in await rig.contain()
    assert rig.story.desk.actions["ACT-001"].state is ActionState.AMBIGUOUS


def test_the_key_of_a_call_is_the_same_after_a_restart_and_differs_between_rooms(tmp_path: Path) -> None:
    one, other = Story(), Story()
    other.now += 60
    for story in (one, other):
        story.ask(c.Contain("support", Verb.DISABLE), made=plan())
    keys = [key_of(story.desk.actions["ACT-001"]) for story in (one, one, other)]
    assert keys[0] == keys[1]
    assert keys[0] != keys[2]
