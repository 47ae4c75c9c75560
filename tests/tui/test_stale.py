"""A dialog is bound to what it showed: whoever changes it is named, and nothing is sent before it was read again."""

from __future__ import annotations

import asyncio

import pytest
from msgspec.structs import replace
from textual import events

from tests.tui.company import said, shared_view
from tests.tui.example_notices import TellingRoom, telling_view
from tests.tui.fake_room import FakeRoom
from tests.tui.running import Session, console
from warroom.core import commands as c
from warroom.core.model import ActionState, Role, Severity, StepState
from warroom.core.queries import NoticeAnswer
from warroom.core.view import View
from warroom.tui.absence import Absence
from warroom.tui.stale import Watch, stand_of

VIEW = shared_view()
INCIDENT = VIEW.incidents[0]


def changed(view: View, text: str = "closed: done", **fields: object) -> View:
    """Return the view after ben did something to the incident."""
    entry = said("ben", text, seq=9000)
    incident = replace(view.incidents[0], timeline=[*view.incidents[0].timeline, entry], **fields)
    chain = replace(view.chain, length=view.chain.length + 1)
    return replace(view, incidents=[incident], messages=[*view.messages, entry], chain=chain)


def with_step(view: View, step: str, state: StepState) -> View:
    """Return the view after ben ticked or unticked a step."""
    steps = [replace(one, state=state) if one.id == step else one for one in view.incidents[0].steps]
    return changed(view, f"step {step}", steps=steps)


@pytest.mark.parametrize(
    ("about", "after"),
    [
        ("step:INC-001/isolate", with_step(VIEW, "isolate", StepState.DONE)),
        ("severity:INC-001", changed(VIEW, severity=Severity.SEV3)),
        ("phase:INC-001", changed(VIEW, phase="recovery")),
        ("role:INC-001", changed(VIEW, roles={})),
        ("command:INC-001", changed(VIEW, roles={Role.INCIDENT_COMMANDER.value: "ben"})),
        ("close:INC-001", with_step(VIEW, "isolate", StepState.DONE)),
        ("incident:INC-001", changed(VIEW, open=False)),
        ("tell:INC-001/customers", changed(VIEW, severity=Severity.SEV2)),
        ("bot:mail/INC-001", replace(VIEW, actions=[])),
        ("alarm:AL-0009", replace(VIEW, alarms=[replace(one, acknowledged="ben") for one in VIEW.alarms])),
    ],
)
def test_each_subject_notices_what_concerns_it_and_nothing_else(about: str, after: View) -> None:
    assert stand_of(VIEW, about) != stand_of(after, about)
    assert stand_of(VIEW, about) == stand_of(changed(VIEW, "note: hello"), about)


def test_whoever_changed_it_is_named_once() -> None:
    views = [VIEW]
    watch = Watch(lambda: views[-1], "severity:INC-001", "ana", Absence(lambda: None))
    assert watch.changed() == ""
    views.append(changed(VIEW, "severity SEV1 to SEV3", severity=Severity.SEV3))
    assert watch.changed() == "ben: severity SEV1 to SEV3 meanwhile."
    assert watch.changed() == ""
    assert watch.over() == "INC-001 is SEV3 now."


def test_what_came_and_went_changes_nothing() -> None:
    views = [VIEW]
    watch = Watch(lambda: views[-1], "step:INC-001/isolate", "ana", Absence(lambda: None))
    views += [with_step(VIEW, "isolate", StepState.DONE), VIEW]
    assert (watch.changed(), watch.over()) == ("", "")


async def shown_anew(session: Session, view: View) -> None:
    """Let ben's change arrive."""
    session.room.show(view)
    await session.see("ben: " if "Not sent" not in session.text else "")


async def test_a_step_that_somebody_ticked_is_not_skipped() -> None:
    async with console((80, 24), room=FakeRoom(VIEW)) as session:
        await session.press("2", "S")
        await session.see("Skip: Disable the bot")
        await session.press(*"late")
        await shown_anew(session, with_step(VIEW, "isolate", StepState.DONE))
        await session.see("ben: step isolate meanwhile.", "Nothing can be sent: INC-001/isolate is done")
        await session.press("enter", "enter")
        await session.see("Not sent: INC-001/isolate is done now.")
        assert session.room.submitted == []


