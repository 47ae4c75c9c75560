"""Ending a tree: all of it, parents first, frozen or not, and seen from outside."""

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

import pytest

from tests.adapters.contain.liars import NothingDoer
from tests.adapters.contain.rig_process import all_of
from tests.adapters.contain.rig_supervised import supervised_bot
from tests.adapters.contain.rigs import ForkingBot, forking_bot, state_of
from tests.adapters.time_over import PATIENCE_S, SlowClock
from tests.waiting import wait_until
from warroom.adapters.clock import SystemClock
from warroom.adapters.contain.http_probe import HttpProbe
from warroom.adapters.contain.process import ProcessAdapter
from warroom.adapters.contain.process_target import named_by
from warroom.adapters.probe.process import ProcessLook
from warroom.core.model import Verb, Verdict
from warroom.core.ports import AdapterAmbiguous, AdapterFailed, Clock
from warroom.core.settings import ProbeSettings
from warroom.core.settings_contain import ProcessSettings
from warroom.core.settings_probe import ProcessProbe
from warroom.engine.prover import Prover

CLOCK = SystemClock()
BOTH = [Verb.FREEZE, Verb.STOP]


def adapter_for(pidfile: Path, grace_s: float = PATIENCE_S, clock: Clock = CLOCK) -> ProcessAdapter:
    settings = ProcessSettings(str(pidfile), verbs=BOTH, grace_s=grace_s)
    return ProcessAdapter("support", settings, clock, lambda verb: f"ask for {verb}")


async def stopped(pidfile: Path, grace_s: float = PATIENCE_S, clock: Clock = CLOCK) -> str:
    adapter = adapter_for(pidfile, grace_s, clock)
    return (await adapter.apply(await adapter.plan(Verb.STOP, None), "ACT-001")).text


def pidfile_of(folder: Path, pid: int) -> Path:
    path = folder / "bot.pid"
    path.write_text(f"{pid}\n")
    return path


@contextlib.contextmanager
def program(script: str) -> Iterator[subprocess.Popen[str]]:
    """Run a Python script that leads a session; it prints a line when it is ready."""
    command = [sys.executable, "-c", script]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, start_new_session=True) as process:
        try:
            assert process.stdout is not None
            assert process.stdout.readline()
            yield process
        finally:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)


async def verdicts(bot: ForkingBot, verb: Verb) -> set[Verdict]:
    """What twelve requests and a look at the processes say."""
    asked = HttpProbe(ProbeSettings(bot.url, timeout_s=PATIENCE_S), CLOCK)
    tree = ProcessLook("tree", ProcessProbe(verbs=BOTH, pidfile=str(bot.pidfile), interval_s=0.05), CLOCK)
    return {(await probe.look(verb)).verdict for probe in [asked] * 12 + [tree]}


async def test_a_stopped_tree_is_gone_to_all_who_look(tmp_path: Path) -> None:
    with forking_bot(tmp_path) as bot:
        assert await verdicts(bot, Verb.STOP) == {Verdict.OPEN}
        assert (await stopped(bot.pidfile)).startswith("3 processes ended, 0 of them by SIGKILL")
        assert await verdicts(bot, Verb.STOP) == {Verdict.CONTAINED}
        assert not all_of(bot.process.pid)


async def test_an_adapter_that_does_nothing_is_seen_open(tmp_path: Path) -> None:
    with forking_bot(tmp_path) as bot:
        for verb in BOTH:
            liar = NothingDoer("support", kind="process")
            await liar.apply(await liar.plan(verb, None), "ACT-001")
            assert await verdicts(bot, verb) == {Verdict.OPEN}


async def test_signals_to_the_pid_of_the_pidfile_alone_leave_the_bot_open(tmp_path: Path) -> None:
    with forking_bot(tmp_path) as bot:
        for number, verb in ((signal.SIGSTOP, Verb.FREEZE), (signal.SIGKILL, Verb.STOP)):
            os.kill(bot.process.pid, number)
            wait_until(lambda: state_of(bot.process.pid) in "TZ")
            assert await verdicts(bot, verb) == {Verdict.OPEN}, "12 of 12 answered"


