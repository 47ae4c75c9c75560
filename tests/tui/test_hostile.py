"""Nothing that a log, a bot or a playbook wrote can act on the screen, whatever field it sits in."""

from __future__ import annotations

import msgspec
import pytest
from textual import events
from textual.widgets import Input

from tests.tui.example import example_view
from tests.tui.example_notices import TellingRoom
from tests.tui.example_outbox import entry_of, told_view
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
    poison,
)
from tests.tui.running import Session, console
from warroom.core.commands import Refused
from warroom.core.model import Actor
from warroom.core.notices import Audience, Event
from warroom.core.ports import Check, Checked
from warroom.core.queries import NoticeAnswer

PAGES = ("1", "2", "3", "4", "5", "6", "7", "8", "9", "0", "question_mark")
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
    ("group", "size"),
    [
        *((name, (80, 24)) for name in GROUPS),
        pytest.param("sequences", (120, 36), marks=pytest.mark.long),
        pytest.param("piles", (120, 36), marks=pytest.mark.long),
    ],
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


@pytest.mark.parametrize(
    "evil", ["".join(text for name, text in GROUPS.items() if name != "piles"), "".join(PILES)], ids=("all", "piles")
)
async def test_no_dialog_that_decides_shows_anything_raw(evil: str) -> None:
    room = FakeRoom(hostile_view(evil), [])
    room.checks = [Check(evil, Checked.FAILED, evil)]
    room.observed = room.two = evil
    room.refusal = Refused(evil, evil)
    async with console((80, 24), room=room) as session:
        await session.press("4")
        for place, keys in (("g", ("b", "K", "r")), ("j", ("A", "D", "B", "K")), ("j", ("r", "v"))):
            await session.press(place)
            for key in keys:
                await session.press(key)
                await session.pilot.pause()
                _assert_harmless(session)
                session.app.post_message(events.Paste(evil))
                await session.pilot.pause()
                _assert_harmless(session)
                await session.press("escape")
        await session.press("1", "g")
        for _ in range(2):
            await session.press("x")
            await session.press("enter")
            await session.see("Cancel")
            _assert_harmless(session)
            await session.press("escape")
        _assert_harmless(session)
        assert session.app.is_running


@pytest.mark.parametrize(
    "evil", ["".join(text for name, text in GROUPS.items() if name != "piles"), "".join(PILES)], ids=("all", "piles")
)
async def test_nothing_that_a_receiver_or_a_notice_says_is_shown_raw(evil: str) -> None:
    view = msgspec.structs.replace(poison(told_view(due=-60.0), evil), banner="")
    room = TellingRoom(view)
    whom = ("INC-001", Audience.SECURITY, Event.TRIGGER)
    numbers = (33, 41, 44, 45)
    room.entries = [entry_of(n, whom, evil, f"{evil}\n{evil}", [evil], by=Actor(evil, 7, evil)) for n in numbers]
    room.notice = NoticeAnswer(evil, f"{evil}\n{evil}", [f"chat: {evil}", evil], evil)
    async with console((80, 24), room=room) as session:
        await session.press("6")
        await session.see("GIVEN UP")
        _assert_harmless(session)
        for _ in view.outbox:
            await session.press("k")
            _assert_harmless(session)
        await session.press("T")
        _assert_harmless(session)
        await session.press("enter", "enter", "enter")
        await session.see("Exactly this will leave")
        _assert_harmless(session)
        await session.press("escape")
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


async def test_merged_wrapped_searched_and_pointed_at_hostile_lines_stay_harmless() -> None:
    room = FakeRoom(example_view(), hostile_lines())
    room.log.gone = "".join((*CONTROLS, *SEQUENCES, *INVISIBLE))
    async with console((80, 24), room=room) as session:
        await session.press("5", "asterisk", "w", "slash", *"after", "enter")
        await session.see("/after ")
        for key in ("m", *["pageup"] * 8, "E", "u", "l", "g", "N", "t"):
            await session.press(key)
            _assert_harmless(session)
        await session.see("Note for")
        await session.press("escape", "slash")
        session.app.post_message(events.Paste("".join(CORPUS[:80])))
        await session.press("enter")
        await session.see("Stream ALL bots")
        _assert_harmless(session)
        assert session.app.is_running


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
        await session.see("ENGINE GONE since")
        _assert_harmless(session)
        await session.press("0", "1")
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
