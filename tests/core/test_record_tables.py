"""Each table gives one cell a column, in order."""

from __future__ import annotations

from tests.reports.example_journal import example_entries
from warroom.core import record_tables as tables
from warroom.core.timeline import words


def test_names_are_plain_and_unique() -> None:
    names = [table.name for table in tables.TABLES]
    assert len(set(names)) == len(names)
    for table in tables.TABLES:
        assert all(one.name.isidentifier() and one.name.islower() for one in table.columns)
        assert {one.kind for one in table.columns} <= {"TEXT", "INTEGER", "REAL"}


def test_an_act_is_a_row_in_the_order_of_its_columns() -> None:
    entry = example_entries()[0]
    row = tables.ACTS.row(tables.Act(entry, words(entry), None, None))
    named = dict(zip((one.name for one in tables.ACTS.columns), row, strict=True))
    assert named["seq"] == 1
    assert named["at"] == "2026-11-22T21:00:00.000Z"
    assert named["fact"] == "RoomOpened"
    assert (named["operator"], named["uid"]) == ("engine", None)
    assert named["hash"] == entry.hash
