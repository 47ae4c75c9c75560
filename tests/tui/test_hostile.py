"""Nothing that a log, a bot or a playbook wrote can act on the screen, whatever field it sits in."""

from __future__ import annotations

import pytest
from textual import events
from textual.widgets import Input

from tests.tui.example import example_view
from tests.tui.fake_room import FakeRoom
from tests.tui.hostile import (
    CONTROLS,
    CORPUS,
    FORBIDDEN,
    INVISIBLE,
    MARKUP,
    PILES,
    SEQUENCES,
    hostile_lines,
    hostile_view,
)
from tests.tui.running import Session, console

PAGES = ("1", "2", "3", "4", "5", "m", "question_mark")
GROUPS = {
    "controls": "".join(CONTROLS),
    "sequences": "".join(SEQUENCES),
    "invisible": "".join(INVISIBLE),
    "piles": "".join(PILES),
    "markup": "".join(MARKUP),
}


def _assert_harmless(session: Session) -> None:
    found = FORBIDDEN.findall(session.text.replace("\n", ""))
    assert not found, [hex(ord(c[0])) for c in found]


@pytest.mark.parametrize(
    ("group", "size"), [*((name, (80, 24)) for name in GROUPS), ("sequences", (120, 36)), ("piles", (120, 36))]
)
async def test_no_field_of_the_view_reaches_the_screen_raw(group: str, size: tuple[int, int]) -> None:
    room = FakeRoom(hostile_view(GROUPS[group]), hostile_lines())
    async with console(size, room=room) as session:
        for key in PAGES:
            await session.press(key)
            _assert_harmless(session)
        for key in ("1", "x", "enter", "escape", "o", "escape", "2", "space", "R", "escape", "p", "escape", "x"):
            await session.press(key)
            _assert_harmless(session)
        assert session.app.is_running


async def test_every_hostile_log_line_is_one_harmless_row() -> None:
    room = FakeRoom(example_view(), hostile_lines())
    async with console((120, 36), room=room) as session:
        await session.press("5")
        await session.see("FOLLOW", "[link=https://evil.example]")
        stream = session.app.query_one("#full-stream")
        seen = 0
        for _ in range(12):
            _assert_harmless(session)
            seen += session.text.count("before ")
            await session.press("pageup")
        assert seen >= len(CORPUS)
        assert stream.is_attached


async def test_markup_from_data_is_shown_as_written() -> None:
    room = FakeRoom(hostile_view("[@click=app.quit]x[/] "), [])
    async with console((120, 36), room=room) as session:
        await session.press("3")
        await session.see("[@click=app.quit]x[/]")


async def test_a_hostile_answer_and_a_lost_engine_are_told_harmlessly() -> None:
    evil = "".join((*CONTROLS, *SEQUENCES, *INVISIBLE))
    async with console() as session:
        session.room.lose(evil)
        session.clock.now += 2
        await session.see("engine gone")
        _assert_harmless(session)
        await session.press("m", "1")
        _assert_harmless(session)


async def test_a_paste_into_a_field_is_cleaned() -> None:
    async with console() as session:
        await session.press("2", "t")
        await session.see("Note for")
        for number, evil in enumerate([*SEQUENCES, *INVISIBLE]):
            session.app.post_message(events.Paste(f"{evil} told {number}"))
            await session.see(f"told {number}")
            _assert_harmless(session)
            assert not FORBIDDEN.search(session.app.screen.query_one(Input).value)
