"""What a person may do with an incident, and why not."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from tests.core.story import ANA, BEN, Story, plan, proof
from warroom.core import commands as c
from warroom.core import facts as f
from warroom.core.commands import Ack, Command, Refused
from warroom.core.model import Phase, Role, Severity, StepState
from warroom.core.moments import utc_text


def opened() -> Story:
    story = Story()
    story.raise_alarm()
    answer = story.ask(c.OpenIncident("support", "prompt-injection", "Injection", alarm="AL-1"))
    assert isinstance(answer, Ack)
    assert answer.ref == "INC-001"
    return story


def reason(answer: object) -> str:
    assert isinstance(answer, Refused), answer
    return answer.reason


def test_opening_from_an_alarm_acknowledges_it_names_a_commander_and_sets_the_moments() -> None:
    story = opened()
    incident = story.desk.incidents["INC-001"]
    assert story.desk.alarms["AL-1"].acknowledged == "ana"
    assert incident.roles == {Role.INCIDENT_COMMANDER: "ana"}
    assert incident.severity is Severity.SEV2
    assert incident.moments["started"] <= incident.moments["detected"] <= incident.moments["acked"]
    assert set(incident.steps) == {"det-1", "con-1", "con-2", "rec-1"}


def test_an_alarm_belongs_to_one_incident() -> None:
    story = opened()
    second = story.ask(c.OpenIncident("support", "prompt-injection", "again", alarm="AL-1"))
    assert "belongs to INC-001" in reason(second)


@pytest.mark.parametrize(
    ("command", "words"),
    [
        (c.OpenIncident("nobody", "prompt-injection", "t"), "no bot nobody"),
        (c.OpenIncident("support", "nothing", "t"), "no playbook nothing"),
        (c.OpenIncident("support", "prompt-injection", "  "), "needs words"),
        (c.OpenIncident("support", "prompt-injection", "t", alarm="AL-9"), "no alarm AL-9"),
        (c.AcknowledgeAlarm("AL-9"), "no alarm AL-9"),
        (c.AddNote("INC-009", "x"), "no incident INC-009"),
        (c.AddNote("INC-001", " "), "needs words"),
        (c.AddNote("INC-001", "x" * 5000), "4000 characters"),
        (c.ChangeSeverity("INC-001", Severity.SEV3), "needs a reason"),
        (c.ChangeSeverity("INC-001", Severity.SEV2), "already"),
        (c.EnterPhase("INC-001", Phase.DETECTION), "already"),
        (c.TickStep("INC-001", "zzz"), "no step zzz"),
        (c.UntickStep("INC-001", "det-1", "why"), "not ticked"),
        (c.SkipStep("INC-001", "det-1", ""), "needs words"),
        (c.CloseIncident("INC-001", ""), "needs words"),
        (c.MarkMoment("INC-001", "not a name"), "no name for a moment"),
        (c.RecordDecision("INC-001", "we go on", ""), "needs words"),
        (c.HandOver("INC-001", ""), "needs words"),
        (c.AddSource("relative.log", "support"), "not an absolute path"),
        (c.AddSource("/var/log/a\0b.log", "support"), "control character"),
        (c.AddSource("/var/log/a\nb.log", "support"), "control character"),
        (c.AddSource("/var/log/a.log", "sup\0port"), "visible characters"),
        (c.AddSource("/var/log/a.log", " "), "visible characters"),
    ],
)
def test_what_cannot_be_done_is_refused_with_its_reason_and_changes_nothing(command: Command, words: str) -> None:
    story = opened()
    before = story.desk
    assert words in reason(story.ask(command))
    assert story.desk == before


def test_raising_the_severity_needs_no_reason_lowering_does() -> None:
    story = opened()
    assert isinstance(story.ask(c.ChangeSeverity("INC-001", Severity.SEV1)), Ack)
    assert isinstance(story.ask(c.ChangeSeverity("INC-001", Severity.SEV3, "no data left")), Ack)
    assert story.desk.incidents["INC-001"].severity is Severity.SEV3


def test_a_tick_says_who_and_when_and_can_be_taken_back_with_a_reason() -> None:
    story = opened()
    story.ask(c.TickStep("INC-001", "det-1", "seen"), BEN)
    step = story.desk.incidents["INC-001"].steps["det-1"]
    assert (step.state, step.by, step.reason) == (StepState.DONE, "ben", "seen")
    assert "done already, by ben" in reason(story.ask(c.TickStep("INC-001", "det-1")))
    story.ask(c.UntickStep("INC-001", "det-1", "wrong line"), ANA)
    assert story.desk.incidents["INC-001"].steps["det-1"].state is StepState.TODO


def test_roles_are_taken_and_handed_over() -> None:
    story = opened()
    story.ask(c.AssignRole("INC-001", Role.SCRIBE), BEN)
    story.ask(c.HandOver("INC-001", "carla", "end of shift"))
    assert story.desk.incidents["INC-001"].roles == {Role.INCIDENT_COMMANDER: "carla", Role.SCRIBE: "ben"}


def test_an_incident_with_a_held_action_cannot_be_closed() -> None:
    story = opened()
    story.ask(c.Contain("support", plan().verb), made=plan())
    story.tell(f.ContainmentHeld("ACT-001", proof()))
    assert "ACT-001" in reason(story.ask(c.CloseIncident("INC-001", "done")))


def test_a_closed_incident_takes_notes_and_nothing_else() -> None:
    story = opened()
    assert isinstance(story.ask(c.CloseIncident("INC-001", "false alarm")), Ack)
    assert isinstance(story.ask(c.AddNote("INC-001", "afterthought")), Ack)
    assert "is closed" in reason(story.ask(c.TickStep("INC-001", "det-1")))
    assert story.desk.incidents["INC-001"].moments["closed"] > 0


def test_stopping_says_when_what_is_held_would_have_ended() -> None:
    story = opened()
    story.ask(c.Contain("support", plan().verb, expires_s=60.0), made=replace(plan(), expires_s=60.0))
    ends = story.desk.actions["ACT-001"].expires
    assert ends is not None
    assert f"running until {utc_text(ends)}" in reason(story.ask(c.StopEngine()))


def test_stopping_with_a_held_action_needs_force() -> None:
    story = opened()
    story.ask(c.Contain("support", plan().verb), made=plan())
    story.tell(f.ContainmentHeld("ACT-001", proof()))
    refused = story.ask(c.StopEngine())
    assert "ACT-001 (disable support, held)" in reason(refused)
    assert "what is contained stays so, but nobody looks" in reason(refused)
    assert isinstance(story.ask(c.StopEngine(force=True)), Ack)
