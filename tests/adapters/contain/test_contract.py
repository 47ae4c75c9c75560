"""What every adapter promises, checked on real processes and sockets."""

from __future__ import annotations

import asyncio
import contextlib
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path

import msgspec
import pytest

from tests.adapters.contain.liars import NothingDoer
from tests.adapters.contain.rig_cgroup import bot_in_cgroup
from tests.adapters.contain.rig_command import SWITCH, program
from tests.adapters.contain.rig_docker import docker_bot
from tests.adapters.contain.rig_flag import flagged_bot
from tests.adapters.contain.rig_kubernetes import kubernetes_bot
from tests.adapters.contain.rig_limiter import KEY, limited_bot
from tests.adapters.contain.rig_nft import Network, leaking, skip_unless_possible
from tests.adapters.contain.rig_oauth import oauth_bot
from tests.adapters.contain.rig_process import restartable_bot, start_words, up_or_gone
from tests.adapters.contain.rig_systemd import unit_bot
from tests.adapters.contain.rig_webhook import webhook_service
from tests.adapters.contain.rigs import controlled_bot, forking_bot
from tests.adapters.time_over import PATIENCE_S
from warroom.adapters.clock import SystemClock
from warroom.adapters.contain.build import adapters_for, probes_for
from warroom.core.model import Plan, Verb, Verdict
from warroom.core.ports import AdapterFailed, Containment
from warroom.core.settings import BotSettings, ContainSettings, ControlSettings, ProbeSettings, ProcessSettings
from warroom.core.settings_contain import (
    CgroupSettings,
    CommandSettings,
    DockerSettings,
    FlagSettings,
    KubernetesSettings,
    LimiterSettings,
    NftSettings,
    SystemdSettings,
    WebhookSettings,
)

CLOCK = SystemClock()


class Rig:
    """One adapter on a running bot, and the bot as its users see it."""

    def __init__(
        self,
        settings: BotSettings,
        verb: Verb,
        caught_up: Callable[[], None] = lambda: None,
        *,
        silence_s: float = PATIENCE_S,
    ) -> None:
        self.settings = settings
        self.patience_s = PATIENCE_S
        """How long a look waits for a bot that ought to answer."""
        self.silence_s = silence_s
        """How long it waits for one that ought to be contained: short where nobody answers then."""
        self.verb = verb
        self.key = f"ACT-{uuid.uuid4().hex[:12]}"
        """What is started again bears it, and is looked for by it on the whole host."""
        self.caught_up = caught_up
        """Returns when the bot has had its time to notice, for bots that look at something now and then."""
        self.adapter = self.fresh()
        (self.probe,) = probes_for(settings, CLOCK)

    def fresh(self) -> Containment:
        """The same adapter as an engine that was just started has it."""
        (adapter,) = adapters_for("support", self.settings, CLOCK)
        return adapter

    async def verdict(self) -> Verdict:
        """One look from outside at a bot that ought to be open."""
        return await self._look(self.patience_s)

    async def contained(self) -> Verdict:
        """One look from outside at a bot that ought to be contained."""
        return await self._look(self.silence_s)

    async def _look(self, timeout_s: float) -> Verdict:
        await asyncio.to_thread(self.caught_up)
        probe = self.settings.probe
        assert probe is not None
        settings = msgspec.structs.replace(self.settings, probe=msgspec.structs.replace(probe, timeout_s=timeout_s))
        (look,) = probes_for(settings, CLOCK)
        return (await look.look(self.verb)).verdict


@contextlib.contextmanager
def control_rig(folder: Path, verb: Verb) -> Iterator[Rig]:
    with controlled_bot(folder) as bot:
        control = ControlSettings(bot.control_url, str(bot.key_file), timeout_s=PATIENCE_S)
        yield Rig(BotSettings([], probe=ProbeSettings(bot.url), contain=ContainSettings(control=control)), verb)


@contextlib.contextmanager
def flag_rig(folder: Path, verb: Verb) -> Iterator[Rig]:
    with flagged_bot(folder) as bot:
        flag = FlagSettings(str(bot.flags), limit="limited")
        settings = BotSettings([], probe=bot.probe, contain=ContainSettings(flag=flag))
        yield Rig(settings, verb, bot.caught_up)


@contextlib.contextmanager
def limiter_rig(folder: Path, verb: Verb) -> Iterator[Rig]:
    with limited_bot(folder) as bot:
        limiter = LimiterSettings(bot.server.url, KEY, timeout_s=PATIENCE_S)
        settings = BotSettings([], probe=bot.probe, contain=ContainSettings(limiter=limiter))
        yield Rig(settings, verb, bot.use)


