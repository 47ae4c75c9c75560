"""The adapters against the reference bot with several workers and instances: what reaches all of them, and what not."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import redis

from tests.adapters.time_over import PATIENCE_S
from tests.drill.refbot.running import Asked, redis_server, running
from tests.waiting import wait_until
from warroom.adapters.clock import SystemClock
from warroom.adapters.contain.build import adapters_for, probes_for
from warroom.core.model import Verb, Verdict
from warroom.core.settings import BotSettings, ContainSettings, ControlSettings, ProbeSettings
from warroom.core.settings_contain import FlagSettings, LimiterSettings
from warroom.core.settings_probe import ContainedWhen, VerbProbe
from warroom.drill.refbot.options import Kept, Options

CLOCK = SystemClock()
LOOKS = 20


def probe_of(*bots: Asked) -> ProbeSettings:
    first, *others = (bot.bot.url for bot in bots)
    limited = VerbProbe(contained_when=ContainedWhen(status=[429]))
    return ProbeSettings(
        first,
        instances=[first, *others] if others else [],
        body='{"message":"good morning","user":"probe"}',
        timeout_s=PATIENCE_S,
        verbs={Verb.LIMIT: limited},
    )


class Room:
    """One adapter on running bots, and a look at each of them."""

    def __init__(self, verb: Verb, contain: ContainSettings, *bots: Asked) -> None:
        self.verb = verb
        settings = BotSettings([], probe=probe_of(*bots), contain=contain)
        (self.adapter,) = adapters_for("support", settings, CLOCK)
        self.probes = probes_for(settings, CLOCK)

    async def seen(self, looks: int = LOOKS) -> set[Verdict]:
        """Verdicts of several looks at each instance."""
        return {(await probe.look(self.verb)).verdict for probe in self.probes for _ in range(looks)}

    async def holds_and_is_undone(self) -> None:
        """Apply, look, release, look again."""
        plan = await self.adapter.plan(self.verb, None)
        await self.adapter.apply(plan, "ACT-001")
        await self._settled(Verdict.CONTAINED)
        await self.adapter.release(plan, "ACT-001")
        await self._settled(Verdict.OPEN)

    async def _settled(self, wanted: Verdict) -> None:
        began = CLOCK.monotonic()
        while await self.seen(looks=6) != {wanted}:
            assert CLOCK.monotonic() - began < self.adapter.settle_s + PATIENCE_S
        assert await self.seen() == {wanted}


def control_of(folder: Path, bot: Asked) -> ContainSettings:
    return ContainSettings(control=ControlSettings(bot.bot.control_url, str(folder / "key")))


@pytest.mark.long
async def test_an_order_to_workers_that_share_their_mode_holds_in_every_look(tmp_path: Path) -> None:
    with running(tmp_path, Options(workers=2, state=Kept.SHARED)) as bot:
        await Room(Verb.DISABLE, control_of(tmp_path, bot), bot).holds_and_is_undone()


async def test_an_order_to_one_of_two_instances_is_seen_open_at_the_other(tmp_path: Path) -> None:
    with running(tmp_path, Options()) as one, running(tmp_path, Options(instance="b")) as other:
        room = Room(Verb.DISABLE, control_of(tmp_path, one), one, other)
        await room.adapter.apply(await room.adapter.plan(Verb.DISABLE, None), "ACT-001")
        assert [(await probe.look(Verb.DISABLE)).verdict for probe in room.probes] == [Verdict.CONTAINED, Verdict.OPEN]


@pytest.mark.long
async def test_an_order_to_instances_that_share_their_mode_holds_at_both(tmp_path: Path) -> None:
    shared = Options(state=Kept.SHARED)
    with running(tmp_path, shared) as one, running(tmp_path, Options(state=Kept.SHARED, instance="b")) as other:
        await Room(Verb.DISABLE, control_of(tmp_path, one), one, other).holds_and_is_undone()


@pytest.mark.long
async def test_a_kill_switch_holds_for_workers_that_share_nothing_else(tmp_path: Path) -> None:
    file = tmp_path / "flags.json"
    variants = {"normal": "normal", "limited": "limited", "disabled": "disabled"}
    flag = {"state": "ENABLED", "variants": variants, "defaultVariant": "normal"}
    file.write_text(json.dumps({"flags": {"bot-mode": flag}}))
    with running(tmp_path, Options(workers=2, flag_file=str(file))) as bot:
        contain = ContainSettings(flag=FlagSettings(str(file)))
        await Room(Verb.DISABLE, contain, bot).holds_and_is_undone()


@pytest.mark.long
async def test_a_limit_in_the_store_holds_for_all_workers_once_it_is_used_up(tmp_path: Path) -> None:
    with redis_server(tmp_path) as store:
        options = Options(workers=2, limit="600 per minute", limit_store=store)
        with running(tmp_path, options) as bot, redis.Redis.from_url(store) as db:
            contain = ContainSettings(limiter=LimiterSettings(store, "warroom:limit:support", "3 per hour"))
            await Room(Verb.LIMIT, contain, bot).holds_and_is_undone()
            assert db.get("warroom:limit:support") is None


async def test_a_limit_under_a_key_that_the_bot_does_not_read_is_seen_open(tmp_path: Path) -> None:
    with (
        redis_server(tmp_path) as store,
        running(tmp_path, Options(limit="600 per minute", limit_store=store)) as bot,
    ):
        contain = ContainSettings(limiter=LimiterSettings(store, "warroom:limit:suport", "3 per hour"))
        room = Room(Verb.LIMIT, contain, bot)
        await room.adapter.apply(await room.adapter.plan(Verb.LIMIT, None), "ACT-001")
        assert await room.seen() == {Verdict.OPEN}


async def test_a_limit_that_each_worker_counts_in_its_own_memory_lets_more_through_than_it_says(tmp_path: Path) -> None:
    with running(tmp_path, Options(workers=2, limit="5 per hour")) as bot:
        answers: list[int] = []

        def used_up() -> bool:
            answers.append(bot.chat("one user"))
            return answers.count(200) == 10

        # Either may get all the questions while the other gets no processor.
        wait_until(used_up, timeout_s=60, what="the limits of both workers")
        assert {bot.chat("one user") for _ in range(20)} == {429}
