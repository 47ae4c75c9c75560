"""What a room holds, as a table and as JSON lines, from its engine and from its journal alone."""

from __future__ import annotations

import json
import sqlite3
from typing import Any

import pytest

from tests.cli.conftest import Here
from tests.cli.example_room import write_example_room
from tests.waiting import wait_until
from warroom.adapters.paths import RoomPaths

VERBS = ["bots", "alarms", "incidents", "actions"]
KEYS = {
    "bots": "name state score p learning learned needed lines alarms held_by why",
    "alarms": "id bot time window score p level cause reasons samples taxonomy model acknowledged incident action",
    "incidents": "id title severity state mode phase bots playbook opened closed moments roles steps clocks alarms "
    "actions notices update_due metrics",
    "actions": "id incident bot verb adapter state operator uid reason requested settled note supersedes started "
    "approval break_glass plan plan_sha256 probe expires told",
}
ROWS = {
    "bots": [["support", "alarm"]],
    "alarms": [["AL-4f2a91", "21:07:12", "critical", "96"], ["AL-77c0de", "21:10:10", "alarm", "71"]],
    "incidents": [["INC-001", "SEV1", "closed", "recovery", "support"]],
    "actions": [
        ["ACT-001", "done", "snapshot", "support", "control", "kim", "INC-001"],
        ["ACT-002", "released", "limit", "support", "control", "lee", "INC-001"],
        ["ACT-003", "released", "disable", "support", "control", "lee", "INC-001"],
    ],
}


@pytest.fixture
def kept(here: Here) -> RoomPaths:
    """The room `shop`, which has no engine."""
    return write_example_room(here.shell)


def listed(here: Here, verb: str, room: str = "shop") -> list[dict[str, Any]]:
    code, out, err = here(verb, "--room", room, "--json")
    assert (code, err) == (0, "")
    return [json.loads(line) for line in out.splitlines()]


@pytest.mark.parametrize("verb", VERBS)
def test_a_journal_alone_gives_each_list_one_row_a_line_and_sends_no_escape(
    here: Here, kept: RoomPaths, verb: str
) -> None:
    code, out, err = here(verb, "--room", "shop")
    assert (code, err) == (0, "")
    head, *lines = out.splitlines()
    assert head.startswith(verb[:-1].upper())
    assert all(line.isprintable() for line in lines)
    assert [line.split()[: len(row)] for line, row in zip(lines, ROWS[verb], strict=True)] == ROWS[verb]


@pytest.mark.parametrize("verb", VERBS)
def test_a_line_of_json_has_the_promised_keys_in_the_order_of_the_table(here: Here, kept: RoomPaths, verb: str) -> None:
    told = listed(here, verb)
    assert [set(one) for one in told] == [set(KEYS[verb].split())] * len(ROWS[verb])
    assert [one.get("id", one.get("name")) for one in told] == [row[0] for row in ROWS[verb]]


def test_the_values_are_those_of_the_record(here: Here, kept: RoomPaths) -> None:
    alarm = listed(here, "alarms")[0]
    assert (alarm["time"], alarm["acknowledged"], alarm["incident"]) == ("2026-11-22T21:07:12.000Z", "kim", "INC-001")
    assert alarm["taxonomy"]["owasp_llm"] == ["LLM01", "LLM07"]
    assert "\x1b" not in alarm["samples"][0]["message"]
    incident = listed(here, "incidents")[0]
    assert incident["title"].isprintable()
    assert (incident["state"], incident["closed"]) == ("closed", "2026-11-22T22:10:00.000Z")
    assert incident["roles"]["incident_commander"] == "lee"
    assert {step["id"]: step["state"] for step in incident["steps"]}["con-2"] == "skipped"
    held = listed(here, "actions")[2]
    assert held["probe"]["verdict"] == "open"
    assert len(held["plan_sha256"]) == 64
    assert incident["actions"] == listed(here, "actions")


def test_a_running_room_is_asked_and_not_its_file(in_busy: Here) -> None:
    wait_until(lambda: listed(in_busy, "bots", "busy")[0]["lines"] == 1, what="the line, which is in no journal")
    (bot,) = listed(in_busy, "bots", "busy")
    assert (bot["name"], bot["score"], bot["held_by"]) == ("support", None, None)
    assert listed(in_busy, "incidents", "busy")[0]["id"] == "INC-001"
    code, out, _ = in_busy("incidents")
    assert code == 0
    assert "It leaks" in out.splitlines()[1]


def test_a_list_of_nothing_is_its_head_and_no_line_of_json(in_busy: Here) -> None:
    assert listed(in_busy, "actions", "busy") == []
    code, out, _ = in_busy("actions")
    assert (code, out.split()[0], out.count("\n")) == (0, "ACTION", 1)


@pytest.mark.parametrize("verb", VERBS)
def test_a_journal_that_cannot_be_read_is_3_and_no_bug(here: Here, kept: RoomPaths, verb: str) -> None:
    with sqlite3.connect(kept.journal) as db:
        columns = "seq + 1, at, actor, command, kind, '{}', hash, 'x'"
        db.execute(f"INSERT INTO acts SELECT {columns} FROM acts ORDER BY seq DESC LIMIT 1")
    db.close()
    code, out, err = here(verb, "--room", "shop")
    assert (code, out) == (3, "")
    assert "shop cannot be read" in err
    kept.journal.write_bytes(b"no database " * 1000)
    assert here(verb, "--room", "shop", "--json")[:2] == (3, "")
    kept.journal.unlink()
    code, out, err = here(verb, "--room", "shop")
    assert (code, out) == (3, "")
    assert "there is no room shop" in err


@pytest.mark.parametrize("words", [["INC-001"], ["--json=yes"], ["--room"]], ids=" ".join)
def test_wrong_words_are_2(here: Here, words: list[str]) -> None:
    code, out, err = here("incidents", *words)
    assert (code, out) == (2, "")
    assert "usage: warroom" in err
