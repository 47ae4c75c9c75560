"""Plans and rights before a decision."""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import Any

import pytest
from msgspec.structs import replace

from tests.adapters.contain.liars import NothingDoer
from tests.core.story import Story
from warroom.adapters.clock import SystemClock
from warroom.core import commands as c
from warroom.core.desk import Desk
from warroom.core.model import ENGINE, ActionState, Actor, Criticality, Level, Plan, Reversible, Verb
from warroom.core.ports import Standing
from warroom.core.queries import NotAnswered, ObservationAnswer, PlanAnswer, PreviewPlan
from warroom.engine.effects import EffectRunner
from warroom.engine.planner import Planner
from warroom.engine.prover import Prover


class Host:
    """Accounts as a test says."""

    def __init__(self, levels: dict[int, Level], shared: set[int]) -> None:
        self.levels = levels
        self.of_many = shared

    async def standing(self, uid: int) -> Standing:
        enrolled = sum(level is not Level.VIEWER for level in self.levels.values())
        return Standing(f"uid-{uid}", self.levels.get(uid), uid in self.of_many, enrolled)


def planner(
    desk: Callable[[], Desk] = Desk, host: Host | None = None, ways: list[NothingDoer] | None = None
) -> Planner:
    made: Any = object()
    both = ways or [NothingDoer("support"), NothingDoer("support", kind="flag", verbs=frozenset({Verb.DISABLE}))]
    runner = EffectRunner(
        clock=SystemClock(),
        adapters={"support": both},
        prover=Prover(SystemClock(), {}),
        collector=made,
        desk=desk,
        report=made,
    )
    return Planner(runner, host or Host({1000: Level.RESPONDER}, set()), desk, lambda bot: Criticality.HIGH)


async def test_a_plan_is_made_by_the_first_adapter_that_can_or_by_the_one_that_is_named() -> None:
    for adapter, wanted in (("", "control"), ("flag", "flag")):
        plan, fault = await planner().planned(c.Contain("support", Verb.DISABLE, adapter=adapter))
        assert plan is not None, fault
        assert plan.adapter == wanted


async def test_an_adapter_that_cannot_is_refused_with_those_that_can() -> None:
    plan, fault = await planner().planned(c.Contain("support", Verb.LIMIT, adapter="flag"))
    assert plan is None
    assert "by flag" in fault
    assert "control" in fault


async def test_what_waits_is_planned_anew_with_its_own_adapter() -> None:
    story = Story()
    made, _ = await planner().planned(c.Contain("support", Verb.DISABLE, adapter="flag"))
    assert made is not None
    story.ask(c.Contain("support", Verb.DISABLE, draft=True), made=made)
    again, _ = await planner(lambda: story.desk).planned(c.StartAction("ACT-001", made.sha256))
    assert again == made
    assert await planner().planned(c.ApproveAction("ACT-009", "")) == (None, "")


@pytest.mark.parametrize(
    ("uid", "claimed", "level", "must_name"),
    [
        (1000, "", Level.RESPONDER, False),
        (0, "", Level.COMMANDER, True),
        (0, "kim", Level.COMMANDER, False),
        (5, "", None, False),
    ],
)
async def test_rights_are_those_of_the_uid(uid: int, claimed: str, level: Level | None, must_name: bool) -> None:
    host = Host({1000: Level.RESPONDER, 0: Level.COMMANDER}, {0})
    rights = await planner(host=host).rights(Actor("x", uid, claimed))
    assert (rights.level, rights.must_name, rights.second_person) == (level, must_name, True)


async def test_the_engines_own_account_and_root_read_by_themselves_what_it_reads_and_nobody_else_does() -> None:
    host = Host(dict.fromkeys((0, os.getuid(), 1000), Level.COMMANDER), set())
    for uid in (0, os.getuid(), os.getuid() + 1):
        own = (await planner(host=host).rights(Actor("x", uid))).own
        assert own is (uid in (0, os.getuid()))


async def test_the_engine_itself_asks_nobody() -> None:
    rights = await planner().rights(ENGINE)
    assert (rights.level, rights.must_name, rights.second_person) == (Level.COMMANDER, False, False)


async def test_a_preview_tells_the_checks_the_target_and_the_second_person() -> None:
    host = Host({1000: Level.RESPONDER, 1001: Level.COMMANDER}, set())
    answer = await planner(host=host).preview(PreviewPlan("support", Verb.DISABLE), Actor("ana", 1000))
    assert isinstance(answer, PlanAnswer)
    assert [check.text for check in answer.checks] == ["fine"]
    assert answer.observed == "done"
    assert "high criticality" in answer.two
    alone = await planner().preview(PreviewPlan("support", Verb.DISABLE), Actor("ana", 1000))
    assert isinstance(alone, PlanAnswer)
    assert alone.two == ""
    assert isinstance(await planner().preview(PreviewPlan("nobody", Verb.DISABLE), ENGINE), NotAnswered)


async def test_an_actions_adapter_is_asked_for_its_own_reading() -> None:
    story = Story()
    made, _ = await planner().planned(c.Contain("support", Verb.DISABLE))
    story.ask(c.Contain("support", Verb.DISABLE), made=made)
    assert story.desk.actions["ACT-001"].state is ActionState.RUNNING
    answer = await planner(lambda: story.desk).observe("ACT-001")
    assert isinstance(answer, ObservationAnswer)
    assert (answer.adapter, answer.text) == ("control", "done")
    assert isinstance(await planner().observe("ACT-009"), NotAnswered)


class Lasting(NothingDoer):
    """Does what cannot be undone."""

    async def plan(self, verb: Verb, expires_s: float | None) -> Plan:
        return replace(await super().plan(verb, expires_s), reversible=Reversible.NO)


async def test_what_cannot_be_undone_is_not_planned_with_an_end() -> None:
    made = planner(ways=[Lasting("support")])
    plan, fault = await made.planned(c.Contain("support", Verb.DISABLE, expires_s=60.0))
    assert plan is None
    assert fault == "disable support cannot be undone, so it has no end: leave the end away"
    seen = await made.preview(PreviewPlan("support", Verb.DISABLE, 60.0), ENGINE)
    assert isinstance(seen, NotAnswered)
    assert seen.reason == fault
    endless, _ = await made.planned(c.Contain("support", Verb.DISABLE))
    assert endless is not None
