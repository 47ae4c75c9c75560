"""The courier: each notice reaches its receiver, in order, also when receivers and engines die on the way."""

from __future__ import annotations

import asyncio
import contextlib
import random
import sqlite3
from collections import Counter
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from tests.adapters.notify.receivers import HttpReceiver, Request, http_receiver, notice
from tests.waiting import attempted, eventually
from warroom.adapters.clock import SystemClock
from warroom.adapters.notify.outbox import SqliteOutbox
from warroom.adapters.notify.webhook import WebhookSender
from warroom.core.notice_ports import Channel, Sending, Sent
from warroom.core.notices import TRIES, Delivery, DeliveryState, Notice
from warroom.core.ports import Check
from warroom.core.settings_notify import WebhookChannel
from warroom.engine.courier import Courier

ROOT = Path(__file__).parents[2]
KEY = b"a key of the test"


@pytest.fixture
def receiver() -> Iterator[HttpReceiver]:
    with http_receiver() as running:
        yield running


@pytest.fixture
def key_file(tmp_path: Path) -> Path:
    path = tmp_path / "hook.key"
    path.write_bytes(KEY)
    path.chmod(0o600)
    return path


@pytest.fixture
async def outbox(tmp_path: Path) -> AsyncIterator[SqliteOutbox]:
    async with SqliteOutbox(tmp_path / "outbox.db") as opened:
        yield opened


class Scripted:
    """A channel that does what a test says, and counts who is in it."""

    kind = "scripted"

    def __init__(self) -> None:
        self.sent: list[Notice] = []
        self.inside = 0
        self.most = 0
        self.open = asyncio.Event()
        self.open.set()
        self.answer = Sent(Sending.ACCEPTED, "taken")

    def describe(self) -> str:
        return "a scripted channel"

    async def check(self) -> list[Check]:
        return []

    async def send(self, notice: Notice) -> Sent:
        self.inside += 1
        self.most = max(self.most, self.inside)
        try:
            await self.open.wait()
            self.sent.append(notice)
            return self.answer
        finally:
            self.inside -= 1


class Course:
    """A running courier and what it reported."""

    def __init__(self, courier: Courier, told: list[Delivery]) -> None:
        self.courier = courier
        self.told = told

    def ends(self) -> dict[str, DeliveryState]:
        """Notices that were accepted or given up."""
        ended = (DeliveryState.ACCEPTED, DeliveryState.DEAD)
        return {row.notice: row.state for row in self.told if row.state in ended}


@contextlib.asynccontextmanager
async def under_way(
    outbox: SqliteOutbox, channels: dict[str, Channel], *, send_timeout_s: float = 10.0, lease_s: float = 60.0
) -> AsyncIterator[Course]:
    """Run a courier, and end it by cancellation."""
    told: list[Delivery] = []

    async def report(row: Delivery) -> None:
        told.append(row)

    courier = Courier(
        clock=SystemClock(),
        outbox=outbox,
        channels=channels,
        report=report,
        jitter=random.Random(7).random,
        holder="engine",
        send_timeout_s=send_timeout_s,
        lease_s=lease_s,
    )
    task = asyncio.create_task(courier.run())
    try:
        yield Course(courier, told)
    finally:
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await task


def hook(receiver: HttpReceiver, key_file: Path, timeout_s: float = 5.0) -> WebhookSender:
    return WebhookSender(WebhookChannel(url=receiver.url, key_file=str(key_file), timeout_s=timeout_s), SystemClock())


def in_order(requests: list[Request], incident: str) -> list[int]:
    """Return the numbers of an incident's notices as they came, each where it came first."""
    keys = [one.key for one in requests if f"-{incident}-" in one.key]
    return [int(key.split("-")[3]) for key in dict.fromkeys(keys)]


async def settled(outbox: SqliteOutbox) -> None:
    """Wait until the outbox knows that every end was told: it is told first and noted then."""

    async def noted() -> None:
        assert await outbox.unreported() == []

    await attempted(noted, AssertionError)


async def test_a_new_notice_goes_at_once(outbox: SqliteOutbox, monkeypatch: pytest.MonkeyPatch) -> None:
    # Nobody looks by himself before the test is over: what goes, goes because somebody was woken.
    monkeypatch.setattr("warroom.engine.courier._LOOK_S", 3600.0)
    channel = Scripted()
    async with under_way(outbox, {"chat": channel}) as course:
        for number in (1, 2):
            await outbox.enqueue([notice(number)])
            course.courier.wake()
            await eventually(lambda number=number: len(course.ends()) == number)  # type: ignore[misc]
        await settled(outbox)
    assert set(course.ends().values()) == {DeliveryState.ACCEPTED}


class Breaking(Scripted):
    """Meets an answer that its library does not know, and the library says it with the login in it."""

    async def send(self, notice: Notice) -> Sent:
        self.sent.append(notice)
        raise KeyError("login:secret")


