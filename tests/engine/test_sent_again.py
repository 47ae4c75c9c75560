"""What was given up goes again when somebody asks: once, under its own key, whatever dies in between."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest

from tests.adapters.notify.receivers import HttpReceiver, Request, http_receiver
from tests.engine.rig import attached, paths_in, running_engine
from tests.engine.telling import Bot, a_bot, room_of
from tests.stories.killing import KilledEngine
from tests.waiting import attempted, eventually
from warroom.adapters.journal import SqliteJournal, read_entries, read_rows
from warroom.adapters.notify.outbox import SqliteOutbox
from warroom.adapters.paths import RoomPaths
from warroom.client.connection import RoomConnection
from warroom.core import commands as c
from warroom.core import facts as f
from warroom.core.chain import GENESIS, check, seal
from warroom.core.chain import Verdict as ChainVerdict
from warroom.core.commands import Ack, Refused
from warroom.core.model import Actor, Severity
from warroom.core.notices import Audience, DeliveryState
from warroom.core.ports import Pending
from warroom.core.reduce import fold
from warroom.core.room import ConnectionLost
from warroom.core.settings import Settings
from warroom.engine.engine import Engine

OPEN = c.OpenIncident("support", "prompt-injection", "It leaks", Severity.SEV1)


@pytest.fixture
def receiver() -> Iterator[HttpReceiver]:
    with http_receiver() as made:
        made.answers = lambda request: 400
        yield made


@pytest.fixture
def bot() -> Iterator[Bot]:
    with a_bot() as made:
        yield made


@pytest.fixture
async def dead(tmp_path: Path, receiver: HttpReceiver, bot: Bot) -> tuple[RoomPaths, Settings, str]:
    """A room whose one notice was given up, its engine gone."""
    paths, room = paths_in(tmp_path), room_of(tmp_path, bot, receiver.url)
    async with running_engine(paths, room) as engine, attached(paths) as console:
        await console.submit(OPEN)
        await eventually(lambda: states(engine) == [DeliveryState.DEAD], timeout_s=20)
        (name,) = engine.desk.deliveries
    receiver.answers = lambda request: 202
    return paths, room, name


def states(engine: Engine) -> list[DeliveryState]:
    return [one.state for one in engine.desk.deliveries.values()]


async def verified(paths: RoomPaths) -> None:
    outcome = check(await read_rows(paths.journal), [])
    assert outcome.verdict in (ChainVerdict.OK, ChainVerdict.OK_TAIL_UNPROVEN), outcome.text


async def test_of_two_consoles_that_ask_at_once_one_has_it_sent_and_it_is_taken_once(
    dead: tuple[RoomPaths, Settings, str], receiver: HttpReceiver
) -> None:
    paths, room, name = dead
    async with (
        running_engine(paths, room) as engine,
        attached(paths, client="console") as ana,
        attached(paths, client="console") as ben,
    ):
        answers = await asyncio.gather(*(one.submit(c.SendAgain(name)) for one in (ana, ben)))
        (refused,) = [one for one in answers if isinstance(one, Refused)]
        assert "on its way to chat already" in refused.reason or "was accepted by chat" in refused.reason
        await eventually(lambda: states(engine) == [DeliveryState.ACCEPTED], timeout_s=20)
        (row,) = engine.view().outbox
        assert (row.round, bool(row.again_by), row.tries) == (1, True, 1)
        late = await ben.submit(c.SendAgain(name))
        assert isinstance(late, Refused)
        assert "was accepted by chat: it is not sent twice" in late.reason
    assert len(receiver.taken) == 1
    assert len({one.key for one in receiver.requests}) == 1, "before and after it went under one key"
    await verified(paths)
    revived = [one for one in await read_entries(paths.journal) if isinstance(one.fact, f.NoticeRevived)]
    assert [one.fact for one in revived] == [f.NoticeRevived(name, "INC-001", "chat", 1)]
    assert revived[0].actor.uid is not None


async def test_an_engine_that_ended_after_the_wish_and_before_the_sending_leaves_it_to_the_next(
    dead: tuple[RoomPaths, Settings, str], receiver: HttpReceiver
) -> None:
    paths, room, name = dead
    async with SqliteJournal(paths.journal) as journal:
        wish = f.NoticeRevived(name, "INC-001", "chat", 1)
        await journal.append([Pending(2e9, Actor("ana", 1000), "c-1", wish)])
    # The old end was not even told: it must not be taken for the end of the new round.
    with sqlite3.connect(paths.outbox) as outbox:
        outbox.execute("UPDATE notices SET reported = 0")
    async with running_engine(paths, room) as engine:
        await eventually(lambda: states(engine) == [DeliveryState.ACCEPTED], timeout_s=20)
    assert len(receiver.taken) == 1
    await verified(paths)


async def test_without_its_outbox_it_is_sent_from_the_record(
    dead: tuple[RoomPaths, Settings, str], receiver: HttpReceiver
) -> None:
    paths, room, name = dead
    paths.outbox.unlink()
    async with running_engine(paths, room) as engine, attached(paths) as console:
        assert isinstance(await console.submit(c.SendAgain(name)), Ack)
        await eventually(lambda: states(engine) == [DeliveryState.ACCEPTED], timeout_s=20)
    assert len(receiver.taken) == 1


async def reached(paths: RoomPaths) -> RoomConnection:
    return await attempted(
        lambda: RoomConnection(paths.socket, client="cli", follow=True).__aenter__(), ConnectionLost, timeout_s=60
    )


async def more_than(receiver: HttpReceiver, count: int) -> None:
    await eventually(lambda: len(receiver.requests) > count, timeout_s=60)


@pytest.mark.long
@pytest.mark.timeout(300)
async def test_a_kill_at_any_moment_between_wish_and_end_sends_it_and_has_it_taken_once(
    dead: tuple[RoomPaths, Settings, str], receiver: HttpReceiver
) -> None:
    paths, room, name = dead
    # The receiver takes it and is silent: the engine is killed while nobody knows whether it arrived.
    for life in range(6):
        receiver.gate.clear()
        before = len(receiver.requests)
        engine = KilledEngine(paths, room)
        try:
            console = await reached(paths)
            if life == 0:
                assert isinstance(await console.submit(c.SendAgain(name)), Ack)
            if life % 2 == 0:
                await more_than(receiver, before)
        finally:
            await asyncio.to_thread(engine.kill)
        await console.__aexit__(None, None, None)
    receiver.gate.set()
    async with running_engine(paths, room) as last:
        await eventually(lambda: states(last) == [DeliveryState.ACCEPTED], timeout_s=30)
        assert fold(await read_entries(paths.journal)).deliveries == last.desk.deliveries
    assert len(receiver.taken) == 1
    assert len({one.key for one in receiver.requests}) == 1
    await verified(paths)


async def test_a_receiver_that_dies_midway_gets_it_again_and_takes_it_once(
    dead: tuple[RoomPaths, Settings, str], receiver: HttpReceiver
) -> None:
    paths, room, name = dead
    lost: list[Request] = []

    def drop_twice(request: Request) -> bool:
        lost.append(request)
        return len(lost) <= 2

    receiver.drops = drop_twice
    async with running_engine(paths, room) as engine, attached(paths) as console:
        assert isinstance(await console.submit(c.SendAgain(name)), Ack)
        await eventually(lambda: len(lost) >= 1, timeout_s=20)
        receiver.down()
        await eventually(lambda: engine.view().outbox[0].tries >= 2, timeout_s=20)
        receiver.up()
        await eventually(lambda: states(engine) == [DeliveryState.ACCEPTED], timeout_s=30)
    assert len(receiver.taken) == 1
    assert len({one.key for one in receiver.requests}) == 1


async def test_where_nobody_can_be_told_any_more_the_wish_is_refused(
    dead: tuple[RoomPaths, Settings, str], tmp_path: Path, bot: Bot, receiver: HttpReceiver
) -> None:
    paths, room, name = dead
    async with running_engine(paths, room_of(tmp_path, bot)) as engine, attached(paths) as console:
        refused = await console.submit(c.SendAgain(name))
        assert isinstance(refused, Refused)
        assert "no [notify] table" in refused.reason
        assert states(engine) == [DeliveryState.DEAD]
    assert room.notify is not None
    elsewhere = msgspec.structs.replace(room.notify, channels={"mail": room.notify.channels["chat"]}, groups={})
    async with (
        running_engine(paths, msgspec.structs.replace(room, notify=elsewhere)) as engine,
        attached(paths) as console,
    ):
        refused = await console.submit(c.SendAgain(name))
        assert isinstance(refused, Refused)
        assert "no channel chat in the config any more" in refused.reason
        assert states(engine) == [DeliveryState.DEAD]


async def test_what_was_meant_for_some_never_goes_to_others_who_have_the_channel_now(
    dead: tuple[RoomPaths, Settings, str], receiver: HttpReceiver
) -> None:
    paths, room, name = dead
    assert room.notify is not None
    others = msgspec.structs.replace(room.notify, groups={Audience.EXECUTIVES: ["chat"]})
    async with (
        running_engine(paths, msgspec.structs.replace(room, notify=others)) as engine,
        attached(paths) as console,
    ):
        refused = await console.submit(c.SendAgain(name))
        assert isinstance(refused, Refused)
        assert "chat is no channel of security in the config any more" in refused.reason
        assert states(engine) == [DeliveryState.DEAD]
    assert receiver.taken == []


async def test_a_read_only_console_has_nothing_sent(
    dead: tuple[RoomPaths, Settings, str], receiver: HttpReceiver
) -> None:
    paths, room, name = dead
    async with running_engine(paths, room) as engine, attached(paths, read_only=True) as console:
        assert isinstance(await console.submit(c.SendAgain(name)), Refused)
        assert states(engine) == [DeliveryState.DEAD]
    assert receiver.taken == []


_NEW_KEYS = {"NoticeSettled": ["round"], "NoticeWritten": ["action"]}


async def older(paths: RoomPaths) -> None:
    """Make the journal one of the version before: without what came since, and sealed as it was then."""
    rows = await read_rows(paths.journal)
    prev = GENESIS
    with sqlite3.connect(paths.journal) as db:
        db.execute("DROP TRIGGER acts_are_never_changed")
        for row in rows:
            body = msgspec.json.decode(row.body)
            for key in _NEW_KEYS.get(row.kind, []):
                del body[key]
            bare = msgspec.structs.replace(row, body=msgspec.json.encode(body).decode(), prev=prev)
            prev = seal(bare)
            db.execute(
                "UPDATE acts SET body = ?, prev = ?, hash = ? WHERE seq = ?", (bare.body, bare.prev, prev, row.seq)
            )
    with sqlite3.connect(paths.outbox) as db:
        db.execute("UPDATE notices SET body = json_remove(body, '$.queue', '$.round')")


async def test_a_room_of_an_older_version_opens_and_its_dead_letter_goes_again(
    dead: tuple[RoomPaths, Settings, str], receiver: HttpReceiver
) -> None:
    paths, room, name = dead
    await older(paths)
    await verified(paths)
    async with SqliteOutbox(paths.outbox) as outbox:
        assert [row.round for row in await outbox.deliveries()] == [0]
    async with running_engine(paths, room) as engine, attached(paths) as console:
        assert states(engine) == [DeliveryState.DEAD]
        assert isinstance(await console.submit(c.SendAgain(name)), Ack)
        await eventually(lambda: states(engine) == [DeliveryState.ACCEPTED], timeout_s=20)
    assert len(receiver.taken) == 1
    await verified(paths)
