"""Containment on the desk: intent first, proof decides, one holder for each adapter, the checklist follows."""

from __future__ import annotations

from tests.core.story import BEN, Story, plan, proof
from warroom.core import commands as c
from warroom.core import facts as f
from warroom.core.commands import Ack, Refused
from warroom.core.decide_containment import decide_verify
from warroom.core.model import ActionState, EvidenceFile, Phase, StepState, Verb, Verdict
from warroom.core.reduce import RunContainment, RunRelease


def state(story: Story, action: str) -> ActionState:
    return story.desk.actions[action].state


def opened() -> Story:
    story = Story()
    story.raise_alarm()
    story.ask(c.OpenIncident("support", "prompt-injection", "Injection", alarm="AL-1"))
    return story


def contained() -> Story:
    story = opened()
    story.ask(c.Contain("support", Verb.DISABLE, reason="leak"), made=plan())
    story.tell(f.EvidenceTaken("ACT-001", [EvidenceFile("bot.log", "0" * 64, 10, "/x", 0.0)]))
    story.tell(f.ContainmentApplied("ACT-001", "200"))
    story.tell(f.ContainmentHeld("ACT-001", proof()))
    return story


def test_the_intent_is_recorded_and_only_then_an_effect_asked_for() -> None:
    story = opened()
    answer = story.ask(c.Contain("support", Verb.DISABLE), made=plan())
    assert isinstance(answer, Ack)
    assert answer.ref == "ACT-001"
    assert story.effects == [RunContainment("ACT-001")]
    assert state(story, "ACT-001") is ActionState.RUNNING
    assert story.desk.incidents["INC-001"].phase is Phase.CONTAINMENT


def test_proof_makes_it_held_ticks_the_steps_and_marks_the_moment() -> None:
    story = contained()
    incident = story.desk.incidents["INC-001"]
    assert state(story, "ACT-001") is ActionState.HELD
    assert incident.steps["con-1"].state is StepState.DONE
    assert incident.steps["con-2"].state is StepState.DONE
    assert incident.steps["con-2"].by == "engine"
    assert "contained" in incident.moments


def test_what_the_adapter_says_does_not_make_it_held() -> None:
    story = opened()
    story.ask(c.Contain("support", Verb.DISABLE), made=plan())
    story.tell(f.ContainmentApplied("ACT-001", "200 OK, done"))
    assert state(story, "ACT-001") is ActionState.RUNNING


def test_a_flip_to_open_reopens_the_step_and_takes_the_moment_back() -> None:
    story = contained()
    story.tell(f.ContainmentNotHeld("ACT-001", proof(Verdict.OPEN)))
    incident = story.desk.incidents["INC-001"]
    assert state(story, "ACT-001") is ActionState.NOT_HELD
    assert incident.steps["con-2"].state is StepState.TODO
    assert "contained" not in incident.moments


def test_the_second_of_two_is_told_who_holds_it() -> None:
    story = contained()
    answer = story.ask(c.Contain("support", Verb.DISABLE), BEN, made=plan())
    assert isinstance(answer, Refused)
    assert "ACT-001" in answer.reason
    assert "asked by ana" in answer.reason


def test_while_an_outcome_is_awaited_nothing_else_may_use_the_adapter() -> None:
    story = opened()
    story.ask(c.Contain("support", Verb.LIMIT), made=plan(Verb.LIMIT))
    answer = story.ask(c.Contain("support", Verb.DISABLE), made=plan())
    assert isinstance(answer, Refused)
    assert "wait for its outcome" in answer.reason


def test_a_harder_verb_may_follow_a_milder_one_which_ends_when_the_harder_holds() -> None:
    story = opened()
    story.ask(c.Contain("support", Verb.LIMIT), made=plan(Verb.LIMIT))
    story.tell(f.ContainmentHeld("ACT-001", proof()))
    story.ask(c.Contain("support", Verb.DISABLE), made=plan())
    assert state(story, "ACT-001") is ActionState.HELD
    answer = story.ask(c.Release("ACT-001"))
    assert isinstance(answer, Refused)
    assert "stands on ACT-001" in answer.reason
    story.tell(f.ContainmentHeld("ACT-002", proof()))
    assert state(story, "ACT-001") is ActionState.RELEASED
    assert state(story, "ACT-002") is ActionState.HELD