async def test_a_channel_that_breaks_is_tried_again_and_ends_nothing(outbox: SqliteOutbox) -> None:
    breaking, quick = Breaking(), Scripted()
    await outbox.enqueue([notice(1), notice(2, channel="mail")])
    async with under_way(outbox, {"chat": breaking, "mail": quick}) as course:
        await eventually(lambda: len(breaking.sent) > 1 and bool(quick.sent), what="a second try")
        tries = [row for row in course.told if row.channel == "chat"]
    assert {(row.state, row.error) for row in tries} == {
        (DeliveryState.PENDING, "the scripted channel broke (KeyError)"),
    }


async def test_a_channel_that_hangs_delays_no_other(outbox: SqliteOutbox) -> None:
    hanging, quick = Scripted(), Scripted()
    hanging.open.clear()
    await outbox.enqueue([notice(n, incident=f"INC-{n:03d}") for n in range(1, 30)])
    await outbox.enqueue([notice(n, channel="mail") for n in range(30, 40)])
    async with under_way(outbox, {"chat": hanging, "mail": quick}):
        await eventually(lambda: len(quick.sent) == 10 and hanging.inside == 4)
        assert hanging.most == 4
        assert hanging.sent == []
    assert [one.created for one in quick.sent] == sorted(one.created for one in quick.sent)


async def test_after_a_failure_a_single_one_tries_until_the_receiver_is_back(outbox: SqliteOutbox) -> None:
    channel = Scripted()
    channel.answer = Sent(Sending.RETRY, "no contact")
    await outbox.enqueue([notice(n, incident=f"INC-{n:03d}") for n in range(1, 30)])
    async with under_way(outbox, {"chat": channel}) as course:
        await eventually(lambda: len(course.told) >= 4)
        channel.most = 0
        await eventually(lambda: len(course.told) >= 20)
        assert channel.most == 1
        channel.answer = Sent(Sending.ACCEPTED, "taken")
        await eventually(lambda: len(course.ends()) == 29)
        channel.open.clear()
        await outbox.enqueue([notice(n, incident=f"INC-{n:03d}") for n in range(30, 40)])
        course.courier.wake()
        await eventually(lambda: channel.inside == 4)


async def test_a_sending_that_takes_too_long_is_tried_again(outbox: SqliteOutbox) -> None:
    channel = Scripted()
    channel.open.clear()
    await outbox.enqueue([notice(1)])
    async with under_way(outbox, {"chat": channel}, send_timeout_s=0.05) as course:
        await eventually(lambda: len(course.told) >= 2)
        assert course.told[0].error == "not done within 0.05 s"
        assert course.told[0].state is DeliveryState.PENDING
        channel.open.set()
        await eventually(course.ends)


async def test_what_is_still_being_sent_when_its_lease_runs_out_is_not_sent_beside_itself(
    outbox: SqliteOutbox,
) -> None:
    channel = Scripted()
    channel.open.clear()
    await outbox.enqueue([notice(1)])
    async with under_way(outbox, {"chat": channel}, lease_s=0.05) as course:
        leased: list[int] = []

        async def watch() -> None:
            while max(leased, default=0) < 3:
                leased.append((await outbox.deliveries())[0].tries)

        await asyncio.wait_for(watch(), 60)
        assert channel.most == 1
        channel.open.set()
        await eventually(course.ends)
    assert [one.id for one in channel.sent] == ["INC-001-1-chat"]


