"""A plan in lines says all that was planned and looked at, what is not well first, and nothing beyond the width."""

from __future__ import annotations

from msgspec.structs import replace

from tests.tui.example import plan
from tests.tui.example_shadow import shadow_answer
from tests.tui.waiting import waiting_action
from warroom.core.model import Reversible, Verb
from warroom.core.ports import Check, Checked
from warroom.core.queries import NotAnswered, PlanAnswer
from warroom.tui.cells import width_of
from warroom.tui.plan_lines import last_hour_words, loud_lines, plan_lines, preview_lines

CHECKS = [
    Check("a", Checked.OK, "fine"),
    Check("b", Checked.UNKNOWN, "late"),
    Check("c", Checked.FAILED, "chmod 600 it"),
]
PLAN = waiting_action().plan


def _texts(answer: PlanAnswer, width: int = 76) -> list[str]:
    return [row.text for row in preview_lines(answer, width)]


def test_what_failed_comes_first_and_what_is_well_last() -> None:
    rows = _texts(PlanAnswer(PLAN, PLAN.sha256, CHECKS))
    assert rows[0] == "check     FAILED  c: chmod 600 it"
    assert rows[1] == "check     UNKNOWN  b: late"
    assert rows[-1] == "check     ok  a: fine"
    assert rows[2].startswith("exactly   SIGSTOP 4711")


def test_every_part_of_a_plan_is_told_within_the_width() -> None:
    for width in (40, 76, 116):
        rows = _texts(PlanAnswer(PLAN, PLAN.sha256, CHECKS, "2 processes run", "a rule"), width)
        assert max(width_of(row) for row in rows) <= width
        told = "".join("".join(row[10:] for row in rows).split())
        for text in (*PLAN.exact, *PLAN.effects, *PLAN.shared, *PLAN.instances, PLAN.undo, PLAN.probe):
            assert "".join(text.split()) in told
        assert "2processesrun(theadapter’sownword,provesnothing)" in told


def test_the_hash_that_is_shown_is_the_one_that_binds() -> None:
    rows = [row.text for row in plan_lines(PLAN, 76, "cd" * 32)]
    assert any("plan cdcdcdcdcdcd" in row for row in rows)


def test_how_well_it_is_undone_is_told_and_a_snapshot_has_nothing_to_undo() -> None:
    words = {
        Reversible.EXACT: "undo      exact: SIGCONT",
        Reversible.BEST_EFFORT: "undo      best effort, not exact: SIGCONT",
        Reversible.NO: "undo      CANNOT BE UNDONE: SIGCONT",
    }
    for reversible, told in words.items():
        rows = [row.text for row in plan_lines(replace(PLAN, reversible=reversible), 76, "")]
        assert any(row.startswith(told) for row in rows)
    snapshot = [row.text for row in plan_lines(plan("mail", Verb.SNAPSHOT), 76, "")]
    assert not [row for row in snapshot if "exact:" in row or row.startswith("ends")]


def test_what_nobody_may_overlook_is_loud() -> None:
    assert loud_lines(PLAN, "", 80) == []
    rows = loud_lines(replace(PLAN, reversible=Reversible.NO), "freeze is a hard verb", 80)
    assert [row.text.strip() for row in rows] == [
        "freeze CANNOT BE UNDONE",
        "a second person will be asked: freeze is a hard verb",
    ]
    assert all(style == "loud" for row in rows for _, style in row.spans)


def test_whom_a_bot_served_is_told_with_how_far_back_it_is_known() -> None:
    assert last_hour_words(shadow_answer(12, 3, 1)) == "12 requests of 3 users, 1 hostile"
    assert last_hour_words(shadow_answer(0, 0, 0)) == "no request"
    part = last_hour_words(shadow_answer(12, 3, 1, why="the log is longer than may be read"))
    assert part.startswith("12 requests of 3 users, 1 hostile, since ")
    assert part.endswith("alone: the log is longer than may be read")
    assert last_hour_words(NotAnswered("no log")) == ""
