"""The outbox in SQLite: notices on disk before anybody relies on them, sent in order, never forgotten by a crash.

A file of its own, WAL with synchronous=FULL. Each operation is one statement, so a caller that is cancelled, or a
process that is killed, leaves it done or not done and nothing in between.
"""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Sequence
from pathlib import Path
from types import TracebackType
from typing import Any, Self
from urllib.parse import quote

import aiosqlite
import msgspec

from warroom.adapters.sqlite_file import close_file, open_file, opened
from warroom.core.clean import clean
from warroom.core.notice_ports import Leased, OutboxError
from warroom.core.notices import ERROR_LIMIT, LONGEST_WAIT_S, Delivery, DeliveryState, Notice, notice_fault

SCHEMA = 1
_TABLES = """
CREATE TABLE IF NOT EXISTS notices (
    seq INTEGER PRIMARY KEY AUTOINCREMENT,
    id TEXT NOT NULL UNIQUE,
    incident TEXT NOT NULL,
    channel TEXT NOT NULL,
    body TEXT NOT NULL,
    state TEXT NOT NULL,
    tries INTEGER NOT NULL,
    next_try REAL,
    holder TEXT NOT NULL,
    error TEXT NOT NULL,
    accepted REAL,
    reported INTEGER NOT NULL
) STRICT;
CREATE INDEX IF NOT EXISTS open_notices ON notices (channel, incident, seq) WHERE state IN ('pending', 'leased');
CREATE INDEX IF NOT EXISTS unreported_notices ON notices (seq)
    WHERE reported = 0 AND state IN ('accepted', 'dead');
"""
_ENQUEUE = """
INSERT INTO notices (id, incident, channel, body, state, tries, next_try, holder, error, accepted, reported)
SELECT json_extract(value, '$.id'), json_extract(value, '$.incident'), json_extract(value, '$.channel'),
    json_extract(value, '$.body'), 'pending', 0, json_extract(value, '$.at'), '', '', NULL, 0
FROM json_each(?) WHERE true
ON CONFLICT (id) DO UPDATE SET body = excluded.body, state = 'pending', tries = 0, next_try = excluded.next_try,
    holder = '', reported = 0
WHERE notices.state = 'dead' AND json_extract(excluded.body, '$.round') >
    CASE WHEN json_valid(notices.body) THEN coalesce(json_extract(notices.body, '$.round'), 0) ELSE 0 END
"""
_LEASE = """
UPDATE notices SET state = 'leased', holder = ?, next_try = ?, tries = tries + 1
WHERE seq IN (
    SELECT seq FROM notices AS one
    WHERE channel = ? AND state IN ('pending', 'leased') AND (next_try <= ? OR next_try > ?) AND NOT EXISTS (
        SELECT 1 FROM notices AS earlier
        WHERE earlier.channel = one.channel AND earlier.incident = one.incident AND earlier.seq < one.seq
            AND earlier.state IN ('pending', 'leased')
    )
    ORDER BY seq LIMIT ?
)
RETURNING seq, body, tries
"""
_WAITING = """
SELECT channel, min(next_try) FROM (
    SELECT channel, next_try, min(seq) FROM notices WHERE state IN ('pending', 'leased') GROUP BY channel, incident
) GROUP BY channel
"""
_ROWS = "SELECT body, state, tries, next_try, error, accepted FROM notices"
_notice = msgspec.json.Decoder(Notice)


