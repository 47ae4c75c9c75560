"""The outbox: on disk at once, in order, one holder at a time, nothing lost by a crash."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import sqlite3
import subprocess
import sys
import tempfile
from collections.abc import AsyncIterator
from pathlib import Path

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.adapters.notify.receivers import notice
from tests.waiting import wait_until
from warroom.adapters.notify.outbox import SqliteOutbox, read_deliveries
from warroom.core.notice_ports import OutboxError
from warroom.core.notices import Audience, Delivery, DeliveryState, may_go

ROOT = Path(__file__).parents[3]
LATER = 2_000_000_000.0


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "room" / "outbox.db"


@pytest.fixture
async def outbox(path: Path) -> AsyncIterator[SqliteOutbox]:
    async with SqliteOutbox(path) as opened:
        yield opened


async def taken(outbox: SqliteOutbox, now: float = LATER, channel: str = "chat", limit: int = 10) -> list[str]:
    return [one.notice.id for one in await outbox.lease(channel, now, "a", 60.0, limit)]


async def test_a_notice_is_kept_once_however_often_it_is_written(outbox: SqliteOutbox) -> None:
    assert await outbox.enqueue([notice(1), notice(2)]) == 2
    assert await outbox.enqueue([notice(2, text="another text"), notice(3)]) == 1
    rows = await outbox.deliveries()
    assert [row.notice for row in rows] == ["INC-001-1-chat", "INC-001-2-chat", "INC-001-3-chat"]
    (leased,) = await outbox.lease("chat", LATER, "a", 60.0, 10)
    assert leased.notice == notice(1)
    assert leased.tries == 1


async def test_none_of_them_is_kept_when_one_is_no_notice_for_a_machine(outbox: SqliteOutbox) -> None:
    with pytest.raises(ValueError, match="a person sends it"):
        await outbox.enqueue([notice(1), notice(2, audience=Audience.CUSTOMERS)])
    assert await outbox.deliveries() == []


async def test_the_file_is_for_its_owner_alone_and_survives_the_machine(path: Path, outbox: SqliteOutbox) -> None:
    await outbox.enqueue([notice(1)])
    assert path.stat().st_mode & 0o777 == 0o600
    with contextlib.closing(sqlite3.connect(path)) as other:
        assert other.execute("PRAGMA journal_mode").fetchone() == ("wal",)
    ((level,),) = await outbox._run("PRAGMA synchronous")
    assert level == 2


async def test_a_later_notice_waits_for_an_earlier_one_of_its_incident_and_channel(outbox: SqliteOutbox) -> None:
    await outbox.enqueue(
        [notice(1), notice(2), notice(3, incident="INC-002"), notice(4, channel="mail"), notice(5, incident="INC-002")]
    )
    assert await taken(outbox) == ["INC-001-1-chat", "INC-002-3-chat"]
    assert await taken(outbox, channel="mail") == ["INC-001-4-mail"]
    assert await taken(outbox) == []
    await outbox.failed("INC-001-1-chat", "a", LATER + 5, "no contact")
    assert await taken(outbox) == []
    await outbox.accepted("INC-002-3-chat", LATER, "202")
    assert await taken(outbox) == ["INC-002-5-chat"]
    assert await taken(outbox, LATER + 5) == ["INC-001-1-chat"]
    await outbox.dead("INC-001-1-chat", "a", LATER, "400")
    assert await taken(outbox, LATER + 5) == ["INC-001-2-chat"]


async def test_a_lease_that_ran_out_is_taken_by_another(path: Path, outbox: SqliteOutbox) -> None:
    await outbox.enqueue([notice(1)])
    async with SqliteOutbox(path) as other:
        assert len(await outbox.lease("chat", LATER, "a", 10.0, 5)) == 1
        assert await other.lease("chat", LATER + 9, "b", 10.0, 5) == []
        (leased,) = await other.lease("chat", LATER + 10, "b", 10.0, 5)
        assert leased.tries == 2
        await outbox.failed(leased.notice.id, "a", LATER, "too late to say so")
        await outbox.dead(leased.notice.id, "a", LATER, "too late to say so")
        (row,) = await other.deliveries()
        assert (row.state, row.error) == (DeliveryState.LEASED, "")
        await outbox.accepted(leased.notice.id, LATER, "the receiver has it all the same")
        (row,) = await other.deliveries()
        assert row.state is DeliveryState.ACCEPTED


async def test_a_clock_that_is_set_back_makes_no_notice_wait_for_it(outbox: SqliteOutbox) -> None:
    await outbox.enqueue([notice(1), notice(2, incident="INC-002")])
    assert await taken(outbox) == ["INC-001-1-chat", "INC-002-2-chat"]
    await outbox.failed("INC-001-1-chat", "a", LATER + 60, "no contact")
    assert await taken(outbox, LATER + 1) == []
    assert await taken(outbox, LATER - 3600) == ["INC-001-1-chat", "INC-002-2-chat"]
    assert await taken(outbox, LATER - 3600) == []


async def test_who_comes_back_lets_go_of_what_it_held_and_of_nothing_else(outbox: SqliteOutbox) -> None:
    await outbox.enqueue([notice(1), notice(2, incident="INC-002")])
    await outbox.lease("chat", LATER, "a", 60.0, 1)
    await outbox.lease("chat", LATER, "b", 60.0, 1)
    await outbox.let_go("a")
    assert await taken(outbox) == ["INC-001-1-chat"]


async def test_an_end_that_nobody_was_told_of_is_listed_until_somebody_was(outbox: SqliteOutbox) -> None:
    await outbox.enqueue([notice(1), notice(2), notice(3)])
    await taken(outbox)
    await outbox.accepted("INC-001-1-chat", LATER, "202")
    await taken(outbox)
    await outbox.dead("INC-001-2-chat", "a", LATER, "400")
    assert [row.notice for row in await outbox.unreported()] == ["INC-001-1-chat", "INC-001-2-chat"]
    await outbox.reported("INC-001-1-chat")
    await outbox.accepted("INC-001-1-chat", LATER + 9, "a repeat")
    assert [row.accepted for row in await outbox.deliveries()][:1] == [LATER]
    assert [row.notice for row in await outbox.unreported()] == ["INC-001-2-chat"]


async def test_a_dead_notice_is_taken_up_again_once_for_each_round(outbox: SqliteOutbox) -> None:
    first = notice(1)
    await outbox.enqueue([first])
    # Nothing was given up yet, and the round that ended is not asked for again.
    assert await outbox.enqueue([msgspec.structs.replace(first, round=1)]) == 0
    await taken(outbox)
    await outbox.dead(first.id, "a", LATER, "400")
    assert await outbox.enqueue([first]) == 0
    again = msgspec.structs.replace(first, round=1)
    assert (await outbox.enqueue([again]), await outbox.enqueue([again])) == (1, 0)
    (leased,) = await outbox.lease("chat", LATER, "a", 60.0, 1)
    assert (leased.tries, leased.notice.key, leased.notice.round) == (1, first.key, 1)
    await outbox.dead(first.id, "a", LATER, "400")
    # The repeat of a question that was answered before a crash sends nothing twice.
    assert await outbox.enqueue([again]) == 0
    assert [(row.state, row.round) for row in await outbox.unreported()] == [(DeliveryState.DEAD, 1)]


async def test_what_was_accepted_is_taken_up_by_no_round(outbox: SqliteOutbox) -> None:
    await outbox.enqueue([notice(1)])
    await outbox.accepted(notice(1).id, LATER, "202")
    assert await outbox.enqueue([notice(1, round=5)]) == 0
    assert [row.state for row in await outbox.deliveries()] == [DeliveryState.ACCEPTED]


async def test_a_file_of_an_older_version_takes_a_round_too(outbox: SqliteOutbox) -> None:
    await outbox.enqueue([notice(1), notice(2, incident="INC-002")])
    await outbox._run("UPDATE notices SET body = json_remove(body, '$.round', '$.queue'), state = 'dead'")
    await outbox._run("UPDATE notices SET body = 'no notice' WHERE id = ?", (notice(2, incident="INC-002").id,))
    assert await outbox.enqueue([notice(1, round=1), notice(2, incident="INC-002", round=1)]) == 2
    assert [row.state for row in await outbox.deliveries()] == [DeliveryState.PENDING] * 2


async def test_notices_of_one_queue_go_in_order_whatever_they_are_about(outbox: SqliteOutbox) -> None:
    await outbox.enqueue(
        [notice(n, incident=f"ACT-00{n}", queue="bot support") for n in (1, 2)] + [notice(3, incident="ACT-003")]
    )
    assert await taken(outbox) == ["ACT-001-1-chat", "ACT-003-3-chat"]
    await outbox.accepted("ACT-001-1-chat", LATER, "202")
    assert await taken(outbox) == ["ACT-002-2-chat"]


async def test_it_says_when_each_channel_has_something_to_do(outbox: SqliteOutbox) -> None:
    assert await outbox.waiting() == {}
    await outbox.enqueue([notice(1), notice(2), notice(3, channel="mail")])
    await taken(outbox)
    await outbox.failed("INC-001-1-chat", "a", LATER + 7, "no contact")
    # The second may not go before the first, however old it is.
    assert await outbox.waiting() == {"chat": LATER + 7, "mail": notice(3).created}


async def test_what_receivers_say_is_kept_as_one_harmless_line(outbox: SqliteOutbox) -> None:
    await outbox.enqueue([notice(1)])
    await taken(outbox)
    await outbox.failed("INC-001-1-chat", "a", LATER, "bad\n\x1b[2Jnews" + "x" * 5000)
    (row,) = await outbox.deliveries()
    assert row.error.startswith("bad␊␛[2Jnews")
    assert len(row.error) < 400


async def test_a_caller_that_is_cancelled_leaves_it_done_or_not_done(outbox: SqliteOutbox) -> None:
    for number in range(1, 30):
        work = asyncio.create_task(outbox.enqueue([notice(number), notice(number, incident="INC-002")]))
        for _ in range(number % 5):
            await asyncio.sleep(0)
        work.cancel()
        await asyncio.wait([work])
    rows = await outbox.deliveries()
    assert {row.notice for row in rows} == {
        name for row in rows for number in [row.notice.split("-")[2]] for name in _pair(number)
    }
    assert await taken(outbox, limit=1)


def _pair(number: str) -> list[str]:
    return [f"INC-00{incident}-{number}-chat" for incident in (1, 2)]


async def test_it_is_read_without_an_engine_and_left_as_it_is(path: Path, outbox: SqliteOutbox) -> None:
    await outbox.enqueue([notice(1)])
    before = await outbox.deliveries()
    assert await read_deliveries(path) == before


async def test_a_file_that_is_no_outbox_is_said_so(path: Path) -> None:
    path.parent.mkdir()
    path.write_bytes(b"this is no database " * 100)
    with pytest.raises(OutboxError, match=r"outbox\.db"):
        async with SqliteOutbox(path):
            pass
    with pytest.raises(OutboxError, match=r"nothing\.db"):
        await read_deliveries(path.parent / "nothing.db")


async def test_a_row_that_nobody_can_read_stops_no_other_and_is_not_hidden(outbox: SqliteOutbox) -> None:
    await outbox.enqueue([notice(1), notice(2)])
    await outbox._run("UPDATE notices SET body = 'no notice' WHERE id = 'INC-001-1-chat'")
    assert await taken(outbox) == []
    assert await taken(outbox) == ["INC-001-2-chat"]
    assert await outbox.unreported() == []
    with pytest.raises(OutboxError, match="no notice that this version knows"):
        await outbox.deliveries()


async def test_a_newer_file_is_left_alone(path: Path) -> None:
    async with SqliteOutbox(path) as outbox:
        await outbox._run("PRAGMA user_version=99")
    with pytest.raises(OutboxError, match="newer warroom"):
        async with SqliteOutbox(path):
            pass


async def test_a_closed_outbox_says_that_it_is(path: Path) -> None:
    async with SqliteOutbox(path) as outbox:
        pass
    with pytest.raises(OutboxError, match="not open"):
        await outbox.deliveries()


STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("enqueue"), st.sampled_from(["INC-1", "INC-2"]), st.sampled_from(["chat", "mail"])),
        st.tuples(st.just("lease"), st.sampled_from(["chat", "mail"]), st.integers(0, 3)),
        st.tuples(st.sampled_from(["accepted", "failed", "dead", "revive"]), st.integers(0, 9), st.integers(0, 9)),
        st.tuples(st.just("wait"), st.integers(1, 9), st.just(0)),
    ),
    max_size=25,
)


@given(STEPS)
@settings(max_examples=60)
def test_what_it_hands_out_is_what_the_rule_says(steps: list[tuple[str, int | str, int | str]]) -> None:
    asyncio.run(_played(steps))


async def _played(steps: list[tuple[str, int | str, int | str]]) -> None:
    """Play steps on a file and compare each lease with the pure rule."""
    now, count = 10.0, 0
    with tempfile.TemporaryDirectory() as folder:
        async with SqliteOutbox(Path(folder) / "outbox.db") as outbox:
            for what, one, two in steps:
                rows = await outbox.deliveries()
                if what == "wait":
                    now += float(one)
                elif what == "enqueue":
                    count += 1
                    await outbox.enqueue([notice(count, incident=str(one), channel=str(two), created=0.0)])
                elif what == "lease":
                    own = [row for row in rows if row.channel == one]
                    leased = await outbox.lease(str(one), now, "a", 3.0, int(two))
                    assert [each.notice.id for each in leased] == may_go(own, now)[: int(two)]
                elif rows:
                    await _changed(outbox, what, rows[int(one) % len(rows)], now + float(two))
                soon = await outbox.waiting()
                left = await outbox.deliveries()
                for channel in ("chat", "mail"):
                    going = may_go([row for row in left if row.channel == channel], now)
                    assert bool(going) == (soon.get(channel, LATER) <= now)


async def _changed(outbox: SqliteOutbox, what: str, row: Delivery, at: float) -> None:
    name = row.notice
    match what:
        case "accepted":
            await outbox.accepted(name, at, "")
        case "failed":
            await outbox.failed(name, "a", at, "")
        case "dead":
            await outbox.dead(name, "a", at, "")
        case _:
            number = int(name.split("-")[2])
            again = notice(number, incident=row.incident, channel=row.channel, created=0.0, round=row.round + 1)
            assert again.id == name
            assert await outbox.enqueue([again]) == (row.state is DeliveryState.DEAD)


_WRITER = """
import asyncio, sys
from pathlib import Path
from tests.adapters.notify.receivers import notice
from warroom.adapters.notify.outbox import SqliteOutbox

async def main():
    async with SqliteOutbox(Path(sys.argv[1])) as outbox:
        for number in range(1, 100000):
            await outbox.enqueue([notice(number), notice(number, incident="INC-002")])
            print(number, flush=True)

asyncio.run(main())
"""


def test_what_was_kept_is_there_after_a_kill(path: Path, tmp_path: Path) -> None:
    told = tmp_path / "told"
    with told.open("wb") as out:
        writer = subprocess.Popen([sys.executable, "-c", _WRITER, str(path)], stdout=out, cwd=ROOT)
    try:
        wait_until(lambda: told.read_text().count("\n") > 20, timeout_s=60.0, what="notices of the writer")
    finally:
        os.kill(writer.pid, signal.SIGKILL)
        writer.wait()
    said = len(told.read_text().rpartition("\n")[0].splitlines())
    rows = asyncio.run(read_deliveries(path))
    assert len(rows) % 2 == 0
    assert len(rows) >= 2 * said
