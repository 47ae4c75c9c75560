"""A cgroup as evidence, and who is hit with it."""

from __future__ import annotations

from pathlib import Path

import msgspec
import psutil

from tests.adapters.contain.rig_cgroup import bot_in_cgroup, own_cgroup
from warroom.adapters.contain.cgroup_state import GroupState, also_hit, states_of
from warroom.adapters.contain.cgroup_tree import group_at


def test_each_cgroup_says_how_it_stands_and_who_is_in_it(tmp_path: Path) -> None:
    with bot_in_cgroup(tmp_path) as (group, bot):
        moved = bot.workers()[0]
        below = group.below("worker")
        (below / "cgroup.procs").write_text(str(moved))
        (below / "cgroup.freeze").write_text("1")
        found = msgspec.json.decode(states_of(group_at(group.folder)), type=list[GroupState])
        assert [one.folder for one in found] == [str(group.folder), str(below)]
        assert [(one.freeze, one.inode) for one in found] == [
            (False, group.folder.stat().st_ino),
            (True, below.stat().st_ino),
        ]
        assert [one.pid for one in found[1].processes] == [moved]
        assert {one.pid for one in found[0].processes} == {bot.process.pid, *bot.workers()} - {moved}
        for process in (*found[0].processes, *found[1].processes):
            assert "forking_server.py" in process.cmdline
            assert process.name == psutil.Process(process.pid).name()
            assert process.state
        (below / "cgroup.freeze").write_text("0")


def test_what_is_below_is_hit_too_and_short_lived_programs_change_no_plan(tmp_path: Path) -> None:
    with bot_in_cgroup(tmp_path) as (group, _):
        assert also_hit(group_at(group.folder)) == []
        group.below("a")
        group.below("b\x1b")
        assert also_hit(group_at(group.folder)) == ["cgroups below it: a, b␛"]


def test_of_many_cgroups_the_first_are_named() -> None:
    with own_cgroup() as group:
        for number in range(25):
            group.below(f"n{number:02}")
        (told,) = also_hit(group_at(group.folder))
        assert told.endswith("n18, n19, 5 more")