async def test_one_worker_of_two_ended_leaves_the_bot_open(tmp_path: Path) -> None:
    with forking_bot(tmp_path) as bot:
        os.kill(bot.workers()[0], signal.SIGKILL)
        assert await verdicts(bot, Verb.STOP) == {Verdict.OPEN}


async def test_a_bot_that_a_supervisor_brings_back_is_not_held(tmp_path: Path) -> None:
    with supervised_bot(tmp_path) as bot:
        assert (await stopped(bot.pidfile)).startswith("1 process ended")
        again = bot.is_back()
        assert again != bot.first
        tree = ProcessLook("tree", ProcessProbe(verbs=BOTH, pidfile=str(bot.pidfile), interval_s=0.05), CLOCK)
        proof = await Prover(CLOCK, {"support": [tree]}).look("support", Verb.STOP, Verdict.CONTAINED, 0.0)
        assert proof.verdict is Verdict.OPEN


async def test_a_frozen_tree_is_ended_and_none_of_it_ever_runs_on(tmp_path: Path) -> None:
    with forking_bot(tmp_path) as bot:
        adapter = adapter_for(bot.pidfile)
        await adapter.apply(await adapter.plan(Verb.FREEZE, None), "ACT-001")
        beats = [(tmp_path / f"alive-{number}").stat().st_mtime_ns for number in range(2)]
        text = (await adapter.apply(await adapter.plan(Verb.STOP, None), "ACT-002")).text
        assert "3 processes ended, 3 of them by SIGKILL" in text
        assert beats == [(tmp_path / f"alive-{number}").stat().st_mtime_ns for number in range(2)]
        assert await verdicts(bot, Verb.STOP) == {Verdict.CONTAINED}


async def test_the_plan_says_what_happens_to_who_stands_frozen(tmp_path: Path) -> None:
    with forking_bot(tmp_path) as bot:
        plan = await adapter_for(bot.pidfile, 7.0).plan(Verb.STOP, None)
        assert any("frozen" in line and "SIGKILL" in line for line in plan.exact)
        assert plan.exact[-1] == "SIGKILL to all that is left after 7 s"


async def test_who_ignores_sigterm_is_killed_after_its_time(tmp_path: Path) -> None:
    script = (
        "import os, signal, time\n"
        "signal.signal(signal.SIGTERM, signal.SIG_IGN)\n"
        "os.fork()\n"
        "print('ready', flush=True)\n"
        "while True: time.sleep(600)\n"
    )
    with program(script) as root:
        wait_until(lambda: len(all_of(root.pid)) == 2)
        began, slow = CLOCK.monotonic(), SlowClock()
        text = await stopped(pidfile_of(tmp_path, root.pid), 0.3 / 20, slow)
        assert text.startswith("2 processes ended, 2 of them by SIGKILL")
        assert CLOCK.monotonic() - began >= 0.3
        assert not all_of(root.pid)


async def test_a_supervisor_inside_the_tree_starts_nothing_anew(tmp_path: Path) -> None:
    # It starts a worker in the place of each that ended, and itself ends a while after it was told.
    script = (
        "import signal, subprocess, sys, time\n"
        "ends = []\n"
        "signal.signal(signal.SIGTERM, lambda *_: ends.append(time.monotonic() + 0.3))\n"
        "worker = [sys.executable, '-c', 'import time; time.sleep(600)']\n"
        "workers = [subprocess.Popen(worker) for _ in range(2)]\n"
        "print('ready', flush=True)\n"
        "while not ends or time.monotonic() < ends[0]:\n"
        "    time.sleep(0.01)\n"
        "    workers = [one if one.poll() is None else subprocess.Popen(worker) for one in workers]\n"
    )
    with program(script) as root:
        await stopped(pidfile_of(tmp_path, root.pid))
        assert not all_of(root.pid)


