"""The watch over open actions: on time, only flips are told, what expires is let go."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from itertools import pairwise

import pytest
from msgspec.structs import replace

from tests.core.story import START, Story, plan, proof
from warroom.core import commands as c
from warroom.core import facts as f
from warroom.core.access import Rights
from warroom.core.desk import ActionRecord
from warroom.core.expiry import again_after_s
from warroom.core.facts import Fact
from warroom.core.model import ActionState, Plan, Reversible, Verb, Verdict
from warroom.engine.watchkeeper import Watchkeeper


class Clock:
    """Ten seconds pass with each wait."""

    def __init__(self, ticks: int) -> None:
        self.time = START + 100
        self.left = ticks

    def now(self) -> float:
        return self.time

    def monotonic(self) -> float:
        return self.time

    async def sleep(self, seconds: float) -> None:
        if self.left == 0:
            await asyncio.Event().wait()
        self.left -= 1
        self.time += 10.0
        for _ in range(5):
            await asyncio.sleep(0)


async def rounds_of(keeper: Watchkeeper, rounds: int) -> None:
    """Let the watch run for so many turns of the loop, then end it."""
    task = asyncio.create_task(keeper.run())
    for _ in range(rounds):
        await asyncio.sleep(0)
    task.cancel()
    await asyncio.wait([task])


async def watched(outcome: Callable[[ActionRecord], Fact], *, ticks: int = 6, expires_s: float | None = None) -> Story:
    story = Story()
    made = plan()
    if expires_s is not None:
        made = made.__class__(made.bot, made.verb, made.adapter, [], [], "", "", expires_s)
    story.ask(c.Contain("support", Verb.DISABLE), made=made)
    story.tell(f.ContainmentHeld("ACT-001", proof()))
    clock = Clock(ticks)

    async def verify(action: ActionRecord) -> Fact:
        return outcome(action)

    async def report(fact: Fact) -> None:
        story.tell(fact)

    keeper = Watchkeeper(
        clock=clock, desk=lambda: story.desk, verify=verify, report=report, every_s=lambda action: 20.0
    )
    await rounds_of(keeper, 2000)
    return story


async def test_an_unchanged_verdict_is_no_news() -> None:
    story = await watched(lambda action: f.ContainmentHeld(action.id, proof()))
    assert [type(entry.fact).__name__ for entry in story.entries].count("ContainmentHeld") == 1


async def test_a_flip_is_told_once() -> None:
    story = await watched(lambda action: f.ContainmentNotHeld(action.id, proof(Verdict.OPEN)))
    assert [type(entry.fact).__name__ for entry in story.entries].count("ContainmentNotHeld") == 1
    assert story.desk.actions["ACT-001"].state is ActionState.NOT_HELD


async def test_a_probe_that_cannot_tell_any_more_takes_the_word_held_away() -> None:
    story = await watched(lambda action: f.ContainmentAmbiguous(action.id, "no answer"))
    assert story.desk.actions["ACT-001"].state is ActionState.AMBIGUOUS


async def test_what_has_expired_is_let_go() -> None:
    story = await watched(lambda action: f.ContainmentHeld(action.id, proof()), expires_s=110.0)
    assert story.desk.actions["ACT-001"].state is ActionState.RELEASING
    assert story.entries[-1].fact == f.ReleaseRequested("ACT-001", "it expired")


async def test_an_end_that_comes_near_is_announced_twice() -> None:
    story = await watched(lambda action: f.ContainmentHeld(action.id, proof()), ticks=90, expires_s=900.0)
    announced = [entry.fact for entry in story.entries if isinstance(entry.fact, f.ExpiryAnnounced)]
    assert announced == [f.ExpiryAnnounced("ACT-001", 600.0), f.ExpiryAnnounced("ACT-001", 120.0)]
    assert story.desk.actions["ACT-001"].state is ActionState.RELEASING


async def test_what_lasts_shorter_than_a_mark_is_not_announced_at_it() -> None:
    story = await watched(lambda action: f.ContainmentHeld(action.id, proof()), ticks=20, expires_s=300.0)
    announced = [entry.fact for entry in story.entries if isinstance(entry.fact, f.ExpiryAnnounced)]
    assert announced == [f.ExpiryAnnounced("ACT-001", 120.0)]


async def test_a_look_that_takes_long_keeps_no_other_action_from_its_end() -> None:
    story = await watched(lambda action: f.ContainmentHeld(action.id, proof()), ticks=1)
    story.ask(c.Contain("support", Verb.FREEZE), made=replace(plan(Verb.FREEZE), bot="other", expires_s=50.0))
    story.tell(f.ContainmentHeld("ACT-002", proof()))
    looked: list[str] = []

    async def verify(action: ActionRecord) -> Fact:
        looked.append(action.id)
        await asyncio.Event().wait()
        raise AssertionError

    async def report(fact: Fact) -> None:
        story.tell(fact)

    keeper = Watchkeeper(clock=Clock(9), desk=lambda: story.desk, verify=verify, report=report, every_s=lambda _: 10.0)
    await rounds_of(keeper, 2000)
    assert looked.count("ACT-001") == 1, "nothing is looked at twice at the same time"
    assert story.desk.actions["ACT-002"].state is ActionState.RELEASING


async def test_a_request_that_nobody_answers_lapses() -> None:
    story = await watched(lambda action: f.ContainmentHeld(action.id, proof()), ticks=1)
    story.rights = Rights(second_person=True)
    story.ask(c.Release("ACT-001", "patched"))
    clock = Clock(99)

    async def verify(action: ActionRecord) -> Fact:
        return f.ContainmentHeld(action.id, proof())

    async def report(fact: Fact) -> None:
        story.tell(fact)

    keeper = Watchkeeper(
        clock=clock, desk=lambda: story.desk, verify=verify, report=report, every_s=lambda action: 20.0
    )
    await rounds_of(keeper, 2000)
    lapsed = [entry.fact for entry in story.entries if isinstance(entry.fact, f.ApprovalLapsed)]
    assert lapsed == [f.ApprovalLapsed("ACT-001")]
    assert story.desk.actions["ACT-001"].state is ActionState.HELD


async def test_behind_a_harder_one_that_holds_the_milder_is_not_looked_at() -> None:
    story = await watched(lambda action: f.ContainmentHeld(action.id, proof()), ticks=1)
    story.ask(c.Contain("support", Verb.FREEZE), made=plan(Verb.FREEZE))
    story.tell(f.ContainmentHeld("ACT-002", proof()))
    looked: list[str] = []

    async def verify(action: ActionRecord) -> Fact:
        looked.append(action.id)
        return f.ContainmentHeld(action.id, proof())

    async def report(fact: Fact) -> None:
        story.tell(fact)

    keeper = Watchkeeper(
        clock=Clock(20), desk=lambda: story.desk, verify=verify, report=report, every_s=lambda action: 20.0
    )
    await rounds_of(keeper, 2000)
    assert set(looked) == {"ACT-002"}


async def seen_behind(outcome: Callable[[str], Fact], harder: ActionState, *, reconciled: bool = False) -> Story:
    """Return how it stands once a freeze came before a held disable in the middle of a look at it."""
    story = await watched(lambda action: f.ContainmentHeld(action.id, proof()), ticks=1)

    async def verify(action: ActionRecord) -> Fact:
        if action.id == "ACT-001":
            story.ask(c.Contain("support", Verb.FREEZE), made=plan(Verb.FREEZE))
            if harder is ActionState.HELD:
                story.tell(f.ContainmentHeld("ACT-002", proof()))
        return outcome(action.id)

    async def report(fact: Fact) -> None:
        story.tell(fact)

    keeper = Watchkeeper(
        clock=Clock(0 if reconciled else 3),
        desk=lambda: story.desk,
        verify=verify,
        report=report,
        every_s=lambda action: 20.0,
    )
    if reconciled:
        await keeper.reconcile("ACT-001")
    await rounds_of(keeper, 2000)
    assert "ACT-002" in story.desk.actions
    return story


@pytest.mark.parametrize("harder", [ActionState.RUNNING, ActionState.HELD])
@pytest.mark.parametrize("reconciled", [False, True])
async def test_silence_that_a_harder_action_brought_is_no_news_of_the_milder_one(
    harder: ActionState, reconciled: bool
) -> None:
    story = await seen_behind(lambda name: f.ContainmentAmbiguous(name, "no answer"), harder, reconciled=reconciled)
    assert story.desk.actions["ACT-001"].state is ActionState.HELD


async def test_a_bot_that_answered_before_a_harder_action_came_is_news_all_the_same() -> None:
    story = await seen_behind(lambda name: f.ContainmentNotHeld(name, proof(Verdict.OPEN)), ActionState.RUNNING)
    assert story.desk.actions["ACT-001"].state is ActionState.NOT_HELD


async def test_a_former_engines_action_behind_a_harder_one_is_not_looked_at() -> None:
    story = await watched(lambda action: f.ContainmentHeld(action.id, proof()), ticks=1)
    story.ask(c.Contain("support", Verb.FREEZE), made=plan(Verb.FREEZE))
    story.tell(f.ContainmentHeld("ACT-002", proof()))
    looked: list[str] = []

    async def verify(action: ActionRecord) -> Fact:
        looked.append(action.id)
        return f.ContainmentHeld(action.id, proof())

    async def report(fact: Fact) -> None:
        story.tell(fact)

    keeper = Watchkeeper(clock=Clock(0), desk=lambda: story.desk, verify=verify, report=report, every_s=lambda _: 20.0)
    await keeper.reconcile("ACT-001")
    await keeper.reconcile("ACT-002")
    await rounds_of(keeper, 50)
    assert looked == ["ACT-002"]


async def test_a_look_of_before_a_release_says_nothing_of_it() -> None:
    story = await watched(lambda action: f.ContainmentHeld(action.id, proof()), ticks=1)

    async def verify(action: ActionRecord) -> Fact:
        story.ask(c.Release(action.id, "patched"))
        return f.ContainmentAmbiguous(action.id, "no answer")

    async def report(fact: Fact) -> None:
        story.tell(fact)

    keeper = Watchkeeper(clock=Clock(5), desk=lambda: story.desk, verify=verify, report=report, every_s=lambda _: 10.0)
    await rounds_of(keeper, 200)
    assert story.desk.actions["ACT-001"].state is ActionState.RELEASING


@pytest.mark.parametrize("awaited", [False, True])
async def test_a_look_of_before_a_release_that_failed_holds_nothing(awaited: bool) -> None:
    story = await watched(lambda action: f.ContainmentHeld(action.id, proof()), ticks=1)
    story.tell(f.ContainmentAmbiguous("ACT-001", "no answer"))
    looks = 0

    async def verify(action: ActionRecord) -> Fact:
        nonlocal looks
        looks += 1
        if looks > 1:
            return f.ContainmentReleased(action.id, proof(Verdict.OPEN))
        story.ask(c.Release(action.id, "patched"))
        story.tell(f.ReleaseFailed(action.id, "500, and it was done", None))
        return f.ContainmentHeld(action.id, proof())

    async def report(fact: Fact) -> None:
        story.tell(fact)

    clock = Clock(0 if awaited else 1)
    keeper = Watchkeeper(clock=clock, desk=lambda: story.desk, verify=verify, report=report, every_s=lambda _: 10.0)
    if awaited:
        await keeper.verify("ACT-001")
    await rounds_of(keeper, 200)
    # Whoever asked gets a look of now; the watch looks again when it is time.
    assert story.desk.actions["ACT-001"].state is (ActionState.RELEASED if awaited else ActionState.AMBIGUOUS)
    assert looks == (2 if awaited else 1)


async def test_a_look_during_which_another_action_of_its_bot_was_let_go_holds_nothing() -> None:
    story = await watched(lambda action: f.ContainmentHeld(action.id, proof()), ticks=1)
    story.ask(c.Contain("support", Verb.FREEZE), made=plan(Verb.FREEZE))
    story.tell(f.ContainmentNotHeld("ACT-002", proof(Verdict.OPEN)))
    story.tell(f.ContainmentAmbiguous("ACT-001", "no answer"))

    async def verify(action: ActionRecord) -> Fact:
        if action.id == "ACT-001":
            story.ask(c.Release("ACT-002", "it does nothing"))
            story.tell(f.ContainmentReleased("ACT-002", proof(Verdict.OPEN)))
        return f.ContainmentHeld(action.id, proof())

    async def report(fact: Fact) -> None:
        story.tell(fact)

    keeper = Watchkeeper(clock=Clock(1), desk=lambda: story.desk, verify=verify, report=report, every_s=lambda _: 5.0)
    await rounds_of(keeper, 200)
    assert story.desk.actions["ACT-002"].state is ActionState.RELEASED
    assert story.desk.actions["ACT-001"].state is ActionState.AMBIGUOUS


async def watched_failing(story: Story, *, ticks: int) -> list[float]:
    """Return when releases were asked for, each of which fails at once."""
    clock, asked = Clock(ticks), list[float]()

    async def verify(action: ActionRecord) -> Fact:
        return f.ContainmentHeld(action.id, proof())

    async def report(fact: Fact) -> None:
        story.now = clock.now() - 1.0
        story.tell(fact)
        if isinstance(fact, f.ReleaseRequested):
            asked.append(clock.now() - START)
            story.tell(f.ReleaseFailed(fact.action, "the gateway is busy", None))

    keeper = Watchkeeper(clock=clock, desk=lambda: story.desk, verify=verify, report=report, every_s=lambda _: 20.0)
    await rounds_of(keeper, 20 * ticks + 100)
    return asked


def held_until(made: Plan) -> Story:
    story = Story()
    story.ask(c.Contain("support", made.verb, confirm="support"), made=made)
    story.tell(f.ContainmentHeld("ACT-001", proof()))
    return story


async def test_an_end_whose_release_fails_comes_again_ever_more_rarely() -> None:
    asked = await watched_failing(held_until(replace(plan(), expires_s=50.0)), ticks=200)
    waits = [round(later - sooner) for sooner, later in pairwise(asked)]
    assert len(waits) > 6
    assert all(wait >= again_after_s(number) for number, wait in enumerate(waits, 1))
    assert waits[-1] <= 630, "but it comes"


async def test_what_cannot_be_undone_is_never_let_go_by_an_end_that_an_old_record_gives_it() -> None:
    made = replace(plan(Verb.STOP), expires_s=150.0, reversible=Reversible.NO)
    story = held_until(made)
    assert await watched_failing(story, ticks=60) == []
    assert story.desk.actions["ACT-001"].state is ActionState.HELD
    assert not [entry for entry in story.entries if isinstance(entry.fact, f.ExpiryAnnounced)]


class SetBack(Clock):
    """A clock of the day that somebody set back by an hour; the steady one goes on."""

    def now(self) -> float:
        return super().now() - 3600.0


async def test_a_clock_that_is_set_back_keeps_nobody_from_looking() -> None:
    story = await watched(lambda action: f.ContainmentHeld(action.id, proof()), ticks=2)

    async def verify(action: ActionRecord) -> Fact:
        return f.ContainmentNotHeld(action.id, proof(Verdict.OPEN))

    async def report(fact: Fact) -> None:
        story.tell(fact)

    keeper = Watchkeeper(clock=SetBack(9), desk=lambda: story.desk, verify=verify, report=report, every_s=lambda _: 20)
    await rounds_of(keeper, 200)
    assert story.desk.actions["ACT-001"].state is ActionState.NOT_HELD
