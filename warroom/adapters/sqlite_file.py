"""Opening and closing SQLite files so that no thread of theirs is left to speak to a loop that is closed."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import aiosqlite


async def open_file(target: str | Path, **options: Any) -> aiosqlite.Connection:
    """Connect; raises sqlite3.Error as sqlite3 does."""
    db = aiosqlite.connect(target, **options)
    try:
        return await db
    except BaseException:
        # A connection that failed ends its thread by itself, but nobody waits for that.
        await _joined(db)
        raise


async def close_file(db: aiosqlite.Connection) -> None:
    """Close, and wait until the connection's thread is gone; a caller that is cancelled meanwhile waits as well."""
    closing = asyncio.ensure_future(_close(db))
    try:
        await asyncio.shield(closing)
    except asyncio.CancelledError:
        await asyncio.wait([closing])
        raise


@contextlib.asynccontextmanager
async def opened(target: str | Path, **options: Any) -> AsyncIterator[aiosqlite.Connection]:
    """Hold a connection open for a block."""
    db = await open_file(target, **options)
    try:
        yield db
    finally:
        await close_file(db)


async def _close(db: aiosqlite.Connection) -> None:
    try:
        await db.close()
    finally:
        await _joined(db)


async def _joined(db: aiosqlite.Connection) -> None:
    # The library offers no public way to wait for its thread.
    await asyncio.to_thread(db._thread.join)
