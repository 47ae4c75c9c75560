"""How a drill is graded: by the journal and by the truth, never by what an adapter said."""

from __future__ import annotations

from typing import Any

import pytest
from msgspec.structs import replace

from tests.core.story import START, Story, plan, proof
from warroom.core import commands as c
from warroom.core import facts as f
from warroom.core.model import EvidenceFile, Verb, Verdict
from warroom.core.ports import Entry
from warroom.drill.people import Attack
from warroom.drill.scenario import Expectation, Scenario
from warroom.drill.score import Visit, score, served_after_held

EXPECT = [
    Expectation("detect", "alarm_raised", "an alarm", 30, 4, critical=True),
    Expectation("note", "note_added", "a note", 100, 2),
    Expectation("contain", "containment_held", "it holds", 60, 4, critical=True),
    Expectation("first", "contain_before_snapshot", "evidence first", 0, 4, critical=True),
    Expectation("really", "hostile_served_after_held", "really contained", 0, 5, critical=True),
]
SCENARIO = Scenario("warroom/drill@1", "s", "t", "u", "prompt-injection", "support", 1, 2, 3, EXPECT, style=Attack.LOUD)
FILE = EvidenceFile("bot.log", "a" * 64, 10, "log", START)


def played(
    *, alarm: float = 5, note: float = 10, held: float = 20, evidence: bool = True, released: float | None = None
) -> list[Entry]:
    """A drill in which the attack begins at 0 s; each act at its second."""
    story = Story()
    for at, act in sorted(
        [(alarm, "alarm"), (note, "note"), (held, "held"), *([(released, "release")] if released else [])],
        key=lambda one: one[0],
    ):
        story.now = START + at - 1
        match act:
            case "alarm":
                story.raise_alarm()
                story.ask(c.OpenIncident("support", "prompt-injection", "t", alarm="AL-1"))
            case "note":
                story.ask(c.AddNote("INC-001", "why"))
            case "held":
                story.ask(c.Contain("support", Verb.DISABLE), made=plan())
                if evidence:
                    story.tell(f.EvidenceTaken("ACT-001", [FILE]))
                story.tell(f.ContainmentApplied("ACT-001", "200"))
                story.tell(f.ContainmentHeld("ACT-001", proof()))
            case _:
                story.ask(c.Release("ACT-001", "mended"))
    return story.entries


def held_by(verb: Verb) -> Story:
    """An action that is proved to hold 22 s after the attack began."""
    story = Story()
    story.now = START + 20
    story.ask(c.Contain("support", verb), made=plan(verb))
    story.tell(f.ContainmentHeld("ACT-001", proof()))
    return story


def visit(at: float, *, hostile: bool = True, served: bool = True) -> Visit:
    return Visit(START + at, hostile, served)


ATTACK = [visit(0), visit(2), visit(12), visit(25, served=False), visit(3, hostile=False)]


def graded(entries: list[Entry], visits: list[Visit] = ATTACK) -> tuple[str, dict[str, str]]:
    report = score(SCENARIO, 1, entries, visits, ["told"] * len(entries))
    return report.grade, {one.id: one.result for one in report.expectations}


def test_everything_in_time_is_p_with_all_points() -> None:
    report = score(SCENARIO, 1, played(), ATTACK, ["told"] * len(played()))
    assert (report.grade, report.score, report.hostile_served_after_held) == ("P", 100.0, 0)
    assert report.detection.ttd_s == 5.0
    assert report.journal.length == len(report.timeline)


@pytest.mark.parametrize(
    ("acts", "grade", "points", "late"),
    [
        ({"note": 100, "held": 57}, "P", 100.0, set()),
        ({"note": 101}, "S", 89.9, {"note"}),
        ({"note": 500}, "S", 80.0, set()),
        ({"held": 87}, "S", 70.0, {"contain"}),
        ({"held": 90}, "M", 69.0, {"contain"}),
        ({"held": 115, "note": 500}, "U", 40.7, {"contain"}),
    ],
)
def test_what_comes_late_costs_and_what_never_comes_costs_all(
    acts: dict[str, Any], grade: str, points: float, late: set[str]
) -> None:
    # Points are percent of 10; it holds three seconds after it is asked for.
    entries = played(**acts)
    report = score(SCENARIO, 1, entries, ATTACK, ["told"] * len(entries))
    assert {one.id for one in report.expectations if one.result == "late"} == late
    assert (report.grade, report.score) == (grade, points)


