"""`warroom sql` asks an engine or a journal alone; rows on stdout, the story on stderr."""

from __future__ import annotations

import io
import json
import sys

import pytest

from tests.adapters.asked import STUBBORN
from tests.cli.conftest import Here
from tests.cli.example_room import write_example_room
from warroom.adapters.paths import RoomPaths
from warroom.core.record_tables import TABLES
from warroom.core.sql_words import EXAMPLES


@pytest.fixture
def kept(here: Here) -> RoomPaths:
    """The room `shop`, which has no engine."""
    return write_example_room(here.shell)


def test_without_a_query_it_lists_tables_and_columns_and_needs_no_room(here: Here) -> None:
    code, out, err = here("sql")
    assert (code, err) == (0, "")
    for table in TABLES:
        assert f"{table.name}  {table.doc}" in out
        assert all(f"  {column.name} " in out for column in table.columns)
    assert EXAMPLES[0][1] in out
    told = [json.loads(line) for line in here("sql", "--json")[1].splitlines()]
    assert [one["table"] for one in told] == [table.name for table in TABLES]
    assert told[0]["columns"][0] == {"name": "seq", "type": "INTEGER", "doc": "number in the journal, from 1"}


def test_a_journal_alone_is_asked_and_columns_are_aligned(here: Here, kept: RoomPaths) -> None:
    code, out, err = here("sql", "SELECT id, state, evidence, held FROM actions", "--room", "shop")
    assert code == 0
    assert out.splitlines() == [
        "ID       STATE     EVIDENCE  HELD",
        "ACT-001  done             2  -",
        "ACT-002  released         0  -",
        "ACT-003  released         0  2026-11-22T21:12:00.000Z",
    ]
    assert err.startswith("warroom: 3 rows in 0.")


def test_json_gives_an_object_a_row_with_each_name_once(here: Here, kept: RoomPaths) -> None:
    code, out, _ = here("sql", "SELECT id, ttc_s, id, closed IS NULL FROM incidents", "--room", "shop", "--json")
    assert code == 0
    assert json.loads(out) == {"id": "INC-001", "ttc_s": 288.0, "id_2": "INC-001", "closed IS NULL": 0}


def test_what_somebody_hostile_wrote_sends_no_escape(here: Here, kept: RoomPaths) -> None:
    code, out, _ = here("sql", "SELECT title, char(27) || '[2J' FROM incidents", "--room", "shop")
    assert code == 0
    assert "␛]0;owned" in out
    assert all(line.isprintable() for line in out.splitlines())


def test_rows_that_are_not_shown_are_told_of(here: Here, kept: RoomPaths) -> None:
    code, out, err = here("sql", "SELECT seq FROM acts", "--room", "shop", "--limit", "2")
    assert (code, out.split()) == (0, ["SEQ", "1", "2"])
    assert "2 rows in" in err
    assert "the first 2 rows are shown" in err


def test_a_query_may_come_from_standard_input_in_several_lines(
    here: Here, kept: RoomPaths, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "stdin", io.StringIO("SELECT id -- the id\nFROM incidents\n"))
    assert here("sql", "-", "--room", "shop")[:2] == (0, "ID\nINC-001\n")


@pytest.mark.parametrize(
    ("query", "told"),
    [
        ("SELEC 1", 'near "SELEC": syntax error\n  SELEC 1\n  ^\n  did you mean SELECT?'),
        ("SELECT titel FROM incidents", "SELECT titel FROM incidents\n         ^\n  did you mean title?"),
        ("DROP TABLE acts", "not allowed"),
        ("ATTACH '/etc/passwd' AS x", "not allowed"),
        (" ", "this is no SELECT"),
    ],
)
def test_wrong_sql_is_2_with_its_place(here: Here, kept: RoomPaths, query: str, told: str) -> None:
    code, out, err = here("sql", query, "--room", "shop")
    assert (code, out) == (2, "")
    assert told in err


def test_a_query_that_costs_too_much_is_4(here: Here, kept: RoomPaths) -> None:
    code, out, err = here("sql", STUBBORN["printf"], "--room", "shop")
    assert (code, out) == (4, "")
    assert "ended" in err
    assert "ask for less" in err


def test_no_room_is_3_and_a_wrong_limit_is_2(here: Here, kept: RoomPaths) -> None:
    code, out, err = here("sql", "SELECT 1", "--room", "nowhere")
    assert (code, out) == (3, "")
    assert "there is no room nowhere" in err
    assert here("sql", "SELECT 1", "--room", "shop", "--limit", "0")[0] == 2
    kept.journal.write_bytes(b"no database " * 1000)
    code, out, err = here("sql", "SELECT 1", "--room", "shop")
    assert (code, out) == (3, "")
    assert "shop cannot be read" in err


def test_a_running_room_is_asked_by_its_engine(in_busy: Here) -> None:
    code, out, err = in_busy("sql", "SELECT id, title FROM incidents", "--json")
    assert (code, json.loads(out)) == (0, {"id": "INC-001", "title": "It leaks"})
    assert "1 row in" in err
    assert in_busy("sql", "SELECT nothing FROM incidents")[0] == 2
