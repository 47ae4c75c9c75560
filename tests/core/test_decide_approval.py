"""What waits: drafts, a second person bound to the plan, lapsing, and breaking the glass."""

from __future__ import annotations

from typing import assert_never

import pytest
from msgspec.structs import replace

from tests.core.story import ANA, BEN, Story, plan, proof
from warroom.core import commands as c
from warroom.core import facts as f
from warroom.core.access import APPROVAL_LAPSES_S, Rights
from warroom.core.commands import Ack, Answer, Refused
from warroom.core.model import ActionState, Actor, Criticality, Level, Plan, Reversible, Verb
from warroom.core.reduce import RunContainment, RunRelease

TWO = Rights(second_person=True)
FREEZE = plan(Verb.FREEZE)
STOP = replace(plan(Verb.STOP), adapter="process", reversible=Reversible.NO, undo="start it by hand")


def state(story: Story, action: str = "ACT-001") -> ActionState:
    return story.desk.actions[action].state


def refusal(answer: Answer) -> str:
    match answer:
        case Refused(reason=reason):
            return reason
        case Ack():
            return ""
        case _:
            assert_never(answer)


def waiting(made: Plan = FREEZE, confirm: str = "") -> Story:
    """A containment that waits for a second person."""
    story = Story(rights=TWO)
    answer = story.ask(c.Contain("support", made.verb, confirm=confirm), ANA, made=made)
    assert isinstance(answer, Ack), answer
    assert state(story) is ActionState.PENDING_APPROVAL
    assert story.effects == []
    return story


def test_where_one_person_is_enrolled_nobody_waits() -> None:
    story = Story(rights=Rights(second_person=False), criticality={"support": Criticality.HIGH})
    story.ask(c.Contain("support", Verb.FREEZE), made=FREEZE)
    assert state(story) is ActionState.RUNNING


@pytest.mark.parametrize(
    ("verb", "criticality", "waits"),
    [
        (Verb.LIMIT, Criticality.HIGH, False),
        (Verb.DISABLE, Criticality.NORMAL, False),
        (Verb.DISABLE, Criticality.HIGH, True),
        (Verb.FREEZE, Criticality.NORMAL, True),
        (Verb.FREEZE, Criticality.LOW, False),
        (Verb.SNAPSHOT, Criticality.HIGH, False),
    ],
)
def test_verb_and_criticality_say_whether_two_are_asked(verb: Verb, criticality: Criticality, waits: bool) -> None:
    story = Story(rights=TWO, criticality={"support": criticality})
    story.ask(c.Contain("support", verb), made=plan(verb))
    assert (state(story) is ActionState.PENDING_APPROVAL) is waits


def test_a_second_person_begins_it() -> None:
    story = waiting()
    story.ask(c.ApproveAction("ACT-001", FREEZE.sha256), BEN, made=FREEZE)
    assert state(story) is ActionState.RUNNING
    assert story.effects == [RunContainment("ACT-001")]
    approval = story.desk.actions["ACT-001"].approval
    assert approval is not None
    assert (approval.asked_by, approval.given_by) == (ANA, BEN)


def test_the_same_account_under_another_name_is_no_second_person() -> None:
    story = waiting()
    answer = story.ask(c.ApproveAction("ACT-001", FREEZE.sha256), Actor("ana", ANA.uid, "somebody else"), made=FREEZE)
    assert "another account" in refusal(answer)
    assert state(story) is ActionState.PENDING_APPROVAL


def test_an_approval_of_another_plan_is_refused() -> None:
    story = waiting()
    assert "not the plan" in refusal(story.ask(c.ApproveAction("ACT-001", "0" * 64), BEN, made=FREEZE))


def test_an_approval_is_void_when_the_target_changed_since() -> None:
    story = waiting()
    now = replace(FREEZE, exact=["another process"])
    assert "changed since" in refusal(story.ask(c.ApproveAction("ACT-001", FREEZE.sha256), BEN, made=now))
    assert "no plan" in refusal(story.ask(c.ApproveAction("ACT-001", FREEZE.sha256), BEN, made=None))
    assert story.effects == []


def test_an_approval_that_comes_too_late_is_refused() -> None:
    story = waiting()
    story.now += APPROVAL_LAPSES_S + 1
    assert "lapsed" in refusal(story.ask(c.ApproveAction("ACT-001", FREEZE.sha256), BEN, made=FREEZE))
    story.tell(f.ApprovalLapsed("ACT-001"))
    assert state(story) is ActionState.LAPSED
    assert "waits for nobody" in refusal(story.ask(c.ApproveAction("ACT-001", FREEZE.sha256), BEN, made=FREEZE))


