"""The record in words: outcomes find their incident though they name only their action."""

from __future__ import annotations

from tests.core.story import Story, plan, proof
from warroom.core import commands as c
from warroom.core import facts as f
from warroom.core.model import Verb
from warroom.core.urgency import Urgency
from warroom.engine.chronicle import Chronicle


def told() -> Chronicle:
    story = Story()
    story.raise_alarm()
    story.ask(c.OpenIncident("support", "prompt-injection", "t", alarm="AL-1"))
    story.ask(c.Contain("support", Verb.DISABLE), made=plan())
    story.tell(f.ContainmentHeld("ACT-001", proof()))
    story.ask(c.AddNote("INC-001", "a \x1b[2J note"))
    chronicle = Chronicle()
    chronicle.tell(story.entries, story.desk)
    return chronicle


def test_an_incidents_timeline_holds_its_alarm_its_acts_and_their_outcomes() -> None:
    lines = told().timeline["INC-001"]
    kinds = [line.kind for line in lines]
    assert "alarm" in kinds
    assert any("HELD" in line.text and "disable support" in line.text for line in lines)
    assert [line.seq for line in lines] == sorted(line.seq for line in lines)


def test_all_of_the_room_is_in_the_messages_and_nothing_in_it_commands_a_terminal() -> None:
    chronicle = told()
    assert len(chronicle.messages) >= len(chronicle.timeline["INC-001"])
    assert not any("\x1b" in line.text for line in chronicle.messages)


def test_an_entry_says_how_loud_it_is_what_it_is_about_and_in_which_incident() -> None:
    held = next(line for line in told().messages if "HELD" in line.text)
    assert (held.urgency, held.about, held.incident) == (Urgency.INFO, "ACT-001", "INC-001")
    raised = next(line for line in told().messages if line.kind == "alarm")
    assert (raised.urgency, raised.about, raised.incident) == (Urgency.URGENT, "AL-1", "INC-001")
