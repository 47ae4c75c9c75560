"""Containing a cgroup: all in it stands or ends, nobody else is touched, and what left it is found by looks."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest

from tests.adapters.contain.liars import NothingDoer
from tests.adapters.contain.rig_cgroup import OwnCgroup, bot_in_cgroup, own_cgroup
from tests.adapters.contain.rig_supervised import supervised_bot
from tests.adapters.contain.rigs import ForkingBot
from tests.adapters.time_over import PATIENCE_S
from tests.waiting import eventually, wait_until
from warroom.adapters.clock import SystemClock
from warroom.adapters.contain.cgroup import CgroupAdapter
from warroom.adapters.contain.http_probe import HttpProbe
from warroom.adapters.probe.process import ProcessLook
from warroom.core.model import Plan, Reversible, Verb, Verdict
from warroom.core.ports import AdapterFailed, Checked
from warroom.core.settings import ProbeSettings
from warroom.core.settings_contain import CgroupSettings
from warroom.core.settings_probe import ProcessProbe

CLOCK = SystemClock()
BOTH = [Verb.FREEZE, Verb.STOP]


@pytest.fixture
def scene(tmp_path: Path) -> Iterator[tuple[OwnCgroup, ForkingBot]]:
    with bot_in_cgroup(tmp_path) as running:
        yield running


def adapter_for(group: OwnCgroup) -> CgroupAdapter:
    return CgroupAdapter(
        "support", CgroupSettings(group.name, settle_s=15.0, verbs=BOTH), CLOCK, lambda verb: f"ask for {verb}"
    )


async def contained(group: OwnCgroup, verb: Verb) -> Plan:
    """Do it and return the plan as it comes back from the journal."""
    adapter = adapter_for(group)
    plan = await adapter.plan(verb, None)
    await adapter.apply(plan, "ACT-001")
    return msgspec.json.decode(msgspec.json.encode(plan), type=Plan)


async def by_http(bot: ForkingBot, verb: Verb, timeout_s: float = PATIENCE_S) -> set[Verdict]:
    """Return what four looks found. Who ought to answer has long for it: on a busy machine late looks like never."""
    probe = HttpProbe(ProbeSettings(bot.url, timeout_s=timeout_s), CLOCK)
    return {(await probe.look(verb)).verdict for _ in range(4)}


async def by_tree(pidfile: Path, verb: Verb) -> Verdict:
    probe = ProcessProbe(verbs=BOTH, pidfile=str(pidfile), interval_s=0.1)
    return (await ProcessLook("tree", probe, CLOCK).look(verb)).verdict


def move_out(group: OwnCgroup, pid: int) -> None:
    (group.folder.parent / "cgroup.procs").write_text(str(pid))


async def test_a_frozen_bot_answers_nothing_and_runs_on_after_a_release(scene: tuple[OwnCgroup, ForkingBot]) -> None:
    group, bot = scene
    before = sorted(bot.workers())
    adapter = adapter_for(group)
    plan = await adapter.plan(Verb.FREEZE, None)
    told = await adapter.apply(plan, "ACT-001")
    assert told.text == f"3 processes of {group.folder} stand still"
    assert await by_http(bot, Verb.FREEZE, timeout_s=0.2) == {Verdict.CONTAINED}
    assert await by_tree(bot.pidfile, Verb.FREEZE) is Verdict.CONTAINED
    assert (await adapter.release(plan, "ACT-001")).text == f"{group.folder} runs again"
    assert await by_http(bot, Verb.FREEZE) == {Verdict.OPEN}
    assert sorted(bot.workers()) == before


async def test_cgroups_below_are_frozen_too_and_named_in_the_plan(scene: tuple[OwnCgroup, ForkingBot]) -> None:
    group, bot = scene
    (group.below("worker") / "cgroup.procs").write_text(str(bot.workers()[0]))
    plan = await contained(group, Verb.FREEZE)
    assert plan.shared == ["cgroups below it: worker"]
    assert await by_tree(bot.pidfile, Verb.FREEZE) is Verdict.CONTAINED
    await adapter_for(group).release(plan, "ACT-001")


@pytest.mark.parametrize("verb", BOTH)
async def test_an_adapter_that_does_nothing_is_not_believed(verb: Verb, scene: tuple[OwnCgroup, ForkingBot]) -> None:
    _, bot = scene
    liar = NothingDoer("support", kind="cgroup")
    assert (await liar.apply(await liar.plan(verb, None), "ACT-001")).text == "done"
    assert await by_http(bot, verb) == {Verdict.OPEN}
    assert await by_tree(bot.pidfile, verb) is Verdict.OPEN


@pytest.mark.parametrize("verb", BOTH)
async def test_a_worker_that_was_moved_out_before_goes_on_and_looks_find_it(
    verb: Verb, scene: tuple[OwnCgroup, ForkingBot]
) -> None:
    group, bot = scene
    left = bot.workers()[0]
    move_out(group, left)
    checks = {check.name: check for check in await adapter_for(group).check(verb)}
    assert checks["whole bot"].state is Checked.UNKNOWN
    assert f"would run on: {left} python" in checks["whole bot"].text
    await contained(group, verb)
    assert await by_http(bot, verb) == {Verdict.OPEN}, "the socket is shared: one worker answers them all"
    assert await by_tree(bot.pidfile, verb) is Verdict.OPEN


async def test_a_worker_that_is_moved_out_of_a_frozen_cgroup_runs_on_and_looks_find_it(
    scene: tuple[OwnCgroup, ForkingBot],
) -> None:
    group, bot = scene
    await contained(group, Verb.FREEZE)
    move_out(group, bot.workers()[0])
    assert "frozen 1" in (group.folder / "cgroup.events").read_text(), "the kernel goes on to say so"
    assert await by_http(bot, Verb.FREEZE) == {Verdict.OPEN}
    assert await by_tree(bot.pidfile, Verb.FREEZE) is Verdict.OPEN


async def test_what_comes_into_a_frozen_cgroup_stands_still_and_runs_on_with_it(
    tmp_path: Path, scene: tuple[OwnCgroup, ForkingBot]
) -> None:
    group, _ = scene
    plan = await contained(group, Verb.FREEZE)
    pidfile, script = tmp_path / "late", "while True: pass"
    with subprocess.Popen([sys.executable, "-S", "-c", script], start_new_session=True) as late:  # noqa: ASYNC220
        try:
            pidfile.write_text(str(late.pid))
            assert await by_tree(pidfile, Verb.FREEZE) is Verdict.OPEN
            group.take(late.pid)
            wait_until(lambda: "frozen 1" in (group.folder / "cgroup.events").read_text())
            assert await by_tree(pidfile, Verb.FREEZE) is Verdict.CONTAINED
            await adapter_for(group).release(plan, "ACT-001")
            assert await by_tree(pidfile, Verb.FREEZE) is Verdict.OPEN
        finally:
            late.kill()


async def test_a_stop_ends_all_and_says_that_nothing_from_here_brings_it_back(
    scene: tuple[OwnCgroup, ForkingBot],
) -> None:
    group, bot = scene
    adapter = adapter_for(group)
    plan = await adapter.plan(Verb.STOP, 60.0)
    assert plan.reversible is Reversible.NO
    assert "an expiry brings nothing back: the bot stays down until it is started" in plan.effects
    told = await adapter.apply(plan, "ACT-001")
    assert told.text == "3 processes ended by SIGKILL"
    assert await adapter.apply(plan, "ACT-001") == told
    assert await by_http(bot, Verb.STOP) == {Verdict.CONTAINED}
    assert await by_tree(bot.pidfile, Verb.STOP) is Verdict.CONTAINED
    with pytest.raises(AdapterFailed, match="cannot be undone from here: start the bot"):
        await adapter.release(plan, "ACT-001")
    with pytest.raises(AdapterFailed, match="holds no process"):
        await adapter.apply(plan, "ACT-002")


async def test_what_stands_frozen_ends_too_and_the_plan_says_what_stays(scene: tuple[OwnCgroup, ForkingBot]) -> None:
    group, bot = scene
    group.freeze(True)
    plan = await contained(group, Verb.STOP)
    assert "the cgroup stays frozen: what is started in it stands still until it is thawed" in plan.effects
    assert group.pids() == []
    assert await by_tree(bot.pidfile, Verb.STOP) is Verdict.CONTAINED


async def test_a_supervisor_outside_brings_it_back_and_a_look_finds_it(tmp_path: Path) -> None:
    with own_cgroup() as group, supervised_bot(tmp_path) as bot:
        group.take(bot.first)
        await contained(group, Verb.STOP)
        assert group.pids() == []
        await eventually(bot.is_back, what="the bot that the supervisor starts")
        assert await by_tree(bot.pidfile, Verb.STOP) is Verdict.OPEN


async def test_a_later_cgroup_of_the_same_name_is_refused(scene: tuple[OwnCgroup, ForkingBot]) -> None:
    group, bot = scene
    pids = [bot.process.pid, *bot.workers()]
    plans = [await adapter_for(group).plan(verb, None) for verb in BOTH]
    for pid in pids:
        move_out(group, pid)
    group.remove()
    group.folder.mkdir()
    group.take(*pids)
    for plan in plans:
        with pytest.raises(AdapterFailed, match=r"is another cgroup now .*; plan again"):
            await adapter_for(group).apply(plan, "ACT-001")
    with pytest.raises(AdapterFailed, match="another cgroup now"):
        await adapter_for(group).release(plans[0], "ACT-001")
    assert await by_http(bot, Verb.STOP) == {Verdict.OPEN}


async def test_a_cgroup_that_somebody_else_had_frozen_is_left_frozen(scene: tuple[OwnCgroup, ForkingBot]) -> None:
    group, bot = scene
    group.freeze(True)
    plan = await contained(group, Verb.FREEZE)
    assert plan.exact[1:] == ["nothing: somebody else has frozen it already, and it is left so when this is released"]
    assert plan.undo == "nothing: it was frozen before by somebody else and stays so"
    told = await adapter_for(group).release(plan, "ACT-001")
    assert "stays so" in told.text
    assert await by_tree(bot.pidfile, Verb.FREEZE) is Verdict.CONTAINED


async def test_what_somebody_froze_or_thawed_since_the_plan_is_planned_again(
    scene: tuple[OwnCgroup, ForkingBot],
) -> None:
    group, _ = scene
    running = await adapter_for(group).plan(Verb.FREEZE, None)
    group.freeze(True)
    with pytest.raises(AdapterFailed, match=r"somebody froze .* since the plan was made; plan again"):
        await adapter_for(group).apply(running, "ACT-001")
    frozen = await adapter_for(group).plan(Verb.FREEZE, None)
    assert frozen.sha256 != running.sha256
    group.freeze(False)
    with pytest.raises(AdapterFailed, match="somebody thawed"):
        await adapter_for(group).apply(frozen, "ACT-001")


async def test_a_frozen_cgroup_above_is_said_before(scene: tuple[OwnCgroup, ForkingBot]) -> None:
    group, bot = scene
    inner = group.below("bot")
    for pid in (bot.process.pid, *bot.workers()):
        (inner / "cgroup.procs").write_text(str(pid))
    group.freeze(True)
    adapter = CgroupAdapter("support", CgroupSettings(f"{group.name}/bot"), CLOCK, str)
    plan = await adapter.plan(Verb.FREEZE, None)
    assert f"{group.folder} above it is frozen: no release from here lets the bot run" in plan.effects
    group.freeze(False)
    assert f"{group.folder} above it" not in " ".join((await adapter.plan(Verb.FREEZE, None)).effects)


async def test_a_plan_of_a_former_boot_is_refused(scene: tuple[OwnCgroup, ForkingBot]) -> None:
    group, _ = scene
    plan = await adapter_for(group).plan(Verb.FREEZE, None)
    boot = Path("/proc/sys/kernel/random/boot_id").read_text().strip()
    old = msgspec.structs.replace(plan, restore=plan.restore.replace(boot, "another"))
    for act in (adapter_for(group).apply, adapter_for(group).release):
        with pytest.raises(AdapterFailed, match="started again since"):
            await act(old, "ACT-001")


async def test_a_snapshot_shows_who_is_in_it_before_it_is_touched(scene: tuple[OwnCgroup, ForkingBot]) -> None:
    group, bot = scene
    ((name, content),) = await adapter_for(group).snapshot()
    (found,) = msgspec.json.decode(content)
    assert name == "support-cgroup.json"
    assert sorted(process["pid"] for process in found["processes"]) == sorted([bot.process.pid, *bot.workers()])
    assert "processes: " in (await adapter_for(group).observe(Verb.FREEZE)).text


async def test_an_empty_or_absent_cgroup_fails_the_check_and_tells_what_to_look_at() -> None:
    with own_cgroup() as group:
        (check,) = await adapter_for(group).check(Verb.FREEZE)
        assert check.state is Checked.FAILED
        assert "is this still its cgroup? See /proc/PID/cgroup" in check.text
        assert "not frozen, empty; 0 processes" in (await adapter_for(group).observe(Verb.FREEZE)).text
    (check,) = await adapter_for(group).check(Verb.STOP)
    assert "there is no cgroup" in check.text
    assert "there is no cgroup" in (await adapter_for(group).observe(Verb.STOP)).text
    with pytest.raises(AdapterFailed, match="there is no cgroup"):
        await adapter_for(group).snapshot()


async def test_an_account_without_the_right_fails_the_check_and_changes_nothing(
    scene: tuple[OwnCgroup, ForkingBot],
) -> None:
    group, bot = scene
    if os.geteuid() != 0:
        pytest.skip("needs root to become somebody without rights")
    fine = {check.name: check.state for check in await adapter_for(group).check(Verb.STOP)}
    assert fine == {"cgroup": Checked.OK, "right to write": Checked.OK, "whole bot": Checked.OK}
    script = (
        "import asyncio, concurrent.futures.thread, encodings.ascii, os, sys\n"
        "from warroom.adapters.clock import SystemClock\n"
        "from warroom.adapters.contain.cgroup import CgroupAdapter\n"
        "from warroom.core.model import Verb\n"
        "from warroom.core.ports import AdapterFailed\n"
        "from warroom.core.settings_contain import CgroupSettings\n"
        "os.setuid(65534)\n"
        "async def main():\n"
        "    for verb in (Verb.FREEZE, Verb.STOP):\n"
        "        adapter = CgroupAdapter('b', CgroupSettings(sys.argv[1], verbs=[verb]), SystemClock(), str)\n"
        "        print((await adapter.check(verb))[1].text)\n"
        "        try:\n"
        "            await adapter.apply(await adapter.plan(verb, None), 'ACT-001')\n"
        "        except AdapterFailed as error:\n"
        "            print(error)\n"
        "asyncio.run(main())\n"
    )
    words = [sys.executable, "-c", script, group.name]
    told = subprocess.run(words, capture_output=True, text=True, check=True).stdout.splitlines()  # noqa: ASYNC221
    assert [f"{group.folder}/{name} may not be written" in told[place] for place, name in FILES] == [True, True]
    assert "cannot be frozen: Permission denied; nothing was done" in told[1]
    assert "cannot be killed: Permission denied; nothing was done" in told[3]
    assert await by_http(bot, Verb.STOP) == {Verdict.OPEN}


FILES = [(0, "cgroup.freeze"), (2, "cgroup.kill")]