def test_saying_no_needs_a_reason_and_ends_it() -> None:
    story = waiting()
    assert "reason" in refusal(story.ask(c.DenyAction("ACT-001", " "), BEN))
    assert "another account" in refusal(story.ask(c.DenyAction("ACT-001", "no"), ANA))
    story.ask(c.DenyAction("ACT-001", "wrong bot"), BEN)
    assert state(story) is ActionState.DENIED
    assert "wrong bot" in story.desk.actions["ACT-001"].note


def test_the_same_wish_twice_waits_once() -> None:
    story = waiting()
    answer = story.ask(c.Contain("support", Verb.FREEZE), BEN, made=FREEZE)
    assert "ACT-001 waits" in refusal(answer)


def test_one_person_may_break_the_glass_and_the_record_says_so() -> None:
    story = waiting()
    assert "needs a reason" in refusal(story.ask(c.BreakGlass("ACT-001", ""), ANA, made=FREEZE))
    story.ask(c.BreakGlass("ACT-001", "nobody answers"), ANA, made=FREEZE)
    assert state(story) is ActionState.RUNNING
    assert story.desk.actions["ACT-001"].broken_glass == "nobody answers"


def test_the_glass_may_be_broken_at_once() -> None:
    story = Story(rights=TWO)
    story.ask(c.Contain("support", Verb.FREEZE, break_glass="alone at three"), made=FREEZE)
    assert state(story) is ActionState.RUNNING
    assert any(isinstance(entry.fact, f.GlassBroken) for entry in story.entries)


def test_nobody_breaks_glass_for_what_cannot_be_undone() -> None:
    story = Story(rights=TWO)
    answer = story.ask(c.Contain("support", Verb.STOP, break_glass="alone", confirm="support"), made=STOP)
    assert "never done alone" in refusal(answer)
    story = waiting(STOP, confirm="support")
    assert "never done alone" in refusal(story.ask(c.BreakGlass("ACT-001", "alone"), ANA, made=STOP))


def test_no_glass_is_broken_where_nobody_else_is_asked() -> None:
    story = Story()
    story.ask(c.Contain("support", Verb.FREEZE, break_glass="alone"), made=FREEZE)
    assert story.desk.actions["ACT-001"].broken_glass == ""


def test_what_cannot_be_undone_wants_the_bots_name() -> None:
    story = Story()
    for typed in ("", "Support", "support "):
        assert "cannot be undone" in refusal(story.ask(c.Contain("support", Verb.STOP, confirm=typed), made=STOP))
    assert isinstance(story.ask(c.Contain("support", Verb.STOP, confirm="support"), made=STOP), Ack)


def test_a_draft_begins_when_it_is_started() -> None:
    story = Story()
    story.ask(c.Contain("support", Verb.FREEZE, draft=True), made=FREEZE)
    assert (state(story), story.effects) == (ActionState.DRAFT, [])
    assert "not the plan" in refusal(story.ask(c.StartAction("ACT-001", "x"), made=FREEZE))
    story.ask(c.StartAction("ACT-001", FREEZE.sha256), made=FREEZE)
    assert state(story) is ActionState.RUNNING
    assert "only a draft" in refusal(story.ask(c.StartAction("ACT-001", FREEZE.sha256), made=FREEZE))


def test_a_draft_that_needs_two_waits_for_the_second() -> None:
    story = Story(rights=TWO)
    story.ask(c.Contain("support", Verb.FREEZE, draft=True), made=FREEZE)
    story.ask(c.StartAction("ACT-001", FREEZE.sha256), ANA, made=FREEZE)
    assert state(story) is ActionState.PENDING_APPROVAL
    story.ask(c.ApproveAction("ACT-001", FREEZE.sha256), BEN, made=FREEZE)
    assert story.effects == [RunContainment("ACT-001")]


def test_a_draft_does_not_stand_in_anybodys_way_and_finds_who_stands_in_its_own() -> None:
    story = Story()
    story.ask(c.Contain("support", Verb.FREEZE, draft=True), made=FREEZE)
    story.ask(c.Contain("support", Verb.FREEZE), made=FREEZE)
    assert state(story, "ACT-002") is ActionState.RUNNING
    assert "ACT-002" in refusal(story.ask(c.StartAction("ACT-001", FREEZE.sha256), made=FREEZE))


def test_expiry_counts_from_the_begin_and_not_from_the_wish() -> None:
    short = replace(FREEZE, expires_s=60.0)
    story = waiting(short)
    story.now += 600.0
    story.ask(c.ApproveAction("ACT-001", short.sha256), BEN, made=short)
    action = story.desk.actions["ACT-001"]
    assert action.expires is not None
    assert action.expires == story.now + 60.0


