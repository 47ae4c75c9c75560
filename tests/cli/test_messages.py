"""The record in words on the command line."""

from __future__ import annotations

import json

import pytest

from tests.cli.conftest import Here
from tests.cli.example_room import write_example_room
from warroom.adapters.paths import RoomPaths


@pytest.fixture
def kept(here: Here) -> RoomPaths:
    """The room `shop`, which has no engine."""
    return write_example_room(here.shell)


def test_entries_are_sentences_with_number_and_urgency_newest_last(here: Here, kept: RoomPaths) -> None:
    code, out, err = here("messages", "--room", "shop")
    assert (code, err) == (0, "")
    lines = out.splitlines()
    assert all(line.isprintable() for line in lines)
    numbers = [int(line.split()[1].removeprefix("#")) for line in lines]
    assert numbers == sorted(numbers)
    assert any(" URGENT " in line and "alarm AL-4f2a91" in line for line in lines)
    assert here("messages", "--room", "shop", "--last", "2")[1].splitlines() == lines[-2:]
    assert here("messages", "--room", "shop", "--last", "0")[1] == ""


def test_an_incident_has_its_own_and_json_names_what_each_is_about(here: Here, kept: RoomPaths) -> None:
    code, out, _ = here("messages", "--room", "shop", "--incident", "INC-001", "--json")
    rows = [json.loads(line) for line in out.splitlines()]
    assert code == 0
    assert {row["incident"] for row in rows} == {"INC-001"}
    assert {"seq", "time", "who", "kind", "urgency", "about", "incident", "text"} == set(rows[0])
    held = next(row for row in rows if "HELD" in row["text"])
    assert held["about"].startswith("ACT-")


def test_an_incident_that_is_not_there_is_3(here: Here, kept: RoomPaths) -> None:
    assert here("messages", "--room", "shop", "--incident", "INC-9")[0] == 3
