"""The stream follows, pauses when somebody scrolls up, counts what is new, and stays bounded."""

from __future__ import annotations

import msgspec

from tests.tui.example import example_view, log_lines
from tests.tui.fake_room import FakeRoom
from tests.tui.running import console
from warroom.tui.stream import KEPT_LINES, Stream
from warroom.tui.stream_lines import log_row


async def test_scrolling_up_pauses_and_counts_and_the_end_resumes() -> None:
    room = FakeRoom(example_view(), log_lines(100))
    async with console((80, 24), room=room) as session:
        await session.press("5")
        await session.see("FOLLOW", "08:40:38")
        await session.press("pageup")
        await session.see("PAUSED +0 new")
        shown = session.text.splitlines()[5]
        room.lines = log_lines(130)
        await session.see("PAUSED +30 new")
        assert session.text.splitlines()[5] == shown
        await session.press("G")
        await session.see("FOLLOW")
        assert session.text.count("08:40:38")


async def test_a_flood_is_bounded_and_what_was_dropped_is_told() -> None:
    room = FakeRoom(example_view(), log_lines(30))
    async with console((80, 24), room=room) as session:
        await session.press("5")
        await session.see("FOLLOW", "08:40:38")
        room.lines = log_lines(3000)
        await session.press("up")
        stream = session.app.query_one("#full-stream", Stream)
        await session.press("G")
        await session.see("FOLLOW")
        for _ in range(14):
            stream.append([msgspec.structs.replace(x, seq=stream.last_seq + 1) for x in log_lines(500)], 0)
        assert stream.rows == KEPT_LINES
        await session.press("g")
        await session.see("PAUSED")


async def test_a_gap_is_a_row_of_its_own() -> None:
    room = FakeRoom(example_view(), log_lines(10))
    async with console((80, 24), room=room) as session:
        await session.press("5")
        await session.see("FOLLOW", "08:40:38")
        room.lines = log_lines(1010)
        await session.see("FOLLOW")
        stream = session.app.query_one("#full-stream", Stream)
        await session.pilot.pause(0.4)
        await session.press(*["pageup"] * 32)
        await session.see("500 lines went by")
        assert stream.rows == 511


async def test_long_lines_are_read_to_their_end_by_scrolling_right() -> None:
    long = msgspec.structs.replace(log_lines(1)[0], text="x" * 100 + "THE END")
    async with console((80, 24), room=FakeRoom(example_view(), [long])) as session:
        await session.press("5")
        await session.see("xxx")
        assert "THE END" not in session.text
        await session.press("right", "right", "right")
        await session.see("THE END")


async def test_another_bot_begins_its_own_stream() -> None:
    async with console() as session:
        await session.press("j", "5")
        await session.see("Stream sales")
        await session.press("right_square_bracket")
        await session.see("Stream code")


def test_the_mark_beside_a_time_says_whose_time_it_is() -> None:
    entry = log_lines(1)[0]
    marks = {
        source: log_row(msgspec.structs.replace(entry, time_source=source)).text[8]
        for source in ("line", "assumed_zone", "arrival", "ahead")
    }
    assert marks == {"line": " ", "assumed_zone": "~", "arrival": "~", "ahead": "!"}