class SqliteOutbox:
    """The outbox of one room; use as an async context manager. Any number of processes may hold it open."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._db: aiosqlite.Connection | None = None

    async def __aenter__(self) -> Self:
        try:
            await asyncio.to_thread(_private, self._path)
            self._db = await open_file(self._path, isolation_level=None)
            await self._prepare(self._db)
        except (sqlite3.Error, OSError) as error:
            await self.close()
            raise OutboxError(f"{self._path}: {error}") from error
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
        for pragma in ("busy_timeout=10000", "journal_mode=WAL", "synchronous=FULL"):
            await db.execute_fetchall(f"PRAGMA {pragma}")
        ((version,),) = await db.execute_fetchall("PRAGMA user_version")
        if int(version) > SCHEMA:
            raise OutboxError(f"{self._path} was written by a newer warroom (schema {version}); update this one")
        await db.executescript(f"BEGIN IMMEDIATE;{_TABLES}PRAGMA user_version={SCHEMA};COMMIT;")

    async def _run(self, statement: str, values: Sequence[Any] = ()) -> list[Any]:
        """Do one statement to its end in SQLite's thread, also when the caller is cancelled meanwhile."""
        if self._db is None:
            raise OutboxError(f"{self._path} is not open")
        try:
            return list(await self._db.execute_fetchall(statement, values))
        except sqlite3.Error as error:
            raise OutboxError(f"{self._path}: {error}; free space or mend the disk") from error

    async def enqueue(self, notices: Sequence[Notice]) -> int:
        """Keep notices, all or none; returns how many are new to be sent.

        Those whose id is known stay as they are, except that one which was given up is taken up again from the start
        when it comes in a later round: asking twice, before a crash and after it, sends once.

        Raises OutboxError when the disk refuses, ValueError for a notice that no machine may send.
        """
        for one in notices:
            fault = notice_fault(one)
            if fault:
                raise ValueError(f"{clean(one.id, 80)} is no notice for a machine to send: {fault}")
        rows = [
            {
                "id": one.id,
                "incident": one.lane,
                "channel": one.channel,
                "body": msgspec.json.encode(one).decode(),
                "at": float(one.created),
            }
            for one in notices
        ]
        return len(await self._run(_ENQUEUE + " RETURNING seq", (msgspec.json.encode(rows).decode(),)))

    async def lease(self, channel: str, now: float, holder: str, seconds: float, limit: int) -> list[Leased]:
        """Take at most `limit` notices of a channel that may go now, in the order written.

        One goes when its time has come and no earlier one of its lane and channel is open. A lease that ran out is
        taken again: its holder was killed or hangs. A time that lies further ahead than any wait or lease reaches was
        written before the clock was set back: it has come too.
        """
        leased: list[Leased] = []
        beyond = now + LONGEST_WAIT_S + seconds
        for seq, body, tries in sorted(await self._run(_LEASE, (holder, now + seconds, channel, now, beyond, limit))):
            try:
                leased.append(Leased(_notice.decode(body), tries))
            except msgspec.DecodeError:
                # It would stop its channel for ever. Whoever lists the outbox hears that a row cannot be read.
                await self._run("UPDATE notices SET state='dead', reported=1 WHERE seq=?", (seq,))
        return leased

    async def accepted(self, notice: str, now: float, text: str) -> None:
        """The receiver took it, whoever holds it by now."""
        await self._run(
            "UPDATE notices SET state='accepted', accepted=?, next_try=NULL, holder='', error=?, reported=0"
            " WHERE id=? AND state<>'accepted'",
            (now, clean(text, ERROR_LIMIT), notice),
        )

    async def failed(self, notice: str, holder: str, next_try: float, text: str) -> None:
        """Try again at `next_try`; nothing happens when another holds it by now."""
        await self._run(
            "UPDATE notices SET state='pending', next_try=?, holder='', error=?"
            " WHERE id=? AND state='leased' AND holder=?",
            (next_try, clean(text, ERROR_LIMIT), notice, holder),
        )

    async def dead(self, notice: str, holder: str, now: float, text: str) -> None:
        """Give up; nothing happens when another holds it by now."""
        await self._run(
            "UPDATE notices SET state='dead', next_try=NULL, holder='', error=?, reported=0"
            " WHERE id=? AND state='leased' AND holder=?",
            (clean(text, ERROR_LIMIT), notice, holder),
        )

    async def let_go(self, holder: str) -> None:
        """End all leases of a holder that was stopped or killed."""
        await self._run(
            "UPDATE notices SET state='pending', next_try=0, holder='' WHERE state='leased' AND holder=?", (holder,)
        )

    async def waiting(self) -> dict[str, float]:
        """When the next notice of each channel may go; channels with nothing open are absent."""
        return {str(channel): float(at) for channel, at in await self._run(_WAITING)}

    async def unreported(self) -> list[Delivery]:
        """Rows that were accepted or given up and whose end nobody has been told of, in the order written."""
        query = f"{_ROWS} WHERE reported = 0 AND state IN ('accepted', 'dead') ORDER BY seq"
        return [_delivery(row) for row in await self._run(query)]

    async def reported(self, notice: str) -> None:
        """The end of this notice was told."""
        await self._run("UPDATE notices SET reported=1 WHERE id=?", (notice,))

    async def deliveries(self) -> list[Delivery]:
        """All rows in the order written."""
        return [_delivery(row) for row in await self._run(f"{_ROWS} ORDER BY seq")]


async def read_deliveries(path: Path) -> list[Delivery]:
    """Return all rows of an outbox without changing it, for readers without an engine; OutboxError when unreadable."""
    try:
        async with opened(f"file:{quote(str(path))}?mode=ro", uri=True) as db:
            return [_delivery(row) for row in await db.execute_fetchall(f"{_ROWS} ORDER BY seq")]
    except sqlite3.Error as error:
        raise OutboxError(f"{path}: {error}") from error


def _delivery(row: Sequence[Any]) -> Delivery:
    body, state, tries, next_try, error, accepted = row
    try:
        notice = _notice.decode(body)
        return Delivery(
            notice=notice.id,
            incident=notice.incident,
            audience=notice.audience,
            channel=notice.channel,
            event=notice.event,
            subject=clean(notice.subject),
            created=notice.created,
            state=DeliveryState(state),
            tries=tries,
            next_try=next_try,
            error=clean(error, ERROR_LIMIT),
            accepted=accepted,
            queue=notice.queue,
            round=notice.round,
        )
    except (msgspec.DecodeError, ValueError) as fault:
        raise OutboxError(f"a row of the outbox is no notice that this version knows: {fault}") from fault


def _private(path: Path) -> None:
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    path.touch(mode=0o600)