async def test_a_worker_that_left_the_session_and_lost_its_parent_is_ended_too(tmp_path: Path) -> None:
    mark = uuid.uuid4().hex
    child = f"import os, time; os.setsid(); os.fork(); time.sleep(600) # {mark}"
    script = (
        "import subprocess, sys, time\n"
        f"subprocess.Popen([sys.executable, '-c', {child!r}])\n"
        "print('ready', flush=True)\n"
        "time.sleep(600)\n"
    )
    tree = ProcessLook("tree", ProcessProbe(verbs=BOTH, command_line=mark, interval_s=0.05), CLOCK)
    with program(script) as root:
        async with asyncio.timeout(PATIENCE_S):
            while not (await tree.look(Verb.STOP)).got.startswith("3 "):
                continue
        assert (await stopped(pidfile_of(tmp_path, root.pid))).startswith("3 processes ended")
        assert (await tree.look(Verb.STOP)).verdict is Verdict.CONTAINED


async def test_a_tree_that_grows_while_it_ends_is_ended_whole(tmp_path: Path) -> None:
    script = (
        "import os, signal, time\n"
        "signal.signal(signal.SIGTERM, signal.SIG_IGN)\n"
        "print('ready', flush=True)\n"
        "for n in range(400):\n"
        "    time.sleep(0.003 if n < 60 else 0.1)\n"
        "    if os.fork() != 0:\n"
        "        time.sleep(600)\n"
        "time.sleep(600)\n"
    )
    with program(script) as root:
        await stopped(pidfile_of(tmp_path, root.pid), 0.1 / 20, SlowClock())
        assert not all_of(root.pid)


async def test_the_same_order_twice_is_harmless_and_another_finds_nobody(tmp_path: Path) -> None:
    with forking_bot(tmp_path) as bot:
        adapter = adapter_for(bot.pidfile)
        plan = await adapter.plan(Verb.STOP, None)
        assert await adapter.apply(plan, "ACT-001") == await adapter.apply(plan, "ACT-001")
        with pytest.raises(AdapterFailed, match="ended since"):
            await adapter.apply(plan, "ACT-002")


@pytest.mark.long
async def test_who_does_not_end_on_sigkill_makes_the_outcome_unknown(tmp_path: Path) -> None:
    # A freezer of version 1 keeps even SIGKILL waiting until it thaws.
    freezer = Path("/sys/fs/cgroup/freezer")
    if not os.access(freezer / "cgroup.procs", os.W_OK):
        pytest.skip("no freezer of cgroup version 1 that this account may use")
    group = freezer / f"warroom-test-{os.getpid()}-{uuid.uuid4().hex[:8]}"
    with program("import time; print('ready', flush=True); time.sleep(600)") as root:
        group.mkdir()
        try:
            (group / "cgroup.procs").write_text(str(root.pid))
            (group / "freezer.state").write_text("FROZEN")
            wait_until(lambda: (group / "freezer.state").read_text() == "FROZEN\n")
            with pytest.raises(AdapterAmbiguous, match=f"did not end on SIGKILL: {root.pid}"):
                await stopped(pidfile_of(tmp_path, root.pid), 0.1)
        finally:
            (group / "freezer.state").write_text("THAWED")
            root.wait()
            wait_until(lambda: not (group / "cgroup.procs").read_text())
            group.rmdir()


async def test_an_account_without_the_right_changes_nothing(tmp_path: Path) -> None:
    if os.geteuid() != 0:
        pytest.skip("needs root to become somebody without rights")
    with forking_bot(tmp_path) as bot:
        adapter = adapter_for(bot.pidfile)
        plan = await adapter.plan(Verb.STOP, None)
        script = (
            "import asyncio, concurrent.futures.thread, sys\n"
            "from warroom.adapters.clock import SystemClock\n"
            "from warroom.adapters.contain.process_stop import stop\n"
            "from warroom.adapters.contain.process_target import Identity\n"
            "from warroom.core.ports import AdapterFailed\n"
            "import os; os.setuid(65534)\n"
            "identity = Identity(int(sys.argv[1]), int(sys.argv[2]), '', [])\n"
            "try:\n"
            "    asyncio.run(stop(identity, SystemClock(), 1.0))\n"
            "except AdapterFailed as error:\n"
            "    print(error)\n"
        )
        identity = named_by(plan)
        words = [sys.executable, "-c", script, str(identity.pid), str(identity.start_ticks)]
        told = await asyncio.to_thread(subprocess.run, words, capture_output=True, text=True, check=True)
        assert "may not be signalled" in told.stdout
        assert "nothing was done" in told.stdout
        assert await verdicts(bot, Verb.STOP) == {Verdict.OPEN}
