"""A bot that is a service: frozen or stopped, and back as it was."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from typing import Any

import msgspec
import pytest

from tests.adapters.contain.liars import NothingDoer
from tests.adapters.contain.rig_systemd import MachineSaidNo, UnitBot, machine, unit_bot
from tests.adapters.time_over import PATIENCE_S
from tests.waiting import wait_until
from warroom.adapters.clock import SystemClock
from warroom.adapters.contain.http_probe import HttpProbe
from warroom.adapters.contain.systemd import SystemdAdapter
from warroom.core.model import Plan, Reversible, Verb, Verdict
from warroom.core.ports import AdapterFailed, Checked
from warroom.core.settings import ProbeSettings
from warroom.core.settings_contain import SystemdSettings

pytestmark = pytest.mark.long
CLOCK = SystemClock()
SOCKET = "[Socket]\nListenStream=/run/{}.wake\n"


@pytest.fixture
def bot() -> Iterator[UnitBot]:
    with unit_bot("bot") as running:
        yield running


def adapter_for(bot: UnitBot, **changed: Any) -> SystemdAdapter:
    settings = SystemdSettings(bot.unit, bus=bot.machine.bus, grace_s=2.0)
    return SystemdAdapter("support", msgspec.structs.replace(settings, **changed), CLOCK, lambda verb: f"ask {verb}")


async def verdict(bot: UnitBot, verb: Verb) -> Verdict:
    # Only what stands frozen is silent by right.
    timeout_s = 0.3 if bot.shown("FreezerState") == ["frozen"] else PATIENCE_S
    probe = HttpProbe(ProbeSettings(bot.url, method="GET", timeout_s=timeout_s), CLOCK)
    (seen,) = {(await probe.look(verb)).verdict for _ in range(3)}
    return seen


async def done(bot: UnitBot, verb: Verb) -> Plan:
    plan = await adapter_for(bot).plan(verb, None)
    await adapter_for(bot).apply(plan, "ACT-001")
    return plan


async def release(bot: UnitBot, plan: Plan) -> None:
    await adapter_for(bot).release(msgspec.json.decode(msgspec.json.encode(plan), type=Plan), "ACT-001")
    wait_until(bot.serves, what="the bot after the release")


async def test_a_killed_unit_is_back_in_a_moment_and_a_stopped_one_is_not(bot: UnitBot) -> None:
    first = bot.pid()
    os.kill(first, signal.SIGKILL)
    wait_until(lambda: bot.pid() not in (0, first) and bot.serves(), what="systemd's restart")
    assert await verdict(bot, Verb.STOP) is Verdict.OPEN
    await done(bot, Verb.STOP)
    assert await verdict(bot, Verb.STOP) is Verdict.CONTAINED


async def test_an_adapter_that_does_nothing_is_not_believed(bot: UnitBot) -> None:
    liar = NothingDoer("support", kind="systemd")
    await liar.apply(await liar.plan(Verb.STOP, None), "ACT-001")
    assert await verdict(bot, Verb.STOP) is Verdict.OPEN


async def test_a_stopped_unit_cannot_be_started_until_it_is_released(bot: UnitBot) -> None:
    plan = await done(bot, Verb.STOP)
    with pytest.raises(MachineSaidNo, match="is masked"):
        bot.machine.ctl("start", bot.unit)
    assert await verdict(bot, Verb.STOP) is Verdict.CONTAINED
    await adapter_for(bot).apply(plan, "ACT-001")
    await release(bot, plan)
    assert bot.shown("UnitFileState", "ActiveState", "LoadState") == ["static", "active", "loaded"]
    await release(bot, plan)


async def test_a_unit_of_etc_is_not_covered_by_a_mask_and_whoever_starts_it_is_seen() -> None:
    with unit_bot("own", vendor=False) as bot:
        plan = await done(bot, Verb.STOP)
        assert any("no mask covers its file" in effect for effect in plan.effects)
        assert await verdict(bot, Verb.STOP) is Verdict.CONTAINED
        bot.machine.ctl("start", bot.unit)
        wait_until(bot.serves)
        assert await verdict(bot, Verb.STOP) is Verdict.OPEN
        await done(bot, Verb.STOP)
        await release(bot, plan)


async def test_what_triggers_it_is_stopped_before_and_started_after() -> None:
    with unit_bot("woken", others={"woken.socket": SOCKET.format("woken")}) as bot:
        bot.machine.ctl("stop", bot.unit)
        bot.machine.ctl("start", "woken.socket", bot.unit)
        wait_until(bot.serves)
        plan = await done(bot, Verb.STOP)
        assert "StopUnit woken.socket, which triggers it" in plan.exact
        assert bot.machine.ctl("show", "woken.socket", "-p", "ActiveState") == "ActiveState=inactive"
        await release(bot, plan)
        assert bot.machine.ctl("is-active", "woken.socket") == "active"


async def test_a_unit_that_is_only_waited_for_is_stopped_with_its_socket_and_nothing_is_started_by_a_release() -> None:
    with unit_bot("idle", others={"idle.socket": SOCKET.format("idle")}) as bot:
        bot.machine.ctl("stop", bot.unit)
        bot.machine.ctl("start", "idle.socket")
        with pytest.raises(AdapterFailed, match="is not running"):
            await adapter_for(bot).plan(Verb.FREEZE, None)
        plan = await done(bot, Verb.STOP)
        await adapter_for(bot).release(plan, "ACT-001")
        assert bot.machine.ctl("is-active", "idle.socket") == "active"
        assert bot.shown("ActiveState") == ["inactive"]


async def test_what_stops_with_it_is_named_and_started_again() -> None:
    side = "[Unit]\nRequires=leader.service\nAfter=leader.service\n[Service]\nExecStart=/usr/bin/sleep 600\n"
    with unit_bot("leader", others={"side.service": side}) as bot:
        bot.machine.ctl("start", "side.service")
        plan = await done(bot, Verb.STOP)
        assert plan.shared == ["side.service: systemd stops it with leader.service"]
        assert bot.machine.ctl("show", "side.service", "-p", "ActiveState") == "ActiveState=inactive"
        await release(bot, plan)
        assert bot.machine.ctl("is-active", "side.service") == "active"
        bot.machine.ctl("stop", "side.service")


async def test_a_unit_that_ignores_the_request_to_end_is_killed_after_the_grace() -> None:
    with unit_bot("deaf", more="KillSignal=SIGCONT\nTimeoutStopSec=300\n") as bot:
        plan = await adapter_for(bot).plan(Verb.STOP, None)
        await adapter_for(bot, grace_s=0.3).apply(plan, "ACT-001")
        assert await verdict(bot, Verb.STOP) is Verdict.CONTAINED
        assert bot.shown("ActiveState")[0] in ("inactive", "failed")


async def test_a_freeze_is_refused_with_advice_where_the_host_has_no_unified_control_groups(bot: UnitBot) -> None:
    plan = await adapter_for(bot).plan(Verb.FREEZE, None)
    with pytest.raises(AdapterFailed, match="use the process or the cgroup adapter to freeze it; it runs as before"):
        await adapter_for(bot).apply(plan, "ACT-001")
    assert await verdict(bot, Verb.FREEZE) is Verdict.OPEN


async def test_a_frozen_unit_holds_and_comes_back_with_the_same_process() -> None:
    with unit_bot("cold", unified=True, more="WatchdogSec=600\n") as bot:
        first = bot.pid()
        plan = await done(bot, Verb.FREEZE)
        assert any("watchdog of 600 s" in effect for effect in plan.effects)
        assert await verdict(bot, Verb.FREEZE) is Verdict.CONTAINED
        assert (await adapter_for(bot).observe(Verb.FREEZE)).text.endswith("active, frozen")
        await adapter_for(bot).apply(plan, "ACT-001")
        await release(bot, plan)
        assert bot.pid() == first
        await release(bot, plan)


async def test_a_unit_that_was_frozen_before_stays_so_after_a_release() -> None:
    with unit_bot("ice", unified=True) as bot:
        bot.machine.ctl("freeze", bot.unit)
        plan = await done(bot, Verb.FREEZE)
        assert "nothing: it is frozen already" in plan.exact
        await adapter_for(bot).release(plan, "ACT-001")
        assert await verdict(bot, Verb.FREEZE) is Verdict.CONTAINED


async def test_a_frozen_unit_is_stopped_all_the_same() -> None:
    with unit_bot("both", unified=True) as bot:
        await done(bot, Verb.FREEZE)
        await done(bot, Verb.STOP)
        assert await verdict(bot, Verb.STOP) is Verdict.CONTAINED


async def test_a_unit_that_runs_another_program_since_the_plan_is_refused(bot: UnitBot) -> None:
    plan = await adapter_for(bot).plan(Verb.STOP, None)
    file = bot.machine.vendor / bot.unit
    file.write_text(file.read_text().replace("-h /www", "-h /var"))
    bot.machine.ctl("daemon-reload")
    with pytest.raises(AdapterFailed, match="is not what the plan means"):
        await adapter_for(bot).apply(plan, "ACT-001")
    assert bot.shown("ActiveState") == ["active"]


async def test_a_transient_unit_cannot_be_had_back_and_the_plan_says_so(bot: UnitBot) -> None:
    bot.machine.ctl("--quiet", "--unit=brief", "sleep", "600", program="systemd-run")
    adapter = adapter_for(bot, unit="brief.service")
    plan = await adapter.plan(Verb.STOP, None)
    assert (plan.reversible, plan.undo.partition(":")[0]) == (Reversible.NO, "cannot be undone")
    await adapter.apply(plan, "ACT-001")
    with pytest.raises(AdapterFailed, match="has forgotten"):
        await adapter.release(plan, "ACT-001")


async def test_a_unit_that_is_not_there_or_not_running_is_a_failure(bot: UnitBot) -> None:
    with pytest.raises(AdapterFailed, match="systemd has no unit nobody"):
        await adapter_for(bot, unit="nobody.service").plan(Verb.STOP, None)
    bot.machine.ctl("stop", bot.unit)
    for verb in (Verb.STOP, Verb.FREEZE):
        with pytest.raises(AdapterFailed, match="is not running"):
            await adapter_for(bot).plan(verb, None)


async def test_a_plan_stays_the_same_while_the_unit_is_restarted(bot: UnitBot) -> None:
    first = bot.pid()
    plan = await adapter_for(bot).plan(Verb.STOP, None)
    os.kill(first, signal.SIGKILL)
    wait_until(lambda: bot.pid() not in (0, first))
    assert (await adapter_for(bot).plan(Verb.STOP, None)).sha256 == plan.sha256


async def test_the_checks_and_the_snapshot_say_what_is_there_and_change_nothing(bot: UnitBot) -> None:
    assert [one.state for one in await adapter_for(bot).check(Verb.STOP)] == [Checked.OK, Checked.OK]
    assert [one.state for one in await adapter_for(bot).check(Verb.FREEZE)] == [
        Checked.OK,
        Checked.OK,
        Checked.UNKNOWN,
    ]
    absent = adapter_for(bot, unit="nobody.service")
    assert [one.state for one in await absent.check(Verb.STOP)] == [Checked.OK, Checked.FAILED]
    ((name, content),) = await adapter_for(bot).snapshot()
    assert name == "support-unit.json"
    assert b"busybox httpd" in content
    assert await verdict(bot, Verb.STOP) is Verdict.OPEN


async def test_a_bus_that_is_gone_is_a_failure() -> None:
    settings = SystemdSettings("bot.service", bus="unix:path=/proc/1/no-such-socket")
    adapter = SystemdAdapter("support", settings, CLOCK, str)
    assert machine().process.poll() is None
    with pytest.raises(AdapterFailed, match="is not reached"):
        await adapter.plan(Verb.STOP, None)
    assert [one.state for one in await adapter.check(Verb.STOP)] == [Checked.FAILED]
    assert "is not reached" in (await adapter.observe(Verb.STOP)).text