@contextlib.contextmanager
def command_rig(folder: Path, verb: Verb) -> Iterator[Rig]:
    with flagged_bot(folder) as bot:
        switch = program(folder, "switch", SWITCH)
        apply, release = ([switch, str(bot.flags), mode] for mode in ("disabled", "normal"))
        command = CommandSettings([verb], apply, release=release)
        settings = BotSettings([], probe=bot.probe, contain=ContainSettings(command=command))
        yield Rig(settings, verb, bot.caught_up)


@contextlib.contextmanager
def webhook_rig(folder: Path, verb: Verb) -> Iterator[Rig]:
    with webhook_service(folder) as service:
        webhook = WebhookSettings(service.order_url, str(service.key_file), timeout_s=PATIENCE_S)
        yield Rig(BotSettings([], probe=ProbeSettings(service.url), contain=ContainSettings(webhook=webhook)), verb)


@contextlib.contextmanager
def process_rig(folder: Path, verb: Verb) -> Iterator[Rig]:
    with forking_bot(folder) as bot:
        process = ProcessSettings(str(bot.pidfile))
        probe = ProbeSettings(bot.url)
        yield Rig(BotSettings([], probe=probe, contain=ContainSettings(process=process)), verb, silence_s=0.3)


@contextlib.contextmanager
def stop_rig(folder: Path, verb: Verb) -> Iterator[Rig]:
    with restartable_bot(folder) as bot:
        process = ProcessSettings(str(bot.pidfile), 0.2, [verb], start=start_words(folder))
        probe = ProbeSettings(bot.url)
        settings = BotSettings([], probe=probe, contain=ContainSettings(process=process))
        yield Rig(settings, verb, lambda: up_or_gone(bot))


@contextlib.contextmanager
def cgroup_rig(folder: Path, verb: Verb) -> Iterator[Rig]:
    with bot_in_cgroup(folder) as (group, bot):
        cgroup = CgroupSettings(group.name, settle_s=15.0)
        probe = ProbeSettings(bot.url)
        yield Rig(BotSettings([], probe=probe, contain=ContainSettings(cgroup=cgroup)), verb, silence_s=0.3)


@contextlib.contextmanager
def docker_rig(folder: Path, verb: Verb) -> Iterator[Rig]:
    with docker_bot(f"contract-{verb}") as bot:
        docker = DockerSettings(bot.name, host=bot.engine.host, grace_s=1.0)
        probe = ProbeSettings(bot.url, method="GET")
        # A host that lost sight of an address asks for it again once a second.
        yield Rig(BotSettings([], probe=probe, contain=ContainSettings(docker=docker)), verb, silence_s=2.5)


@contextlib.contextmanager
def systemd_rig(folder: Path, verb: Verb) -> Iterator[Rig]:
    with unit_bot("contract", unified=True) as bot:
        systemd = SystemdSettings(bot.unit, bus=bot.machine.bus)
        probe = ProbeSettings(bot.url, method="GET")
        yield Rig(BotSettings([], probe=probe, contain=ContainSettings(systemd=systemd)), verb, silence_s=0.3)


@contextlib.contextmanager
def kubernetes_rig(folder: Path, verb: Verb) -> Iterator[Rig]:
    with kubernetes_bot(folder) as cluster:
        kubernetes = KubernetesSettings(cluster.api, "bots", {"app": "support"}, token_file=str(cluster.token_file))
        probe = ProbeSettings(cluster.url)
        yield Rig(BotSettings([], probe=probe, contain=ContainSettings(kubernetes=kubernetes)), verb, silence_s=0.3)


@contextlib.contextmanager
def oauth_rig(folder: Path, verb: Verb) -> Iterator[Rig]:
    with oauth_bot(folder) as bot:
        yield Rig(BotSettings([], probe=bot.probe, contain=ContainSettings(oauth=bot.settings())), verb)


@contextlib.contextmanager
def nft_rig(folder: Path, verb: Verb) -> Iterator[Rig]:
    skip_unless_possible()
    with Network() as network:
        inside = ["nsenter", f"--net=/run/netns/{network.name}"]
        with leaking(network.theirs, network.ours, inside) as bot:
            nft = NftSettings(netns=network.name, allow=[])
            probe = ProbeSettings(bot.url)
            yield Rig(BotSettings([], probe=probe, contain=ContainSettings(nft=nft)), verb, silence_s=0.5)


RIGS: dict[str, tuple[Callable[[Path, Verb], contextlib.AbstractContextManager[Rig]], Verb]] = {
    "control": (control_rig, Verb.DISABLE),
    "flag": (flag_rig, Verb.DISABLE),
    "command": (command_rig, Verb.DISABLE),
    "webhook": (webhook_rig, Verb.DISABLE),
    "limiter": (limiter_rig, Verb.LIMIT),
    "nft": (nft_rig, Verb.ISOLATE),
    "process": (process_rig, Verb.FREEZE),
    "process-stop": (stop_rig, Verb.STOP),
    "cgroup": (cgroup_rig, Verb.FREEZE),
    "oauth": (oauth_rig, Verb.REVOKE),
    "docker": (docker_rig, Verb.ISOLATE),
    "systemd": (systemd_rig, Verb.FREEZE),
    "kubernetes": (kubernetes_rig, Verb.ISOLATE),
}
_LONG = {"docker", "systemd"}
"""Rigs that start more than a process."""
KINDS = [pytest.param(kind, marks=[pytest.mark.long] if kind in _LONG else []) for kind in sorted(RIGS)]


