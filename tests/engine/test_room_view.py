"""The view: what is next, what contains a bot, and no text that could harm a screen."""

from __future__ import annotations

import msgspec
from msgspec.structs import replace

from tests.core.story import Story, alarm, plan, proof
from warroom.core import commands as c
from warroom.core import facts as f
from warroom.core.model import BotState, Verb, Verdict
from warroom.core.record import Record
from warroom.core.view import View
from warroom.engine.pipeline import SourceState
from warroom.engine.room_view import Surroundings, build_view


def view_of(story: Story, *sources: SourceState) -> View:
    around = Surroundings(
        now=story.now,
        pid=1,
        started=story.now,
        head="h",
        bots={},
        sources={source.path: source for source in sources},
        ways={},
        verbs={"support": [Verb.SNAPSHOT, Verb.DISABLE]},
        playbooks=[],
        timeline={},
        messages=[],
        banner="",
    )
    return build_view(1, story.desk, around)


def opened() -> Story:
    story = Story()
    story.raise_alarm()
    story.ask(c.OpenIncident("support", "prompt-injection", "t\x1b]0;x\x07", alarm="AL-1"))
    return story


def test_the_next_thing_is_the_first_required_step_then_what_does_not_hold() -> None:
    story = opened()
    assert view_of(story).incidents[0].next_step == "Confirm on raw lines"
    story.ask(c.Contain("support", Verb.DISABLE), made=plan())
    story.tell(f.ContainmentNotHeld("ACT-001", proof(Verdict.OPEN)))
    assert view_of(story).incidents[0].next_step.startswith("ACT-001 is NOT HELD")
    story.ask(c.Contain("support", Verb.FREEZE), made=plan(Verb.FREEZE))
    story.tell(f.ContainmentHeld("ACT-002", proof()))
    assert "NOT HELD" not in view_of(story).incidents[0].next_step, "a harder one holds it"
    story.tell(f.ContainmentNotHeld("ACT-002", proof(Verdict.OPEN)))
    assert view_of(story).incidents[0].next_step.startswith("ACT-001 is NOT HELD")
    story.ask(c.Release("ACT-002"))
    story.tell(f.ContainmentReleased("ACT-002", proof(Verdict.OPEN)))


def test_with_every_step_settled_the_next_thing_is_to_close() -> None:
    story = opened()
    for step in list(story.desk.incidents["INC-001"].steps):
        story.ask(c.TickStep("INC-001", step))
    assert view_of(story).incidents[0].next_step == "close the incident"


def test_a_held_bot_says_by_what_and_by_whom() -> None:
    story = opened()
    story.ask(c.Contain("support", Verb.DISABLE), made=plan())
    story.tell(f.ContainmentHeld("ACT-001", proof()))
    bot = view_of(story).bots[0]
    assert (bot.state, bot.held_by) == (BotState.CONTAINED, "ACT-001")
    assert "ana" in bot.why


def test_an_alarm_that_nobody_has_seen_is_what_the_board_says() -> None:
    story = Story()
    story.raise_alarm()
    bot = view_of(story).bots[0]
    assert bot.state is BotState.ALARM
    assert bot.why.startswith("alarm ")
    story.ask(c.AcknowledgeAlarm("AL-1"))
    assert view_of(story).bots[0].state is not BotState.ALARM


def test_the_lines_of_an_alarm_say_who_used_which_tool_as_the_stream_does() -> None:
    story = Story()
    line = Record(
        source="/var/log/bot.log", generation=1, offset=0, length=90, received=story.now, time=story.now, format="json",
        bot="support", event="tool", message="tool called", user="u-4", tool="send_email",
    )  # fmt: skip
    story.tell(f.AlarmRaised(replace(alarm(), samples=[line])))
    assert view_of(story).alarms[0].samples == ["tool called user=u-4 tool=send_email"]


def test_a_log_that_is_not_there_is_said_beside_its_bot() -> None:
    bot = view_of(Story(), SourceState("/var/log/bot.log", "support")).bots[0]
    assert bot.why.startswith("bot.log cannot be read yet")


def test_no_control_character_leaves_in_a_view() -> None:
    encoded = msgspec.json.encode(view_of(opened())).decode()
    assert "\\u001b" not in encoded
    assert "\\u0007" not in encoded