async def test_a_question_whose_ground_moved_is_answered_twice() -> None:
    free = replace(VIEW, actions=[])
    async with console((80, 24), room=FakeRoom(free)) as session:
        await session.press("2", "C")
        await session.see("Close INC-001")
        await session.press(*"done")
        await shown_anew(session, with_step(free, "isolate", StepState.DONE))
        await session.see("ben: step isolate meanwhile. Read it")
        await session.press("enter")
        await session.see("Not sent: ben: step isolate meanwhile.")
        assert session.room.submitted == []
        await session.press("enter")
        await session.see("saved #101")
        assert session.room.submitted == [c.CloseIncident("INC-001", "done")]


@pytest.mark.parametrize(("key", "about"), [("d", "Decision in INC-001"), ("x", "for INC-001")])
async def test_what_changes_while_a_dialog_is_being_made_is_met_by_its_first_press(key: str, about: str) -> None:
    async with console((80, 24), room=FakeRoom(VIEW)) as session:
        await session.press("2")
        session.app.post_message(events.Key(key, key))
        async with asyncio.timeout(40):
            while len(session.app.screen_stack) < 2:  # noqa: ASYNC110  the very turn in which it is pushed
                await asyncio.sleep(0)
        assert not session.app.screen.is_mounted
        session.room.lose("the engine ended")
        await session.see(about)
        session.room.come_back(1.0)
        session.room.show(VIEW)
        await session.see("the engine was gone for 1.0s.")
        assert session.room.submitted == []


async def test_an_incident_that_somebody_closed_cannot_be_handed_over() -> None:
    async with console((80, 24), room=FakeRoom(VIEW)) as session:
        await session.press("2", "H", *"ben", "enter")
        await shown_anew(session, changed(VIEW, open=False))
        await session.see("ben: closed: done meanwhile.", "the incident is closed.")
        await session.press("enter", "enter")
        await session.see("Not sent: the incident is closed.")
        assert session.room.submitted == []


async def test_a_containment_is_read_and_confirmed_again_when_somebody_acted_on_the_bot() -> None:
    async with console((120, 36), room=FakeRoom(VIEW)) as session:
        await session.press("2", "x")
        await session.see("exactly", "[  Cancel  ]")
        await session.press(*["tab"] * 3)
        await session.see("[  Contain mail")
        session.clock.now += 1
        asked = len(session.room.asked)
        released = [replace(one, state=ActionState.RELEASED) for one in VIEW.actions]
        entry = said("ben", "released mail", seq=9000)
        chain = replace(VIEW.chain, length=VIEW.chain.length + 1)
        session.room.show(replace(VIEW, actions=released, messages=[*VIEW.messages, entry], chain=chain))
        await session.see("ben: released mail meanwhile.", "[  Cancel  ]")
        assert len(session.room.asked) == asked + 1
        assert session.room.submitted == []


async def test_a_press_at_the_moment_of_a_change_contains_nobody() -> None:
    async with console((120, 36), room=FakeRoom(VIEW)) as session:
        await session.press("2", "x")
        await session.see("exactly", "[  Cancel  ]")
        await session.press(*["tab"] * 3)
        await session.see("[  Contain mail")
        session.clock.now += 1
        session.room.show(changed(VIEW, open=False))
        await session.press("enter")
        await session.pilot.pause()
        assert session.room.submitted == []


async def test_nobody_is_contained_for_an_incident_that_somebody_closed() -> None:
    async with console((120, 36), room=FakeRoom(VIEW)) as session:
        await session.press("2", "x")
        await session.see("exactly", "[  Cancel  ]")
        session.room.show(changed(VIEW, open=False))
        await session.see("ben: closed: done meanwhile.")
        await session.press(*["tab"] * 3)
        await session.see("[  Contain mail")
        session.clock.now += 1
        await session.press("enter")
        await session.see("Not sent: the incident is closed.")
        assert session.room.submitted == []


async def test_a_notice_is_read_again_when_the_incident_changed() -> None:
    room = TellingRoom()
    before = telling_view()
    async with console(room=room) as session:
        await session.press("T")
        await session.see("Tell people of INC-001")
        await session.press("enter", "enter", "enter")
        await session.see("Exactly this will leave", "Bot mail leaks")
        room.notice = NoticeAnswer("Bot mail leaks less", "It is contained.", [], "")
        room.show(changed(before, "severity SEV1 to SEV2", severity=Severity.SEV2))
        await session.see("ben: severity SEV1 to SEV2 meanwhile.", "Bot mail leaks less")
        assert room.submitted == []
