"""Telling without an incident is answered, and a change of mind sends nothing."""

from __future__ import annotations

from msgspec.structs import replace

from tests.tui.example import example_view
from tests.tui.example_notices import OUTBOX, TellingRoom, telling_view
from tests.tui.fake_room import FakeRoom
from tests.tui.running import console
from warroom.core.commands import SendAgain
from warroom.core.notices import Audience, DeliveryState


async def test_without_an_incident_there_is_nothing_to_tell() -> None:
    view = replace(example_view(), incidents=[])
    async with console(view=view) as session:
        await session.see("Bots")
        await session.press("T")
        await session.see("there is no incident to tell of")


async def test_escape_at_either_step_tells_nobody() -> None:
    room = TellingRoom()
    async with console(room=room) as session:
        await session.see("Bots")
        await session.press("T")
        await session.see("Tell people of INC-001")
        await session.press("escape", "T")
        await session.see("Tell people of INC-001")
        await session.press("enter", "enter", "enter")
        await session.see("Exactly this will leave")
        await session.press("escape")
        await session.see("Bots")
        assert room.submitted == []


DEAD = OUTBOX[1]


async def test_what_was_given_up_goes_again_after_a_question_that_says_what_and_to_whom() -> None:
    room = TellingRoom()
    async with console(room=room, size=(100, 36)) as session:
        await session.press("6", "g", "j")
        await session.see("sends this one again")
        await session.press("r")
        await session.see("Send again by mail?", "update for legal of INC-001", "after 60 tries: 550 no such user")
        await session.press("escape", "r")
        await session.see("Send again by mail?")
        assert room.submitted == []
        await session.press("enter")
        await session.see("GIVEN UP")
        assert room.submitted == [SendAgain(DEAD.notice)]


async def test_only_what_was_given_up_is_asked_about() -> None:
    room = TellingRoom()
    async with console(room=room) as session:
        await session.press("6", "g", "r")
        await session.see("only what was given up goes again: INC-001-1-security-pager was accepted by")
        await session.press("G", "r")
        await session.see("is on its way to hook")
        assert room.submitted == []


async def test_a_question_that_somebody_else_answered_meanwhile_sends_nothing() -> None:
    room = TellingRoom()
    async with console(room=room) as session:
        await session.press("6", "g", "j", "r")
        await session.see("Send again by mail?")
        rows = [replace(one, state=DeliveryState.PENDING) if one == DEAD else one for one in OUTBOX]
        room.show(replace(telling_view(), outbox=rows))
        await session.see("Nothing can be sent")
        await session.press("enter")
        await session.see("Not sent")
        assert room.submitted == []


async def test_a_read_only_console_has_nothing_sent_again() -> None:
    room = FakeRoom(telling_view(), read_only=True)
    async with console(room=room) as session:
        await session.press("6", "g", "j", "r")
        await session.see("read-only")
        assert room.submitted == []


async def test_people_are_told_of_an_action_that_belongs_to_no_incident() -> None:
    view = telling_view()
    alone = replace(view.actions[-1], incident=None, told="nobody was told: no channel is configured for security")
    room = TellingRoom(replace(view, actions=[*view.actions[:-1], alone]))
    async with console(room=room, size=(120, 36)) as session:
        await session.press("4", "g")
        await session.see("nobody was told: no channel is configured for security")
        await session.press("T")
        await session.see(f"Tell people of {alone.id}")
        await session.press("enter", "enter", "enter")
        await session.see("Exactly this will leave")
        assert (room.previews[0].incident, room.previews[0].audience) == (alone.id, Audience.SECURITY)
