"""The printed report speaks as page 8 does: titles, marks, and times on the drill's clock."""

from __future__ import annotations

from msgspec.structs import replace

from tests.core.story import START
from tests.drill.test_score import ATTACK, SCENARIO, played
from warroom.core.exercise import GRADES
from warroom.core.moments import elapsed_text
from warroom.drill.report_words import HEADER, LEGEND, detected, headline, rows
from warroom.drill.score import Report, score
from warroom.drill.standing import standing

BEGAN = START - 20


def report(**acts: float) -> Report:
    entries = played(**acts)  # type: ignore[arg-type]  # a test's shorthand
    return score(SCENARIO, 1, entries, ATTACK, ["told"] * len(entries), BEGAN)


def test_titles_results_and_times_are_those_of_page_8() -> None:
    entries = played()
    board = standing(SCENARIO, entries, ATTACK, began=BEGAN, now=START + 1000)
    shown = {row[3].removesuffix(" (critical)"): dict(zip(HEADER, row, strict=True)) for row in rows(report())}
    assert set(shown) == {goal.text for goal in board.goals}
    for goal in board.goals:
        row = shown[goal.text]
        assert row["RESULT"] == goal.mark.value
        assert row["AT"] == ("-" if goal.at is None else elapsed_text(goal.at - BEGAN)[3:])
        assert row["BY"] == ("-" if goal.due is None else elapsed_text(goal.due - BEGAN)[3:])
    assert shown["an alarm"]["AT"] == "00:25"


def test_the_grade_is_told_in_words() -> None:
    assert headline(report()) == "drill s, seed 1: 100 of 100, grade P (performed without challenges)"
    assert "grade U (unable to be performed)" in headline(report(held=1000.0))
    assert all(f"{grade}" in LEGEND for grade in GRADES)


def test_when_the_attack_was_seen_is_told_on_the_same_clock() -> None:
    assert detected(report()).startswith("first alarm at 00:25, 5.0 s after the first hostile request; precision")
    nobody = score(SCENARIO, 1, [], ATTACK, [], BEGAN)
    assert detected(nobody) == "the attack was never seen by an alarm"
    assert {row[1] for row in rows(nobody)} == {"-"}


def test_more_than_an_hour_and_a_drill_without_an_attack_have_their_times_too() -> None:
    long = replace(report(), attack_s=3600.0)
    assert rows(long)[0][1] == "01:00:05"
    assert {row[1:3] for row in rows(score(SCENARIO, 1, [], [], []))} == {("-", "-")}
