"""Freezing a tree: nothing of it answers, nothing of it is lost, and nobody else is touched."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import msgspec
import psutil
import pytest

from tests.adapters.contain.rigs import ForkingBot, forking_bot
from tests.adapters.time_over import PATIENCE_S
from tests.waiting import wait_until
from warroom.adapters.clock import SystemClock
from warroom.adapters.contain.http_probe import HttpProbe
from warroom.adapters.contain.process import ProcessAdapter
from warroom.core.model import Plan, Verb, Verdict
from warroom.core.ports import AdapterFailed
from warroom.core.settings import ProbeSettings, ProcessSettings

CLOCK = SystemClock()


@pytest.fixture
def bot(tmp_path: Path) -> Iterator[ForkingBot]:
    with forking_bot(tmp_path) as running:
        yield running


@contextlib.contextmanager
def program(script: str) -> Iterator[subprocess.Popen[str]]:
    """Run a Python script that leads a session, and end all of the session afterwards."""
    command = [sys.executable, "-c", script]
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, start_new_session=True
    ) as process:
        try:
            yield process
        finally:
            os.killpg(process.pid, signal.SIGKILL)


@pytest.fixture
def sleeper() -> Iterator[subprocess.Popen[str]]:
    with program("import time; time.sleep(600)") as process:
        yield process


def adapter_for(pidfile: Path) -> ProcessAdapter:
    return ProcessAdapter("support", ProcessSettings(str(pidfile)), CLOCK, lambda verb: f"ask for {verb}")


async def frozen_plan(pidfile: Path) -> Plan:
    return await adapter_for(pidfile).plan(Verb.FREEZE, None)


def write_pid(folder: Path, pid: int) -> Path:
    pidfile = folder / "bot.pid"
    pidfile.write_text(f"{pid}\n")
    return pidfile


async def verdicts(url: str, count: int, timeout_s: float = PATIENCE_S) -> list[Verdict]:
    """Return what some looks found. Who ought to answer has long for it: on a busy machine late looks like never."""
    probe = HttpProbe(ProbeSettings(url, timeout_s=timeout_s), CLOCK)
    return [(await probe.look(Verb.FREEZE)).verdict for _ in range(count)]


async def test_stopping_only_the_process_of_the_pidfile_leaves_the_bot_open(bot: ForkingBot) -> None:
    os.kill(bot.process.pid, signal.SIGSTOP)
    wait_until(lambda: bot.states()[0] == "T")
    assert await verdicts(bot.url, 4) == [Verdict.OPEN] * 4


async def test_after_a_freeze_no_request_is_answered_and_every_process_stands(bot: ForkingBot) -> None:
    adapter = adapter_for(bot.pidfile)
    receipt = await adapter.apply(await frozen_plan(bot.pidfile), "ACT-001")
    assert receipt.text.startswith("3 processes")
    assert bot.states() == ["T", "T", "T"]
    assert await verdicts(bot.url, 4, timeout_s=0.2) == [Verdict.CONTAINED] * 4


async def test_a_release_thaws_all_and_no_worker_is_lost_to_its_watcher(tmp_path: Path) -> None:
    with forking_bot(tmp_path, patience_s=60.0) as bot:
        adapter = adapter_for(bot.pidfile)
        plan = await frozen_plan(bot.pidfile)
        await adapter.apply(plan, "ACT-001")
        # As after an hour, for which the parent has no patience.
        for sign in tmp_path.glob("alive-*"):
            os.utime(sign, (time.time() - 3600, time.time() - 3600))
        await adapter.release(plan, "ACT-001")
        assert await verdicts(bot.url, 6) == [Verdict.OPEN] * 6
        assert not bot.killed.exists()
        assert "T" not in bot.states()


async def test_a_tree_that_grows_while_it_is_stopped_is_stopped_whole(tmp_path: Path) -> None:
    # Each child starts the next one and lives on; the chain grows by hundreds a second, later slowly and for long.
    script = (
        "import os, sys, time\n"
        "for n in range(400):\n"
        "    time.sleep(0.003 if n < 60 else 0.1)\n"
        "    if os.fork() != 0:\n"
        "        time.sleep(600)\n"
        "time.sleep(600)\n"
    )
    with program(script) as root:
        pidfile = write_pid(tmp_path, root.pid)
        wait_until(lambda: len(members(root.pid)) > 5)
        plan = await frozen_plan(pidfile)
        await adapter_for(pidfile).apply(plan, "ACT-001")
        count = len(members(root.pid))
        assert {state for _, state in members(root.pid)} == {"T"}
        assert count < 400
        assert len(members(root.pid)) == count


def members(session: int) -> list[tuple[int, str]]:
    """Pid and state of each process of a session, read without the code under test."""
    found: list[tuple[int, str]] = []
    for path in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = path.read_text().rpartition(")")[2].split()
        except OSError:
            continue
        if int(fields[3]) == session and fields[0] not in "ZX":
            found.append((int(path.parent.name), fields[0]))
    return found


async def test_a_worker_whose_parent_ended_is_frozen_too(tmp_path: Path) -> None:
    script = (
        "import os, time\n"
        "middle = os.fork()\n"
        "if middle == 0:\n"
        "    if os.fork() == 0:\n"
        "        time.sleep(600)\n"
        "    os._exit(0)\n"
        "os.waitpid(middle, 0)\n"
        "time.sleep(600)\n"
    )
    with program(script) as root:
        pidfile = write_pid(tmp_path, root.pid)
        wait_until(lambda: len(members(root.pid)) == 2 and not children(root.pid), what="an orphan")
        adapter = adapter_for(pidfile)
        plan = await frozen_plan(pidfile)
        await adapter.apply(plan, "ACT-001")
        assert [state for _, state in members(root.pid)] == ["T", "T"]
        await adapter.release(plan, "ACT-001")
        assert "T" not in [state for _, state in members(root.pid)]


def children(pid: int) -> str:
    return Path(f"/proc/{pid}/task/{pid}/children").read_text()


async def test_the_plan_says_who_it_is_since_when_and_which_program(bot: ForkingBot) -> None:
    plan = await frozen_plan(bot.pidfile)
    assert plan.exact[0].startswith(f"pid {bot.process.pid} python")
    assert "forking_server.py" in plan.exact[0]
    assert "(started 20" in plan.exact[0]
    assert plan.exact[1] == f"program {psutil.Process().exe()}"


async def test_a_pid_that_belongs_to_another_process_now_is_refused(
    tmp_path: Path, sleeper: subprocess.Popen[str]
) -> None:
    pidfile = write_pid(tmp_path, sleeper.pid)
    plan = await frozen_plan(pidfile)
    first, _, rest = plan.exact[0].partition(", tick ")
    earlier = f"{first}, tick {int(rest.split()[0]) - 1} {rest.partition(' ')[2]}"
    stale = msgspec.structs.replace(plan, exact=[earlier, *plan.exact[1:]])
    with pytest.raises(AdapterFailed, match="belongs to another process now"):
        await adapter_for(pidfile).apply(stale, "ACT-001")
    with pytest.raises(AdapterFailed):
        await adapter_for(pidfile).release(stale, "ACT-001")
    assert psutil.Process(sleeper.pid).status() != psutil.STATUS_STOPPED


async def test_a_process_that_became_another_program_is_refused(tmp_path: Path) -> None:
    script = "import os, sys; sys.stdin.readline(); os.execv('/bin/sleep', ['sleep', '600'])"
    with program(script) as process:
        pidfile = write_pid(tmp_path, process.pid)
        plan = await frozen_plan(pidfile)
        assert process.stdin is not None
        process.stdin.write("\n")
        process.stdin.flush()
        wait_until(lambda: "python" not in psutil.Process(process.pid).exe())
        with pytest.raises(AdapterFailed, match="runs another program now"):
            await adapter_for(pidfile).apply(plan, "ACT-001")


async def test_a_plan_of_a_former_boot_is_refused(bot: ForkingBot) -> None:
    plan = await frozen_plan(bot.pidfile)
    boot = plan.exact[0].rpartition(" ")[2]
    old = msgspec.structs.replace(plan, exact=[plan.exact[0].replace(boot, "0-0)"), *plan.exact[1:]])
    with pytest.raises(AdapterFailed, match="started again"):
        await adapter_for(bot.pidfile).release(old, "ACT-001")


async def test_the_engine_and_all_above_it_are_never_frozen(tmp_path: Path) -> None:
    for ours in (1, os.getpid(), os.getppid()):
        with pytest.raises(AdapterFailed, match="never touched"):
            await frozen_plan(write_pid(tmp_path, ours))


async def test_a_process_that_ended_and_waits_to_be_reaped_is_not_frozen(
    tmp_path: Path, sleeper: subprocess.Popen[str]
) -> None:
    pidfile = write_pid(tmp_path, sleeper.pid)
    plan = await frozen_plan(pidfile)
    os.kill(sleeper.pid, signal.SIGKILL)
    wait_until(lambda: psutil.Process(sleeper.pid).status() == psutil.STATUS_ZOMBIE)
    # The kernel still takes a signal for it: success there proves nothing.
    os.kill(sleeper.pid, signal.SIGSTOP)
    with pytest.raises(AdapterFailed, match="ended"):
        await adapter_for(pidfile).apply(plan, "ACT-001")
    with pytest.raises(AdapterFailed, match="ended"):
        await frozen_plan(pidfile)


async def test_a_pidfile_older_than_its_process_is_stale(tmp_path: Path, sleeper: subprocess.Popen[str]) -> None:
    pidfile = write_pid(tmp_path, sleeper.pid)
    os.utime(pidfile, (time.time() - 3600, time.time() - 3600))
    with pytest.raises(AdapterFailed, match=f"stale; when it is the bot, do: touch {pidfile}"):
        await frozen_plan(pidfile)


@pytest.mark.parametrize("content", ["", "no pid", "-1", "0", "4194305"])
async def test_a_pidfile_without_a_running_pid_is_a_failure(tmp_path: Path, content: str) -> None:
    pidfile = tmp_path / "bot.pid"
    pidfile.write_text(content)
    with pytest.raises(AdapterFailed):
        await frozen_plan(pidfile)


async def test_a_missing_pidfile_or_a_pipe_in_its_place_is_a_failure(tmp_path: Path) -> None:
    with pytest.raises(AdapterFailed, match="cannot be read"):
        await frozen_plan(tmp_path / "bot.pid")
    os.mkfifo(tmp_path / "bot.pid")
    with pytest.raises(AdapterFailed, match="holds no pid"):
        await frozen_plan(tmp_path / "bot.pid")


class HastyClock(SystemClock):
    """A clock whose waits take no time, and that goes on by them."""

    def __init__(self) -> None:
        self._slept_s = 0.0

    def monotonic(self) -> float:
        """What was slept."""
        return self._slept_s

    async def sleep(self, seconds: float) -> None:
        """Let others run."""
        self._slept_s += seconds
        await asyncio.sleep(0)


async def test_a_process_that_does_not_stop_is_named_and_the_others_run_again(tmp_path: Path) -> None:
    # A traced process hands its stop to its tracer, here a parent that never looks: it is not stopped for good.
    script = (
        "import ctypes, os, signal, time\n"
        "if os.fork() == 0:\n"
        "    ctypes.CDLL(None).ptrace(0, 0, 0, 0)\n"
        "    print('traced', flush=True)\n"
        "time.sleep(600)\n"
    )
    with program(script) as root:
        assert root.stdout is not None
        assert root.stdout.readline() == "traced\n"
        pidfile = write_pid(tmp_path, root.pid)
        adapter = ProcessAdapter("support", ProcessSettings(str(pidfile)), HastyClock(), str)
        with pytest.raises(AdapterFailed, match=r"these do not stop: \d+ python.* \(state t\); nothing is stopped"):
            await adapter.apply(await frozen_plan(pidfile), "ACT-001")
        assert "T" not in [state for _, state in members(root.pid)]


async def test_a_release_of_a_bot_that_was_killed_while_frozen_says_so(tmp_path: Path) -> None:
    with forking_bot(tmp_path) as bot:
        adapter = adapter_for(bot.pidfile)
        plan = await frozen_plan(bot.pidfile)
        await adapter.apply(plan, "ACT-001")
    with pytest.raises(AdapterFailed, match="ended while it was frozen; start the bot again"):
        await adapter.release(plan, "ACT-001")
