"""The tables say what the journal says, whether it is read at once or piece by piece."""

from __future__ import annotations

import pytest

from tests.reports.example_journal import example_entries
from tests.tui.example_outbox import entry_of
from warroom.core.facts import NoticeSettled
from warroom.core.model import ENGINE
from warroom.core.notices import Audience, DeliveryState, Event
from warroom.core.ports import Entry
from warroom.core.record_columns import Cell
from warroom.core.record_rows import RecordRows, Rows


def named(rows: Rows, table: str) -> list[dict[str, Cell]]:
    found = [(one, values) for one, values in rows if one.name == table]
    return [
        dict(zip((column.name for column in one.columns), row, strict=True)) for one, values in found for row in values
    ]


@pytest.fixture
def all_rows() -> Rows:
    records = RecordRows()
    return [*records.take(example_entries()), *records.standing()]


def test_a_journal_read_in_pieces_gives_the_same_tables(all_rows: Rows) -> None:
    records, grown = RecordRows(), dict[str, list[tuple[Cell, ...]]]()
    entries = example_entries()
    for begin in range(0, len(entries), 5):
        for table, rows in records.take(entries[begin : begin + 5]):
            grown.setdefault(table.name, []).extend(rows)
    assert records.length == entries[-1].seq
    pieces = {**grown, **{table.name: rows for table, rows in records.standing()}}
    whole = {table.name: rows for table, rows in all_rows}
    assert {name: len(rows) for name, rows in pieces.items()} == {name: len(rows) for name, rows in whole.items()}
    assert pieces["actions"] == whole["actions"]
    assert pieces["probes"] == whole["probes"]


def test_acts_know_their_incident_and_bot(all_rows: Rows) -> None:
    acts = named(all_rows, "acts")
    assert [act["seq"] for act in acts] == [entry.seq for entry in example_entries()]
    held = [act for act in acts if act["fact"] == "ContainmentHeld"]
    assert held
    assert {(act["incident"], act["bot"], act["kind"]) for act in held} == {("INC-001", "support", "contain")}
    raised = [act for act in acts if act["fact"] == "AlarmRaised"]
    assert {act["bot"] for act in raised} == {"support"}
    acked = next(act for act in acts if act["fact"] == "AlarmAcknowledged")
    assert (acked["incident"], acked["operator"]) == ("INC-001", "kim")


def test_an_incident_has_its_moments_and_durations(all_rows: Rows) -> None:
    (incident,) = named(all_rows, "incidents")
    assert (incident["id"], incident["state"], incident["severity"]) == ("INC-001", "closed", "SEV1")
    assert incident["detected"] < incident["contained"] < incident["closed"]  # type: ignore[operator]  # texts
    assert incident["ttc_s"] == pytest.approx(288.0)
    assert {part["role"]: part["person"] for part in named(all_rows, "roles")}["incident_commander"] == "lee"
    steps = {step["id"]: step for step in named(all_rows, "steps")}
    assert steps["con-2"]["state"] == "skipped"
    assert steps["con-2"]["reason"]


def test_actions_bring_state_and_proof_and_when_they_were_first_proven(all_rows: Rows) -> None:
    actions = {action["id"]: action for action in named(all_rows, "actions")}
    assert {id: action["state"] for id, action in actions.items()} == {
        "ACT-001": "done",
        "ACT-002": "released",
        "ACT-003": "released",
    }
    disabled = actions["ACT-003"]
    assert disabled["held"] == "2026-11-22T21:12:00.000Z"
    assert actions["ACT-002"]["held"] is None
    assert str(disabled["proof"]).startswith("3 of 3 outside probes got")
    looks = [look for look in named(all_rows, "probes") if look["action"] == "ACT-003"]
    assert {look["verdict"] for look in looks} == {"contained", "open"}
    assert len(named(all_rows, "evidence")) == sum(int(str(action["evidence"])) for action in actions.values())


def test_alarms_say_who_saw_them_when_and_why_they_were_raised(all_rows: Rows) -> None:
    alarm = next(alarm for alarm in named(all_rows, "alarms") if alarm["id"] == "AL-4f2a91")
    assert (alarm["acknowledged_by"], alarm["incident"]) == ("kim", "INC-001")
    assert str(alarm["acknowledged"]) > str(alarm["raised"])
    assert alarm["owasp_llm"] == "LLM01,LLM07"
    reasons = [reason for reason in named(all_rows, "reasons") if reason["alarm"] == "AL-4f2a91"]
    assert [reason["kind"] for reason in reasons] == ["rule", "behaviour", "new"]
    assert (reasons[1]["usual_low"], reasons[1]["usual"], reasons[1]["usual_high"]) == (120.0, 240.0, 610.0)
    assert reasons[0]["usual"] is None


def test_a_notice_is_a_row_for_each_channel_and_ends_as_it_was_settled() -> None:
    whom = ("INC-001", Audience.SECURITY, Event.TRIGGER)
    written = entry_of(1, whom, "it leaks", "first\nsecond", ["chat", "pager"])
    draft = entry_of(2, ("INC-001", Audience.CUSTOMERS, Event.UPDATE), "sorry", "text", [])
    taken = NoticeSettled("INC-001-1-security-chat", "INC-001", "chat", DeliveryState.ACCEPTED, 2, "200 OK")
    records = RecordRows()
    records.take([written, draft])
    before = named(records.standing(), "notices")
    assert [(one["channel"], one["state"]) for one in before] == [
        ("chat", "pending"),
        ("pager", "pending"),
        (None, "draft"),
    ]
    records.take([Entry(3, written.at + 9, ENGINE, "", taken, "", "")])
    (chat, pager, _) = named(records.standing(), "notices")
    assert (chat["state"], chat["tries"], chat["answer"]) == ("accepted", 2, "200 OK")
    assert (pager["state"], pager["settled"]) == ("pending", None)
    assert chat["text"] == "first␊second"
