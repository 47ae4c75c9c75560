"""What makes a playbook valid, without files."""

from __future__ import annotations

import copy
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from warroom.core.model import Phase, Playbook, Role, Severity, Verb
from warroom.core.playbook_rules import Rejected, duration_s, read_playbook
from warroom.core.taxonomy import name_of

GOOD: dict[str, Any] = {
    "schema": "warroom/playbook@1",
    "id": "odd",
    "title": "Odd",
    "version": "1.0.0",
    "summary": "What\n to do.",
    "severity": {"default": "SEV1"},
    "taxonomy": {"owasp_llm": ["LLM01"], "atlas": ["AML.T0051.000"]},
    "phases": {
        "containment": {
            "steps": [
                {"id": "con-1", "title": "Snapshot", "owner": "scribe", "due": "15m", "verb": "snapshot"},
                {"id": "con-2", "title": "Disable", "owner": "ops_lead", "verb": "disable", "evidence": ["note"]},
            ]
        },
        "detection": {"steps": [{"id": "det-1", "title": "Look", "owner": "security_analyst"}]},
    },
    "x-own": {"anything": [1]},
}


def changed(change: Callable[[dict[str, Any]], object]) -> dict[str, Any]:
    document = copy.deepcopy(GOOD)
    change(document)
    return document


def step(document: dict[str, Any], number: int = 0) -> Any:
    return document["phases"]["containment"]["steps"][number]


def test_a_good_document_becomes_a_playbook_with_its_steps_in_phase_order() -> None:
    playbook = read_playbook(GOOD, "odd")
    assert isinstance(playbook, Playbook)
    assert (playbook.severity, playbook.summary, playbook.taxonomy.atlas) == (
        Severity.SEV1,
        "What to do.",
        ["AML.T0051.000"],
    )
    assert [(one.id, one.phase) for one in playbook.steps] == [
        ("det-1", Phase.DETECTION),
        ("con-1", Phase.CONTAINMENT),
        ("con-2", Phase.CONTAINMENT),
    ]
    first = playbook.steps[1]
    assert (first.owner, first.required, first.due_s, first.verb) == (Role.SCRIBE, True, 900.0, Verb.SNAPSHOT)


FAULTY: list[tuple[str, Callable[[dict[str, Any]], object], str]] = [
    ("E004", lambda d: d.update(title=True), "title must be text, not true; put it in quotes"),
    ("E010", lambda d: d.update(schema="warroom/playbook@9"), "@9 is not known"),
    ("E011", lambda d: d.update(sumary="x"), "key sumary is not known (did you mean summary?)"),
    ("E011", lambda d: step(d).update(onwer="x"), "key onwer is not known (did you mean owner?)"),
    ("E012", lambda d: d.pop("version"), "key version is missing"),
    ("E012", lambda d: d.pop("schema"), "key schema is missing"),
    ("E012", lambda d: d["phases"].pop("containment"), "phase containment is missing"),
    ("E013", lambda d: d.update(phases=[1]), "a mapping of keys is wanted here, not a list"),
    ("E013", lambda d: step(d).update(required="yes"), "required must be true or false, not yes"),
    ("E013", lambda d: d["severity"].update(default="SEV9"), "default SEV9 is not known"),
    ("E020", lambda d: d.update(id="other"), "id other differs from the file name odd"),
    ("E022", lambda d: d.update(version="1.0"), "version 1.0 is not of the form 1.0.0"),
    ("E030", lambda d: d["phases"].update(containmnt={}), "(did you mean containment?)"),
    ("E031", lambda d: d["phases"]["detection"]["steps"][0].update(required=False), "detection has no required step"),
    ("E032", lambda d: d["phases"]["containment"]["steps"].reverse(), "step con-2 contains before any snapshot"),
    ("E033", lambda d: d["phases"]["detection"]["steps"].extend([{}] * 201), "steps are too many"),
    ("E040", lambda d: step(d).update(id="det-1"), "step id det-1 occurs twice"),
    ("E041", lambda d: step(d).update(owner="scrib"), "owner scrib is not known (did you mean scribe?)"),
    ("E042", lambda d: step(d).update(due="15 minutes"), "is no duration such as"),
    ("E042", lambda d: step(d).update(due=15), "is no duration such as"),
    ("E045", lambda d: d.update(title="a\x1b[2Jb"), "control or hidden characters: a␛[2Jb"),
    ("E045", lambda d: step(d).update(detail="a\u202eb"), "<U+202E>"),
    ("E045", lambda d: step(d).update(title="x" * 91), "title has 91 characters; at most 90"),
    ("E046", lambda d: step(d, 1).update(evidence=["A note!"]), "is no evidence kind"),
    ("E047", lambda d: step(d).update(id="Con 1"), "step id Con 1 must be"),
    ("E050", lambda d: step(d, 1).update(verb="disabel"), "verb disabel is not known (did you mean disable?)"),
    ("E070", lambda d: d["taxonomy"].update(atlas=["AML.T9999"]), "AML.T9999 is not in ATLAS 5.6.0"),
]


