"""The watch over open actions: on time, only flips are told, what expires is let go."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from tests.core.story import START, Story, plan, proof
from warroom.core import commands as c
from warroom.core import facts as f
from warroom.core.desk import ActionRecord
from warroom.core.facts import Fact
from warroom.core.model import ActionState, Verb, Verdict
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
    task = asyncio.create_task(keeper.run())
    for _ in range(100):
        await asyncio.sleep(0)
    task.cancel()
    await asyncio.wait([task])
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
