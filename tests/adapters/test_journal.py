"""The journal: on disk before it is called saved, one chain, never changed, readable after anything."""

from __future__ import annotations

import asyncio
import sqlite3
from pathlib import Path

import pytest

from warroom.adapters.journal import SqliteJournal, read_entries, read_rows
from warroom.core.chain import Verdict, check
from warroom.core.facts import EngineStopped, NoteAdded
from warroom.core.model import Actor
from warroom.core.ports import JournalError, Pending

ANA = Actor("ana", 1000)


def note(text: str, at: float = 1_700_000_000.1234) -> Pending:
    return Pending(at, ANA, "c-1", NoteAdded("INC-001", text))


async def test_appended_rows_come_back_equal_after_reopening(tmp_path: Path) -> None:
    path = tmp_path / "journal.db"
    async with SqliteJournal(path) as journal:
        first = await journal.append([note("a"), note("b \u202e ✓")])
        second = await journal.append([Pending(1_700_000_001.0, ANA, "", EngineStopped("x"))])
    assert [entry.seq for entry in [*first, *second]] == [1, 2, 3]
    async with SqliteJournal(path) as journal:
        assert await journal.entries() == [*first, *second]
        assert await journal.entries(after=2) == second
        assert (journal.length, journal.head) == (3, second[0].hash)
    assert await read_entries(path) == [*first, *second]


async def test_the_rows_are_one_chain(tmp_path: Path) -> None:
    path = tmp_path / "journal.db"
    async with SqliteJournal(path) as journal:
        for number in range(20):
            await journal.append([note(str(number))])
    assert check(await read_rows(path), []).verdict is Verdict.OK_TAIL_UNPROVEN


async def test_writes_are_flushed_to_the_disk(tmp_path: Path) -> None:
    async with SqliteJournal(tmp_path / "journal.db") as journal:
        db = journal._connection()
        async with db.execute("PRAGMA synchronous") as cursor:
            assert await cursor.fetchone() == (2,)
        async with db.execute("PRAGMA journal_mode") as cursor:
            assert await cursor.fetchone() == ("wal",)


@pytest.mark.parametrize("statement", ["UPDATE acts SET body='{}' WHERE seq=1", "DELETE FROM acts WHERE seq=1"])
async def test_acts_are_neither_changed_nor_deleted(tmp_path: Path, statement: str) -> None:
    path = tmp_path / "journal.db"
    async with SqliteJournal(path) as journal:
        await journal.append([note("a")])
    db = sqlite3.connect(path)
    try:
        with pytest.raises(sqlite3.IntegrityError, match="acts are never"):
            db.execute(statement)
    finally:
        db.close()


async def test_a_cancelled_append_leaves_no_transaction_open(tmp_path: Path) -> None:
    async with SqliteJournal(tmp_path / "journal.db") as journal:
        task = asyncio.create_task(journal.append([note("a")]))
        await asyncio.sleep(0)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        await journal.append([note("b")])
        entries = await journal.entries()
        assert [entry.seq for entry in entries] == list(range(1, len(entries) + 1))
        assert entries[-1].fact == NoteAdded("INC-001", "b")


async def test_a_read_only_journal_refuses_loudly_and_keeps_its_state(tmp_path: Path) -> None:
    async with SqliteJournal(tmp_path / "journal.db") as journal:
        await journal.append([note("a")])
        await journal._connection().execute("PRAGMA query_only=ON")
        with pytest.raises(JournalError, match="NOT saved"):
            await journal.append([note("b")])
        await journal._connection().execute("PRAGMA query_only=OFF")
        assert [entry.seq for entry in await journal.append([note("c")])] == [2]


async def test_a_journal_of_a_newer_version_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "journal.db"
    db = sqlite3.connect(path)
    db.execute("PRAGMA user_version=99")
    db.close()
    with pytest.raises(JournalError, match="newer warroom"):
        async with SqliteJournal(path):
            pass


async def test_a_file_that_is_no_database_is_said_in_words(tmp_path: Path) -> None:
    path = tmp_path / "journal.db"
    path.write_bytes(b"not a database at all, " * 100)
    with pytest.raises(JournalError, match=r"journal\.db"):
        async with SqliteJournal(path):
            pass
    with pytest.raises(JournalError):
        await read_rows(path)


async def test_a_missing_journal_is_said_in_words(tmp_path: Path) -> None:
    with pytest.raises(JournalError, match="absent"):
        await read_rows(tmp_path / "absent.db")