@pytest.mark.parametrize(("code", "change", "words"), FAULTY, ids=[f"{row[0]}-{n}" for n, row in enumerate(FAULTY)])
def test_each_fault_has_its_code_and_says_what_is_wrong(
    code: str, change: Callable[[dict[str, Any]], object], words: str
) -> None:
    rejected = read_playbook(changed(change), "odd")
    assert isinstance(rejected, Rejected)
    assert any(problem.code == code and words in problem.text for problem in rejected.problems), rejected.problems


def test_all_faults_come_at_once() -> None:
    def break_much(document: dict[str, Any]) -> None:
        document.update(version="x", colour="red")
        step(document).update(owner="nobody", due="soon")

    rejected = read_playbook(changed(break_much), "odd")
    assert isinstance(rejected, Rejected)
    assert sorted(problem.code for problem in rejected.problems) == ["E011", "E022", "E041", "E042"]


def test_a_playbook_may_waive_the_snapshot_on_purpose() -> None:
    def waive(document: dict[str, Any]) -> None:
        document["snapshot_first"] = False
        document["phases"]["containment"]["steps"].pop(0)

    playbook = read_playbook(changed(waive), "odd")
    assert isinstance(playbook, Playbook)
    assert not playbook.snapshot_first


def test_a_playbook_may_demand_evidence_before_any_change() -> None:
    def demand(document: dict[str, Any]) -> None:
        document["evidence_gate"] = True

    playbook = read_playbook(changed(demand), "odd")
    assert isinstance(playbook, Playbook)
    assert playbook.evidence_gate


PLAIN = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=20),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(
            st.sampled_from([*GOOD, "steps", "containment", "detection", "owner", "due", "verb", "evidence"]), inner
        )
    ),
    max_leaves=20,
)


@given(PLAIN)
def test_no_plain_data_makes_the_rules_fail(data: object) -> None:
    assert isinstance(read_playbook(data, "odd"), Rejected)


@given(PLAIN, st.sampled_from([*GOOD, "phases/containment", "phases/containment/steps", "phases/detection/steps"]))
def test_no_part_of_a_document_makes_the_rules_fail(data: object, place: str) -> None:
    document = copy.deepcopy(GOOD)
    target = document
    *parents, last = place.split("/")
    for key in parents:
        target = target[key]
    target[last] = data
    assert isinstance(read_playbook(document, "odd"), (Playbook, Rejected))


def test_durations_are_read_in_their_units() -> None:
    assert [duration_s(text) for text in ("90s", "15m", "4h", "3d")] == [90.0, 900.0, 14400.0, 259200.0]
    for wrong in ("", "0m", "-5m", "1.5h", "5", "91d", "5M", "٣m5"):
        with pytest.raises(ValueError, match="no duration"):
            duration_s(wrong)


def test_a_sub_technique_is_named_with_its_parent() -> None:
    assert name_of("AML.T0051.001") == "LLM Prompt Injection: Indirect"
    assert name_of("LLM01:2025") == "Prompt Injection"
    assert name_of("ASI01") == "Agent Goal Hijack"
    assert name_of("AML.T9999") == ""
