"""What every adapter promises, checked on real processes and sockets."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from pathlib import Path

import msgspec
import pytest

from tests.adapters.contain.rigs import controlled_bot, forking_bot
from warroom.adapters.clock import SystemClock
from warroom.adapters.contain.build import adapters_for, probe_for
from warroom.core.model import Plan, Verb, Verdict
from warroom.core.ports import AdapterFailed, Containment, Probe
from warroom.core.settings import BotSettings, ContainSettings, ControlSettings, ProbeSettings, ProcessSettings

CLOCK = SystemClock()


class Rig:
    """One adapter on a running bot, and the bot as its users see it."""

    def __init__(self, settings: BotSettings, verb: Verb) -> None:
        self.settings = settings
        self.verb = verb
        self.adapter = self.fresh()
        self.probe: Probe = probe_for(settings, CLOCK)

    def fresh(self) -> Containment:
        """The same adapter as an engine that was just started has it."""
        (adapter,) = adapters_for("support", self.settings, CLOCK)
        return adapter

    async def verdict(self) -> Verdict:
        """One look from outside."""
        return (await self.probe.look(self.verb)).verdict


@contextlib.contextmanager
def control_rig(folder: Path, verb: Verb) -> Iterator[Rig]:
    with controlled_bot(folder) as bot:
        control = ControlSettings(bot.control_url, str(bot.key_file))
        yield Rig(BotSettings([], probe=ProbeSettings(bot.url), contain=ContainSettings(control=control)), verb)


@contextlib.contextmanager
def process_rig(folder: Path, verb: Verb) -> Iterator[Rig]:
    with forking_bot(folder) as bot:
        process = ProcessSettings(str(bot.pidfile))
        probe = ProbeSettings(bot.url, timeout_s=0.3)
        yield Rig(BotSettings([], probe=probe, contain=ContainSettings(process=process)), verb)


RIGS: dict[str, tuple[Callable[[Path, Verb], contextlib.AbstractContextManager[Rig]], Verb]] = {
    "control": (control_rig, Verb.DISABLE),
    "process": (process_rig, Verb.FREEZE),
}


@pytest.fixture(params=sorted(RIGS))
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
    assert all([plan.exact, plan.effects, plan.undo])
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
    await rig.adapter.apply(plan, "ACT-001")
    assert await rig.verdict() is Verdict.CONTAINED
    assert (await rig.adapter.apply(plan, "ACT-001")).text
    assert await rig.verdict() is Verdict.CONTAINED


async def test_a_release_undoes_it_and_twice_is_harmless(rig: Rig) -> None:
    plan = await rig.adapter.plan(rig.verb, None)
    await rig.adapter.apply(plan, "ACT-001")
    await rig.adapter.release(plan, "ACT-001")
    assert await rig.verdict() is Verdict.OPEN
    await rig.adapter.release(plan, "ACT-001")
    assert await rig.verdict() is Verdict.OPEN


async def test_an_engine_that_was_restarted_releases_from_the_plan_alone(rig: Rig) -> None:
    plan = await rig.adapter.plan(rig.verb, None)
    await rig.adapter.apply(plan, "ACT-001")
    recorded = msgspec.json.decode(msgspec.json.encode(plan), type=Plan)
    await rig.fresh().release(recorded, "ACT-001")
    assert await rig.verdict() is Verdict.OPEN


async def test_a_snapshot_has_content_and_changes_nothing(rig: Rig) -> None:
    for name, content in await rig.adapter.snapshot():
        assert name.startswith("support-")
        assert msgspec.json.decode(content)
    assert await rig.verdict() is Verdict.OPEN


async def test_a_bot_that_is_gone_is_a_failure_and_not_a_success(tmp_path: Path) -> None:
    for make, verb in RIGS.values():
        folder = tmp_path / verb
        folder.mkdir()
        with make(folder, verb) as rig:
            plan = await rig.adapter.plan(verb, None)
        with pytest.raises(AdapterFailed):
            await rig.adapter.apply(plan, "ACT-001")
