"""The journal in SQLite: acts in a hash chain, on disk before anybody is told that they are saved.

WAL with synchronous=FULL, one writer, all rows of an append in one transaction; triggers forbid UPDATE and DELETE.
Triggers stop accidents, the chain shows the rest. All SQLite goes through one aiosqlite connection, whose statements
run in its own thread.
"""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Sequence
from pathlib import Path
from types import TracebackType
from typing import Self
from urllib.parse import quote

import aiosqlite
import msgspec

from warroom.adapters.sqlite_file import close_file, open_file, opened
from warroom.core.chain import GENESIS, Row, seal
from warroom.core.facts import Fact
from warroom.core.model import Actor
from warroom.core.moments import utc_seconds, utc_text
from warroom.core.ports import Entry, JournalError, Pending

SCHEMA = 1
_STEPS = {
    1: """
CREATE TABLE acts (
    seq INTEGER PRIMARY KEY,
    at TEXT NOT NULL,
    actor TEXT NOT NULL,
    command TEXT NOT NULL,
    kind TEXT NOT NULL,
    body TEXT NOT NULL,
    prev TEXT NOT NULL,
    hash TEXT NOT NULL UNIQUE
) STRICT;
CREATE TRIGGER acts_are_never_changed BEFORE UPDATE ON acts BEGIN SELECT RAISE(ABORT, 'acts are never changed'); END;
CREATE TRIGGER acts_are_never_deleted BEFORE DELETE ON acts BEGIN SELECT RAISE(ABORT, 'acts are never deleted'); END;
"""
}
_COLUMNS = "seq, at, actor, command, kind, body, prev, hash"
_PLACES = "(?,?,?,?,?,?,?,?)"
_ROWS_AT_ONCE = 100
"""Rows of one statement: older SQLite takes 999 values."""

_fact = msgspec.json.Decoder(Fact)
_actor = msgspec.json.Decoder(Actor)


class SqliteJournal:
    """The journal of one room; use as an async context manager, append from one task only."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._db: aiosqlite.Connection | None = None
        self._length = 0
        self._head = GENESIS

    @property
    def length(self) -> int:
        """Rows on disk."""
        return self._length

    @property
    def head(self) -> str:
        """Hash of the last row."""
        return self._head

    async def __aenter__(self) -> Self:
        self._path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        try:
            self._db = await open_file(self._path, isolation_level=None)
            await self._prepare(self._db)
        except sqlite3.Error as error:
            await self.close()
            raise JournalError(f"{self._path}: {error}") from error
        except BaseException:
            await self.close()
            raise
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()

    async def close(self) -> None:
        """Let go of the file; SQLite's thread ends."""
        db, self._db = self._db, None
        if db is not None:
            await close_file(db)

    async def _prepare(self, db: aiosqlite.Connection) -> None:
        for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", "busy_timeout=10000"):
            await db.execute(f"PRAGMA {pragma}")
        found = await _one(db, "PRAGMA user_version")
        version = int(str(found))
        if version > SCHEMA:
            raise JournalError(f"{self._path} was written by a newer warroom (schema {version}); update this one")
        for step in range(version + 1, SCHEMA + 1):
            await db.executescript(f"BEGIN IMMEDIATE;{_STEPS[step]}PRAGMA user_version={step};COMMIT;")
        async with db.execute("SELECT seq, hash FROM acts ORDER BY seq DESC LIMIT 1") as cursor:
            last = await cursor.fetchone()
        if last is not None:
            self._length, self._head = int(last[0]), str(last[1])

    def _connection(self) -> aiosqlite.Connection:
        if self._db is None:
            raise JournalError(f"{self._path} is not open")
        return self._db

    async def append(self, pending: Sequence[Pending]) -> list[Entry]:
        """Commit the facts in order, all or none; raises JournalError when the disk refuses.

        A caller that is cancelled meanwhile waits for the commit to end, so no transaction stays open.
        """
        writing = asyncio.ensure_future(self._append(pending))
        try:
            return await asyncio.shield(writing)
        except asyncio.CancelledError:
            await asyncio.wait([writing])
            raise

    async def _append(self, pending: Sequence[Pending]) -> list[Entry]:
        db = self._connection()
        entries: list[Entry] = []
        rows: list[Row] = []
        seq, prev = self._length, self._head
        for one in pending:
            seq += 1
            row = _row(seq, one, prev)
            prev = row.hash
            rows.append(row)
            at = utc_seconds(row.at)
            entries.append(Entry(seq, at, one.actor, one.command, one.fact, row.prev, row.hash))
        try:
            if len(rows) <= _ROWS_AT_ONCE:
                # One statement is a transaction of its own, and one way to SQLite's thread and back instead of three.
                places = ",".join([_PLACES] * len(rows))
                values = [value for row in rows for value in msgspec.structs.astuple(row)]
                await db.execute(f"INSERT INTO acts ({_COLUMNS}) VALUES {places}", values)
            else:
                await self._append_many(db, rows)
        except sqlite3.Error as error:
            raise JournalError(f"{self._path}: {error}; the act is NOT saved") from error
        self._length, self._head = seq, prev
        return entries

    async def _append_many(self, db: aiosqlite.Connection, rows: Sequence[Row]) -> None:
        await db.execute("BEGIN IMMEDIATE")
        try:
            values = [msgspec.structs.astuple(row) for row in rows]
            await db.executemany(f"INSERT INTO acts ({_COLUMNS}) VALUES {_PLACES}", values)
            await db.execute("COMMIT")
        except BaseException:
            # SQLITE_FULL has rolled back by itself already.
            if db.in_transaction:
                await db.execute("ROLLBACK")
            raise

    async def entries(self, after: int = 0) -> list[Entry]:
        """Rows with seq > `after`, in order, decoded."""
        return [entry_of(row) for row in await self.rows(after)]

    async def first(self) -> Entry | None:
        """The first row decoded, which says how the room was opened; None for a new journal."""
        try:
            async with self._connection().execute(f"SELECT {_COLUMNS} FROM acts ORDER BY seq LIMIT 1") as cursor:
                found = await cursor.fetchone()
        except sqlite3.Error as error:
            raise JournalError(f"{self._path}: {error}") from error
        return None if found is None else entry_of(Row(*found))

    async def rows(self, after: int = 0) -> list[Row]:
        """Rows with seq > `after`, in order, as stored."""
        query = f"SELECT {_COLUMNS} FROM acts WHERE seq > ? ORDER BY seq"
        try:
            async with self._connection().execute(query, (after,)) as cursor:
                return [Row(*row) for row in await cursor.fetchall()]
        except sqlite3.Error as error:
            raise JournalError(f"{self._path}: {error}") from error