def test_who_asked_or_a_commander_may_call_it_off() -> None:
    story = waiting()
    responder = replace(TWO, level=Level.RESPONDER)
    assert "belongs to ana" in refusal(story.ask(c.CancelAction("ACT-001"), BEN, rights=responder))
    story.ask(c.CancelAction("ACT-001", "false alarm"), ANA, rights=responder)
    assert state(story) is ActionState.CANCELLED
    story = waiting()
    story.ask(c.CancelAction("ACT-001"), BEN)
    assert state(story) is ActionState.CANCELLED
    assert held().ask(c.CancelAction("ACT-001")) == Refused("ACT-001 is held: it has begun", "release ACT-001")


def test_calling_off_what_has_begun_leads_to_what_can_be_done() -> None:
    story = held()
    story.ask(c.Contain("support", Verb.FREEZE), ANA, made=FREEZE, rights=Rights())
    assert story.ask(c.CancelAction("ACT-002")) == Refused("ACT-002 is running: it has begun", "")
    story.tell(f.ContainmentHeld("ACT-002", proof()))
    assert story.ask(c.CancelAction("ACT-001")) == Refused("ACT-001 is held: it has begun", "release ACT-002 first")
    story = held()
    story.ask(c.Release("ACT-001"), ANA, rights=Rights())
    story.tell(f.ContainmentReleased("ACT-001", proof()))
    over = Refused("ACT-001 is released: nothing of it is left to call off", "")
    assert story.ask(c.CancelAction("ACT-001")) == over
    assert story.ask(c.Release("ACT-001")) == Refused("ACT-001 is released: there is nothing to release", "")
    drafted = Story()
    drafted.ask(c.Contain("support", Verb.FREEZE, draft=True), made=FREEZE)
    answer = drafted.ask(c.Release("ACT-001"))
    assert answer == Refused("ACT-001 is draft: there is nothing to release", "cancel ACT-001")


def held() -> Story:
    story = Story(rights=TWO)
    story.ask(c.Contain("support", Verb.DISABLE), ANA, made=plan())
    story.tell(f.ContainmentApplied("ACT-001", "200"))
    story.tell(f.ContainmentHeld("ACT-001", proof()))
    story.effects.clear()
    return story


def test_letting_a_bot_back_takes_two_where_two_are_enrolled() -> None:
    story = held()
    story.ask(c.Release("ACT-001", "patched"), ANA)
    assert (state(story), story.effects) == (ActionState.HELD, [])
    assert "waits for a second person already" in refusal(story.ask(c.Release("ACT-001"), ANA))
    assert "another account" in refusal(story.ask(c.ApproveAction("ACT-001", plan().sha256), ANA))
    assert "not the plan" in refusal(story.ask(c.ApproveAction("ACT-001", "0" * 64), BEN))
    story.ask(c.ApproveAction("ACT-001", plan().sha256), BEN)
    assert state(story) is ActionState.RELEASING
    assert story.effects == [RunRelease("ACT-001")]
    requested = [e.fact for e in story.entries if isinstance(e.fact, f.ReleaseRequested)]
    assert requested == [f.ReleaseRequested("ACT-001", "patched")]


def test_a_release_is_never_done_alone_and_lapses_leaving_the_bot_held() -> None:
    story = held()
    story.ask(c.Release("ACT-001"), ANA)
    assert "never done alone" in f"{story.ask(c.BreakGlass('ACT-001', 'alone'), ANA)}"
    story.tell(f.ApprovalLapsed("ACT-001"))
    assert state(story) is ActionState.HELD
    assert story.desk.actions["ACT-001"].approval is None


def test_a_release_that_is_denied_leaves_the_bot_held() -> None:
    story = held()
    story.ask(c.Release("ACT-001"), ANA)
    story.ask(c.DenyAction("ACT-001", "not patched"), BEN)
    assert state(story) is ActionState.HELD
    assert "waits for nobody" in refusal(story.ask(c.ApproveAction("ACT-001", plan().sha256), BEN))


def test_an_action_that_is_unknown_is_named() -> None:
    for command in (c.ApproveAction("ACT-9", ""), c.StartAction("ACT-9", ""), c.CancelAction("ACT-9")):
        assert "no action ACT-9" in refusal(Story().ask(command))


def test_who_asked_for_a_release_may_call_it_off() -> None:
    story = held()
    story.ask(c.Release("ACT-001"), ANA)
    assert "it has begun" in refusal(story.ask(c.CancelAction("ACT-001"), BEN))
    story.ask(c.CancelAction("ACT-001", "not patched yet"), ANA)
    assert (state(story), story.desk.actions["ACT-001"].approval) == (ActionState.HELD, None)


