"""A containment that held and holds no more is an alarm: once until somebody saw it, with what was sent and got."""

from __future__ import annotations

from tests.core.story import START, Story, plan
from warroom.core import commands as c
from warroom.core import facts as f
from warroom.core.model import AlarmLevel, Proof, Sample, StepState, Verb, Verdict
from warroom.core.reduce import fold

SECRET = "\x1b[2Jleaked"


def looks(verdict: Verdict, at: float = START) -> Proof:
    got = "503" if verdict is Verdict.CONTAINED else f"200 {SECRET}"
    return Proof(verdict, [Sample(at + n, verdict, "POST /v1/chat", got) for n in range(3)], at + 3)


def held(*, incident: bool = False) -> Story:
    story = Story()
    if incident:
        story.ask(c.OpenIncident("support", "prompt-injection", "Injection"))
    story.ask(c.Contain("support", Verb.DISABLE), made=plan())
    story.tell(f.ContainmentHeld("ACT-001", looks(Verdict.CONTAINED)))
    return story


def flip(story: Story, at: float = START + 30) -> None:
    story.tell(f.ContainmentNotHeld("ACT-001", looks(Verdict.OPEN, at)))


def test_a_flip_is_an_alarm_that_says_which_looks_saw_what() -> None:
    story = held()
    flip(story)
    (record,) = story.desk.alarms.values()
    alarm = record.alarm
    assert (alarm.bot, alarm.action, alarm.level, alarm.score) == ("support", "ACT-001", AlarmLevel.CRITICAL, 100.0)
    assert (alarm.window_start, alarm.window_end, alarm.time) == (START + 30, START + 32, START + 33)
    first, *seen = alarm.reasons
    assert first.text == (
        "NOT HELD any more: disable support (ACT-001), proved at 22:13:23: "
        "3 of 3 looks from outside saw the bot at work"
    )
    assert [reason.kind for reason in seen] == ["probe"] * 3
    assert seen[0].text == "sent POST /v1/chat; came back: 200 ␛[2Jleaked"
    assert fold(story.entries) == story.desk


def test_it_is_recorded_with_the_look_and_in_the_order_look_alarm_step() -> None:
    story = held(incident=True)
    assert story.desk.incidents["INC-001"].steps["con-2"].state is StepState.DONE
    flip(story)
    assert [type(entry.fact) for entry in story.entries[-3:]] == [f.ContainmentNotHeld, f.AlarmRaised, f.StepChanged]
    incident = story.desk.incidents["INC-001"]
    assert incident.steps["con-2"].state is StepState.TODO
    (record,) = story.desk.alarms.values()
    assert record.incident == "INC-001"
    assert incident.alarms == [record.alarm.id]


def test_it_is_acknowledged_like_any_other() -> None:
    story = held(incident=True)
    flip(story)
    (name,) = story.desk.alarms
    story.ask(c.AcknowledgeAlarm(name))
    assert story.desk.alarms[name].acknowledged == "ana"


def test_an_action_that_flaps_is_one_alarm_until_somebody_has_seen_it() -> None:
    story = held()
    for round in range(4):
        flip(story, START + 100 * round)
        story.tell(f.ContainmentHeld("ACT-001", looks(Verdict.CONTAINED, START + 100 * round + 50)))
    (name,) = story.desk.alarms
    story.ask(c.AcknowledgeAlarm(name))
    flip(story, START + 900)
    assert len(story.desk.alarms) == 2


def test_what_never_held_is_no_flip() -> None:
    story = Story()
    story.ask(c.Contain("support", Verb.DISABLE), made=plan())
    flip(story)
    flip(story, START + 60)
    assert story.desk.alarms == {}


def test_a_look_that_could_not_tell_lies_between_and_changes_nothing() -> None:
    story = held()
    story.tell(f.ContainmentAmbiguous("ACT-001", "the engine ended"))
    flip(story)
    assert len(story.desk.alarms) == 1


def test_what_is_let_go_is_no_flip() -> None:
    story = held()
    story.tell(f.ReleaseRequested("ACT-001", "enough"))
    story.tell(f.ReleaseFailed("ACT-001", "no answer", None))
    flip(story)
    assert story.desk.alarms == {}


def test_it_belongs_to_the_incident_of_its_action_and_not_to_a_newer_one_of_the_bot() -> None:
    story = held(incident=True)
    story.ask(c.OpenIncident("support", "prompt-injection", "Another"))
    flip(story)
    (record,) = story.desk.alarms.values()
    assert record.incident == "INC-001"


def test_opening_an_incident_takes_it_in() -> None:
    story = held()
    flip(story)
    story.ask(c.OpenIncident("support", "prompt-injection", "It is back", alarm=next(iter(story.desk.alarms))))
    (record,) = story.desk.alarms.values()
    assert (record.incident, record.acknowledged) == ("INC-001", "ana")


def test_the_same_record_gives_the_same_alarm() -> None:
    first, second = held(), held()
    flip(first)
    flip(second)
    assert list(first.desk.alarms) == list(second.desk.alarms)
