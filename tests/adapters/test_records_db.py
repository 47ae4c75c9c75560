"""One SELECT reads the record, within bounds, and nothing else can be read or done."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from msgspec.structs import replace

from tests.adapters.asked import ENDLESS, FORBIDDEN, FOREVER, write_example
from tests.reports.example_journal import KIM, example_entries
from tests.tui.hostile import CONTROLS
from tests.tui.hostile import FORBIDDEN as UNPRINTABLE
from warroom.adapters.journal import SqliteJournal
from warroom.adapters.records_db import MOST_BYTES, MOST_CELL, MOST_ROWS, RecordsDb, shown
from warroom.core.facts import AlarmAcknowledged, AlarmRaised, NoteAdded
from warroom.core.ports import JournalError, Pending
from warroom.core.queries import Sql, SqlAnswer, SqlLoading, SqlRefused
from warroom.core.record_tables import TABLES


@pytest.fixture
async def journal(tmp_path: Path) -> Path:
    path = tmp_path / "journal.db"
    await write_example(path)
    return path


@pytest.fixture
async def db(journal: Path) -> AsyncIterator[RecordsDb]:
    async with RecordsDb(journal) as opened:
        await opened.refresh()
        yield opened


async def asked(db: RecordsDb, question: Sql) -> SqlAnswer | SqlRefused:
    """Ask where the time of the query is not what is asked about: this process may stand still for a second."""
    return await db.ask(question, most_s=60.0)


async def rows(db: RecordsDb, text: str) -> list[list[str | int | float | None]]:
    answer = await asked(db, Sql(text))
    assert isinstance(answer, SqlAnswer), answer
    return answer.rows


@pytest.mark.parametrize("name", FORBIDDEN)
async def test_what_is_no_harmless_select_is_refused_and_changes_nothing(db: RecordsDb, name: str) -> None:
    answer = await asked(db, Sql(FORBIDDEN[name]))
    assert isinstance(answer, SqlRefused), answer
    assert answer.reason
    assert not answer.ended
    assert await rows(db, "SELECT count(*), max(seq) FROM acts") == [[43, 43]]
    assert not Path("/tmp/warroom-copy.db").exists()


async def test_a_select_may_join_group_recurse_and_read_json(db: RecordsDb) -> None:
    assert await rows(db, "SELECT id FROM incidents") == [["INC-001"]]
    assert await rows(db, f"{FOREVER} SELECT x FROM n LIMIT 3") == [[1], [2], [3]]
    assert await rows(db, "SELECT key, value FROM json_each('[7]')") == [[0, 7]]
    assert await rows(db, "VALUES (1, 'a')") == [[1, "a"]]
    grouped = await rows(db, "SELECT actions.bot, count(*) FROM actions JOIN probes ON action = id GROUP BY 1")
    assert grouped[0][0] == "support"
    ranked = await rows(db, "SELECT rank() OVER (ORDER BY score DESC) FROM alarms")
    assert ranked == [[1], [2]]


@pytest.mark.parametrize("name", ENDLESS)
async def test_what_never_ends_is_ended(db: RecordsDb, name: str) -> None:
    answer = await db.ask(Sql(ENDLESS[name]), most_s=0.05)
    assert isinstance(answer, SqlRefused)
    assert answer.ended
    assert await rows(db, "SELECT 1") == [[1]]


async def test_rows_end_at_the_limit_and_that_is_said(db: RecordsDb) -> None:
    answer = await asked(db, Sql(f"{FOREVER} SELECT x FROM n"))
    assert isinstance(answer, SqlAnswer)
    assert len(answer.rows) == MOST_ROWS
    assert answer.more == "the first 1,000 rows are shown"
    few = await asked(db, Sql(f"{FOREVER} SELECT x FROM n LIMIT 3", limit=3))
    assert isinstance(few, SqlAnswer)
    assert (len(few.rows), few.more) == (3, "")
    one = await asked(db, Sql("SELECT 1", limit=-5))
    assert isinstance(one, SqlAnswer)
    assert one.rows == [[1]]


async def test_an_answer_is_bounded_in_bytes_and_its_cells_in_characters(db: RecordsDb) -> None:
    answer = await asked(db, Sql(f"{FOREVER} SELECT {', '.join(['hex(zeroblob(5000))'] * 9)} FROM n"))
    assert isinstance(answer, SqlAnswer)
    assert 0 < sum(len(str(cell)) for row in answer.rows for cell in row) <= MOST_BYTES
    assert "bytes at most" in answer.more
    assert str(answer.rows[0][0]).endswith("…(+8000 characters)")


async def test_cells_and_heads_are_cleaned(db: RecordsDb) -> None:
    codes = ", ".join(str(ord(one)) for one in CONTROLS)
    answer = await asked(db, Sql(f'SELECT char({codes[:100].rpartition(",")[0]}, 8238, 155) AS "a\x1b[2Jb\u202e"'))
    assert isinstance(answer, SqlAnswer)
    assert not UNPRINTABLE.search(str(answer.rows[0][0]) + answer.columns[0])
    assert await rows(db, "SELECT CAST(x'ff' AS TEXT), x'00ff', 9e999, NULL") == [["\ufffd", "x'00ff'", "inf", None]]


@pytest.mark.parametrize(("value", "cell"), [(b"", "x''"), (float("nan"), "nan"), (1 << 62, 1 << 62), (1.5, 1.5)])
def test_a_value_is_shown_as_a_cell(value: object, cell: object) -> None:
    assert shown(value) == cell


def test_long_bytes_are_cut_with_the_number_that_is_missing() -> None:
    assert str(shown(bytes(MOST_CELL))).endswith("' …(+1000 bytes)")


@pytest.mark.parametrize("text", ["", "  ", "\0", "SELECT '\ud800'"])
async def test_what_is_no_text_is_refused(db: RecordsDb, text: str) -> None:
    assert isinstance(await db.ask(Sql(text)), SqlRefused)


async def test_tables_grow_with_the_journal(journal: Path, db: RecordsDb) -> None:
    async with SqliteJournal(journal) as writer:
        await writer.append([Pending(1_800_000_000.0, KIM, "", NoteAdded("INC-001", "one more"))])
    assert await rows(db, "SELECT count(*) FROM acts") == [[43]]
    await db.refresh()
    assert await rows(db, "SELECT text FROM acts ORDER BY seq DESC LIMIT 1") == [["note: one more"]]
    answer = await asked(db, Sql("SELECT count(*) FROM incidents"))
    assert isinstance(answer, SqlAnswer)
    assert (answer.rows, answer.length) == ([[1]], 44)


async def test_a_journal_that_cannot_be_read_is_said(tmp_path: Path) -> None:
    async with RecordsDb(tmp_path / "absent.db") as db:
        with pytest.raises(JournalError):
            await db.refresh()


async def test_a_long_journal_is_read_in_pieces_and_gives_the_same(journal: Path) -> None:
    async with SqliteJournal(journal) as more:
        await more.append([Pending(1e9 + n, KIM, "", NoteAdded("INC-001", f"note {n}")) for n in range(2500)])
    async with RecordsDb(journal) as db:
        assert await db.refresh(0.0) == SqlLoading(1000, 2543)
        assert await db.refresh(0.0) == SqlLoading(2000, 2543)
        assert await db.refresh(0.0) is None, "when all is read there is nothing to wait for, however long it took"
        async with RecordsDb(journal) as whole:
            await whole.refresh()
            for table in TABLES:
                query = f"SELECT * FROM {table.name}"
                assert await rows(db, query) == await rows(whole, query), table.name


async def test_what_is_asked_again_after_one_more_alarm_is_the_same_as_read_at_once(journal: Path) -> None:
    first = next(one.fact.alarm for one in example_entries() if isinstance(one.fact, AlarmRaised))
    async with RecordsDb(journal) as db:
        await db.refresh()
        for fact in (
            AlarmRaised(replace(first, id="AL-new")),
            AlarmAcknowledged("AL-new"),
            AlarmAcknowledged(first.id),
        ):
            async with SqliteJournal(journal) as more:
                await more.append([Pending(2e9, KIM, "", fact)])
            await db.refresh()
            async with RecordsDb(journal) as whole:
                await whole.refresh()
                for table in TABLES:
                    query = f"SELECT * FROM {table.name}"
                    assert await rows(db, query) == await rows(whole, query), (fact, table.name)
