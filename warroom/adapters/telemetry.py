"""How far logs were read, and when, in a database of its own: it may be lost at the price of reading logs again.

A bulk stream and human acts never share a file: two busy writers starve each other (measured: 1,627 commits to 1).
"""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Sequence
from pathlib import Path
from types import TracebackType
from typing import Self

import aiosqlite
import msgspec

from warroom.adapters.sqlite_file import close_file, open_file
from warroom.core.arrivals import KEPT_S, STEP_S, Arrival
from warroom.core.record import Batch, Checkpoint

_SCHEMA = """
CREATE TABLE IF NOT EXISTS checkpoints (
    source TEXT NOT NULL,
    generation INTEGER NOT NULL,
    body TEXT NOT NULL,
    PRIMARY KEY (source, generation)
) STRICT, WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS arrivals (
    source TEXT NOT NULL,
    step INTEGER NOT NULL,
    generation INTEGER NOT NULL,
    offset INTEGER NOT NULL,
    received REAL NOT NULL,
    PRIMARY KEY (source, step, generation)
) STRICT, WITHOUT ROWID;
"""
_TAKE_DOWN = "INSERT OR REPLACE INTO arrivals VALUES (?,?,?,?,?)"
_FORGET = """
WITH line AS (
    SELECT max(
        max(received) - ?,
        coalesce((SELECT received FROM arrivals ORDER BY received DESC LIMIT 1 OFFSET ?), 0)
    ) AS old FROM arrivals
)
DELETE FROM arrivals WHERE received < (SELECT old FROM line) AND (source, received) NOT IN (
    SELECT source, max(received) FROM arrivals WHERE received < (SELECT old FROM line) GROUP BY source
)
"""
"""Of each source one mark before the line stays: what lies behind it came later."""
_MOST_MARKS = 200_000
_FORGET_EVERY = 5000
"""Marks taken down between two clearings."""
_checkpoint = msgspec.json.Decoder(Checkpoint)


class SqliteTelemetry:
    """Checkpoints of one room; use as an async context manager. `fault` says why saving stopped, else empty."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._db: aiosqlite.Connection | None = None
        self._taken_down = 0
        self.fault = ""

    async def __aenter__(self) -> Self:
        try:
            self._db = await open_file(self._path, isolation_level=None)
            await self._db.execute("PRAGMA journal_mode=WAL")
            await self._db.execute("PRAGMA synchronous=NORMAL")
            await self._db.executescript(_SCHEMA)
            await self._forget()
        except sqlite3.DatabaseError:
            # It may be thrown away: a damaged file must not keep the watch from starting.
            await self._start_anew()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        db, self._db = self._db, None
        if db is not None:
            await close_file(db)

    async def _start_anew(self) -> None:
        if self._db is not None:
            await close_file(self._db)
        await asyncio.to_thread(self._remove)
        self._db = await open_file(self._path, isolation_level=None)
        await self._db.executescript(_SCHEMA)

    def _remove(self) -> None:
        for suffix in ("", "-wal", "-shm"):
            Path(f"{self._path}{suffix}").unlink(missing_ok=True)

    async def save(self, batches: Sequence[Batch]) -> None:
        """Commit checkpoints and arrivals of these batches; a full disk is said in `fault`, and tried again."""
        rows = [
            (one.checkpoint.source, one.checkpoint.generation, msgspec.json.encode(one.checkpoint).decode())
            for one in batches
            if one.checkpoint is not None
        ]
        if not rows or self._db is None:
            return
        try:
            await self._db.executemany("INSERT OR REPLACE INTO checkpoints VALUES (?,?,?)", rows)
            marks = [_mark_of(one, one.checkpoint) for one in batches if one.checkpoint is not None and one.records]
            await self._db.executemany(_TAKE_DOWN, marks)
            self._taken_down += len(marks)
            if self._taken_down >= _FORGET_EVERY:
                await self._forget()
            self.fault = ""
        except sqlite3.Error as error:
            self.fault = f"telemetry is not saved: {error}"

    async def _forget(self) -> None:
        assert self._db is not None
        self._taken_down = 0
        await self._db.execute(_FORGET, (KEPT_S, _MOST_MARKS))

    async def checkpoints(self) -> list[Checkpoint]:
        """The last checkpoint of each generation; rows that do not decode are left out (the log is read again)."""
        if self._db is None:
            return []
        async with self._db.execute("SELECT body FROM checkpoints ORDER BY source, generation") as cursor:
            rows = await cursor.fetchall()
        found: list[Checkpoint] = []
        for (body,) in rows:
            try:
                found.append(_checkpoint.decode(body))
            except msgspec.DecodeError:
                continue
        return found

    async def arrivals(self) -> list[Arrival]:
        """When bytes of each log came, as far back as that is kept; oldest first."""
        if self._db is None:
            return []
        wanted = "SELECT source, generation, offset, received FROM arrivals ORDER BY received, generation, offset"
        async with self._db.execute(wanted) as cursor:
            return [Arrival(*row) for row in await cursor.fetchall()]


def _mark_of(batch: Batch, checkpoint: Checkpoint) -> tuple[str, int, int, int, float]:
    received = batch.records[-1].received
    return checkpoint.source, int(received // STEP_S), checkpoint.generation, checkpoint.offset, received
