"""The JSON that scripts read."""

from __future__ import annotations

import base64
import re

import msgspec

from tests.reports.example import BEGIN, INCIDENT, example_entries, example_view
from tests.reports.example_journal import HOSTILE
from warroom.core import facts
from warroom.core.contract import action_json, alarm_json, incident_json, record_json, scored_alarm_json, status_json
from warroom.core.model import Mode
from warroom.core.record import Gap, Record

RECORD_KEYS = (
    "source generation offset length line time time_source received format level logger bot event message user session "
    "address tool tokens_in tokens_out latency_ms status error attrs"
)
INCIDENT_KEYS = "id title severity state phase bots playbook opened moments roles steps clocks actions notices metrics"
ACTION_KEYS = "id incident bot verb adapter state operator uid reason plan plan_sha256 probe expires"
STATUS_KEYS = "room pid started uptime_s mode sources bots incidents actions_open consoles outbox chain"
ALARM_KEYS = "id bot time window score p level reasons samples taxonomy model"


def record(message: str = "hi") -> Record:
    return Record(source="a.log", generation=1, offset=0, length=9, received=BEGIN, message=message)


def test_a_record_has_exactly_the_promised_keys() -> None:
    assert list(record_json(record())) == RECORD_KEYS.split()
    told = record_json(record())
    assert (told["time"], told["received"], told["line"], told["format"]) == (
        None,
        "2026-11-22T21:00:00.000Z",
        None,
        "raw",
    )


def test_the_text_of_a_record_is_cleaned_and_its_bytes_are_kept_beside_it() -> None:
    hostile = msgspec.structs.replace(record("a\x1b[2J"), attrs={"k\n": ["\u202e", {"x": 1.5}, object]}, user="\x07")
    told = record_json(hostile, b"\xffraw\n")
    assert (told["message"], told["user"]) == ("a␛[2J", "␇")
    assert told["attrs"] == {"k␊": ["<U+202E>", {"x": 1.5}, "<class 'object'>"]}
    assert base64.b64decode(told["raw_b64"]) == b"\xffraw\n"


def test_a_gap_is_a_record_that_says_what_is_missing() -> None:
    told = record_json(msgspec.structs.replace(record(), gap=Gap("truncated", "shrank", 12)))
    assert told["gap"] == {"kind": "truncated", "reason": "shrank", "bytes": 12}
    assert "gap" not in record_json(record())


def test_attributes_nested_without_end_are_cut() -> None:
    deep: dict[str, object] = {}
    deep["again"] = deep
    assert "again" in record_json(msgspec.structs.replace(record(), attrs=deep))["attrs"]


def test_an_alarm_keeps_its_shape_in_a_room_and_out_of_a_scan() -> None:
    view = example_view()
    raised = next(e.fact.alarm for e in example_entries() if isinstance(e.fact, facts.AlarmRaised))
    shown, scored = alarm_json(view.alarms[0]), scored_alarm_json(raised)
    for told in (shown, scored):
        assert set(ALARM_KEYS.split()) <= set(told)
        assert told["taxonomy"]["owasp_llm"] == ["LLM01", "LLM07"]
        assert told["taxonomy"]["atlas"] == ["AML.T0051.000", "AML.T0056"]
        assert [next(k for k in one if k in ("rule", "feature", "template")) for one in told["reasons"]] == [
            "rule",
            "feature",
            "template",
        ]
        assert told["reasons"][1]["usual"] == [120.0, 240.0, 610.0]
        assert "\x1b" not in told["samples"][0]["message"]
        assert "Ignore all former instructions" in told["samples"][0]["message"]
    assert scored["window"] == {"start": "2026-11-22T21:06:15.000Z", "end": "2026-11-22T21:07:15.000Z"}


def test_an_incident_says_all_that_was_promised() -> None:
    view = example_view()
    told = incident_json(view.incidents[0], view)
    assert set(INCIDENT_KEYS.split()) <= set(told)
    assert (told["id"], told["state"], told["severity"]) == (INCIDENT, "closed", "SEV1")
    assert told["moments"]["started"] == "2026-11-22T21:06:41.000Z"
    steps = {step["id"]: step for step in told["steps"]}
    assert steps["con-3"]["evidence"] == ["ACT-003"]
    assert steps["con-2"]["state"] == "skipped"
    assert steps["det-1"]["due"] == "2026-11-22T21:18:10.000Z"
    assert told["metrics"]["ttc_s"] == 288.0
    assert incident_json(example_view(Mode.DRILL).incidents[0], example_view(Mode.DRILL))["mode"] == "drill"


def test_an_action_shows_its_plan_and_what_the_probe_saw() -> None:
    action = next(one for one in example_view(until=800).actions if one.id == "ACT-003")
    told = action_json(action)
    assert set(ACTION_KEYS.split()) <= set(told)
    assert (told["state"], told["verb"], told["probe"]["verdict"]) == ("held", "disable", "contained")
    assert [sample["got"] for sample in told["probe"]["proof"]] == ["HTTP 503"] * 3
    assert told["plan"]["exact"] == action.plan.exact
    assert re.fullmatch("[0-9a-f]{64}", told["plan_sha256"])


def test_a_status_counts_only_what_is_open() -> None:
    during, after = status_json(example_view(until=800)), status_json(example_view())
    assert set(STATUS_KEYS.split()) <= set(during)
    assert [one["id"] for one in during["incidents"]] == [INCIDENT]
    assert during["actions_open"] == ["ACT-003"]
    assert (after["incidents"], after["actions_open"]) == ([], [])
    assert during["uptime_s"] == 805.0
    assert during["bots"][0]["held_by"] == "ACT-003"


def test_every_shape_survives_json() -> None:
    view = example_view()
    shapes = [incident_json(view.incidents[0], view), status_json(view), *map(alarm_json, view.alarms)]
    assert msgspec.json.decode(msgspec.json.encode(shapes)) == shapes
    assert HOSTILE not in msgspec.json.encode(shapes).decode()
