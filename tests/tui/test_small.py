"""A window in which nothing is drawn hears only what needs no eyes, and loses nothing that was being typed."""

from __future__ import annotations

import pytest

from tests.tui.example_notices import TellingRoom
from tests.tui.running import Session, console
from tests.tui.waiting import waiting_view
from warroom.core import commands as c
from warroom.tui.dialogs import TextInput

SMALL = ((59, 18), (60, 17), (30, 6), (1, 1))


async def _shrink(session: Session, size: tuple[int, int]) -> None:
    await session.pilot.resize_terminal(*size)
    await session.pilot.pause()


async def _grow(session: Session) -> None:
    await session.pilot.resize_terminal(120, 36)
    await session.pilot.pause()


@pytest.mark.parametrize("size", SMALL, ids=str)
async def test_what_is_not_on_the_screen_cannot_be_confirmed(size: tuple[int, int]) -> None:
    async with console() as session:
        await session.press("x")
        await session.see("mild to hard")
        await session.press("down", "down", "enter")
        await session.see("support/control/disable", "wait a moment")
        await _shrink(session, size)
        await session.press("tab", "tab", "tab")
        session.clock.now += 60
        await session.press("enter")
        await session.pilot.pause()
        assert session.room.submitted == []
        await session.press("shift+tab")
        session.clock.now += 60
        await session.press("enter")
        await session.pilot.pause()
        assert session.room.submitted == [], "what is prepared is begun by others"
        await _grow(session)
        await session.see("Not sent: make the", "larger", "[  Prepare  ]")
        await session.press("tab")
        session.clock.now += 60
        await session.press("enter")
        await session.see("saved #101")
        assert [type(one) for one in session.room.submitted] == [c.Contain]


async def test_a_press_right_after_the_window_has_grown_is_too_early() -> None:
    async with console() as session:
        await session.press("x", "down", "down", "enter")
        await session.see("support/control/disable", "wait a moment")
        await session.press("tab", "tab", "tab")
        await _shrink(session, (30, 6))
        session.clock.now += 60
        await _grow(session)
        await session.press("enter")
        await session.see("Not sent: wait")
        assert session.room.submitted == []


async def test_neither_an_approval_nor_a_notice_is_confirmed_unseen() -> None:
    async with console(view=waiting_view()) as session:
        await session.press("4", "down", "A")
        await session.see("[  Cancel  ]")
        await _shrink(session, (30, 6))
        await session.press("tab")
        session.clock.now += 60
        await session.press("enter")
        await session.pilot.pause()
        assert session.room.submitted == []
    room = TellingRoom()
    async with console(room=room) as session:
        await session.press("2", "T")
        await session.see("Tell people of INC-001")
        await session.press("enter", "enter", "enter")
        await session.see("Exactly this will leave", "Nothing is sent.")
        await _shrink(session, (30, 6))
        await session.press("tab")
        session.clock.now += 60
        await session.press("enter")
        await session.pilot.pause()
        assert room.submitted == []


@pytest.mark.parametrize("size", SMALL, ids=str)
async def test_keys_act_on_nothing_that_nobody_sees(size: tuple[int, int]) -> None:
    async with console() as session:
        await session.press("2")
        await session.see("Step in hand")
        before = dict(session.app.get_default_screen().scene.chosen.ids)
        await _shrink(session, size)
        await session.press("space", "a", "x", "j", "enter", "1", "a", "5", "x", "tab", "space", "p", "colon", "^")
        assert session.room.submitted == []
        assert len(session.app.screen_stack) == 1
        await _grow(session)
        await session.see("Step in hand")
        assert session.app.get_default_screen().scene.chosen.ids == before
        await session.press("space")
        await session.see("saved #101")


async def test_in_a_small_window_one_can_leave_from_every_page() -> None:
    async with console() as session:
        await session.press("3")
        await _shrink(session, (40, 10))
        await session.press("q")
        await session.see("Leave this console?")
        await session.press("escape", "ctrl+c")
        await session.see("Leave this console?")
        await session.press("enter")
        await session.pilot.pause()
        assert session.app.return_value == 0


@pytest.mark.parametrize("size", SMALL, ids=str)
async def test_a_search_that_is_being_typed_goes_on_when_the_window_is_large_again(size: tuple[int, int]) -> None:
    async with console() as session:
        await session.press("5", "slash", "i", "n")
        await session.see("/in")
        await _shrink(session, size)
        await session.press("q", "escape")
        await _grow(session)
        await session.press("j", "e", "c", "t", "i", "o", "n", "enter")
        await session.see("/injection 1", "PAUSED")
        assert session.room.submitted == []


async def test_words_in_a_dialog_go_on_too() -> None:
    async with console() as session:
        await session.press("2", "t", *"hello ")
        await _shrink(session, (1, 1))
        await session.press(*"wor")
        await _grow(session)
        await session.press("d")
        assert session.app.screen.query_one("#field-text", TextInput).value == "hello word"
