"""Which process a plan means."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import msgspec
import pytest

from tests.adapters.contain.rigs import forking_bot
from tests.waiting import wait_until
from warroom.adapters.contain import process_tree as tree
from warroom.adapters.contain.process_target import (
    Identity,
    identify,
    may_signal,
    members_of,
    named_by,
    of_plan,
    planned,
    refuse_members,
    running_now,
)
from warroom.core.model import Plan, Verb
from warroom.core.ports import AdapterFailed, Checked


def plan_of(identity: Identity) -> Plan:
    return Plan("support", Verb.STOP, "process", identity.exact, [], "", "")


def test_what_is_written_into_a_plan_is_read_back(tmp_path: Path) -> None:
    with forking_bot(tmp_path) as bot:
        identity = identify(bot.pidfile)
        assert (identity.pid, identity.boot) == (bot.process.pid, tree.boot_id())
        assert named_by(plan_of(identity)) == of_plan(plan_of(identity)) == planned(plan_of(identity)) == identity
        assert may_signal(identity).state is Checked.OK
    with pytest.raises(AdapterFailed, match="ended since"):
        planned(plan_of(identity))


def test_a_command_line_that_looks_like_the_end_of_the_line_does_not_change_who_is_meant(tmp_path: Path) -> None:
    lie = "600 ] (started 2020-01-01T00:00:00.000Z, tick 1 of boot 0-0)"
    with subprocess.Popen(["/bin/sh", "-c", "sleep 600; true", lie], start_new_session=True) as process:
        (tmp_path / "pid").write_text(str(process.pid))
        identity = identify(tmp_path / "pid")
        assert named_by(plan_of(identity)) == identity
        os.killpg(process.pid, 9)


def test_a_plan_without_a_process_is_refused() -> None:
    for exact in ([], ["pid 1"], ["POST /v1", "program x"]):
        with pytest.raises(AdapterFailed, match="names no process"):
            named_by(plan_of(Identity(1, 1, "", exact)))


def test_the_engine_and_what_runs_it_are_refused() -> None:
    me = tree.read_process(os.getpid())
    assert me is not None
    with pytest.raises(AdapterFailed, match="never touched"):
        refuse_members([me])
    refuse_members([])


def test_the_bot_that_is_up_now_is_another_than_the_one_before(tmp_path: Path) -> None:
    with forking_bot(tmp_path) as bot:
        now = identify(bot.pidfile)
        assert running_now(bot.pidfile, now) is None
        before = msgspec.structs.replace(now, start_ticks=now.start_ticks - 1)
        found = running_now(bot.pidfile, before)
        assert found is not None
        assert found.pid == bot.process.pid
    assert running_now(bot.pidfile, before) is None


def test_who_is_acted_on_is_named_with_pid_and_start(tmp_path: Path) -> None:
    with forking_bot(tmp_path) as bot:
        identity = identify(bot.pidfile)
        told = members_of(identity)
        assert {int(line.split()[1]) for line in told} == {bot.process.pid, *bot.workers()}
        assert all("(started 2" in line for line in told)
        assert members_of(identity) == told


RENAMES = """
import os, pathlib, sys
if os.fork():
    pathlib.Path(sys.argv[1]).write_text(str(os.getpid()))
    os.wait()
number = 0
while True:
    pathlib.Path("/proc/self/comm").write_text(f"busy {number}")
    number += 1
"""


def test_a_worker_that_renames_itself_all_the_time_keeps_no_plan_from_being_confirmed(tmp_path: Path) -> None:
    file = tmp_path / "pid"
    with subprocess.Popen([sys.executable, "-c", RENAMES, str(file)], start_new_session=True) as process:
        try:
            wait_until(lambda: file.exists() and file.read_text() != "", what="the pidfile")
            root = tree.read_process(process.pid)
            assert root is not None
            (worker,) = tree.children_of(root)
            names = set[str]()

            def renamed() -> bool:
                now = tree.read_process(worker.pid)
                names.add(now.name if now is not None else "")
                return len(names) > 3

            told = members_of(identify(file))
            wait_until(renamed, what="other names of the worker")
            assert len(told) == 2
            assert members_of(identify(file)) == told
        finally:
            os.killpg(process.pid, 9)
