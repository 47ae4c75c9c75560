"""kill -9 of the engine at random points of an action's life: no intent is lost, no order is given twice."""

from __future__ import annotations

import asyncio
import random
import time
from pathlib import Path

import pytest

from tests.engine.rig import paths_in
from tests.stories.farm import Farm, running_farm
from tests.stories.killing import KilledEngine
from tests.waiting import attempted
from warroom.adapters.paths import RoomPaths
from warroom.client.connection import RoomConnection
from warroom.core.commands import Ack, Contain, Release
from warroom.core.model import ActionState, Verb
from warroom.core.room import ConnectionLost
from warroom.core.view import ActionView, View

BEYOND = 1.5
"""How much longer than an action takes an engine may live: some are killed when all is done."""
_LIVES = 20
"""Lives after which it is looked again how long an action takes: the machine may be busier by then."""
MOST = 300
OUTCOMES = {ActionState.HELD, ActionState.NOT_HELD, ActionState.FAILED}


async def reached(paths: RoomPaths) -> RoomConnection:
    """Attach as soon as the engine answers."""
    return await attempted(lambda: RoomConnection(paths.socket, client="cli", follow=True).__aenter__(), ConnectionLost)


async def settled(room: RoomConnection) -> View:
    """Wait until every action has an outcome."""
    moving = {ActionState.RUNNING, ActionState.RELEASING, ActionState.AMBIGUOUS}
    view = await room.first_view()
    try:
        async with asyncio.timeout(60):
            while any(action.state in moving for action in view.actions):
                await room.arrival()
                view = await room.first_view()
    except TimeoutError:
        left = [f"{action.id} {action.state} {action.note}" for action in view.actions if action.state in moving]
        raise AssertionError(f"no outcome for {left}") from None
    return view


class Tally:
    """What the person at the console was told."""

    def __init__(self) -> None:
        self.saved: set[str] = set()
        self.releases: set[str] = set()


async def ask(room: RoomConnection, tally: Tally, bot: str) -> None:
    """Contain and then let back, for as long as the engine lives."""
    try:
        answer = await room.submit(Contain(bot, Verb.DISABLE, reason="it leaks"))
        if isinstance(answer, Ack):
            tally.saved.add(answer.ref)
            while True:
                found = next((one for one in (await room.first_view()).actions if one.id == answer.ref), None)
                if found is not None and found.state is ActionState.HELD:
                    break
                await room.arrival()
                if room.lost:
                    return
            if isinstance(await room.submit(Release(answer.ref)), Ack):
                tally.releases.add(answer.ref)
    except ConnectionLost:
        return


async def whole_life_s(paths: RoomPaths, farm: Farm, tally: Tally, bot: str) -> float:
    """Let an engine live until a bot is contained and let back; return how long that took, in seconds."""
    engine = KilledEngine(paths, farm.settings(400))
    try:
        room = await reached(paths)
        began = time.monotonic()
        await asyncio.wait_for(ask(room, tally, bot), 60)
        took = time.monotonic() - began
    finally:
        await asyncio.to_thread(engine.kill)
    await room.__aexit__(None, None, None)
    return took


async def one_life(
    paths: RoomPaths, farm: Farm, tally: Tally, bot: str, chance: random.Random, longest_s: float
) -> None:
    """Start an engine, begin an action, kill the engine at some moment."""
    engine = KilledEngine(paths, farm.settings(400))
    try:
        room = await reached(paths)
        work = asyncio.create_task(ask(room, tally, bot))
        await asyncio.wait([work], timeout=chance.uniform(0.0, longest_s))
    finally:
        await asyncio.to_thread(engine.kill)
    await asyncio.wait([work], timeout=5)
    work.cancel()
    await room.__aexit__(None, None, None)


async def killed(
    paths: RoomPaths, farm: Farm, tally: Tally, chance: random.Random, lives: int, enough: int = 0
) -> None:
    """Kill so many engines, each at a random moment of the life of an action."""
    longest_s, number = 0.0, 0
    # On a machine that is late at the wrong moments more lives than usual are too short to save an intent.
    while number < lives or (len(tally.saved) <= enough and number < MOST):
        if number % _LIVES == 0:
            longest_s = BEYOND * await whole_life_s(paths, farm, tally, f"b{300 + number // _LIVES:03d}")
        await one_life(paths, farm, tally, f"b{number:03d}", chance, longest_s)
        number += 1


def faults(view: View, farm: Farm, tally: Tally) -> list[str]:
    """Return what must never be."""
    known = {action.id: action for action in view.actions}
    told = [f"{name} was called saved and is not in the record" for name in tally.saved - known.keys()]
    told += [f"order {order} was given {count} times" for order, count in farm.orders.items() if count > 1]
    told += [f"{action.id} of {action.bot} is {action.state}" for action in known.values() if _lies(action, farm)]
    told += [f"{len(farm.orders)} orders for {len(known)} actions"] if len(farm.orders) > 2 * len(known) else []
    return told


def _lies(action: ActionView, farm: Farm) -> bool:
    off = farm.modes.get(action.bot) == "disabled"
    return (action.state is ActionState.HELD) is not off


@pytest.mark.long
@pytest.mark.timeout(900)
async def test_two_hundred_kills_lose_no_intent_and_repeat_no_order(tmp_path: Path) -> None:
    paths, tally, chance = paths_in(tmp_path), Tally(), random.Random(4)
    with running_farm(tmp_path) as farm:
        await killed(paths, farm, tally, chance, 200, enough=150)
        last = KilledEngine(paths, farm.settings(400))
        try:
            view = await settled(await reached(paths))
        finally:
            await asyncio.to_thread(last.kill)
    assert faults(view, farm, tally) == []
    assert len(tally.saved) > 150, "most lives were long enough to save an intent"
    states = {action.state for action in view.actions}
    assert {ActionState.HELD, ActionState.RELEASED} <= states


async def test_a_few_kills(tmp_path: Path) -> None:
    paths, tally, chance = paths_in(tmp_path), Tally(), random.Random(1)
    with running_farm(tmp_path) as farm:
        await killed(paths, farm, tally, chance, 4)
        last = KilledEngine(paths, farm.settings(400))
        try:
            view = await settled(await reached(paths))
        finally:
            await asyncio.to_thread(last.kill)
    assert faults(view, farm, tally) == []
