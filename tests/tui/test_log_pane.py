"""What stands around a log: the line to type into, what a note is offered, and one log or all of them."""

from __future__ import annotations

import pytest

from tests.tui.example import example_view
from tests.tui.fake_log import line_at
from tests.tui.fake_room import FakeRoom
from tests.tui.running import console
from tests.tui.test_stream import SMALL, open_stream, pane, room_with
from warroom.core import commands as c


@pytest.mark.parametrize("ascii", [False, True])
@pytest.mark.parametrize(
    ("key", "hint", "does"),
    [("slash", "* is anything; nothing ends", "looks for it"), ("ampersand", "!text to hide", "filters")],
)
async def test_a_prompt_says_what_can_be_typed_and_which_keys_hold(key: str, hint: str, does: str, ascii: bool) -> None:
    async with console(SMALL, room=room_with(20), ascii=ascii) as session:
        await open_stream(session)
        await session.see("line 20", "? help")
        await session.press(key)
        await session.see(hint, f"Enter {does}  Esc leaves it")
        assert "? help" not in session.text
        assert session.text.isascii() or not ascii
        await session.press("a")
        assert hint not in session.text
        await session.press("escape")
        await session.see("? help")


async def test_a_note_offers_lines_by_their_time_and_text() -> None:
    async with console(SMALL, room=room_with(20)) as session:
        await open_stream(session)
        await session.see("line 20")
        await session.press("up", "m", "up", "t")
        await session.see("Log line that the note names", "line 19", "line 18", "all 2 of them")
        row = next(row for row in session.text.splitlines() if "line 19" in row)
        assert row.split()[-3][2] == ":"
        assert "#g" not in session.text
        await session.press(*"seen", "enter", "end", "enter")
        await session.see("saved #101")
        [note] = session.room.submitted
        assert isinstance(note, c.AddNote)
        assert note.text.count("#g") == 2


async def test_all_bots_stand_still_at_the_moment_that_is_read() -> None:
    lines = [line_at(n, f"line {n}", bot="support" if n % 2 else "sales") for n in range(1, 201)]
    async with console(SMALL, room=FakeRoom(example_view(), lines)) as session:
        await open_stream(session)
        await session.see("line 199")
        await session.press("pageup", "up")
        await session.see("PAUSED")
        here = pane(session).session.rows.at_cursor
        await session.press("asterisk")
        await session.see("Stream ALL bots · PAUSED", "sales     info  line")
        assert pane(session).session.rows.at_cursor == here
        await session.press("asterisk")
        await session.see("Stream support · PAUSED")
        assert pane(session).session.rows.at_cursor == here


async def test_the_row_of_the_bot_stands_in_the_column_of_what_is_below_it() -> None:
    async with console(SMALL, room=room_with(20)) as session:
        await open_stream(session)
        await session.see("line 20")
        [row] = [row for row in session.text.splitlines() if "!! ALARM" in row]
        assert row.startswith(" !! ALARM")
