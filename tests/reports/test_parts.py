"""The parts that people write as notes."""

from __future__ import annotations

from pathlib import Path

from tests.reports.example import example_view
from warroom.reports.parts import WORDS, Item, items_of, parts_of

DOCS = Path(__file__).parents[2] / "docs" / "reports.md"


def test_a_note_with_a_word_in_front_fills_its_part() -> None:
    parts = {part.key: part for part in parts_of(["Impact: 61 users", "luck: it was noon", "seen: nothing"], {}, [])}
    assert parts["impact"].lines == ["61 users"]
    assert parts["hard"].lines == ["luck: it was noon"]
    assert {part.key for part in parts.values() if part.written} == {"impact", "hard"}


def test_an_empty_word_fills_nothing() -> None:
    assert not any(part.written for part in parts_of(["impact:", "impact: ", "impact"], {}, []))


def test_action_items_have_owner_and_date_or_stay_unwritten() -> None:
    whole = items_of(["action: cut tools | bot owner | 2026-11-30"], [])
    assert whole == [Item("cut tools", "bot owner", "2026-11-30", False)]
    half = items_of(["action: cut tools"], [])
    for items, written in ((whole, True), (half, False), (whole + half, False), ([], False)):
        (part,) = (one for one in parts_of([], {}, items) if one.key == "action")
        assert part.written is written


def test_steps_left_over_are_offered_as_action_items() -> None:
    step = example_view().incidents[0].steps[0]
    (item,) = items_of([], [step])
    assert item.offered
    assert item.what == f"Step {step.id}: {step.title}"


def test_questions_from_the_record_follow_the_parts_own() -> None:
    (part,) = (one for one in parts_of([], {"factor": ["What else?"]}, []) if one.key == "factor")
    assert part.prompts[-1] == "What else?"
    assert len(part.prompts) == 2


def test_every_word_is_documented() -> None:
    page = DOCS.read_text()
    assert {word for word in WORDS if f"`{word}:" not in page} == set()
