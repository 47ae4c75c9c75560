"""The record as tables in memory, and one SELECT over them that can change and reach nothing else.

Only the tables are in this database. An authorizer refuses all that is not reading them, limits of SQLite bound the
size of a query and of a value, and a query is interrupted when its time is over.
"""

from __future__ import annotations

import math
import sqlite3
import time
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import aiosqlite

from warroom.adapters.journal import last_seq, read_entries
from warroom.adapters.sqlite_file import close_file, open_file
from warroom.core.clean import clean
from warroom.core.queries import Sql, SqlAnswer, SqlLoading, SqlRefused
from warroom.core.record_columns import Cell
from warroom.core.record_rows import RecordRows, Rows
from warroom.core.record_tables import TABLES
from warroom.core.sql_words import LONGEST_SQL, NO_SELECT, ended, refused

MOST_ROWS = 1000
MOST_CELL = 2000
"""Characters of a cell."""
MOST_BYTES = 400_000
"""Of all cells of an answer: written as JSON it stays below the longest message."""
MOST_SECONDS = 1.0
_AT_ONCE = 1000
"""Entries of the journal that are read before the clock is looked at."""
_LOOK_EACH = 1000
"""Instructions of SQLite between two looks at the clock."""
_PIECE = 16
"""Rows fetched at a time: a row may be wide."""
_LIMITS = {
    sqlite3.SQLITE_LIMIT_LENGTH: 1_000_000,
    sqlite3.SQLITE_LIMIT_SQL_LENGTH: 4 * LONGEST_SQL,
    sqlite3.SQLITE_LIMIT_COLUMN: 200,
    sqlite3.SQLITE_LIMIT_EXPR_DEPTH: 100,
    sqlite3.SQLITE_LIMIT_COMPOUND_SELECT: 50,
    sqlite3.SQLITE_LIMIT_VDBE_OP: 25_000,
    sqlite3.SQLITE_LIMIT_FUNCTION_ARG: 32,
    sqlite3.SQLITE_LIMIT_ATTACHED: 0,
    sqlite3.SQLITE_LIMIT_LIKE_PATTERN_LENGTH: 200,
    sqlite3.SQLITE_LIMIT_VARIABLE_NUMBER: 64,
    sqlite3.SQLITE_LIMIT_TRIGGER_DEPTH: 1,
    sqlite3.SQLITE_LIMIT_WORKER_THREADS: 0,
}
_NAMES = """
    -> ->> abs avg char coalesce count cume_dist current_date current_time current_timestamp date datetime dense_rank
    ceil ceiling exp first_value floor format glob group_concat hex ifnull iif instr json json_array json_array_length
    json_extract json_group_array json_group_object json_object json_type json_valid julianday lag last_value lead
    length like likelihood likely ln log log10 log2 lower ltrim max min mod nth_value ntile nullif percent_rank pow
    power printf quote random randomblob rank replace round row_number rtrim sign sqlite_version sqrt strftime
    string_agg substr substring sum time total trim trunc typeof unicode unixepoch unlikely upper zeroblob
"""
_FUNCTIONS = frozenset(_NAMES.split())


