"""The adapters against the reference bot: a process tree of its own, asked as its users ask it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import msgspec
import psutil
import pytest

from tests.adapters.time_over import PATIENCE_S, over_once_sent
from tests.waiting import eventually
from warroom.adapters.clock import SystemClock
from warroom.adapters.contain.build import adapters_for, probes_for
from warroom.core.model import Sample, Verb, Verdict
from warroom.core.ports import AdapterAmbiguous, AdapterFailed, Containment
from warroom.core.settings import (
    BotSettings,
    ContainSettings,
    ControlSettings,
    ProbeSettings,
    ProcessSettings,
    VerbProbe,
)
from warroom.drill.refbot.launch import RunningBot, start_bot, stop_bot

CLOCK = SystemClock()


class Room:
    """A running bot, and what a room has to act on it and to look at it."""

    def __init__(self, bot: RunningBot, key_file: Path) -> None:
        self.bot = bot
        self.settings = BotSettings(
            log=[str(bot.folder / "bot.log")],
            probe=ProbeSettings(
                bot.url,
                headers={"content-type": "application/json"},
                body='{"message":"good morning","user":"probe"}',
                timeout_s=PATIENCE_S,
                verbs={Verb.LIMIT: VerbProbe(body='{"message":"where is order 4711?","user":"probe"}')},
            ),
            contain=ContainSettings(
                control=ControlSettings(bot.control_url, str(key_file), timeout_s=PATIENCE_S),
                process=ProcessSettings(str(bot.folder / "bot.pid")),
            ),
        )

    def adapter(self, verb: Verb) -> Containment:
        """The first adapter that can do it."""
        return next(one for one in adapters_for("support", self.settings, CLOCK) if verb in one.verbs())

    async def look(self, verb: Verb, *, timeout_s: float = PATIENCE_S) -> Sample:
        """One look from outside; short where silence is expected."""
        assert self.settings.probe is not None
        probe = msgspec.structs.replace(self.settings.probe, timeout_s=timeout_s)
        return await probes_for(msgspec.structs.replace(self.settings, probe=probe), CLOCK)[0].look(verb)

    def states(self) -> set[str]:
        """States of the bot and its tools, as another library reads them."""
        process = psutil.Process(self.bot.pid)
        return {one.status() for one in (process, *process.children(recursive=True))}


@pytest.fixture
def room(tmp_path: Path) -> Iterator[Room]:
    key = tmp_path / "key"
    key.touch(0o600)
    key.write_text("a key of the test\n")
    bot = start_bot(tmp_path / "bot", shape="json", key_file=key, name="support", seed=1)
    try:
        yield Room(bot, key)
    finally:
        stop_bot(bot)


@pytest.mark.long
@pytest.mark.parametrize("verb", [Verb.LIMIT, Verb.DISABLE, Verb.FREEZE])
async def test_each_verb_is_held_outside_and_undone(room: Room, verb: Verb) -> None:
    adapter = room.adapter(verb)
    plan = await adapter.plan(verb, None)
    assert (await room.look(verb)).verdict is Verdict.OPEN
    enough_s = 0.5 if verb is Verb.FREEZE else PATIENCE_S
    await adapter.apply(plan, "ACT-001")
    for _ in range(3):
        assert (await room.look(verb, timeout_s=enough_s)).verdict is Verdict.CONTAINED
    await adapter.apply(plan, "ACT-001")
    assert (await room.look(verb, timeout_s=enough_s)).verdict is Verdict.CONTAINED
    await adapter.release(plan, "ACT-001")
    assert (await room.look(verb)).verdict is Verdict.OPEN


async def test_a_limited_bot_still_answers_ordinary_questions_and_no_tool(room: Room) -> None:
    adapter = room.adapter(Verb.LIMIT)
    await adapter.apply(await adapter.plan(Verb.LIMIT, None), "ACT-001")
    assert "403" in (await room.look(Verb.LIMIT)).got
    assert "200" in (await room.look(Verb.DISABLE)).got


@pytest.mark.long
async def test_an_order_that_expires_ends_in_the_bot_itself(room: Room) -> None:
    adapter = room.adapter(Verb.DISABLE)
    await adapter.apply(await adapter.plan(Verb.DISABLE, 8.0), "ACT-001")
    assert (await room.look(Verb.DISABLE)).verdict is Verdict.CONTAINED
    before = msgspec.json.decode((await adapter.snapshot())[0][1])
    assert before["mode"] == "disabled"

    def mode() -> str:
        state = msgspec.json.decode((room.bot.folder / "control.json").read_bytes())
        return str(state["mode"]) if state["expires_at"] is None or state["expires_at"] > CLOCK.now() else "expired"

    await eventually(lambda: mode() == "expired")
    assert (await room.look(Verb.DISABLE)).verdict is Verdict.OPEN


async def test_a_key_that_the_bot_does_not_have_changes_nothing(room: Room, tmp_path: Path) -> None:
    adapter = room.adapter(Verb.DISABLE)
    plan = await adapter.plan(Verb.DISABLE, None)
    (tmp_path / "key").write_text("another key\n")
    with pytest.raises(AdapterFailed, match="401 and changed nothing"):
        await adapter.apply(plan, "ACT-001")
    assert (await room.look(Verb.DISABLE)).verdict is Verdict.OPEN


async def test_a_freeze_stops_the_bot_and_its_tools(room: Room) -> None:
    adapter = room.adapter(Verb.FREEZE)
    plan = await adapter.plan(Verb.FREEZE, None)
    assert (await adapter.apply(plan, "ACT-001")).text.startswith("2 processes")
    assert room.states() == {psutil.STATUS_STOPPED}
    await adapter.release(plan, "ACT-001")
    assert psutil.STATUS_STOPPED not in room.states()


async def test_a_frozen_bot_that_was_killed_is_not_called_contained(room: Room) -> None:
    adapter = room.adapter(Verb.FREEZE)
    plan = await adapter.plan(Verb.FREEZE, None)
    await adapter.apply(plan, "ACT-001")
    stop_bot(room.bot)
    assert (await room.look(Verb.FREEZE)).verdict is Verdict.UNKNOWN
    with pytest.raises(AdapterFailed, match="ended while it was frozen"):
        await adapter.release(plan, "ACT-001")


async def test_an_endpoint_of_a_frozen_bot_leaves_it_open_whether_it_heard(room: Room) -> None:
    freeze = room.adapter(Verb.FREEZE)
    await freeze.apply(await freeze.plan(Verb.FREEZE, None), "ACT-001")
    control = ControlSettings(room.bot.control_url, str(room.bot.folder.parent / "key"), timeout_s=PATIENCE_S)
    settings = BotSettings([], contain=ContainSettings(control=control))
    (disable,) = adapters_for("support", settings, CLOCK)
    plan = await disable.plan(Verb.DISABLE, None)
    with over_once_sent(room.bot.url), pytest.raises(AdapterAmbiguous, match="after the request was sent"):
        await disable.apply(plan, "ACT-002")