RESPONDER = Rights(Level.RESPONDER)
SHORT = replace(plan(), expires_s=4.0)


def limited(expires_s: float | None = None) -> Story:
    story = Story()
    story.ask(c.Contain("support", Verb.LIMIT), ANA, made=replace(plan(Verb.LIMIT), expires_s=expires_s))
    story.tell(f.ContainmentHeld("ACT-001", proof()))
    return story


def test_who_may_not_let_a_bot_back_may_not_do_it_by_a_harder_action_that_ends_sooner() -> None:
    story = limited()
    answer = story.ask(c.Contain("support", Verb.DISABLE, expires_s=4.0), BEN, made=SHORT, rights=RESPONDER)
    assert isinstance(answer, Refused)
    assert "ACT-001 (limit support) has no end, and disable takes its place" in answer.reason
    assert answer.next == "leave the end away, or give a later one"
    assert isinstance(story.ask(c.Contain("support", Verb.DISABLE), BEN, made=plan(), rights=RESPONDER), Ack)


@pytest.mark.parametrize(("of_the_milder", "taken"), [(1000.0, False), (4.0, True)])
def test_the_ends_are_held_against_each_other_on_the_clock(of_the_milder: float, *, taken: bool) -> None:
    story = limited(of_the_milder)
    answer = story.ask(c.Contain("support", Verb.DISABLE, expires_s=4.0), BEN, made=SHORT, rights=RESPONDER)
    assert isinstance(answer, Ack) is taken
    assert taken or "stands until 2023-11-14T22:30:02" in refusal(answer)


def test_who_may_let_the_bot_back_alone_may_also_end_it_sooner() -> None:
    assert isinstance(limited().ask(c.Contain("support", Verb.DISABLE), BEN, made=SHORT), Ack)


def test_where_a_release_takes_two_a_sooner_end_takes_two_as_well() -> None:
    assert "sooner" in refusal(limited().ask(c.Contain("support", Verb.DISABLE), BEN, made=SHORT, rights=TWO))
    short = replace(plan(Verb.REVOKE), expires_s=4.0)
    alone = c.Contain("support", Verb.REVOKE, break_glass="now")
    assert "sooner" in refusal(limited().ask(alone, BEN, made=short, rights=TWO))
    story = limited()
    asked = story.ask(c.Contain("support", Verb.REVOKE), BEN, made=short, rights=TWO)
    assert isinstance(asked, Ack)
    assert state(story, "ACT-002") is ActionState.PENDING_APPROVAL
    both = Rights(Level.RESPONDER, second_person=True)
    assert isinstance(story.ask(c.ApproveAction("ACT-002", short.sha256), ANA, made=short, rights=both), Ack)
    assert state(story, "ACT-002") is ActionState.RUNNING


def test_a_responder_may_not_even_ask_a_second_person_for_it() -> None:
    both = Rights(Level.RESPONDER, second_person=True)
    short = replace(plan(Verb.REVOKE), expires_s=4.0)
    assert "sooner" in refusal(limited().ask(c.Contain("support", Verb.REVOKE), BEN, made=short, rights=both))


@pytest.mark.parametrize("second", [False, True])
def test_a_draft_that_would_end_sooner_does_not_begin(*, second: bool) -> None:
    rights = Rights(Level.RESPONDER, second_person=second)
    short = replace(plan(Verb.REVOKE), expires_s=4.0)
    story = limited()
    assert isinstance(story.ask(c.Contain("support", Verb.REVOKE, draft=True), BEN, made=short, rights=rights), Ack)
    assert "sooner" in refusal(story.ask(c.StartAction("ACT-002", short.sha256), BEN, made=short, rights=rights))


def test_a_milder_action_that_began_after_the_asking_is_looked_at_again() -> None:
    both = Rights(Level.RESPONDER, second_person=True)
    short = replace(plan(Verb.REVOKE), expires_s=4.0)
    story = Story()
    assert isinstance(story.ask(c.Contain("support", Verb.REVOKE), BEN, made=short, rights=both), Ack)
    story.ask(c.Contain("support", Verb.LIMIT), ANA, made=plan(Verb.LIMIT))
    story.tell(f.ContainmentHeld("ACT-002", proof()))
    approve = c.ApproveAction("ACT-001", short.sha256)
    assert "ACT-002 (limit support) has no end" in refusal(story.ask(approve, ANA, made=short, rights=both))
    assert "sooner" in refusal(story.ask(c.BreakGlass("ACT-001", "now"), ANA, made=short, rights=both))
    assert isinstance(story.ask(approve, ANA, made=short, rights=TWO), Ack)
