"""Keys that arrive in one piece, as a slow line delivers them, go where a slow typist's would have gone."""

from __future__ import annotations

import asyncio
import time

import pytest
from textual import events
from textual.app import App
from textual.keys import _character_to_key
from textual.screen import Screen
from textual.widgets import Input

from tests.tui.fake_room import FakeRoom
from tests.tui.running import Session, console
from tests.waiting import eventually
from warroom.core import commands as c
from warroom.tui import typed_ahead
from warroom.tui.frame.patience import Patience
from warroom.tui.pages.page import Page
from warroom.tui.typed_ahead import LONGEST_S, MOST, Opening, Typed, TypedAhead

_NAMED = {"\r": "enter", "\t": "tab", "\x1b": "escape"}


def burst(session: Session, text: str) -> None:
    """Hand over all keys before the console looks at the first."""
    for char in text:
        key = _NAMED.get(char) or _character_to_key(char)
        session.app.post_message(events.Key(key, char))


def sent(room: FakeRoom) -> list[object]:
    return [type(command) for command in room.submitted]


async def test_the_letters_of_a_search_are_never_commands_of_the_page() -> None:
    async with console() as session:
        burst(session, "5/injection\r")
        await session.see("/injection 1", "PAUSED")
        assert session.room.submitted == []


async def test_keys_wait_for_a_page_that_is_long_in_the_making(monkeypatch: pytest.MonkeyPatch) -> None:
    """At the start, on a busy machine, a page takes longer than any act's dialog may; its keys reached nobody."""
    released, began = asyncio.Event(), time.monotonic()
    build = Page.on_mount

    async def built_late(page: Page) -> None:
        await released.wait()
        build(page)

    async with console() as session:
        monkeypatch.setattr(Page, "on_mount", built_late)
        burst(session, "5/injection\r")
        await eventually(lambda: time.monotonic() - began > 3 * LONGEST_S)
        assert "/injection" not in session.text
        released.set()
        await session.see("/injection 1", "PAUSED")


async def test_a_note_and_its_words_may_come_in_one_piece() -> None:
    async with console() as session:
        burst(session, "2tcalled the owner, o x D\r")
        await eventually(lambda: session.room.submitted)
        assert sent(session.room) == [c.AddNote]
        assert "called the owner, o x D" in str(session.room.submitted[0])


def test_a_machine_that_stood_still_uses_up_no_key_s_patience(monkeypatch: pytest.MonkeyPatch) -> None:
    now = [0.0]
    monkeypatch.setattr(typed_ahead, "Patience", lambda most_s: Patience(most_s, lambda: now[0]))
    opening, front, dialog = Opening(), Screen[None](), Screen[None]()
    assert opening.seen_on(front, dialog)
    now[0] += 60.0
    assert opening.seen_on(front, dialog), "nothing had a turn meanwhile"
    looks = 0
    while opening.seen_on(front, dialog):
        now[0] += 0.01
        looks += 1
    assert 0.5 * LONGEST_S < looks * 0.01 <= LONGEST_S + 0.01


async def test_the_next_act_waits_for_the_one_before_to_end() -> None:
    async with console() as session:
        burst(session, "2tfirst\rtsecond\r")
        await eventually(lambda: len(session.room.submitted) == 2)
        texts = [str(command) for command in session.room.submitted]
        assert [("first" in text, "second" in text) for text in texts] == [(True, False), (False, True)]


async def test_what_is_typed_ahead_never_confirms_what_acts_on_a_bot() -> None:
    async with console() as session:
        burst(session, "x\r\t\t\t\t\r\t\r\r\r\r")
        await session.see("Cancel")
        assert not any(isinstance(command, c.Contain) for command in session.room.submitted)


async def test_a_key_that_comes_when_the_console_has_closed_its_screens_is_dropped() -> None:
    handed_on = list[Typed]()

    async def hand_on(event: Typed) -> None:
        handed_on.append(event)

    closed = App[None]()
    assert closed.screen_stack == []
    await TypedAhead(closed, lambda: False, hand_on).take(events.Key("x", "x"))
    assert handed_on == []


async def test_a_command_is_found_by_its_name_typed_at_once() -> None:
    async with console() as session:
        burst(session, ":messages")
        await session.see("messages")
        assert session.app.screen.id != "_default"
        burst(session, "\x1b")


async def test_more_than_can_be_meant_is_dropped_and_what_is_kept_is_in_order() -> None:
    async with console() as session:
        burst(session, "2t" + "".join(chr(97 + n % 26) for n in range(MOST + 100)))
        await session.see("Note for INC-001")
        field = session.app.screen.query_one(Input)
        await eventually(lambda: len(field.value) >= MOST - 2, timeout_s=60)
        await session.pilot.pause()
        assert field.value == "".join(chr(97 + n % 26) for n in range(len(field.value)))
        assert len(field.value) < MOST + 10