async def read_rows(path: Path, after: int | None = None, most: int = -1) -> list[Row]:
    """Return the rows of a journal file, or those after a number, `most` at most; JournalError when it cannot be read.

    Nothing is changed.
    """
    uri = f"file:{quote(str(path))}?mode=ro"
    since, values = ("", (most,)) if after is None else ("WHERE seq > ? ", (after, most))
    query = f"SELECT {_COLUMNS} FROM acts {since}ORDER BY seq, rowid LIMIT ?"
    try:
        async with opened(uri, uri=True) as db, db.execute(query, values) as cursor:
            return [Row(*row) for row in await cursor.fetchall()]
    except sqlite3.Error as error:
        raise JournalError(f"{path}: {error}") from error


async def read_entries(path: Path, after: int | None = None, most: int = -1) -> list[Entry]:
    """Return entries of a journal file without an engine, `most` at most; JournalError when one does not decode."""
    return [entry_of(row) for row in await read_rows(path, after, most)]


async def last_seq(path: Path) -> int:
    """Return the number of the last row of a journal file, 0 when it has none; JournalError when it cannot be read."""
    try:
        async with opened(f"file:{quote(str(path))}?mode=ro", uri=True) as db:
            found = await _one(db, "SELECT coalesce(max(seq), 0) FROM acts")
    except sqlite3.Error as error:
        raise JournalError(f"{path}: {error}") from error
    assert isinstance(found, int)
    return found


def entry_of(row: Row) -> Entry:
    """Return a row decoded; JournalError when its content is no fact that this version knows."""
    try:
        fact = _fact.decode(row.body)
        actor = _actor.decode(row.actor)
        return Entry(row.seq, utc_seconds(row.at), actor, row.command, fact, row.prev, row.hash)
    except (msgspec.DecodeError, ValueError) as error:
        raise JournalError(f"row {row.seq} is no known fact: {error}") from error


def _row(seq: int, one: Pending, prev: str) -> Row:
    body = msgspec.json.encode(one.fact).decode()
    actor = msgspec.json.encode(one.actor).decode()
    row = Row(seq, utc_text(one.at), actor, one.command, type(one.fact).__name__, body, prev, "")
    return msgspec.structs.replace(row, hash=seal(row))


async def _one(db: aiosqlite.Connection, query: str) -> object:
    async with db.execute(query) as cursor:
        row = await cursor.fetchone()
    assert row is not None
    return row[0]
