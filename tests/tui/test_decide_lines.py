"""What is decided about, in lines: who asked, by which rule, until when, and what changed since."""

from __future__ import annotations

from msgspec.structs import replace

from tests.tui.example import NOW
from tests.tui.waiting import asked, draft_action, waiting_action, waiting_view
from warroom.core.model import Reversible
from warroom.core.ports import Check, Checked
from warroom.core.queries import NotAnswered, ObservationAnswer, PlanAnswer
from warroom.tui.cells import width_of
from warroom.tui.decide_lines import decide_lines, decide_loud
from warroom.tui.decisions import Decision

HELD = waiting_view().actions[1]
ASKED = waiting_action()


def _today(action_plan: PlanAnswer | None = None) -> PlanAnswer:
    return action_plan or PlanAnswer(
        ASKED.plan, ASKED.plan_sha256, [Check("pids", Checked.FAILED, "gone")], "no process"
    )


def test_who_asked_the_rule_and_the_plan_are_told_within_the_width() -> None:
    for width in (40, 74):
        rows = [row.text for row in decide_lines(Decision.APPROVE, ASKED, _today(), width, NOW)]
        assert max(width_of(row) for row in rows) <= width
        told = " ".join(" ".join(rows).split())
        for text in ("by ben (uid 1001)", "lapses in 12m", "FAILED pids: gone", "SIGSTOP 4711", ASKED.plan_sha256[:12]):
            assert text in told
    late = [row.text for row in decide_lines(Decision.APPROVE, ASKED, None, 74, NOW + 800)]
    assert "needs two freeze is a hard verb; the request lapsed" in late


def test_letting_back_shows_the_undo_and_not_the_requests_that_contained() -> None:
    waiting = replace(HELD, approval=asked(HELD, release=True))
    seen = ObservationAnswer("control", "mode disabled", NOW)
    for decision, action in ((Decision.RELEASE, HELD), (Decision.APPROVE, waiting)):
        told = "\n".join(row.text for row in decide_lines(decision, action, seen, 74, NOW))
        assert "undo      exact: POST .../control/enable" in told
        assert "mode disabled (the adapter’s own word, proves nothing)" in told
        assert "exactly" not in told
        assert [row.text.strip() for row in decide_loud(decision, action, seen, 78)] == [
            "this lets mail back to its users"
        ]


def test_what_is_loud_about_a_decision() -> None:
    def loud(decision: Decision, today: PlanAnswer | NotAnswered | None, reversible: Reversible) -> list[str]:
        action = replace(ASKED, plan=replace(ASKED.plan, reversible=reversible))
        return [row.text.strip() for row in decide_loud(decision, action, today, 78)]

    other = replace(_today(), sha256="0" * 64, two="a rule")
    exact, final = Reversible.EXACT, Reversible.NO
    assert loud(Decision.APPROVE, _today(), exact) == []
    assert loud(Decision.APPROVE, _today(), final) == ["freeze CANNOT BE UNDONE"]
    [changed] = loud(Decision.APPROVE, other, exact)
    assert changed == "the target changed since: this will be refused; D says no, x asks anew"
    assert loud(Decision.BEGIN, other, exact) == [
        "a second person will be asked: a rule",
        "the target changed since: this will be refused; K calls it off, x asks anew",
    ]
    assert loud(Decision.BEGIN, NotAnswered("no pid file"), exact) == ["no plan can be made now: no pid file"]
    assert len(loud(Decision.BREAK_GLASS, _today(), exact)) == 1


def test_a_draft_says_who_prepared_it_and_waits_for_nobody() -> None:
    told = "\n".join(row.text for row in decide_lines(Decision.BEGIN, draft_action(), None, 74, NOW))
    assert "asked     by ana (uid 1000) at 08:38:59Z: if the freeze does not hold" in told
    assert "needs two" not in told
