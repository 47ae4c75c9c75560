"""What the kernel says afterwards counts: a freeze that does not stand is taken back, who outlives a kill is named."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.adapters.contain.rig_cgroup import OwnCgroup, bot_in_cgroup, held_by_version_1
from tests.adapters.contain.rigs import ForkingBot
from tests.adapters.time_over import PATIENCE_S, WhenClock
from warroom.adapters.clock import SystemClock
from warroom.adapters.contain import cgroup_acts as acts
from warroom.adapters.contain.cgroup_target import Kept, identify, populated
from warroom.core.ports import AdapterAmbiguous, AdapterFailed

CLOCK = SystemClock()


@pytest.fixture
def scene(tmp_path: Path) -> Iterator[tuple[OwnCgroup, ForkingBot]]:
    with bot_in_cgroup(tmp_path) as running:
        yield running


def kept_of(group: OwnCgroup) -> Kept:
    return populated(identify(group.name))


def is_told_to_freeze(group: OwnCgroup) -> bool:
    return (group.folder / "cgroup.freeze").read_text() == "1\n"


async def test_a_freeze_that_does_not_come_to_stand_is_taken_back(scene: tuple[OwnCgroup, ForkingBot]) -> None:
    group, bot = scene
    with held_by_version_1(bot.workers()[0]):
        with pytest.raises(AdapterFailed, match=r"does not stand still within 0.2 s; it is as before"):
            await acts.freeze(kept_of(group), CLOCK, 0.2)
        assert not is_told_to_freeze(group)


async def test_a_cgroup_that_everybody_left_is_not_called_frozen(scene: tuple[OwnCgroup, ForkingBot]) -> None:
    group, _ = scene
    kept = kept_of(group)
    group.kill()
    with pytest.raises(AdapterFailed, match=r"nobody is in .* any more"):
        await acts.freeze(kept, CLOCK, PATIENCE_S)
    assert not is_told_to_freeze(group)


async def test_a_cgroup_that_was_taken_away_can_neither_be_frozen_thawed_nor_killed(
    scene: tuple[OwnCgroup, ForkingBot],
) -> None:
    group, _ = scene
    kept = kept_of(group)
    group.kill()
    group.remove()
    for act in (acts.freeze, acts.thaw, acts.stop):
        with pytest.raises(AdapterFailed, match="was taken away"):
            await act(kept, CLOCK, PATIENCE_S)


async def test_who_does_not_end_on_a_kill_is_named(scene: tuple[OwnCgroup, ForkingBot]) -> None:
    group, bot = scene
    stuck = bot.workers()[0]
    with (
        held_by_version_1(stuck),
        pytest.raises(AdapterAmbiguous, match=f"after all was killed: {stuck} python.*; who starts them"),
    ):
        await acts.stop(kept_of(group), WhenClock(lambda: group.pids() == [stuck]), PATIENCE_S)


async def test_a_thaw_beneath_a_frozen_cgroup_says_which_one_holds_it(scene: tuple[OwnCgroup, ForkingBot]) -> None:
    group, bot = scene
    inner = group.below("bot")
    for pid in (bot.process.pid, *bot.workers()):
        (inner / "cgroup.procs").write_text(str(pid))
    kept = populated(identify(f"{group.name}/bot"))
    await acts.freeze(kept, CLOCK, PATIENCE_S)
    group.freeze(True)
    told = await acts.thaw(kept, CLOCK, 0.1)
    assert told == f"{inner} is not frozen by us any more, but {group.folder} above it is: thaw that one"
    group.freeze(False)


async def test_a_thaw_after_all_ended_leaves_no_frozen_cgroup_for_the_next_start(
    scene: tuple[OwnCgroup, ForkingBot],
) -> None:
    group, _ = scene
    kept = kept_of(group)
    await acts.freeze(kept, CLOCK, PATIENCE_S)
    group.kill()
    assert "nobody is in it: start the bot again" in await acts.thaw(kept, CLOCK, PATIENCE_S)
    assert not is_told_to_freeze(group)


class MovingClock(SystemClock):
    """A clock that takes a process out of its cgroup while others wait."""

    def __init__(self, pid: int, target: Path) -> None:
        self._pid = pid
        self._target = target

    async def sleep(self, seconds: float) -> None:
        """Move it."""
        self._target.write_text(str(self._pid))


async def test_a_process_that_leaves_while_the_rest_comes_to_stand_is_named(
    scene: tuple[OwnCgroup, ForkingBot],
) -> None:
    group, bot = scene
    left = bot.workers()[0]
    clock = MovingClock(left, group.folder.parent / "cgroup.procs")
    with held_by_version_1(left):
        told = await acts.freeze(kept_of(group), clock, PATIENCE_S)
    assert told.startswith(f"2 processes of {group.folder} stand still; 1 left it meanwhile and run on: {left} python")
    assert is_told_to_freeze(group)
