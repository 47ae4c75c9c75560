"""Telling people from the console: whom, the exact words, a quiet hand; and what became of it."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from tests.tui.example_notices import TellingRoom, telling_view
from tests.tui.example_outbox import entries, told_view
from tests.tui.running import Session, console
from warroom.core.commands import Notify, Refused
from warroom.core.notices import Audience, Event


async def to_the_notice(session: Session, *more: str) -> None:
    await session.see("Bots")
    await session.press("T")
    await session.see("Tell people of INC-001")
    await session.press(*more, "enter", "enter", "enter")
    await session.see("Exactly this will leave", "Next word in 30 minutes.")


async def test_exactly_what_is_shown_is_sent_after_a_quiet_press() -> None:
    room = TellingRoom()
    async with console(room=room) as session:
        await to_the_notice(session, "down")
        await session.see("pager (https)", "Bot mail leaks")
        await session.press("tab")
        session.clock.now += 0.4
        await session.press("enter")
        await session.see("saved #101", "Told · 1 accepted")
        assert room.submitted == [Notify("INC-001", Audience.ENGINEERING, Event.UPDATE, "")]


async def test_a_hasty_press_tells_nobody() -> None:
    room = TellingRoom()
    async with console(room=room) as session:
        await to_the_notice(session)
        await session.press("tab", "enter")
        await session.see("Not sent: wait a moment")
        assert room.submitted == []


async def test_a_text_that_changed_meanwhile_is_read_again_and_not_sent() -> None:
    room = TellingRoom()
    async with console(room=room) as session:
        await to_the_notice(session)
        room.notice = replace(room.notice, text="It is NOT contained.\n\nNext word in 30 minutes.")
        await session.press("tab")
        session.clock.now += 0.4
        await session.press("enter")
        await session.see("The text changed: read it again.", "It is NOT contained.")
        assert room.submitted == []


async def test_a_refusal_is_said_and_the_dialog_stays() -> None:
    room = TellingRoom()
    room.refusal = Refused("no channel is configured", "see docs/notify.md")
    async with console(room=room) as session:
        await to_the_notice(session)
        await session.press("tab")
        session.clock.now += 0.4
        await session.press("enter")
        await session.see("Refused: no channel is configured", "Exactly this will leave")


async def test_what_goes_to_customers_is_called_a_draft() -> None:
    async with console(room=TellingRoom()) as session:
        await to_the_notice(session, "end")
        await session.see("a draft that a person sends", "Keep as draft")


@pytest.mark.parametrize("size", [(80, 24), (120, 36)])
async def test_the_outbox_shows_how_far_each_notice_came(size: tuple[int, int]) -> None:
    async with console(size, room=TellingRoom()) as session:
        await session.see("NOT TOLD: legal")
        await session.press("6")
        await session.see("Told · 1 accepted · 3 on their way · 1 given up", "GIVEN UP", "RETRY 4", "SENDING")
        await session.press("g")
        await session.see("the receiver took it.")


async def test_an_update_that_is_late_stands_beside_the_next_step() -> None:
    async with console(view=telling_view(-300.0)) as session:
        await session.press("2")
        await session.see("UPDATE LATE 5m: T tells people")


async def test_enter_on_a_notice_goes_to_its_words_and_they_are_read_once() -> None:
    room = TellingRoom(told_view())
    room.entries = entries()
    async with console((80, 24), room=room) as session:
        await session.press("6")
        await session.see("asked     by ana, written 08:40:37", "TEXT AS IT LEFT")
        await session.press("g")
        await session.see("by itself, because of entry #31", "chat: POST https://hooks.example.org")
        await session.press("enter", "G")
        await session.see("At 08:57 UTC.")
        assert len(room.previews) == 4, "one for each audience"


async def test_an_update_that_is_late_stands_on_the_board_too() -> None:
    async with console(view=told_view(due=-200.0)) as session:
        await session.see("UPDATE LATE 3m: T tells people · next:", "1 given up")
