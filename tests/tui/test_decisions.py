"""Each decision in each state either may be tried or says why not and what to do; its command is bound to the plan."""

from __future__ import annotations

import itertools

import pytest
from msgspec.structs import replace

from tests.tui.example import NOW
from tests.tui.waiting import ANA, BEN, asked, draft_action, waiting_action, waiting_view
from warroom.core import commands as c
from warroom.core.model import ActionState, Reversible
from warroom.tui.decisions import Decision, command_for, needs_name, takes_reason, title_of, why_not

HELD = waiting_view().actions[1]
ALLOWED = {
    Decision.APPROVE: {ActionState.PENDING_APPROVAL},
    Decision.DENY: {ActionState.PENDING_APPROVAL},
    Decision.BEGIN: {ActionState.DRAFT},
    Decision.CANCEL: {ActionState.DRAFT, ActionState.PENDING_APPROVAL},
    Decision.BREAK_GLASS: {ActionState.PENDING_APPROVAL},
    Decision.RELEASE: {ActionState.HELD, ActionState.NOT_HELD, ActionState.AMBIGUOUS},
}


@pytest.mark.parametrize(("decision", "state"), list(itertools.product(Decision, ActionState)))
def test_a_decision_may_be_tried_in_its_states_and_is_explained_in_all_others(
    decision: Decision, state: ActionState
) -> None:
    action = replace(waiting_action(), state=state)
    why = why_not(decision, action, ANA, NOW)
    assert (why == "") is (state in ALLOWED[decision])
    assert not why or action.id in why
    assert len(why) <= 78, "it has one row of 80 columns"


def test_the_account_that_asked_cannot_answer_itself() -> None:
    own = waiting_action(uid=ANA)
    assert "another account" in why_not(Decision.APPROVE, own, ANA, NOW)
    assert "B breaks the glass" in why_not(Decision.APPROVE, own, ANA, NOW)
    assert "K calls it off" in why_not(Decision.DENY, own, ANA, NOW)
    assert why_not(Decision.APPROVE, own, BEN, NOW) == ""


def test_a_request_that_lapsed_is_asked_anew() -> None:
    assert why_not(Decision.APPROVE, waiting_action(), ANA, NOW + 719) == ""
    assert "lapsed; x asks anew" in why_not(Decision.APPROVE, waiting_action(), ANA, NOW + 721)
    back = replace(HELD, approval=asked(HELD, release=True))
    assert "lapsed; r asks anew" in why_not(Decision.APPROVE, back, ANA, NOW + 721)


def test_neither_a_release_nor_what_cannot_be_undone_is_done_alone() -> None:
    back = replace(HELD, approval=asked(HELD, release=True))
    assert "never done alone" in why_not(Decision.BREAK_GLASS, back, ANA, NOW)
    assert why_not(Decision.APPROVE, back, ANA, NOW) == ""
    assert "2nd person" in why_not(Decision.RELEASE, back, ANA, NOW)
    assert "B breaks" not in why_not(
        Decision.APPROVE, replace(back, approval=asked(HELD, uid=ANA, release=True)), ANA, NOW
    )
    final = replace(waiting_action(), plan=replace(waiting_action().plan, reversible=Reversible.NO))
    assert "never done alone" in why_not(Decision.BREAK_GLASS, final, ANA, NOW)


def test_an_answer_that_was_given_is_not_waited_for_any_more() -> None:
    action = waiting_action()
    assert action.approval is not None
    given = replace(action, approval=replace(action.approval, given_by="cleo"))
    assert "waits for nobody" in why_not(Decision.APPROVE, given, ANA, NOW)


def test_commands_carry_the_hash_of_the_action_and_not_of_its_cleaned_plan() -> None:
    action = replace(waiting_action(), plan_sha256="ab" * 32)
    assert action.plan.sha256 != action.plan_sha256
    assert command_for(Decision.APPROVE, action) == c.ApproveAction("ACT-003", "ab" * 32)
    assert command_for(Decision.BEGIN, action, name="sales") == c.StartAction("ACT-003", "ab" * 32, "sales")
    assert command_for(Decision.DENY, action, "no") == c.DenyAction("ACT-003", "no")
    assert command_for(Decision.CANCEL, action) == c.CancelAction("ACT-003", "")
    assert command_for(Decision.BREAK_GLASS, action, "leak") == c.BreakGlass("ACT-003", "leak")
    assert command_for(Decision.RELEASE, action, "fixed") == c.Release("ACT-003", "fixed")


def test_the_name_is_typed_only_to_begin_what_cannot_be_undone() -> None:
    final = draft_action(Reversible.NO)
    assert [decision for decision in Decision if needs_name(decision, final)] == [Decision.BEGIN]
    assert not needs_name(Decision.BEGIN, draft_action())
    assert not takes_reason(Decision.APPROVE)


def test_titles_say_whether_the_bot_is_held_or_let_back() -> None:
    back = replace(HELD, approval=asked(HELD, release=True))
    assert title_of(Decision.APPROVE, waiting_action()) == "Approve: freeze sales"
    assert title_of(Decision.APPROVE, back) == "Approve: let mail back"
    assert title_of(Decision.DENY, back) == "Say no to: let mail back"
