"""Four consoles press the same button at once: one acts, three are told who does."""

from __future__ import annotations

import asyncio
import contextlib
from pathlib import Path

import pytest

from tests.engine.rig import attached, paths_in, running_engine
from tests.stories.farm import running_farm
from tests.waiting import eventually
from warroom.core.commands import Ack, Answer, Contain, Refused
from warroom.core.model import ActionState, Verb


async def raced(folder: Path, times: int) -> list[list[Answer]]:
    """Race for so many bots, one after another, and return the answers of each race once all are held."""
    with running_farm(folder) as farm:
        settings = farm.settings(times, samples=1)
        async with running_engine(paths_in(folder), settings) as engine, contextlib.AsyncExitStack() as stack:
            consoles = [await stack.enter_async_context(attached(paths_in(folder))) for _ in range(4)]
            races = []
            for bot in settings.bots:
                async with asyncio.TaskGroup() as tasks:
                    asked = [tasks.create_task(one.submit(Contain(bot, Verb.DISABLE))) for one in consoles]
                races.append([task.result() for task in asked])
            held = {ActionState.HELD}
            await eventually(lambda: {one.state for one in engine.desk.actions.values()} == held, timeout_s=600)
        assert max(farm.orders.values()) == 1
        assert len(farm.orders) == times
    return races


def check(races: list[list[Answer]]) -> None:
    for answers in races:
        saved = [answer for answer in answers if isinstance(answer, Ack)]
        told = [answer for answer in answers if isinstance(answer, Refused)]
        assert (len(saved), len(told)) == (1, 3)
        assert all(saved[0].ref in answer.reason for answer in told), told


async def test_one_of_four_consoles_acts_and_three_are_told(tmp_path: Path) -> None:
    check(await raced(tmp_path, 10))


@pytest.mark.long
@pytest.mark.timeout(900)
async def test_two_hundred_races_of_two_hundred(tmp_path: Path) -> None:
    check(await raced(tmp_path, 200))