def test_a_critical_thing_that_is_missed_is_u_whatever_else_went_well() -> None:
    assert graded(played(held=1000.0))[0] == "U"
    assert graded(played(alarm=1000.0, note=1001.0, held=1002.0))[0] == "U"


def test_acting_before_evidence_is_u() -> None:
    assert graded(played(evidence=False)) == (
        "U",
        {"detect": "met", "note": "met", "contain": "met", "first": "forbidden", "really": "avoided"},
    )


def test_a_hostile_request_that_is_served_while_held_is_u() -> None:
    grade, results = graded(played(), [*ATTACK, visit(40)])
    assert (grade, results["really"]) == ("U", "forbidden")


def test_one_that_is_served_before_or_after_is_not() -> None:
    assert graded(played(released=50), [*ATTACK, visit(60)])[0] == "P"
    assert graded(played(), [*ATTACK, visit(40, served=False)])[0] == "P"


@pytest.mark.parametrize(
    "ended", [f.ContainmentAmbiguous("ACT-001", "no answer"), f.ContainmentNotHeld("ACT-001", proof(Verdict.OPEN))]
)
def test_held_ends_with_the_entry_that_says_otherwise(ended: f.Fact) -> None:
    story = held_by(Verb.DISABLE)
    story.now = START + 39
    story.tell(ended)
    assert [served_after_held(story.entries, [visit(at)]) for at in (19, 30, 50)] == [0, 1, 0]


def test_without_proof_or_with_tools_off_alone_nothing_was_promised() -> None:
    unproved = [entry for entry in played() if not isinstance(entry.fact, f.ContainmentHeld)]
    assert served_after_held(unproved, [visit(40)]) == 0
    assert served_after_held(held_by(Verb.LIMIT).entries, [visit(40)]) == 0


def test_what_waits_at_a_frozen_bot_until_its_release_was_not_served_while_held() -> None:
    story = held_by(Verb.FREEZE)
    story.now = START + 39
    story.ask(c.Release("ACT-001", "mended"))
    sent = START + 38
    assert served_after_held(story.entries, [Visit(sent, True, True, done=START + 42)]) == 0
    assert served_after_held(story.entries, [Visit(sent, True, True, done=sent + 1)]) == 1


def test_alarms_are_held_against_the_attack_they_cover() -> None:
    attack = [visit(0), visit(31), visit(45, served=False)]
    seen = score(SCENARIO, 1, played(), attack, ["x"] * len(played())).detection
    assert (seen.ttd_s, seen.precision, seen.recall) == (5.0, 1.0, 1.0)
    wide = score(SCENARIO, 1, played(held=100), attack, ["x"] * len(played())).detection
    assert wide.recall == round(1 / 3, 3)
    assert score(SCENARIO, 1, played(), [visit(900)], ["x"] * len(played())).detection.precision == 0.0


def test_an_alarm_before_the_attack_detects_nothing() -> None:
    visits = [visit(8), visit(9)]
    report = score(SCENARIO, 1, played(alarm=5, note=10, held=20), visits, ["x"] * len(played()))
    assert report.detection.ttd_s is None
    assert {one.id: one.result for one in report.expectations}["detect"] == "missed"


@pytest.mark.parametrize(("weight", "grade", "points"), [(1, "P", 90.0), (2, "S", 80.0), (20, "U", 0.0)])
def test_what_is_forbidden_costs_its_weight_also_when_it_is_not_critical(
    weight: float, grade: str, points: float
) -> None:
    forbidden = Expectation("first", "contain_before_snapshot", "evidence first", weight=weight)
    entries = played(evidence=False)
    report = score(replace(SCENARIO, expect=[*EXPECT[:3], forbidden]), 1, entries, ATTACK, ["x"] * len(entries))
    assert (report.grade, report.score) == (grade, points)


def test_nothing_at_all_is_u() -> None:
    report = score(SCENARIO, 1, [], ATTACK, [])
    assert (report.grade, report.score, report.journal.head) == ("U", 0.0, "")
    assert (report.detection.precision, report.detection.recall) == (None, 0.0)