def test_another_adapter_is_free() -> None:
    story = contained()
    assert isinstance(story.ask(c.Contain("support", Verb.FREEZE), made=plan(Verb.FREEZE)), Ack)


def test_a_plan_that_changed_since_it_was_shown_is_refused() -> None:
    story = opened()
    answer = story.ask(c.Contain("support", Verb.DISABLE, plan_sha256="0" * 64), made=plan())
    assert isinstance(answer, Refused)
    assert "plan changed" in answer.reason
    assert isinstance(story.ask(c.Contain("support", Verb.DISABLE, plan_sha256=plan().sha256), made=plan()), Ack)


def test_without_a_plan_nothing_is_asked_for() -> None:
    story = opened()
    assert isinstance(story.ask(c.Contain("support", Verb.DISABLE)), Refused)
    assert isinstance(story.ask(c.Contain("other", Verb.DISABLE), made=plan()), Refused)
    assert isinstance(story.ask(c.Contain("support", Verb.THAW), made=plan()), Refused)
    assert story.desk.actions == {}


def test_release_is_intent_then_proof_that_the_bot_is_back() -> None:
    story = contained()
    story.ask(c.Release("ACT-001", "patched"))
    assert state(story, "ACT-001") is ActionState.RELEASING
    assert story.effects[-1] == RunRelease("ACT-001")
    story.tell(f.ContainmentReleased("ACT-001", proof(Verdict.OPEN)))
    incident = story.desk.incidents["INC-001"]
    assert state(story, "ACT-001") is ActionState.RELEASED
    assert incident.steps["rec-1"].state is StepState.DONE
    assert incident.phase is Phase.RECOVERY
    assert "resolved" in incident.moments


def test_a_failed_release_is_ambiguous_until_a_probe_decides() -> None:
    story = contained()
    story.ask(c.Release("ACT-001"))
    story.tell(f.ReleaseFailed("ACT-001", "no answer", None))
    assert state(story, "ACT-001") is ActionState.AMBIGUOUS
    story.tell(f.ContainmentHeld("ACT-001", proof()))
    assert state(story, "ACT-001") is ActionState.HELD


def test_behind_a_harder_action_nobody_can_verify_the_milder_one() -> None:
    story = contained()
    story.ask(c.Contain("support", Verb.FREEZE), made=plan(Verb.FREEZE))
    refused = story.ask(c.VerifyHeld("ACT-001"))
    assert isinstance(refused, Refused)
    assert "ACT-002 (freeze, running)" in refused.reason
    story.tell(f.ContainmentNotHeld("ACT-002", proof(Verdict.OPEN)))
    assert decide_verify(story.desk, c.VerifyHeld("ACT-001")) == []


def test_what_is_over_cannot_be_released_or_verified() -> None:
    story = contained()
    story.ask(c.Release("ACT-001"))
    story.tell(f.ContainmentReleased("ACT-001", proof(Verdict.OPEN)))
    assert isinstance(story.ask(c.Release("ACT-001")), Refused)
    assert isinstance(story.ask(c.VerifyHeld("ACT-001")), Refused)
    assert isinstance(story.ask(c.VerifyHeld("ACT-009")), Refused)


def test_an_outcome_that_cannot_follow_is_dropped() -> None:
    story = contained()
    before = story.desk
    story.tell(f.ContainmentFailed("ACT-001", "late news"))
    story.tell(f.ContainmentHeld("ACT-077", proof()))
    assert story.desk == before


def test_the_same_alarm_is_recorded_once() -> None:
    story = opened()
    before = len(story.entries)
    story.raise_alarm()
    assert len(story.entries) == before
    story.raise_alarm("AL-2")
    assert story.desk.incidents["INC-001"].alarms == ["AL-1", "AL-2"]


def test_a_gap_that_lies_in_a_log_is_recorded_once_and_what_happened_to_a_log_each_time() -> None:
    story = Story()
    cut = f.GapSeen("/logs/bot.log", "cut_line", "the line has 2000000 bytes", 951_424, 0, 4711)
    denied = f.GapSeen("/logs/bot.log", "unreadable", "Permission denied", None)
    for gap in (cut, cut, f.GapSeen("/logs/bot.log", "cut_line", "another", 5, 0, 9000), denied, denied):
        story.tell(gap)
    told = [entry.fact for entry in story.entries if isinstance(entry.fact, f.GapSeen)]
    assert [gap.offset for gap in told] == [4711, 9000, 0, 0]
