"""docs/sql.md has every table and column, and every query on it runs; WARROOM_UPDATE_DOCS=1 writes the tables anew."""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import Any

import pytest

from tests.guards.tree import ROOT
from tests.reports.example_journal import example_entries
from warroom.adapters.journal import SqliteJournal
from warroom.adapters.records_db import RecordsDb
from warroom.core.ports import Pending
from warroom.core.queries import Sql, SqlAnswer
from warroom.core.record_columns import Table
from warroom.core.record_tables import TABLES
from warroom.core.sql_words import EXAMPLES
from warroom.tui.actions import BY_ID

PAGE = ROOT / "docs" / "sql.md"
BEGIN, END = "<!-- tables -->\n", "<!-- end of tables -->\n"
QUERIES = re.findall(r"^```sql\n(.*?)^```$", PAGE.read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL)


def written() -> str:
    """Return the tables as the page has them."""
    parts = []
    for table in TABLES:
        rows = "".join(f"| `{one.name}` | {one.kind} | {one.doc} |\n" for one in table.columns)
        parts.append(f"### `{table.name}`\n\n{table.doc}\n\n| column | type | what it is |\n|---|---|---|\n{rows}")
    return "\n" + "\n".join(parts) + "\n"


def test_the_page_has_every_table_and_column() -> None:
    text = PAGE.read_text(encoding="utf-8")
    before, rest = text.split(BEGIN)
    wanted = f"{before}{BEGIN}{written()}{END}{rest.split(END)[1]}"
    if os.environ.get("WARROOM_UPDATE_DOCS"):
        PAGE.write_text(wanted, encoding="utf-8")
    assert PAGE.read_text(encoding="utf-8") == wanted, "WARROOM_UPDATE_DOCS=1 writes it anew"


@pytest.mark.parametrize("table", TABLES, ids=lambda table: table.name)
def test_a_table_and_its_columns_say_what_they_are(table: Table[Any]) -> None:
    assert len(table.doc.split()) >= 5
    assert [one.name for one in table.columns if not one.doc.strip()] == []
    assert len({one.name for one in table.columns}) == len(table.columns)


def test_there_are_at_least_five_queries_for_an_incident() -> None:
    assert len(QUERIES) >= 5


@pytest.mark.parametrize(
    "query", [*QUERIES, *(query for _, query in EXAMPLES)], ids=lambda query: query.split("FROM")[1]
)
async def test_a_query_of_the_page_runs(query: str, tmp_path: Path) -> None:
    async with SqliteJournal(tmp_path / "journal.db") as journal:
        await journal.append([Pending(one.at, one.actor, one.command, one.fact) for one in example_entries()])
    async with RecordsDb(tmp_path / "journal.db") as db:
        await db.refresh()
        answer = await db.ask(Sql(query))
    assert isinstance(answer, SqlAnswer), answer
    assert answer.columns


def test_the_page_names_the_key_of_the_console() -> None:
    assert f"page `{BY_ID['page_query'].keys}`" in PAGE.read_text(encoding="utf-8")
