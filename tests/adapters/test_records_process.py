"""The process that answers takes the harm of a query, and the next question gets another one."""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import AsyncIterator, Callable
from functools import partial
from pathlib import Path

import psutil
import pytest

from tests.adapters.asked import ENDLESS, FORBIDDEN, STUBBORN, write_example
from tests.reports.example_journal import KIM
from tests.waiting import eventually
from warroom.adapters.journal import SqliteJournal
from warroom.adapters.records_process import MOST_WAITING, RecordsProcess
from warroom.core.facts import NoteAdded
from warroom.core.ports import Pending
from warroom.core.queries import NotAnswered, Sql, SqlAnswer, SqlLoading, SqlRefused

COUNT = Sql("SELECT count(*) FROM acts")


@pytest.fixture
async def records(tmp_path: Path) -> AsyncIterator[RecordsProcess]:
    await write_example(tmp_path / "journal.db")
    async with RecordsProcess(tmp_path / "journal.db") as opened:
        yield opened


async def counted(records: RecordsProcess) -> int | str | float | None:
    answer = await records.ask(COUNT)
    assert isinstance(answer, SqlAnswer), answer
    return answer.rows[0][0]


def _pid(records: RecordsProcess) -> int | None:
    return records.pid


def peak_kib(pid: int) -> int:
    """Return the most memory that a process had so far; 0 when it has ended."""
    try:
        status = Path(f"/proc/{pid}/status").read_text()
    except (FileNotFoundError, ProcessLookupError):
        return 0
    return int(status.partition("VmHWM:")[2].split()[0]) if "VmHWM:" in status else 0


def cpu_s(pid: int) -> float:
    """Return the seconds that a process worked so far; 0 when it has ended."""
    try:
        return sum(psutil.Process(pid).cpu_times())
    except psutil.NoSuchProcess:
        return 0.0


def done_or_worked(done: Callable[[], bool], worked: Callable[[], float], enough_s: float) -> bool:
    return done() or worked() > enough_s


async def test_one_process_answers_one_question_after_the_other(records: RecordsProcess) -> None:
    assert _pid(records) is None
    assert await asyncio.gather(*(counted(records) for _ in range(5))) == [43] * 5
    pid = _pid(records)
    assert pid is not None
    assert isinstance(await records.ask(Sql(FORBIDDEN["attach"])), SqlRefused)
    assert await counted(records) == 43
    assert _pid(records) == pid
    assert psutil.Process(pid).nice() == min(19, psutil.Process().nice() + 10)


@pytest.mark.parametrize("query", STUBBORN.values(), ids=STUBBORN)
async def test_a_step_that_cannot_be_interrupted_ends_its_process_and_nothing_else(
    records: RecordsProcess, query: str
) -> None:
    await counted(records)
    pid = records.pid
    answer = await records.ask(Sql(query))
    assert isinstance(answer, SqlRefused), answer
    assert answer.ended
    assert "ended" in answer.reason
    assert await counted(records) == 43
    assert records.pid != pid


@pytest.mark.parametrize("query", ENDLESS.values(), ids=ENDLESS)
async def test_what_never_ends_is_interrupted_and_its_memory_is_bounded(records: RecordsProcess, query: str) -> None:
    await counted(records)
    assert records.pid is not None
    pid = records.pid
    most = peak_kib(pid)
    asking = asyncio.ensure_future(records.ask(Sql(query)))
    while not asking.done():
        await asyncio.wait([asking], timeout=0.05)
        most = max(most, peak_kib(pid))
    answer = await asking
    assert isinstance(answer, SqlRefused)
    assert answer.ended
    assert 0 < most < 450 << 10
    assert await counted(records) == 43


async def test_a_process_that_died_in_between_is_replaced(records: RecordsProcess) -> None:
    await counted(records)
    assert records.pid is not None
    os.kill(records.pid, signal.SIGKILL)
    assert await counted(records) == 43


async def test_a_caller_that_leaves_takes_the_query_with_it(records: RecordsProcess) -> None:
    while True:
        await counted(records)
        pid = records.pid
        assert pid is not None
        worked = partial(cpu_s, pid)
        before = worked()
        asking = asyncio.ensure_future(records.ask(Sql(ENDLESS["join"])))
        # So much work is the query's, not the rest of the answer before it.
        await eventually(partial(done_or_worked, asking.done, worked, before + 0.05))
        if not asking.done():
            break
        # Its second was over before it had worked for so long: others had the processor.
    asking.cancel()
    await asyncio.wait([asking])
    assert not psutil.pid_exists(pid)
    assert await counted(records) == 43


async def test_only_so_many_questions_wait(records: RecordsProcess) -> None:
    answers = await asyncio.gather(*(records.ask(COUNT) for _ in range(MOST_WAITING + 5)))
    assert sum(isinstance(one, SqlAnswer) for one in answers) == MOST_WAITING + 1
    assert sum(isinstance(one, NotAnswered) for one in answers) == 4


async def test_a_room_without_a_journal_is_said(tmp_path: Path) -> None:
    async with RecordsProcess(tmp_path / "absent.db") as records:
        answer = await records.ask(COUNT)
    assert isinstance(answer, NotAnswered)
    assert "absent.db" in answer.reason


async def test_too_long_a_query_is_not_even_sent(records: RecordsProcess) -> None:
    assert isinstance(await records.ask(Sql(FORBIDDEN["long"])), SqlRefused)
    assert records.pid is None


async def test_a_long_journal_is_answered_after_it_was_said_how_far_it_is(tmp_path: Path) -> None:
    path = tmp_path / "long.db"
    await write_example(path)
    async with SqliteJournal(path) as journal:
        await journal.append([Pending(1e9 + n, KIM, "", NoteAdded("INC-001", f"note {n}")) for n in range(12_000)])
    async with RecordsProcess(path) as records:
        read = list[int]()
        while isinstance(answer := await records.ask(COUNT), SqlLoading):
            assert answer.total == 12_043
            read.append(answer.read)
        assert isinstance(answer, SqlAnswer), answer
        assert answer.rows == [[12_043]]
        assert read == sorted(set(read)), "it goes on where it was"
        assert read, "so many entries take longer than one look"
