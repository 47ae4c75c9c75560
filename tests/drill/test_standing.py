"""What a team is told of its drill while it plays: what it reached, what is late, and no answer before its time."""

from __future__ import annotations

from msgspec.structs import replace

from tests.core.story import START, Story
from tests.drill.test_score import EXPECT, SCENARIO, played
from warroom.core import commands as c
from warroom.core.exercise import Exercise, Mark
from warroom.core.ports import Entry
from warroom.drill.score import Visit
from warroom.drill.standing import standing

ATTACK = [Visit(START, hostile=True, served=True, done=START + 1)]
HINTED = replace(
    SCENARIO, briefing="you are on call", expect=[replace(one, hint=f"try {one.id}") for one in SCENARIO.expect]
)


def board(entries: list[Entry], at: float, visits: list[Visit] | None = None) -> Exercise:
    return standing(HINTED, entries, ATTACK if visits is None else visits, began=START - 20, now=START + at)


def marks(shown: Exercise) -> dict[str, Mark]:
    return {goal.text: goal.mark for goal in shown.goals}


def test_before_the_attack_nothing_but_the_briefing_and_a_count_is_told() -> None:
    shown = board([], -5, [])
    assert (shown.story, shown.goals, shown.unseen) == ("you are on call", [], len(EXPECT))
    assert (shown.ended, shown.grade, shown.score) == (None, "", 0.0)


def test_that_the_attack_has_begun_is_not_told_before_it_is_seen_or_should_have_been() -> None:
    assert board([], 30) == replace(board([], -5, []))
    late = board([], 31)
    assert marks(late)["an alarm"] is Mark.OPEN
    assert [goal.text for goal in late.goals] == ["an alarm", "", ""]
    assert late.goals[0].hint == "try detect"


def test_what_was_reached_is_told_and_what_is_ahead_only_by_its_time() -> None:
    shown = board(played(alarm=5, note=500, held=600)[:2], 6)
    assert [(goal.text, goal.mark) for goal in shown.goals] == [
        ("an alarm", Mark.MET),
        ("", Mark.OPEN),
        ("", Mark.OPEN),
    ]
    assert [goal.due for goal in shown.goals] == [START + 30, START + 60, START + 100]
    assert all(not goal.hint for goal in shown.goals)
    assert shown.unseen == 2


def test_late_counts_half_and_what_is_twice_as_late_is_missed() -> None:
    entries = played(alarm=5, note=130, held=500)
    shown = board([entry for entry in entries if entry.at <= START + 200], 201)
    assert marks(shown) == {
        "an alarm": Mark.MET,
        "a note": Mark.LATE,
        "it holds": Mark.MISSED,
        "evidence first": Mark.KEPT,
        "really contained": Mark.KEPT,
    }
    assert (shown.ended, shown.unseen, shown.story) == (START + 130, 0, HINTED.summary)


def test_what_must_not_happen_is_told_at_once_when_it_happened() -> None:
    entries = played(alarm=5, note=500, held=20, evidence=False)
    shown = board([entry for entry in entries if entry.at <= START + 30], 31)
    assert marks(shown)["evidence first"] is Mark.BROKEN
    assert "really contained" not in marks(shown)
    assert shown.grade == ""


def test_the_grade_is_given_when_all_is_decided() -> None:
    shown = board(played(), 40)
    assert (shown.ended, shown.grade, shown.score) == (START + 23, "P", 100.0)


def test_it_is_over_too_when_the_incident_is_closed_and_written_up() -> None:
    story = Story()
    story.now = START + 5
    story.raise_alarm()
    story.ask(c.OpenIncident("support", "prompt-injection", "t", alarm="AL-1"))
    story.ask(c.CloseIncident("INC-001", "nothing to do"))
    assert board(story.entries, 20).ended is None
    story.ask(c.RecordExport("INC-001", "md", "a" * 64))
    shown = board(story.entries, 20)
    assert shown.ended == story.entries[-1].at
    assert (shown.grade, marks(shown)["really contained"]) == ("U", Mark.KEPT)
    assert shown.word.startswith("all is closed and written up")


def test_nothing_is_left_to_reach_only_where_nothing_is_late() -> None:
    story = Story()
    story.now = START + 5
    story.raise_alarm()
    story.ask(c.OpenIncident("support", "prompt-injection", "t", alarm="AL-1"))
    story.ask(c.CloseIncident("INC-001", "nothing to do"))
    story.ask(c.RecordExport("INC-001", "md", "a" * 64))
    late, over = board(story.entries, 130), board(story.entries, 1000)
    assert marks(late)["a note"] is Mark.OPEN
    assert "nothing is left" not in late.word
    assert "LATE still counts half" in late.word
    assert Mark.OPEN not in marks(over).values()
    assert over.word.startswith("nothing is left to reach")
