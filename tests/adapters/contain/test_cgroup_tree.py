"""Cgroups as the kernel shows them."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.adapters.contain.rig_cgroup import bot_in_cgroup, cgroup_mount, own_cgroup
from warroom.adapters.contain import cgroup_tree as tree
from warroom.adapters.contain.cgroup_tree import Gone


def test_the_mount_is_found_with_the_cgroup_that_it_shows() -> None:
    found = {mount.folder: mount.root for mount in tree.mounts()}
    assert found[cgroup_mount()].startswith("/")


def test_who_is_in_a_cgroup_and_below_it_is_told_once(tmp_path: Path) -> None:
    with bot_in_cgroup(tmp_path) as (group, bot):
        below = group.below("worker")
        moved = bot.workers()[0]
        (below / "cgroup.procs").write_text(str(moved))
        assert tree.pids_in(below) == [moved]
        assert tree.pids_below(group.folder) == {bot.process.pid, *bot.workers()}
        assert [one.pid for one in tree.members(group.folder)] == sorted([bot.process.pid, *bot.workers()])
        assert tree.groups_below(group.folder) == [group.folder, below]


def test_threads_below_are_told_by_the_cgroup_of_their_process(tmp_path: Path) -> None:
    with bot_in_cgroup(tmp_path) as (group, bot):
        below = group.below("threads")
        (below / "cgroup.type").write_text("threaded")
        (below / "cgroup.threads").write_text(str(bot.process.pid))
        assert tree.pids_in(below) == []
        assert tree.pids_below(group.folder) == {bot.process.pid, *bot.workers()}


def test_what_the_kernel_says_follows_what_is_done(tmp_path: Path) -> None:
    with bot_in_cgroup(tmp_path) as (group, _):
        one = tree.group_at(group.folder)
        assert tree.events(one) == tree.Events(populated=True, frozen=False)
        group.freeze(True)
        assert tree.events(one) == tree.Events(populated=True, frozen=True)
        assert tree.read(one, tree.FREEZE) == "1\n"
        tree.write(one, tree.FREEZE, "0")
        assert tree.read(one, tree.FREEZE) == "0\n"


def test_a_later_cgroup_of_the_same_name_is_neither_read_nor_written() -> None:
    with own_cgroup() as group:
        first = tree.group_at(group.folder)
        group.remove()
        with pytest.raises(Gone, match="taken away"):
            tree.events(first)
        group.folder.mkdir()
        with pytest.raises(Gone, match="another cgroup now"):
            tree.write(first, tree.FREEZE, "1")
        assert (group.folder / tree.FREEZE).read_text() == "0\n"


def test_a_file_that_the_kernel_does_not_offer_is_no_cgroup_that_is_gone() -> None:
    with own_cgroup() as group:
        one = tree.group_at(group.folder)
        assert not tree.has(one, "cgroup.absent")
        assert not tree.may_write(one, "cgroup.absent")
        with pytest.raises(FileNotFoundError):
            tree.write(one, "cgroup.absent", "1")
        assert tree.may_write(one, tree.FREEZE)


def test_the_nearest_frozen_cgroup_above_is_named() -> None:
    with own_cgroup() as group:
        inner = group.below("a")
        (inner / "b").mkdir()
        assert tree.frozen_above(inner / "b") is None
        (group.folder / tree.FREEZE).write_text("1")
        assert tree.frozen_above(inner / "b") == group.folder
        (inner / tree.FREEZE).write_text("1")
        assert tree.frozen_above(inner / "b") == inner
        assert tree.frozen_above(group.folder) is None
