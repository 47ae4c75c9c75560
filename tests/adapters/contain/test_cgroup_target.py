"""Which cgroup is meant: never the host, never ours, never a later one of the same name."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tests.adapters.contain.rig_cgroup import bot_in_cgroup, cgroup_mount, own_cgroup
from warroom.adapters.contain.cgroup_target import identify, of_plan, planned, populated
from warroom.core.model import Plan, Verb
from warroom.core.ports import AdapterFailed

EMPTY = Plan("support", Verb.FREEZE, "cgroup", ["x"], ["x"], "x", "x")


def test_a_cgroup_is_found_by_its_name_and_by_its_whole_path(tmp_path: Path) -> None:
    with bot_in_cgroup(tmp_path) as (group, _):
        found = identify(group.name)
        assert found.folder == str(group.folder)
        assert found.inode == group.folder.stat().st_ino
        assert identify(group.name[1:]) == identify(str(group.folder)) == found


@pytest.mark.parametrize("name", ["/", "", "."])
def test_the_root_of_all_cgroups_is_refused(name: str) -> None:
    with pytest.raises(AdapterFailed, match="root of a mount of cgroup2"):
        identify(name)
    with pytest.raises(AdapterFailed, match="root of a mount of cgroup2"):
        identify(str(cgroup_mount()))


def test_a_way_out_of_the_mount_is_refused(tmp_path: Path) -> None:
    with own_cgroup() as group:
        for name in (f"{group.name}/..", f"{group.folder}/../..", ".."):
            with pytest.raises(AdapterFailed, match=r"holds \.\."):
                identify(name)
        link = tmp_path / "link"
        link.symlink_to(group.folder)
        for outside in (link, tmp_path):
            with pytest.raises(AdapterFailed, match="not below the mount"):
                identify(str(outside))


def test_a_mount_that_shows_a_part_gives_no_other_cgroup_of_the_same_name(tmp_path: Path) -> None:
    script = (
        "import pathlib, subprocess, sys\n"
        "from warroom.adapters.contain.cgroup_target import identify\n"
        "from warroom.core.ports import AdapterFailed\n"
        "group, place, name = sys.argv[1:]\n"
        "subprocess.run(['mount', '--bind', group, place], check=True)\n"
        "for asked in (f'{name}/bot', f'{place}/bot', place, '/warroom-absent'):\n"
        "    try:\n"
        "        print(identify(asked).folder)\n"
        "    except AdapterFailed as error:\n"
        "        print(error)\n"
    )
    with own_cgroup() as group:
        group.below("bot")
        # Seen from the mount of the part, this one has the name that is asked for.
        (group.below(group.name[1:]) / "bot").mkdir()
        # The deepest mount is asked first.
        place = tmp_path / "a" / "b" / "c"
        place.mkdir(parents=True)
        bind = ["unshare", "-m", "mount", "--bind", str(group.folder), str(place)]
        tried = subprocess.run(bind, capture_output=True, text=True, check=False)
        if tried.returncode:
            pytest.skip(f"needs a mount namespace of its own: {tried.stderr.strip()}")
        words = ["unshare", "-m", sys.executable, "-c", script, str(group.folder), str(place), group.name]
        told = subprocess.run(words, capture_output=True, text=True, check=True)
        named, placed, root, absent = told.stdout.splitlines()
        assert (named, placed) == (f"{place}/bot", f"{place}/bot")
        assert "root of a mount" in root
        assert "there is no cgroup" in absent


def test_what_is_not_there_is_named() -> None:
    mount = cgroup_mount()
    with pytest.raises(AdapterFailed, match=f"there is no cgroup {mount}/absent.slice; is the bot up"):
        identify("absent.slice")


def test_a_cgroup_of_single_threads_is_refused_and_the_one_above_is_not(tmp_path: Path) -> None:
    with bot_in_cgroup(tmp_path) as (group, _):
        (group.below("threads") / "cgroup.type").write_text("threaded")
        with pytest.raises(AdapterFailed, match="type threaded: it may hold single threads only; name the group above"):
            identify(f"{group.name}/threads")
        assert identify(group.name).folder == str(group.folder)


def test_an_empty_cgroup_is_nothing_to_contain() -> None:
    with own_cgroup() as group, pytest.raises(AdapterFailed, match="holds no process: there is nothing to contain"):
        populated(identify(group.name))


@pytest.mark.parametrize("above", [False, True], ids=["its own", "one above it"])
def test_a_cgroup_that_holds_the_engine_is_refused(above: bool) -> None:
    script = (
        "import sys\n"
        "from warroom.adapters.contain.cgroup_target import identify\n"
        "from warroom.core.ports import AdapterFailed\n"
        "sys.stdin.readline()\n"
        "try:\n"
        "    print(identify(sys.argv[1]))\n"
        "except AdapterFailed as error:\n"
        "    print(error)\n"
    )
    with own_cgroup() as group:
        inner = group.below("engine")
        words = [sys.executable, "-c", script, group.name if above else f"{group.name}/engine"]
        with subprocess.Popen(words, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as engine:
            (inner / "cgroup.procs").write_text(str(engine.pid))
            told, _ = engine.communicate("\n")
        assert "holds this engine or what runs it; it is never touched" in told


def test_a_plan_that_names_no_cgroup_can_do_nothing() -> None:
    with pytest.raises(AdapterFailed, match="names no cgroup"):
        of_plan(EMPTY)
    with pytest.raises(AdapterFailed, match="names no cgroup"):
        planned(EMPTY, again=True)
