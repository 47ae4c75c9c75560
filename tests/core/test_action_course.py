"""What facts make of an action."""

from __future__ import annotations

from msgspec.structs import replace

from tests.core.story import ANA, BEN, Story, plan, proof
from warroom.core import commands as c
from warroom.core import facts as f
from warroom.core.action_course import after, overtaken
from warroom.core.desk import ActionRecord
from warroom.core.model import ActionState, Actor, Verb, Verdict
from warroom.core.ports import Entry

ACTION = ActionRecord("ACT-001", None, plan(), "leak", ANA, 100.0)


def entry(fact: f.Fact, actor: Actor = ANA) -> Entry:
    return Entry(1, 200.0, actor, "", fact, "", "")


def test_a_time_is_settled_when_the_state_changes_and_not_by_a_repeat() -> None:
    fact = f.ContainmentHeld("ACT-001", proof())
    held = after(ACTION, entry(fact), ActionState.HELD, fact)
    assert held.settled == 200.0
    again = after(held, replace(entry(fact), at=300.0), ActionState.HELD, fact)
    assert again.settled == 200.0


def test_a_claimed_name_is_shown_as_one() -> None:
    fact = f.ApprovalDenied("ACT-001", "wrong bot")
    denied = after(ACTION, entry(fact, Actor("root", 0, "kim")), ActionState.DENIED, fact)
    assert denied.note == "denied by kim (claimed, as root): wrong bot"


def test_an_expiry_keeps_what_the_probe_saw() -> None:
    seen = proof(Verdict.OPEN)
    fact = f.ContainmentExpired("ACT-001", seen)
    assert after(ACTION, entry(fact), ActionState.EXPIRED, fact).proof == seen


def test_an_answer_is_kept_with_who_gave_it() -> None:
    asked = f.ApprovalAsked("ACT-001", plan().sha256, "a hard verb")
    action = after(ACTION, entry(asked), ActionState.PENDING_APPROVAL, asked)
    given = f.ApprovalGiven("ACT-001", plan().sha256)
    approval = after(action, entry(given, BEN), ActionState.PENDING_APPROVAL, given).approval
    assert approval is not None
    assert (approval.pending, approval.given_by, approval.asked_by) == (False, BEN, ANA)


def test_a_release_that_came_to_nothing_is_not_remembered_once_the_action_was_judged_anew() -> None:
    asked = f.ReleaseRequested("ACT-001", "all quiet")
    releasing = after(ACTION, entry(asked), ActionState.RELEASING, asked)
    assert releasing.releasing
    for fact, state in (
        (f.ContainmentHeld("ACT-001", proof()), ActionState.HELD),
        (f.ContainmentNotHeld("ACT-001", proof(Verdict.OPEN)), ActionState.NOT_HELD),
    ):
        assert not after(releasing, entry(fact), state, fact).releasing


def test_a_look_is_overtaken_by_what_changed_before_it_was_over() -> None:
    story = Story()
    story.ask(c.Contain("support", Verb.DISABLE), made=plan())
    began = story.desk.length
    held, seen = f.ContainmentHeld("ACT-001", proof()), f.ContainmentNotHeld("ACT-001", proof(Verdict.OPEN))
    assert not overtaken(story.desk, held, began)
    story.tell(seen)
    assert [overtaken(story.desk, one, began) for one in (held, seen)] == [True, False]
    began = story.desk.length
    story.ask(c.Contain("support", Verb.FREEZE), made=plan(Verb.FREEZE))
    story.tell(f.ContainmentHeld("ACT-002", proof()))
    assert not overtaken(story.desk, held, began)
    story.ask(c.Release("ACT-002"))
    assert [overtaken(story.desk, one, began) for one in (held, seen)] == [True, False]
    story.tell(f.ContainmentReleased("ACT-002", proof(Verdict.OPEN)))
    began = story.desk.length
    story.ask(c.Release("ACT-001"))
    assert [overtaken(story.desk, one, began) for one in (held, seen)] == [True, True]
    assert not overtaken(story.desk, f.ContainmentHeld("ACT-009", proof()), 0)
