"""No thread is left behind by a SQLite file, whether it opened or not."""

from __future__ import annotations

import asyncio
import sqlite3
import threading
from pathlib import Path

import pytest

from warroom.adapters.sqlite_file import close_file, open_file, opened


def workers() -> int:
    return sum(1 for thread in threading.enumerate() if "connection_worker" in thread.name)


async def test_a_closed_file_has_no_thread(tmp_path: Path) -> None:
    before = workers()
    async with opened(tmp_path / "a.db") as db:
        await db.execute("CREATE TABLE t (x)")
        assert workers() == before + 1
    assert workers() == before


async def test_a_file_that_cannot_be_opened_has_no_thread_either(tmp_path: Path) -> None:
    before = workers()
    with pytest.raises(sqlite3.OperationalError):
        await open_file(tmp_path / "absent" / "a.db")
    assert workers() == before


async def test_closing_ends_even_when_its_caller_is_cancelled(tmp_path: Path) -> None:
    before = workers()
    db = await open_file(tmp_path / "a.db")
    closing = asyncio.create_task(close_file(db))
    await asyncio.sleep(0)
    closing.cancel()
    await asyncio.wait([closing])
    assert workers() == before
