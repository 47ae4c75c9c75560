"""What a post-mortem draws from the record."""

from __future__ import annotations

import hashlib

import pytest

from tests.reports.example import BEGIN, INCIDENT, example_entries, example_evidence, example_view
from tests.reports.hostile import example_dossier
from warroom.core.model import Mode
from warroom.reports.dossier import NoSuchIncident, dossier_of, span_text


def test_an_unknown_incident_is_refused() -> None:
    with pytest.raises(NoSuchIncident, match="INC-999"):
        dossier_of(example_view(), "INC-999", example_entries(), [], BEGIN, "0.1.0")


def test_the_timeline_holds_the_incident_and_what_blinded_the_room_but_nothing_else() -> None:
    texts = [row.text for row in example_dossier().timeline]
    assert texts[0].startswith("alarm AL-4f2a91")
    assert texts[-1].startswith(f"incident {INCIDENT} closed")
    assert any(text.startswith("812 bytes of") for text in texts)
    assert not any("joined the watch" in text or "attached" in text or "refused" in text for text in texts)
    assert any("containment ACT-003 (disable support) HELD" in text for text in texts)


def test_a_silence_over_fifteen_minutes_is_marked_once() -> None:
    rows = example_dossier().timeline
    assert [(row.seq, row.pause_s) for row in rows if row.pause_s] == [(34, 1350.0)]


def test_each_step_stands_against_its_time() -> None:
    standing = {note.step.id: (note.standing, note.late_s) for note in example_dossier().steps}
    assert standing["det-1"] == ("done", 0.0)
    assert standing["det-3"] == ("late", 760.0)
    assert standing["con-2"] == ("skipped", 0.0)
    assert standing["det-4"] == ("overdue", 2510.0)
    assert standing["con-4"] == ("open", 0.0), "an optional step is never overdue"
    assert standing["rem-2"] == ("open", 0.0)


def test_the_time_to_effect_ends_at_the_first_proof() -> None:
    effects = {note.action.id: note.effect_s for note in example_dossier().actions}
    assert effects == {"ACT-001": None, "ACT-002": None, "ACT-003": 8.0}
    outcomes = {note.action.id: [one.word for one in note.outcomes] for note in example_dossier().actions}
    assert outcomes == {"ACT-001": [], "ACT-002": ["not held"], "ACT-003": ["held", "released"]}


def test_the_draft_of_the_summary_is_made_of_facts_alone() -> None:
    summary = example_dossier().summary
    assert "alarm AL-4f2a91 (critical, score 96) for support" in summary
    assert "opened as SEV2, then SEV1" in summary
    assert "ACT-003 (disable support) was proven to hold, 4 min 48 s after the first alarm" in summary
    early = example_dossier(until=600).summary
    assert "No containment was proven to hold." in early
    assert "Service was not back" in early


def test_questions_come_from_the_record_and_name_nobody() -> None:
    dossier = example_dossier()
    asked = " ".join(prompt for part in dossier.parts for prompt in part.prompts)
    for words in [
        "22 min 30 s before row 34",
        "ACT-002 (limit support) did not hold",
        "31 s after the first hostile line",
        "Step con-2 was skipped",
        "Alarm AL-77c0de was not acknowledged",
        "Step det-4",
    ]:
        assert words in asked
    for blame in ("kim", "lee", "why did", "Who", "should have", "failed to"):
        assert blame not in asked


def test_the_draft_line_counts_what_people_wrote() -> None:
    dossier = example_dossier()
    assert (dossier.written, len(dossier.parts)) == (2, 7)
    assert example_dossier(until=800).written == 0


def test_the_integrity_digest_can_be_recomputed_from_the_journal() -> None:
    integrity = example_dossier().integrity
    rows = [entry for entry in example_entries() if integrity.first <= entry.seq <= integrity.last]
    digest = hashlib.sha256("".join(entry.hash + "\n" for entry in rows).encode()).hexdigest()
    assert integrity.sha256 == digest
    assert (integrity.length, integrity.head) == (len(example_entries()), example_entries()[-1].hash)


def test_a_drill_is_known_as_one() -> None:
    assert example_dossier(Mode.DRILL).drill
    assert not example_dossier().drill


def test_the_classification_names_each_id_once() -> None:
    taxonomy = dict(example_dossier().taxonomy)
    assert taxonomy["AML.T0051.000"] == "LLM Prompt Injection: Direct"
    assert taxonomy["ASI02"] == "Tool Misuse and Exploitation"
    assert len(taxonomy) == len(example_dossier().taxonomy)


def test_the_evidence_register_is_the_one_given() -> None:
    assert example_dossier().evidence == example_evidence()


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (0, "0 s"),
        (37.6, "38 s"),
        (60, "1 min"),
        (288, "4 min 48 s"),
        (7500, "2 h 05 min"),
        (273_600, "3 d 4 h"),
        (-3, "−3 s"),
    ],
)
def test_durations_are_told_in_words(seconds: float, text: str) -> None:
    assert span_text(seconds) == text
