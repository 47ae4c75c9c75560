"""What an action does is told: with an incident or without, when it flips, and before it ends, on a moved clock."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.adapters.notify.receivers import HttpReceiver, http_receiver
from tests.engine.rig import attached, paths_in, running_engine, settled
from tests.engine.telling import LEAK, Bot, MovedClock, Switch, a_bot, room_of
from tests.waiting import eventually
from warroom.adapters.journal import read_entries, read_rows
from warroom.adapters.paths import RoomPaths
from warroom.client.connection import RoomConnection
from warroom.core import commands as c
from warroom.core import facts as f
from warroom.core.chain import Verdict as ChainVerdict
from warroom.core.chain import check
from warroom.core.commands import Ack, Refused
from warroom.core.model import ActionState, AlarmLevel, BotState, Severity, StepState, Verb
from warroom.core.notices import Audience
from warroom.core.queries import NoticeAnswer, PreviewNotice
from warroom.core.view import BotView
from warroom.engine.engine import Engine


@pytest.fixture
def receiver() -> Iterator[HttpReceiver]:
    with http_receiver() as made:
        yield made


@pytest.fixture
def bot() -> Iterator[Bot]:
    with a_bot() as made:
        yield made


def said(receiver: HttpReceiver) -> list[dict[str, Any]]:
    return [one.json["data"] for one in receiver.taken]


async def contained(room: RoomConnection, incident: str | None = None, expires_s: float | None = None) -> str:
    answer = await room.submit(c.Contain("support", Verb.DISABLE, incident, "it leaks", expires_s))
    assert isinstance(answer, Ack), answer
    await settled(room, answer.ref, ActionState.HELD)
    return answer.ref


async def opened(room: RoomConnection) -> str:
    answer = await room.submit(c.OpenIncident("support", "prompt-injection", "It leaks", Severity.SEV1))
    assert isinstance(answer, Ack)
    return answer.ref


async def test_an_action_without_an_incident_is_told_from_its_proof_to_its_end(
    tmp_path: Path, receiver: HttpReceiver, bot: Bot
) -> None:
    paths = paths_in(tmp_path)
    room = room_of(tmp_path, bot, receiver.url)
    async with running_engine(paths, room, adapters={"support": [Switch(bot)]}) as engine, attached(paths) as console:
        action = await contained(console)
        await eventually(lambda: len(receiver.taken) == 1, timeout_s=60)
        bot.off = False
        await settled(console, action, ActionState.NOT_HELD)
        await eventually(lambda: len(receiver.taken) == 2, timeout_s=60)
        await console.submit(c.Release(action, "enough"))
        await settled(console, action, ActionState.RELEASED)
        await eventually(lambda: len(receiver.taken) == 3, timeout_s=60)
        assert engine.desk.to_tell == ()
        assert (await console.first_view()).actions[0].told
    told = said(receiver)
    assert [(one["event"], one["severity"]) for one in told] == [
        ("update", "SEV3"),
        ("update", "SEV2"),
        ("resolve", "SEV3"),
    ]
    (known,) = {(one["incident"], one["dedup"]) for one in told}
    assert known == ("ACT-001", f"test-{round(engine.desk.opened * 1000)}-ACT-001")
    assert "[SEV3] ACT-001: disable support HOLDS" in told[0]["subject"]
    assert "does NOT hold" in told[1]["subject"]
    assert "Asked by" in told[1]["text"]
    assert "incident that was opened" not in told[0]["text"]


async def test_it_is_said_that_nobody_was_told_of_an_action_where_nobody_can_be(tmp_path: Path, bot: Bot) -> None:
    paths = paths_in(tmp_path)
    room = room_of(tmp_path, bot)
    async with running_engine(paths, room, adapters={"support": [Switch(bot)]}), attached(paths) as console:
        await contained(console)
        (action,) = (await console.first_view()).actions
        assert action.told == "nobody was told: no channel is configured for security; read it out by phone"


async def test_others_are_told_of_an_action_by_a_command_and_read_nothing_that_an_attacker_wrote(
    tmp_path: Path, receiver: HttpReceiver, bot: Bot
) -> None:
    paths = paths_in(tmp_path)
    room = room_of(tmp_path, bot, receiver.url)
    async with running_engine(paths, room, adapters={"support": [Switch(bot)]}), attached(paths) as console:
        action = await contained(console)
        bot.off = False
        await settled(console, action, ActionState.NOT_HELD)
        shown = await console.query(PreviewNotice(action, Audience.ENGINEERING, note="checkout is slow"))
        assert isinstance(shown, NoticeAnswer)
        assert "checkout is slow" in shown.text
        assert isinstance(await console.submit(c.Notify(action, Audience.ENGINEERING)), Ack)
        await eventually(lambda: any(one["audience"] == "engineering" for one in said(receiver)), timeout_s=60)
        legal = await console.query(PreviewNotice(action, Audience.LEGAL))
        assert isinstance(legal, NoticeAnswer)
        assert "no channel is configured for legal" in legal.word
        assert isinstance(await console.submit(c.Notify("ACT-009", Audience.ENGINEERING)), Refused)
    texts = {one["audience"]: one["text"] for one in said(receiver)}
    assert LEAK in texts["security"]
    assert LEAK not in texts["engineering"]
    assert "it leaks" not in texts["engineering"]


async def test_a_flip_is_an_alarm_that_a_restart_keeps(tmp_path: Path, bot: Bot) -> None:
    paths = paths_in(tmp_path)
    room, adapters = room_of(tmp_path, bot), {"support": [Switch(bot)]}
    async with running_engine(paths, room, adapters=adapters) as engine, attached(paths) as console:
        incident = await opened(console)
        action = await contained(console, incident)
        steps = [s for s in engine.desk.incidents[incident].steps.values() if s.step.verb is Verb.DISABLE]
        assert [step.state for step in steps] == [StepState.DONE] * len(steps)
        bot.off = False
        await settled(console, action, ActionState.NOT_HELD)
        view = await console.first_view()
        (alarm,) = view.alarms
        assert (alarm.action, alarm.bot, alarm.level, alarm.incident) == (
            action,
            "support",
            AlarmLevel.CRITICAL,
            incident,
        )
        assert f"sent POST {bot.url}" in alarm.reasons[1].text
        assert "200" in alarm.reasons[1].text
        (board,) = view.bots
        assert (board.state, board.alarms) == (BotState.ALARM, 1)
        assert (newest(board), board.trend[-1]) == (100.0, 100.0)
        assert board.why.startswith("NOT HELD any more: disable support (ACT-001), proved at")
        steps = [s for s in engine.desk.incidents[incident].steps.values() if s.step.verb is Verb.DISABLE]
        assert [step.state for step in steps] == [StepState.TODO] * len(steps)
    async with running_engine(paths, room, adapters=adapters), attached(paths) as console:
        view = await console.first_view()
        assert [one.id for one in view.alarms] == [alarm.id]
        assert newest(view.bots[0]) == 100.0
        assert isinstance(await console.submit(c.AcknowledgeAlarm(alarm.id)), Ack)
        await eventually(lambda: bool(console.latest and console.latest.alarms[0].acknowledged))
        # The same look again is no second alarm.
        looks = len(await not_held(paths))
        await console.submit(c.VerifyHeld(action))
        while len(await not_held(paths)) == looks:
            await console.arrival()
        assert [one.id for one in (await console.first_view()).alarms] == [alarm.id]
    outcome = check(await read_rows(paths.journal), [])
    assert outcome.verdict in (ChainVerdict.OK, ChainVerdict.OK_TAIL_UNPROVEN)


def newest(board: BotView) -> float:
    """Return the worst of the last two slots of the hour: one may begin between a flip and a look at the board."""
    return max(score or 0.0 for score in board.hour[-2:])


async def not_held(paths: RoomPaths) -> list[f.Fact]:
    return [one.fact for one in await read_entries(paths.journal) if isinstance(one.fact, f.ContainmentNotHeld)]


@pytest.mark.parametrize("with_incident", [False, True])
async def test_an_end_that_comes_near_is_told_ten_and_two_minutes_before(
    tmp_path: Path, receiver: HttpReceiver, bot: Bot, with_incident: bool
) -> None:
    paths, clock = paths_in(tmp_path), MovedClock()
    room, adapters = room_of(tmp_path, bot, receiver.url), {"support": [Switch(bot)]}
    async with running_engine(paths, room, adapters=adapters, clock=clock) as engine, attached(paths) as console:
        incident = await opened(console) if with_incident else None
        await contained(console, incident, 3600.0)
        before = await accepted(engine, receiver, 1 + with_incident)
        clock.ahead_s = 3600.0 - 590.0
        await announced(console, engine, [600.0])
        assert len(await accepted(engine, receiver, len(before) + 1)) == len(before) + 1
        clock.ahead_s = 3600.0 - 110.0
        await announced(console, engine, [600.0, 120.0])
        told = await accepted(engine, receiver, len(before) + 2)
        ends = engine.desk.actions["ACT-001"].expires
        assert ends is not None
        assert all(" until " in one["text"] for one in told[-2:])
        if not with_incident:
            assert all("ends by itself at" in one["subject"] for one in told[-2:])
        clock.ahead_s = 3601.0
        await settled(console, "ACT-001", ActionState.EXPIRED)
        assert not bot.off
        await accepted(engine, receiver, len(before) + 3)


async def test_a_clock_that_jumps_lets_nobody_back_and_blinds_nobody(
    tmp_path: Path, receiver: HttpReceiver, bot: Bot
) -> None:
    paths, clock = paths_in(tmp_path), MovedClock()
    room, adapters = room_of(tmp_path, bot, receiver.url), {"support": [Switch(bot)]}
    async with running_engine(paths, room, adapters=adapters, clock=clock) as engine, attached(paths) as console:
        await contained(console, None, 3600.0)
        clock.jump_s = 3700.0
        seen = bot.asked
        await eventually(lambda: bot.asked > seen + 6, what="looks while the clock is an hour ahead")
        assert engine.desk.actions["ACT-001"].state is ActionState.HELD
        assert bot.off
        clock.jump_s = -3600.0
        bot.off = False
        await settled(console, "ACT-001", ActionState.NOT_HELD)


async def announced(console: RoomConnection, engine: Engine, marks: list[float]) -> None:
    await eventually(lambda: engine.desk.actions["ACT-001"].announced == marks, timeout_s=60, what=f"{marks}")


async def accepted(engine: Engine, receiver: HttpReceiver, count: int) -> list[dict[str, Any]]:
    await eventually(lambda: len(receiver.taken) >= count, timeout_s=60, what=f"{count} notices")
    assert len(receiver.taken) == count
    return said(receiver)


async def test_an_engine_that_was_away_at_ten_minutes_announces_two_and_nothing_false_after_it(
    tmp_path: Path, receiver: HttpReceiver, bot: Bot
) -> None:
    paths, clock = paths_in(tmp_path), MovedClock()
    room, adapters = room_of(tmp_path, bot, receiver.url), {"support": [Switch(bot)]}
    async with running_engine(paths, room, adapters=adapters, clock=clock), attached(paths) as console:
        await contained(console, None, 3600.0)
    clock.ahead_s = 3600.0 - 110.0
    async with running_engine(paths, room, adapters=adapters, clock=clock) as engine, attached(paths) as console:
        await announced(console, engine, [120.0])
        clock.ahead_s = 3601.0
        await settled(console, "ACT-001", ActionState.EXPIRED)
    marks = [one.fact.left_s for one in await read_entries(paths.journal) if isinstance(one.fact, f.ExpiryAnnounced)]
    assert marks == [120.0]


async def test_an_update_that_is_due_is_reminded_of_once_each_time(
    tmp_path: Path, receiver: HttpReceiver, bot: Bot
) -> None:
    paths, clock = paths_in(tmp_path), MovedClock()
    room, adapters = room_of(tmp_path, bot, receiver.url, sev1_s=1800.0), {"support": [Switch(bot)]}
    async with running_engine(paths, room, adapters=adapters, clock=clock) as engine, attached(paths) as console:
        incident = await opened(console)
        first = engine.view().incidents[0].update_due
        assert first is not None
        clock.ahead_s = 1790.0
        assert engine.desk.incidents[incident].reminded == 0.0
        clock.ahead_s = 1801.0
        await eventually(lambda: engine.desk.incidents[incident].reminded == first, timeout_s=60)
        assert isinstance(await console.submit(c.Notify(incident, Audience.ENGINEERING)), Ack)
        second = engine.view().incidents[0].update_due
        assert second is not None
        assert second >= first + 1800.0
        clock.ahead_s = 2 * 1801.0 + 5.0
        await eventually(lambda: engine.desk.incidents[incident].reminded == second, timeout_s=60)
    due = [one.fact.due for one in await read_entries(paths.journal) if isinstance(one.fact, f.UpdateFellDue)]
    assert due == [first, second]