@pytest.fixture(params=KINDS)
def rig(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Rig]:
    make, verb = RIGS[request.param]
    with make(tmp_path, verb) as made:
        yield made


async def test_a_plan_changes_nothing_and_is_the_same_each_time(rig: Rig) -> None:
    first = await rig.adapter.plan(rig.verb, None)
    assert await rig.verdict() is Verdict.OPEN
    assert await rig.adapter.plan(rig.verb, None) == first
    assert (await rig.fresh().plan(rig.verb, None)).sha256 == first.sha256


async def test_a_plan_says_what_will_be_done_felt_undone_and_proved(rig: Rig) -> None:
    plan = await rig.adapter.plan(rig.verb, 60.0)
    assert (plan.bot, plan.verb, plan.adapter, plan.expires_s) == ("support", rig.verb, rig.adapter.kind, 60.0)
    assert all([plan.exact, plan.effects, plan.undo, plan.instances])
    assert plan.probe == rig.probe.describe(rig.verb)


async def test_it_plans_the_verbs_it_names_and_refuses_the_others(rig: Rig) -> None:
    offered = rig.adapter.verbs()
    assert rig.verb in offered
    for verb in Verb:
        if verb in offered:
            assert (await rig.adapter.plan(verb, None)).verb is verb
        else:
            with pytest.raises(AdapterFailed):
                await rig.adapter.plan(verb, None)


async def test_what_is_applied_holds_outside_and_twice_is_harmless(rig: Rig) -> None:
    plan = await rig.adapter.plan(rig.verb, None)
    await rig.adapter.apply(plan, rig.key)
    assert await rig.contained() is Verdict.CONTAINED
    assert (await rig.adapter.apply(plan, rig.key)).text
    assert await rig.contained() is Verdict.CONTAINED


async def test_a_release_undoes_it_and_twice_is_harmless(rig: Rig) -> None:
    plan = await rig.adapter.plan(rig.verb, None)
    await rig.adapter.apply(plan, rig.key)
    await rig.adapter.release(plan, rig.key)
    assert await rig.verdict() is Verdict.OPEN
    await rig.adapter.release(plan, rig.key)
    assert await rig.verdict() is Verdict.OPEN


async def test_an_engine_that_was_restarted_releases_from_the_plan_alone(rig: Rig) -> None:
    plan = await rig.adapter.plan(rig.verb, None)
    await rig.adapter.apply(plan, rig.key)
    recorded = msgspec.json.decode(msgspec.json.encode(plan), type=Plan)
    await rig.fresh().release(recorded, rig.key)
    assert await rig.verdict() is Verdict.OPEN


async def test_a_snapshot_has_content_and_changes_nothing(rig: Rig) -> None:
    for name, content in await rig.adapter.snapshot():
        assert name.startswith("support-")
        assert msgspec.json.decode(content)
    assert await rig.verdict() is Verdict.OPEN


async def test_an_adapter_that_says_yes_and_does_nothing_does_not_pass(rig: Rig) -> None:
    # It answers, and late is not never.
    rig.silence_s = rig.patience_s
    rig.adapter = NothingDoer("support", kind=rig.adapter.kind, verbs=rig.adapter.verbs())
    with pytest.raises(AssertionError, match=r"is <Verdict\.CONTAINED"):
        await test_what_is_applied_holds_outside_and_twice_is_harmless(rig)


async def test_an_adapter_that_only_says_that_it_let_go_does_not_pass(
    rig: Rig, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = rig.adapter
    plan = await real.plan(rig.verb, None)
    liar = NothingDoer("support", kind=real.kind, verbs=real.verbs())
    with monkeypatch.context() as swapped:
        swapped.setattr(rig, "patience_s", rig.silence_s)
        swapped.setattr(real, "release", liar.release)
        with pytest.raises(AssertionError, match=r"is <Verdict\.OPEN"):
            await test_a_release_undoes_it_and_twice_is_harmless(rig)
    assert liar.released == [rig.key]
    await real.release(plan, rig.key)
    assert await rig.verdict() is Verdict.OPEN


@pytest.mark.parametrize("kind", KINDS)
async def test_a_bot_that_is_gone_is_a_failure_and_not_a_success(kind: str, tmp_path: Path) -> None:
    make, verb = RIGS[kind]
    with make(tmp_path, verb) as rig:
        plan = await rig.adapter.plan(verb, None)
    with pytest.raises(AdapterFailed):
        await rig.adapter.apply(plan, rig.key)