async def test_it_is_given_up_after_so_many_tries_and_the_next_one_goes(
    outbox: SqliteOutbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("warroom.engine.courier.backoff_s", lambda tries, jitter: 0.0)
    channel = Scripted()
    channel.answer = Sent(Sending.RETRY, "no contact")
    await outbox.enqueue([notice(1), notice(2)])
    async with under_way(outbox, {"chat": channel}) as course:
        await eventually(lambda: len(course.ends()) == 2)
    assert set(course.ends().values()) == {DeliveryState.DEAD}
    assert [one.id for one in channel.sent] == ["INC-001-1-chat"] * TRIES + ["INC-001-2-chat"] * TRIES
    assert [row.tries for row in course.told if row.state is DeliveryState.DEAD] == [TRIES, TRIES]


async def test_a_notice_over_which_engines_died_so_often_is_given_up(outbox: SqliteOutbox) -> None:
    channel = Scripted()
    await outbox.enqueue([notice(1)])
    for number in range(TRIES):
        await outbox.lease("chat", 2e9 + number, "killed", 1.0, 1)
    await outbox.let_go("killed")
    async with under_way(outbox, {"chat": channel}) as course:
        await eventually(course.ends)
    assert course.told[-1].error == f"the engine ended {TRIES} times while it was sent"
    assert channel.sent == []


async def test_a_channel_that_left_the_config_is_said_to_tell_nobody(outbox: SqliteOutbox) -> None:
    await outbox.enqueue([notice(1, channel="gone")])
    async with under_way(outbox, {}) as course:
        await eventually(course.ends)
    assert course.told[-1].state is DeliveryState.DEAD
    assert course.told[-1].error == "nobody was told: there is no such channel in the config"


async def test_cancelled_in_the_middle_it_sends_again_at_the_next_start(outbox: SqliteOutbox) -> None:
    channel = Scripted()
    channel.open.clear()
    await outbox.enqueue([notice(1)])
    async with under_way(outbox, {"chat": channel}):
        await eventually(lambda: channel.inside)
    assert channel.inside == 0
    channel.open.set()
    async with under_way(outbox, {"chat": channel}) as course:
        await eventually(course.ends)
    assert [one.id for one in channel.sent] == ["INC-001-1-chat"]


async def test_an_end_that_was_not_reported_is_reported_once_at_the_next_start(outbox: SqliteOutbox) -> None:
    await outbox.enqueue([notice(1)])
    await outbox.lease("chat", 2e9, "engine", 60.0, 1)
    await outbox.accepted("INC-001-1-chat", 1e9, "202")
    for number, expected in ((2, ["INC-001-1-chat", "INC-001-2-chat"]), (3, ["INC-001-3-chat"])):
        async with under_way(outbox, {"chat": Scripted()}) as course:
            await outbox.enqueue([notice(number)])
            course.courier.wake()
            await eventually(lambda number=number: f"INC-001-{number}-chat" in course.ends())  # type: ignore[misc]
            assert list(course.ends()) == expected
            await settled(outbox)


async def test_a_disk_that_refuses_is_said_and_waited_for(tmp_path: Path, outbox: SqliteOutbox) -> None:
    channel = Scripted()
    await outbox.enqueue([notice(1)])
    await outbox._run("PRAGMA busy_timeout=1")
    with contextlib.closing(sqlite3.connect(tmp_path / "outbox.db", isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        async with under_way(outbox, {"chat": channel}) as course:
            await eventually(lambda: "locked" in course.courier.fault)
            other.execute("ROLLBACK")
            await eventually(course.ends)
            assert course.courier.fault == ""
    assert len(channel.sent) == 1


async def test_a_receiver_that_was_down_gets_all_once_and_in_order(
    outbox: SqliteOutbox, receiver: HttpReceiver, key_file: Path
) -> None:
    receiver.down()
    notices = [notice(n, incident=f"INC-{n % 3:03d}") for n in range(30)]
    await outbox.enqueue(notices)
    async with under_way(outbox, {"chat": hook(receiver, key_file)}) as course:
        await eventually(lambda: sum(row.state is DeliveryState.PENDING for row in course.told) >= 3)
        receiver.up()
        await eventually(lambda: len(course.ends()) == 30, timeout_s=60)
    assert set(course.ends().values()) == {DeliveryState.ACCEPTED}
    assert Counter(one.key for one in receiver.taken) == {one.key: 1 for one in notices}
    for incident in ("INC-000", "INC-001", "INC-002"):
        numbers = in_order(receiver.taken, incident)
        assert numbers == sorted(numbers)


async def ended(course: Course, count: int) -> None:
    """Wait for the end of so many notices: for as long as one more ends within a minute."""
    while (before := len(course.ends())) < count:
        await eventually(lambda before=before: len(course.ends()) > before, timeout_s=60)  # type: ignore[misc]


@pytest.mark.long
@pytest.mark.timeout(900)
@pytest.mark.parametrize("honours_keys", [True, False])
async def test_a_thousand_notices_reach_a_receiver_that_dies_and_returns(
    outbox: SqliteOutbox, receiver: HttpReceiver, key_file: Path, honours_keys: bool
) -> None:
    receiver.honours_keys = honours_keys
    chance = random.Random(3)
    # Some are taken and the answer is lost, some are refused for a while.
    receiver.drops = lambda request: chance.random() < 0.03
    receiver.answers = lambda request: 503 if chance.random() < 0.03 else 202
    notices = [notice(n, incident=f"INC-{n % 20:03d}") for n in range(1000)]
    await outbox.enqueue(notices)
    async with under_way(outbox, {"chat": hook(receiver, key_file)}) as course:
        for many in (150, 500, 800):
            await ended(course, many)
            receiver.down()
            await eventually(lambda: course.told[-1].state is DeliveryState.PENDING, timeout_s=60)
            receiver.up()
        await ended(course, 1000)
    assert set(course.ends().values()) == {DeliveryState.ACCEPTED}
    counts = Counter(one.key for one in receiver.taken)
    assert set(counts) == {one.key for one in notices}
    assert max(counts.values()) == 1 or not honours_keys
    for number in range(20):
        numbers = in_order(receiver.taken, f"INC-{number:03d}")
        assert len(numbers) == 50
        assert numbers == sorted(numbers)
