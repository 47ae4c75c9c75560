"""A room in sentences: everything that the board shows by sign and colour is said in words."""

from __future__ import annotations

import msgspec

from tests.tui.company import company, pointer, shared_view
from tests.tui.example import NOW, example_view
from warroom.core import room_words as say
from warroom.core.company import Company
from warroom.core.model import ActionState, Mode
from warroom.core.next_verbs import NextVerbs
from warroom.core.room import Welcome
from warroom.core.view import View

VERBS = NextVerbs("acme")


def welcome(view: View, *, read_only: bool = False) -> Welcome:
    return Welcome(1, "0.1.0", "acme", view.mode, "c1", "ana", 1000, read_only, 4242)


def told(view: View) -> str:
    return "\n".join(say.summary(view, welcome(view), Company(), VERBS))


def test_the_summary_names_room_bots_incident_action_alarms_people_and_what_is_late() -> None:
    text = told(example_view())
    assert text.startswith("Room acme, LIVE. It is 2026-11-22 08:40:39 UTC. You are ana.")
    for bot in example_view().bots:
        assert f"Bot {bot.name}: {bot.state.value}" in text
    assert "INC-001, SEV1, mail: Prompt injection, data leaves by mail; phase containment" in text
    assert "led by ana" in text
    assert "Action ACT-002, disable mail, by ben: HELD, 3 of 3 probes from outside saw it contained" in text
    assert "not acknowledged, newest first." in text
    assert "Here: ana (you), the incident commander; ben, the ops lead." in text
    assert "is late by" in text
    assert all(line.endswith((".", "acme")) for line in text.splitlines())


def test_a_drill_and_a_watcher_are_told_so_first() -> None:
    view = example_view(Mode.DRILL)
    first = say.summary(view, welcome(view, read_only=True), Company(), VERBS)[0]
    assert "a DRILL, nothing of it is real" in first
    assert first.endswith("You are ana, only watching.")


def test_an_empty_room_says_that_there_is_nothing() -> None:
    view = msgspec.structs.replace(
        example_view(), bots=[], incidents=[], actions=[], alarms=[], consoles=[], sources=[], messages=[]
    )
    text = told(view)
    for words in ("No bot is watched yet.", "No incident is open.", "Nothing is contained.", "No alarm was raised."):
        assert words in text
    assert text.endswith("Nothing is late or due soon.")
    assert say.messages(view, 5) == ["Nothing happened yet."]
    assert say.told(view) == ["Nobody was told anything by this room yet."]


def test_what_does_not_hold_is_said_in_capitals() -> None:
    view = example_view()
    actions = [msgspec.structs.replace(view.actions[1], state=ActionState.NOT_HELD)]
    assert "NOT HELD, the bot still answers" in "\n".join(say.actions(msgspec.structs.replace(view, actions=actions)))


def test_people_are_told_with_their_parts_dialogs_and_the_pointer() -> None:
    view = shared_view()
    here, points = say.people(view, welcome(view), company(doing="confirming: isolate support", pointer=pointer()))
    assert "ben, the ops lead, confirming: isolate support" in here
    assert "cleo, only watching" in here
    assert points.startswith("ben points at step")


def test_alarms_are_the_open_ones_newest_first_and_the_rest_is_counted() -> None:
    view = example_view()
    open_alarm = msgspec.structs.replace(view.alarms[-1], acknowledged=None)
    many = [msgspec.structs.replace(open_alarm, id=f"AL-{n}", time=NOW + n) for n in range(14)]
    lines = say.alarms(msgspec.structs.replace(view, alarms=many))
    assert lines[0] == "14 alarms are not acknowledged, newest first."
    assert lines[1].startswith("Alarm AL-13,")
    assert lines[-1] == "4 older ones are not read out."


def test_an_action_of_which_nobody_was_told_says_so() -> None:
    view = example_view()
    word = "nobody was told: no channel is configured for security; read it out by phone"
    untold = msgspec.structs.replace(view, actions=[msgspec.structs.replace(view.actions[1], told=word)])
    assert word in " ".join(say.actions(untold))
    assert "told" not in " ".join(
        say.actions(
            msgspec.structs.replace(view, actions=[msgspec.structs.replace(view.actions[1], told="told: chat")])
        )
    )
