"""A bot in a container: out of its networks, paused or stopped, and back exactly as it was."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest

from tests.adapters.contain.liars import NothingDoer
from tests.adapters.contain.rig_docker import LOOP, DockerBot, docker_bot
from tests.adapters.time_over import PATIENCE_S
from tests.waiting import wait_until
from warroom.adapters.clock import SystemClock
from warroom.adapters.contain.docker import DockerAdapter
from warroom.adapters.contain.http_probe import HttpProbe
from warroom.core.model import Plan, Reversible, Verb, Verdict
from warroom.core.ports import AdapterFailed, Checked
from warroom.core.settings import ProbeSettings
from warroom.core.settings_contain import DockerSettings

pytestmark = pytest.mark.long
CLOCK = SystemClock()
ALL = [Verb.ISOLATE, Verb.FREEZE, Verb.STOP]


@pytest.fixture
def bot() -> Iterator[DockerBot]:
    settings: dict[str, Any] = {"RestartPolicy": {"Name": "always"}}
    with docker_bot("bot", aliases=["support", "chat"], **settings) as running:
        yield running


def adapter_for(bot: DockerBot, **changed: Any) -> DockerAdapter:
    settings = DockerSettings(bot.name, host=bot.engine.host, grace_s=1.0)
    return DockerAdapter("support", msgspec.structs.replace(settings, **changed), CLOCK, lambda verb: f"ask for {verb}")


async def verdicts(bot: DockerBot, verb: Verb, count: int = 3) -> set[Verdict]:
    """What looks find: only a bot that is paused or in no network is silent by right."""
    now = bot.engine.inspect(bot.id)
    silent = now["State"]["Paused"] or not now["NetworkSettings"]["Networks"]
    timeout_s = 0.4 if silent else PATIENCE_S
    probe = HttpProbe(ProbeSettings(bot.url, method="GET", timeout_s=timeout_s), CLOCK)
    return {(await probe.look(verb)).verdict for _ in range(count)}


async def opens(bot: DockerBot, verb: Verb) -> bool:
    """Whether it answers after a while: the host asks for its hardware address anew, at most once a second."""
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(PATIENCE_S):
            while Verdict.OPEN not in await verdicts(bot, verb, 1):
                continue
            return True
    return False


async def done(bot: DockerBot, verb: Verb) -> Plan:
    plan = await adapter_for(bot).plan(verb, None)
    await adapter_for(bot).apply(plan, "ACT-001")
    return plan


@pytest.mark.parametrize("verb", ALL)
async def test_it_holds_and_comes_back_as_it_was(bot: DockerBot, verb: Verb) -> None:
    before = bot.engine.inspect(bot.id)
    plan = await done(bot, verb)
    assert await verdicts(bot, verb) == {Verdict.CONTAINED}
    recorded = msgspec.json.decode(msgspec.json.encode(plan), type=Plan)
    await adapter_for(bot).release(recorded, "ACT-001")
    assert await opens(bot, verb)
    after = bot.engine.inspect(bot.id)
    assert after["HostConfig"]["RestartPolicy"] == before["HostConfig"]["RestartPolicy"]
    assert networks(after) == networks(before)
    assert bot.address() == before["NetworkSettings"]["Networks"]["warroom-test"]["IPAddress"]


def networks(inspected: dict[str, Any]) -> dict[str, tuple[str, set[str]]]:
    found = inspected["NetworkSettings"]["Networks"]
    return {name: (one["NetworkID"], set(one["Aliases"])) for name, one in found.items()}


async def test_an_adapter_that_does_nothing_is_not_believed(bot: DockerBot) -> None:
    liar = NothingDoer("support", kind="docker")
    await liar.apply(await liar.plan(Verb.STOP, None), "ACT-001")
    assert await verdicts(bot, Verb.STOP) == {Verdict.OPEN}


async def test_a_bot_that_is_killed_comes_back_by_its_restart_policy_and_a_stopped_one_does_not(bot: DockerBot) -> None:
    first = bot.state()["Pid"]
    os.kill(first, signal.SIGKILL)
    wait_until(lambda: bot.state()["Running"] and bot.state()["Pid"] not in (0, first), what="docker's restart")
    assert await opens(bot, Verb.STOP)
    await done(bot, Verb.STOP)
    assert bot.engine.inspect(bot.id)["HostConfig"]["RestartPolicy"]["Name"] == "no"
    assert await verdicts(bot, Verb.STOP) == {Verdict.CONTAINED}


async def test_when_docker_starts_again_a_stopped_container_stays_down_and_another_comes_back(
    bot: DockerBot,
) -> None:
    bot.engine.stop()
    bot.engine.start()
    wait_until(lambda: bot.state()["Running"], what="docker's restart of what is to run always")
    plan = await done(bot, Verb.STOP)
    bot.engine.stop()
    bot.engine.start()
    assert not bot.state()["Running"]
    assert await verdicts(bot, Verb.STOP) == {Verdict.CONTAINED}
    await adapter_for(bot).release(plan, "ACT-001")
    assert await opens(bot, Verb.STOP)


async def test_a_loop_inside_the_container_brings_a_killed_bot_back_and_a_paused_one_stands() -> None:
    with docker_bot("looping", command=LOOP) as bot:
        (server,) = servers(bot)
        os.kill(server, signal.SIGKILL)
        wait_until(lambda: [one for one in servers(bot) if one != server], what="the loop's restart")
        assert await opens(bot, Verb.FREEZE)
        await done(bot, Verb.FREEZE)
        assert await verdicts(bot, Verb.FREEZE) == {Verdict.CONTAINED}


def servers(bot: DockerBot) -> list[int]:
    """Pids of the web servers inside, read without the code under test."""
    found = []
    for status in Path("/proc").glob("[0-9]*/stat"):
        try:
            name, _, rest = status.read_text().partition(" (")[2].rpartition(")")
        except OSError:
            continue
        if name == "httpd" and int(rest.split()[1]) == bot.state()["Pid"]:
            found.append(int(status.parent.name))
    return found


async def test_a_second_container_of_the_bot_that_answers_on_is_seen(bot: DockerBot) -> None:
    with docker_bot("bot-2") as second:
        await done(bot, Verb.STOP)
        assert await verdicts(bot, Verb.STOP) == {Verdict.CONTAINED}
        assert await verdicts(second, Verb.STOP) == {Verdict.OPEN}


async def test_whoever_connects_it_again_is_seen(bot: DockerBot) -> None:
    address = bot.address()
    await done(bot, Verb.ISOLATE)
    back = {"Container": bot.id, "EndpointConfig": {"IPAMConfig": {"IPv4Address": address}}}
    bot.engine.call("POST", f"/networks/{bot.engine.network}/connect", back)
    assert await opens(bot, Verb.ISOLATE)


async def test_a_name_that_leads_to_another_container_now_is_refused(bot: DockerBot) -> None:
    plans = [await adapter_for(bot).plan(verb, None) for verb in ALL]
    bot.engine.remove(bot.id)
    with docker_bot("bot") as other:
        for plan in plans:
            with pytest.raises(AdapterFailed, match="another container since the plan was made"):
                await adapter_for(other).apply(plan, "ACT-001")
            with pytest.raises(AdapterFailed, match="has no container"):
                await adapter_for(other).release(plan, "ACT-001")
        assert await verdicts(other, Verb.STOP) == {Verdict.OPEN}


async def test_a_network_that_it_joined_since_the_plan_is_not_cut_unseen(bot: DockerBot) -> None:
    plan = await adapter_for(bot).plan(Verb.ISOLATE, None)
    extra = bot.engine.make_network("extra")
    try:
        bot.engine.call("POST", f"/networks/{extra}/connect", {"Container": bot.id})
        with pytest.raises(AdapterFailed, match="joined extra since the plan was made"):
            await adapter_for(bot).apply(plan, "ACT-001")
        assert await verdicts(bot, Verb.ISOLATE) == {Verdict.OPEN}
        both = await done(bot, Verb.ISOLATE)
        assert await verdicts(bot, Verb.ISOLATE) == {Verdict.CONTAINED}
        await adapter_for(bot).release(both, "ACT-001")
        assert set(networks(bot.engine.inspect(bot.id))) == {"extra", "warroom-test"}
        assert await opens(bot, Verb.ISOLATE)
    finally:
        bot.engine.remove(bot.id)
        bot.engine.call("DELETE", f"/networks/{extra}")


async def test_a_container_that_was_paused_before_stays_paused_after_a_release(bot: DockerBot) -> None:
    bot.engine.call("POST", f"/containers/{bot.id}/pause")
    plan = await done(bot, Verb.FREEZE)
    assert "nothing: it is paused already" in plan.exact
    await adapter_for(bot).release(plan, "ACT-001")
    assert bot.state()["Paused"]


async def test_a_paused_container_is_stopped_all_the_same(bot: DockerBot) -> None:
    await done(bot, Verb.FREEZE)
    plan = await done(bot, Verb.STOP)
    assert not bot.state()["Running"]
    await adapter_for(bot).release(plan, "ACT-001")
    assert bot.state()["Paused"]


async def test_a_container_that_removes_itself_cannot_be_had_back_and_the_plan_says_so() -> None:
    with docker_bot("brief", AutoRemove=True) as bot:
        plan = await adapter_for(bot).plan(Verb.STOP, None)
        assert plan.reversible is Reversible.NO
        assert "--rm" in plan.undo
        assert (await adapter_for(bot).apply(plan, "ACT-001")).text.endswith("docker removes it")


async def test_who_shares_the_network_is_named_and_where_it_is_shared_isolation_is_refused(bot: DockerBot) -> None:
    side = bot.engine.run("side", command=["/bin/sleep", "600"], NetworkMode=f"container:{bot.id}")
    bare = bot.engine.run("bare", command=["/bin/sleep", "600"], NetworkMode="none")
    host = bot.engine.run("host", command=["/bin/sleep", "600"], NetworkMode="host")
    try:
        (named,) = (await adapter_for(bot).plan(Verb.ISOLATE, None)).shared
        assert named.startswith(f"container {side[:12]} side")
        for name, words in (("side", "isolate that one"), ("host", "nft adapter"), ("bare", "is in no network")):
            with pytest.raises(AdapterFailed, match=words):
                await adapter_for(bot, container=name).plan(Verb.ISOLATE, None)
    finally:
        for one in (side, bare, host):
            bot.engine.remove(one)


async def test_a_stopped_container_is_not_contained_but_ended(bot: DockerBot) -> None:
    plan = await adapter_for(bot).plan(Verb.FREEZE, None)
    bot.engine.call("POST", f"/containers/{bot.id}/stop?t=0")
    with pytest.raises(AdapterFailed, match="is not running"):
        await adapter_for(bot).plan(Verb.FREEZE, None)
    with pytest.raises(AdapterFailed, match="is not running"):
        await adapter_for(bot).apply(plan, "ACT-001")


async def test_a_release_of_what_ended_while_it_was_paused_says_so(bot: DockerBot) -> None:
    plan = await done(bot, Verb.FREEZE)
    bot.engine.call("POST", f"/containers/{bot.id}/stop?t=0")
    with pytest.raises(AdapterFailed, match="ended while it was paused; start it again"):
        await adapter_for(bot).release(plan, "ACT-001")


async def test_the_snapshot_has_processes_and_no_secrets(bot: DockerBot) -> None:
    ((name, content),) = await adapter_for(bot).snapshot()
    assert name == "support-container.json"
    assert b"/bin/httpd" in content
    assert b"API_KEY=" in content
    assert b"a-secret-of-the-bot" not in content


async def test_the_checks_find_everything_in_order_and_change_nothing(bot: DockerBot) -> None:
    for verb in ALL:
        assert {one.state for one in await adapter_for(bot).check(verb)} == {Checked.OK}
    absent = await adapter_for(bot, container="nobody").check(Verb.FREEZE)
    assert [one.state for one in absent] == [Checked.OK, Checked.OK, Checked.FAILED]
    assert await verdicts(bot, Verb.FREEZE) == {Verdict.OPEN}


async def test_what_it_observes_is_the_state_and_the_networks(bot: DockerBot) -> None:
    assert (await adapter_for(bot).observe(Verb.ISOLATE)).text.endswith("running, in warroom-test")
    await done(bot, Verb.ISOLATE)
    assert (await adapter_for(bot).observe(Verb.ISOLATE)).text.endswith("running, in no network")
    await done(bot, Verb.FREEZE)
    assert ": paused, " in (await adapter_for(bot).observe(Verb.FREEZE)).text