class _Limited(sqlite3.Connection):
    """A connection whose limits are set before anybody speaks to it."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        for limit, most in _LIMITS.items():
            self.setlimit(limit, most)


class RecordsDb:
    """The tables of one journal; use as an async context manager, one question at a time."""

    def __init__(self, journal: Path) -> None:
        self._journal = journal
        self._db: aiosqlite.Connection | None = None
        self._records = RecordRows()
        self._behind = False
        """Whether the tables that tell how things stand are older than those that only grow."""
        self._standing: dict[str, list[tuple[Cell, ...]]] = {}
        """What those tables hold."""

    async def __aenter__(self) -> Self:
        db = await open_file(":memory:", factory=_Limited, isolation_level=None, cached_statements=0)
        self._db = db
        db.text_factory = _decoded
        # What sorts much does so in memory, which is bounded, and not on the disk, which others need.
        await db.execute("PRAGMA temp_store=MEMORY")
        for table in TABLES:
            columns = ", ".join(f"{column.name} {column.kind}" for column in table.columns)
            await db.execute(f"CREATE TABLE {table.name} ({columns})")
        for function in ("json_each", "json_tree"):
            # The authorizer lets nobody load these later.
            await db.execute(f"SELECT 1 FROM {function}('[]')")
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        db, self._db = self._db, None
        if db is not None:
            await close_file(db)

    def _connection(self) -> aiosqlite.Connection:
        assert self._db is not None, "used outside its context"
        return self._db

    async def refresh(self, most_s: float = math.inf) -> SqlLoading | None:
        """Bring the tables up to the journal; after about so many seconds say how far it is, to go on the next time.

        Raises JournalError when the journal cannot be read.
        """
        until = time.monotonic() + most_s
        while entries := await read_entries(self._journal, self._records.length, _AT_ONCE):
            self._behind = True
            await self._change(self._records.take(entries))
            if time.monotonic() > until and self._records.length < (total := await last_seq(self._journal)):
                return SqlLoading(self._records.length, total)
        if self._behind:
            await self._change([], self._records.standing())
            self._behind = False
        return None

    async def _change(self, grown: Rows, standing: Rows | None = None) -> None:
        """Add rows, and make the standing ones those that are given."""
        db = self._connection()
        await db.set_authorizer(None)
        await db.execute("PRAGMA query_only=OFF")
        await db.execute("BEGIN")
        for table, rows in standing or []:
            before = self._standing.get(table.name, [])
            self._standing[table.name] = rows
            if rows[: len(before)] == before:
                grown = [*grown, (table, rows[len(before) :])]
            else:
                await db.execute(f"DELETE FROM {table.name}")
                grown = [*grown, (table, rows)]
        await self._insert(grown)
        await db.execute("COMMIT")

    async def _insert(self, rows: Rows) -> None:
        for table, values in rows:
            marks = ",".join("?" * len(table.columns))
            await self._connection().executemany(f"INSERT INTO {table.name} VALUES ({marks})", values)

    async def ask(self, question: Sql, most_s: float = MOST_SECONDS) -> SqlAnswer | SqlRefused:
        """Answer a question from the tables as they are; whatever is wrong with it is a refusal."""
        text = question.text
        if len(text) > LONGEST_SQL:
            return SqlRefused(f"a query has {LONGEST_SQL} characters at most; this has {len(text)}")
        if not text.strip() or "\0" in text:
            return NO_SELECT
        db = self._connection()
        await db.set_authorizer(None)
        await db.execute("PRAGMA query_only=ON")
        await db.set_authorizer(_judge)
        begun = time.monotonic()
        clock = _Clock(begun + most_s)
        await db.set_progress_handler(clock.over, _LOOK_EACH)
        try:
            return await self._read(db, text, min(max(question.limit, 1), MOST_ROWS), begun)
        except (sqlite3.Error, sqlite3.Warning, UnicodeEncodeError) as error:
            if clock.rang:
                return ended(f"ended after {most_s:g} s, which is all that a query gets beside the watch")
            return refused(text, str(error))
        except MemoryError:
            return ended("ended, as it needs more memory than a query gets beside the watch")
        finally:
            await db.set_progress_handler(None, 0)  # type: ignore[arg-type]  # None takes it away, as in sqlite3

    async def _read(self, db: aiosqlite.Connection, text: str, limit: int, begun: float) -> SqlAnswer | SqlRefused:
        rows: list[list[Cell]] = []
        size, more = 0, ""
        async with db.execute(text) as cursor:
            columns = [str(clean(one[0], 100)) for one in cursor.description or ()]
            if not columns:
                return NO_SELECT
            while not more and (piece := await cursor.fetchmany(_PIECE)):
                for found in piece:
                    row = [shown(value) for value in found]
                    size += sum(len(one.encode()) + 3 if isinstance(one, str) else 12 for one in row)
                    if len(rows) == limit:
                        more = f"the first {limit:,} rows are shown"
                    elif size > MOST_BYTES:
                        more = f"the first {len(rows):,} rows are shown: an answer has {MOST_BYTES:,} bytes at most"
                    if more:
                        break
                    rows.append(row)
        return SqlAnswer(columns, rows, more, time.monotonic() - begun, self._records.length)


class _Clock:
    """Tells SQLite when a query's time is over."""

    def __init__(self, deadline: float) -> None:
        self._deadline = deadline
        self.rang = False

    def over(self) -> int:
        """Return 1 to interrupt, 0 to go on."""
        self.rang = self.rang or time.monotonic() > self._deadline
        return int(self.rang)


def _decoded(raw: bytes) -> str:
    return raw.decode("utf-8", "replace")


def shown(value: object) -> Cell:
    """Return a value as a cell: text cleaned and cut, bytes in hexadecimal, what JSON has no number for as text."""
    match value:
        case bytes():
            tail = f" …(+{len(value) - MOST_CELL // 2} bytes)" if len(value) > MOST_CELL // 2 else ""
            return f"x'{value[: MOST_CELL // 2].hex()}'{tail}"
        case float() if not math.isfinite(value):
            return str(value)
        case int() | float() | None:
            return value
        case _:
            return clean(str(value), MOST_CELL)


def _judge(action: int, first: str | None, second: str | None, database: str | None, inner: str | None) -> int:
    """Say to SQLite whether a statement may do a thing: read the tables by known functions, and nothing else."""
    match action:
        case sqlite3.SQLITE_SELECT | sqlite3.SQLITE_RECURSIVE | sqlite3.SQLITE_READ:
            # There is nothing to read but the tables; a module of SQLite that makes tables cannot be loaded any more.
            return sqlite3.SQLITE_OK
        case sqlite3.SQLITE_FUNCTION if (second or "").lower() in _FUNCTIONS:
            return sqlite3.SQLITE_OK
        case _:
            return sqlite3.SQLITE_DENY
