"""The process speaks one line for the begin and one for the answer, and never outlives whoever started it."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import msgspec

from tests.adapters.asked import STUBBORN, write_example
from warroom.adapters.records_worker import Begun, WorkerWord
from warroom.core.queries import NotAnswered, Sql, SqlAnswer

_PROGRAM = [sys.executable, "-m", "warroom.adapters.records_worker"]


def said(journal: Path, *questions: Sql) -> tuple[int, list[WorkerWord]]:
    """Return how it ended and what it said until then."""
    lines = b"".join(msgspec.json.encode(one) + b"\n" for one in questions)
    done = subprocess.run([*_PROGRAM, str(journal)], input=lines, capture_output=True, timeout=60)
    return done.returncode, [msgspec.json.decode(line, type=WorkerWord) for line in done.stdout.splitlines()]


async def test_it_answers_in_order_and_ends_with_its_input(tmp_path: Path) -> None:
    await write_example(tmp_path / "journal.db")
    code, words = said(tmp_path / "journal.db", Sql("SELECT 1"), Sql("SELECT 2"))
    assert code == 0
    assert words[::2] == [Begun(), Begun()]
    assert [word.rows for word in words if isinstance(word, SqlAnswer)] == [[[1]], [[2]]]


async def test_the_system_ends_it_when_it_takes_too_long(tmp_path: Path) -> None:
    await write_example(tmp_path / "journal.db")
    code, words = said(tmp_path / "journal.db", Sql(STUBBORN["printf"]))
    assert code < 0
    assert words == [Begun()]


def test_a_journal_that_cannot_be_read_is_its_answer(tmp_path: Path) -> None:
    code, (word,) = said(tmp_path / "absent.db", Sql("SELECT 1"))
    assert code == 0
    assert isinstance(word, NotAnswered)


async def test_it_writes_nothing_beside_the_journal(tmp_path: Path) -> None:
    await write_example(tmp_path / "journal.db")
    before = (tmp_path / "journal.db").read_bytes()
    said(tmp_path / "journal.db", Sql("SELECT * FROM acts"))
    assert (tmp_path / "journal.db").read_bytes() == before
