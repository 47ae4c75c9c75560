"""A look at processes: a tree that serves, stands still, is gone, comes back."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import subprocess
import sys
import uuid
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from tests.adapters.contain.liars import NothingDoer
from tests.adapters.contain.rig_cgroup import bot_in_cgroup, own_cgroup
from tests.adapters.contain.rig_supervised import supervised_bot
from tests.adapters.contain.rigs import ForkingBot, forking_bot, state_of
from tests.adapters.time_over import PATIENCE_S
from tests.waiting import wait_until
from warroom.adapters.clock import SystemClock
from warroom.adapters.probe import process_reading as reading
from warroom.adapters.probe.process import ProcessLook
from warroom.adapters.probe.process_reading import Member
from warroom.core.model import Verb, Verdict
from warroom.core.settings_probe import ProcessProbe

VERBS = [Verb.FREEZE, Verb.STOP]


def look(pidfile: Path | None = None, *, cgroup: str = "", command_line: str = "") -> ProcessLook:
    text = str(pidfile) if pidfile else ""
    probe = ProcessProbe(verbs=VERBS, pidfile=text, cgroup=cgroup, command_line=command_line, interval_s=0.05)
    return ProcessLook("tree", probe, SystemClock())


async def both(tree: ProcessLook) -> tuple[Verdict, Verdict]:
    """Verdicts for freeze and stop."""
    return (await tree.look(Verb.FREEZE)).verdict, (await tree.look(Verb.STOP)).verdict


def signal_all(bot: ForkingBot, number: signal.Signals) -> None:
    for pid in (bot.process.pid, *bot.workers()):
        os.kill(pid, number)


@contextlib.contextmanager
def program(script: str, *words: str) -> Iterator[subprocess.Popen[bytes]]:
    """Run a Python script in a session of its own and end it."""
    with subprocess.Popen([sys.executable, "-c", script, *words], start_new_session=True) as process:
        try:
            yield process
        finally:
            process.kill()


async def test_a_tree_at_work_is_open_and_one_that_stands_still_is_frozen(tmp_path: Path) -> None:
    with forking_bot(tmp_path) as bot:
        tree = look(bot.pidfile)
        assert await both(tree) == (Verdict.OPEN, Verdict.OPEN)
        signal_all(bot, signal.SIGSTOP)
        wait_until(lambda: bot.states() == ["T", "T", "T"])
        assert await both(tree) == (Verdict.CONTAINED, Verdict.OPEN), "it still stands there"
        signal_all(bot, signal.SIGCONT)
        wait_until(lambda: "T" not in bot.states())
        assert await both(tree) == (Verdict.OPEN, Verdict.OPEN)


async def test_a_stopped_master_whose_workers_serve_is_open(tmp_path: Path) -> None:
    with forking_bot(tmp_path) as bot:
        os.kill(bot.process.pid, signal.SIGSTOP)
        seen = await look(bot.pidfile).look(Verb.FREEZE)
        assert seen.verdict is Verdict.OPEN
        assert "at work" in seen.got


async def test_one_running_worker_of_two_is_open(tmp_path: Path) -> None:
    with forking_bot(tmp_path) as bot:
        left = bot.workers()[-1]
        signal_all(bot, signal.SIGSTOP)
        os.kill(left, signal.SIGCONT)
        wait_until(lambda: bot.states().count("T") == 2 and state_of(left) != "T")
        seen = await look(bot.pidfile).look(Verb.FREEZE)
        assert seen.verdict is Verdict.OPEN
        assert seen.got.startswith(f"at work: {left} ")


async def test_an_adapter_that_does_nothing_is_not_believed(tmp_path: Path) -> None:
    with forking_bot(tmp_path) as bot:
        for verb in VERBS:
            liar = NothingDoer("support", kind="process")
            await liar.apply(await liar.plan(verb, None), "ACT-001")
        assert await both(look(bot.pidfile)) == (Verdict.OPEN, Verdict.OPEN)


async def test_one_running_thread_of_a_process_is_at_work(tmp_path: Path) -> None:
    # The first thread ends: the process shows Z, as a dead one does, while another thread goes on.
    script = (
        "import ctypes, threading, time\n"
        "threading.Thread(target=time.sleep, args=(600,)).start()\n"
        "ctypes.CDLL(None).pthread_exit(None)\n"
    )
    pidfile = tmp_path / "pid"
    with program(script) as process:
        pidfile.write_text(str(process.pid))
        wait_until(lambda: psutil.Process(process.pid).status() == psutil.STATUS_ZOMBIE)
        assert process.poll() is None
        assert await both(look(pidfile)) == (Verdict.OPEN, Verdict.OPEN)
        process.send_signal(signal.SIGSTOP)
        assert await eventually_both(look(pidfile)) == (Verdict.CONTAINED, Verdict.OPEN)


async def eventually_both(tree: ProcessLook) -> tuple[Verdict, Verdict]:
    """The same once the kernel has stopped what was told to stop."""
    async with asyncio.timeout(PATIENCE_S):
        while (await tree.look(Verb.FREEZE)).verdict is not Verdict.CONTAINED:
            continue
    return await both(tree)


async def test_a_tree_that_is_gone_is_stopped_but_not_frozen(tmp_path: Path) -> None:
    with forking_bot(tmp_path) as bot:
        pidfile = tmp_path / "kept"
        pidfile.write_text(bot.pidfile.read_text())
    assert await both(look(pidfile)) == (Verdict.UNKNOWN, Verdict.CONTAINED)


async def test_workers_that_outlive_their_master_are_seen(tmp_path: Path) -> None:
    with forking_bot(tmp_path) as bot:
        workers = bot.workers()
        os.kill(bot.process.pid, signal.SIGKILL)
        bot.process.wait()
        seen = await look(bot.pidfile).look(Verb.STOP)
        assert seen.verdict is Verdict.OPEN
        assert all(str(pid) in seen.got for pid in workers)


async def test_a_bot_that_a_supervisor_outside_brings_back_is_open(tmp_path: Path) -> None:
    with supervised_bot(tmp_path) as bot:
        os.kill(bot.first, signal.SIGKILL)
        again = bot.is_back()
        seen = await look(bot.pidfile).look(Verb.STOP)
        assert seen.verdict is Verdict.OPEN
        assert str(again) in seen.got


async def test_a_bot_that_comes_back_without_a_pidfile_is_found_by_its_command_line(tmp_path: Path) -> None:
    mark, stale = uuid.uuid4().hex, tmp_path / "stale"
    with supervised_bot(tmp_path, mark) as bot:
        stale.write_text(str(bot.first))
        os.kill(bot.first, signal.SIGKILL)
        bot.is_back()
        assert (await look(stale).look(Verb.STOP)).verdict is Verdict.CONTAINED, "its pid alone leads nowhere"
        assert (await look(stale, command_line=mark).look(Verb.STOP)).verdict is Verdict.OPEN
        assert (await look(command_line=mark).look(Verb.STOP)).verdict is Verdict.OPEN


async def test_a_bot_that_took_its_pidfile_along_is_known_to_be_gone_by_its_command_line(tmp_path: Path) -> None:
    gone, name = tmp_path / "absent", uuid.uuid4().hex
    assert (await look(gone).look(Verb.STOP)).verdict is Verdict.UNKNOWN
    tree = look(gone, command_line=name)
    assert await both(tree) == (Verdict.UNKNOWN, Verdict.CONTAINED)
    with program("import time; time.sleep(600)", name):
        assert await both(tree) == (Verdict.OPEN, Verdict.OPEN)


async def test_a_number_that_another_program_may_have_now_tells_nothing(tmp_path: Path) -> None:
    pidfile, name = tmp_path / "pid", uuid.uuid4().hex
    with program("import time; time.sleep(600)", name) as other:
        pidfile.write_text(str(other.pid))
        os.utime(pidfile, (1_000_000_000, 1_000_000_000))
        seen = await look(pidfile).look(Verb.STOP)
        assert seen.verdict is Verdict.UNKNOWN
        assert "younger than" in seen.got
        assert (await look(pidfile, command_line="no such bot").look(Verb.STOP)).verdict is Verdict.CONTAINED
        assert (await look(pidfile, command_line=name).look(Verb.STOP)).verdict is Verdict.OPEN
        os.utime(pidfile)
        assert (await look(pidfile).look(Verb.STOP)).verdict is Verdict.OPEN


async def test_a_pidfile_that_changes_while_processes_are_read_names_one_born_since(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pidfile, everybody = tmp_path / "pid", reading.everybody
    with subprocess.Popen(["/bin/true"]) as gone:  # noqa: ASYNC220
        pidfile.write_text(str(gone.pid))
    times = 0
    with contextlib.ExitStack() as running:

        def and_then_it_is_back() -> dict[int, Member]:
            nonlocal times
            found, times = everybody(), times + 1
            # The second reading of a look is the one that is judged.
            if times == 2:
                bot = running.enter_context(program("import time; time.sleep(600)"))
                pidfile.write_text(str(bot.pid))
            return found

        monkeypatch.setattr(reading, "everybody", and_then_it_is_back)
        seen = await look(pidfile).look(Verb.STOP)
    assert seen.verdict is Verdict.OPEN


@pytest.mark.parametrize("content", [None, "", "x", "-1", "0", "9" * 60, "\N{SUPERSCRIPT TWO}"])
async def test_a_pidfile_that_tells_nothing_proves_nothing(content: str | None, tmp_path: Path) -> None:
    pidfile = tmp_path / "pid"
    if content is not None:
        pidfile.write_text(content)
    assert await both(look(pidfile)) == (Verdict.UNKNOWN, Verdict.UNKNOWN)


async def test_a_pipe_or_a_folder_in_the_place_of_the_pidfile_keeps_nobody_waiting(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    async with asyncio.timeout(PATIENCE_S):
        assert await both(look(tmp_path / "pipe")) == (Verdict.UNKNOWN, Verdict.UNKNOWN)
    assert await both(look(tmp_path)) == (Verdict.UNKNOWN, Verdict.UNKNOWN)


async def test_a_frozen_cgroup_is_contained_and_a_thawed_one_open(tmp_path: Path) -> None:
    with bot_in_cgroup(tmp_path) as (group, bot):
        ways = [look(cgroup=group.name), look(cgroup=str(group.folder)), look(bot.pidfile)]
        for frozen, verdict in ((False, Verdict.OPEN), (True, Verdict.CONTAINED), (False, Verdict.OPEN)):
            group.freeze(frozen)
            assert [await both(way) for way in ways] == [(verdict, Verdict.OPEN)] * 3


async def test_a_cgroup_below_the_one_that_is_named_counts(tmp_path: Path) -> None:
    with own_cgroup() as group, program("import time; time.sleep(600)") as process:
        (group.folder / "below").mkdir()
        (group.folder / "below" / "cgroup.procs").write_text(str(process.pid))
        assert await both(look(cgroup=group.name)) == (Verdict.OPEN, Verdict.OPEN)


async def test_an_empty_cgroup_and_one_that_was_taken_away_hold_nobody() -> None:
    with own_cgroup() as group:
        tree = look(cgroup=group.name)
        assert await both(tree) == (Verdict.UNKNOWN, Verdict.CONTAINED)
        group.folder.rmdir()
        assert await both(tree) == (Verdict.UNKNOWN, Verdict.CONTAINED)


@pytest.mark.parametrize("name", ["/no/such/cgroup", "/", "/../etc", "/a/../..", ""])
def test_what_is_no_cgroup_of_a_bot_proves_nothing(name: str, tmp_path: Path) -> None:
    with own_cgroup():
        tree = look(tmp_path / "absent" if not name else None, cgroup=name)
        assert asyncio.run(both(tree)) == (Verdict.UNKNOWN, Verdict.UNKNOWN)


@pytest.mark.parametrize(
    ("tree", "told"),
    [
        (look(Path("/run/a.pid")), "read the tree of /run/a.pid: no process means contained"),
        (look(cgroup="/bots/a"), "read the cgroup /bots/a: no process means contained"),
        (look(command_line="gunicorn: a"), "read all with 'gunicorn: a' in their command line: no process"),
    ],
)
def test_it_says_what_it_reads(tree: ProcessLook, told: str) -> None:
    assert told in tree.describe(Verb.STOP)
    assert "none that runs or used processor time means contained" in tree.describe(Verb.FREEZE)
    assert tree.judges(Verb.STOP)
    assert not tree.judges(Verb.ISOLATE)


def test_the_look_and_the_adapter_share_no_code() -> None:
    script = (
        "import sys, warroom.adapters.probe.process\n"
        "print([name for name in sys.modules if name.startswith('warroom.adapters.contain.')])\n"
    )
    told = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True).stdout
    assert told == "[]\n"
