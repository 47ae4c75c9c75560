"""The stream by keys: follow and pause, filter, search, marks, wrap, all bots, back into the file."""

from __future__ import annotations

import asyncio

import msgspec
import pytest
from textual.events import MouseScrollDown, MouseScrollUp

from tests.tui.example import NOW, example_view, log_lines
from tests.tui.fake_log import line_at
from tests.tui.fake_room import FakeRoom
from tests.tui.running import Session, console
from tests.waiting import eventually
from warroom.core import commands as c
from warroom.core.queries import LogWindow
from warroom.core.view import LogLine
from warroom.tui.cells import width_of
from warroom.tui.log_pane import LogPane
from warroom.tui.log_rows import KEPT_ROWS, SPARE_ROWS
from warroom.tui.log_session import LogSession
from warroom.tui.stream import Stream
from warroom.tui.stream_lines import detail_line, log_row

SMALL = (80, 24)


def pane(session: Session) -> LogPane:
    return session.app.query_one("#full-stream-pane", LogPane)


async def open_stream(session: Session) -> None:
    """Turn to the stream and wait until its own lines are there: the overview's stream shows the same ones."""
    await session.press("5")
    await eventually(lambda: bool(session.app.query("#full-stream-pane")))
    await eventually(lambda: pane(session).session.opened and pane(session).display)


def room_with(count: int, older: int = 0) -> FakeRoom:
    """Return a room whose log has lines 1 to `count`, and as many `older` ones that only its file has."""
    room = FakeRoom(example_view(), [line_at(n, f"line {n}") for n in range(1, count + 1)])
    room.log.older = [line_at(n, f"old {n}") for n in range(-older + 1, 1)]
    return room


async def test_scrolling_up_pauses_and_counts_and_the_end_resumes() -> None:
    room = FakeRoom(example_view(), log_lines(100))
    async with console(SMALL, room=room) as session:
        await open_stream(session)
        await session.see("FOLLOW", "08:40:38")
        await session.press("pageup")
        await session.see("PAUSED +0 new", "sha256 ")
        await session.pilot.pause(0.3)
        shown = session.text.splitlines()[6]
        room.lines = log_lines(130)
        await session.see("PAUSED +30 new")
        assert session.text.splitlines()[6] == shown
        await session.press("G")
        await session.see("FOLLOW")
        assert "+30" not in session.text


@pytest.mark.long
async def test_a_flood_is_bounded_and_what_was_dropped_is_told() -> None:
    room = room_with(30)
    async with console(SMALL, room=room) as session:
        await open_stream(session)
        await session.see("line 30")
        for more in range(1, 20):
            room.lines = [line_at(n, f"line {n}") for n in range(1, 30 + 700 * more)]
            await session.see(f"line {29 + 700 * more}")
        assert len(pane(session).session.rows.rows) < KEPT_ROWS + SPARE_ROWS
        assert any(row.note for row in pane(session).session.rows.rows)
        await session.press("g")
        await session.see("PAUSED")


async def test_a_gap_is_a_row_of_its_own() -> None:
    room = room_with(10)
    async with console(SMALL, room=room) as session:
        await open_stream(session)
        await session.see("line 10")
        room.lines = [line_at(n, f"line {n}") for n in range(1, 1011)]
        await session.see("line 1010")
        pane(session).stream.go_to(10)
        await session.see("500 lines went by")


async def test_long_lines_are_read_to_their_end_by_scrolling_right_or_wrapping() -> None:
    long = msgspec.structs.replace(log_lines(1)[0], text="x" * 100 + "THE END")
    async with console(SMALL, room=FakeRoom(example_view(), [long])) as session:
        await open_stream(session)
        await session.see("xxx")
        assert "THE END" not in session.text
        await session.press("right", "right", "right")
        await session.see("THE END")
        await session.press("left", "left", "left", "w")
        await session.see("THE END", "wrap")


async def test_wrapped_lines_keep_the_newest_at_the_bottom_and_a_giant_is_cut() -> None:
    room = FakeRoom(example_view(), [line_at(n, f"line {n} " + "word " * (n % 9) * 12) for n in range(1, 60)])
    room.lines.append(line_at(60, "giant " + "y" * 4000))
    room.lines.append(line_at(61, "the last"))
    async with console(SMALL, room=room) as session:
        await open_stream(session)
        await session.press("w")
        await session.see("the last", "giant", "…")
        assert session.text.splitlines()[-4].endswith("the last")
        for _ in range(60):
            await session.press("up")
        await session.see("line 1 ")
        assert pane(session).session.rows.cursor == 0


async def test_another_bot_begins_its_own_stream() -> None:
    async with console() as session:
        await session.press("j", "5")
        await session.see("Stream sales")
        await session.press("right_square_bracket")
        await session.see("Stream code")


async def test_filters_hide_and_say_how_much_and_are_switched_off_and_removed() -> None:
    lines = [line_at(n, f"{'denied' if n % 10 == 0 else 'fine'} {n}") for n in range(1, 101)]
    async with console(SMALL, room=FakeRoom(example_view(), lines)) as session:
        await open_stream(session)
        await session.press("ampersand", *"denied", "enter")
        await session.see("&denied (-90 hidden)", "denied 100")
        assert "fine" not in session.text
        await session.press("ampersand", *"!100", "enter")
        await session.see("&denied &!100 (-91 hidden)", "denied 90")
        await session.press("backslash")
        await session.see("filters off: &denied &!100", "fine 99")
        await session.press("backslash")
        await session.see("(-91 hidden)")
        await session.press("ampersand", "enter")
        await session.see("fine 99")
        assert "hidden" not in session.text


async def test_a_level_hides_what_is_below_and_never_what_a_rule_marks() -> None:
    async with console(SMALL, room=FakeRoom(example_view(), log_lines(100))) as session:
        await open_stream(session)
        await session.press("l", "l", "l")
        await session.see(">=error (-50 hidden)", "R12-injection-phrase", "ERROR")
        await session.press("L")
        await session.see(">=warn (-50 hidden)")


async def test_an_empty_view_says_what_hides_everything() -> None:
    async with console(SMALL, room=room_with(50)) as session:
        await open_stream(session)
        await session.press("ampersand", *"nowhere", "enter")
        await session.see("&nowhere (-50 hidden)")


async def test_typed_letters_never_act_and_escape_closes_the_line() -> None:
    async with console(SMALL) as session:
        await open_stream(session)
        await session.see("FOLLOW")
        for opener in ("slash", "ampersand"):
            await session.press(opener, *"xqtoimGwue0123", "colon", "question_mark", "left_square_bracket", "space")
            assert session.app.screen is session.app.get_default_screen()
            assert session.app.query_one("#full-stream-pane Input").has_focus
            await session.press("escape")
            assert isinstance(session.app.screen.focused, Stream)
        assert session.room.submitted == []
        assert not pane(session).session.filter.any
        assert pane(session).session.hits.term is None
        await session.press("slash", *"abc", "tab")
        assert isinstance(session.app.screen.focused, Stream)


async def test_a_search_lights_counts_and_walks_its_hits() -> None:
    lines = [line_at(n, f"{'denied' if n % 20 == 5 else 'fine'} {n}") for n in range(1, 101)]
    async with console(SMALL, room=FakeRoom(example_view(), lines)) as session:
        await open_stream(session)
        await session.press("slash", *"denied", "enter")
        await session.see("/denied 5/5")
        await session.press("N", "N")
        await session.see("/denied 3/5")
        await session.press("n")
        await session.see("/denied 4/5")
        await session.press("n", "n")
        await session.see("no /denied further down")
        await session.press("N", "N", "N", "N", "N")
        await session.see("no /denied further up")
        await session.press("escape")
        await session.see("PAUSED")
        assert "/denied" not in session.text
        await session.press("n")
        await session.see("nothing is looked for")
        assert session.app.screen.query_one("#page-stream").display


async def test_a_search_goes_on_in_the_file_and_the_way_back_down_is_whole() -> None:
    room = room_with(1000, older=3000)
    room.log.older[100] = line_at(-2899, "NEEDLE")
    async with console(SMALL, room=room) as session:
        await open_stream(session)
        await session.press("slash", *"needle", "enter")
        await session.see("/needle 1/1", "back", "NEEDLE")
        await session.press("down")
        await session.see("old -2898")
        for _ in range(40):
            pane(session).stream.action_act("page_down")
        await session.press("G")
        await session.see("FOLLOW", "line 1000")


async def test_a_long_search_says_how_far_it_is_and_escape_stops_it() -> None:
    room = room_with(1000, older=3000)
    room.log.most, room.log.searches = 100, asyncio.Semaphore(2)
    async with console(SMALL, room=room) as session:
        await open_stream(session)
        await session.press("slash", *"needle", "enter")
        await session.see("looking: ", "Esc stops")
        await session.press("escape")
        assert pane(session).session.errand is None
        await session.press("escape")
        assert pane(session).session.hits.term is None


async def test_scrolling_back_reads_the_file_to_its_start_without_a_hole() -> None:
    room = room_with(1000, older=1000)
    async with console(SMALL, room=room) as session:
        await open_stream(session)
        await session.see("line 1000")
        rows = pane(session).session.rows
        seen: set[int] = set()

        def held_now() -> list[int]:
            return [row.entry.seq for row in rows.rows if row.entry is not None]

        while not (pane(session).session.at_start and rows.cursor == 0):
            first = held_now()[0]
            await session.press("g")
            await eventually(lambda first=first: pane(session).session.at_start or held_now()[0] < first)  # type: ignore[misc]  # bound now
            seen |= set(held_now())
        assert seen == set(range(-999, 1001))
        held = held_now()
        assert held == sorted(held)
        await session.see("old -999", "back")


async def test_a_look_back_that_found_nothing_waits_for_the_person_to_go_on() -> None:
    room = room_with(50, older=400)
    room.log.most = 100
    async with console(SMALL, room=room) as session:
        await open_stream(session)
        await session.press("ampersand", *"nowhere", "enter")
        await session.see("none back to", "up goes on", "& and Enter shows all")
        asked = len(room.log.asked)
        await session.pilot.pause(0.6)
        assert len(room.log.asked) == asked
        await session.press("up")
        await eventually(lambda: len(room.log.asked) > asked)


async def test_errors_and_anomalies_are_walked_beyond_what_is_held() -> None:
    room = room_with(700, older=2000)
    room.log.older[500] = line_at(-1499, "it broke", level="ERROR")
    async with console(SMALL, room=room) as session:
        await open_stream(session)
        await session.press("E")
        await session.see("it broke", "PAUSED")
        await session.press("e")
        await session.see("no error or anomaly further down")


async def test_a_marked_line_is_walked_to_and_goes_into_a_note_with_its_sum() -> None:
    room = room_with(1000, older=2000)
    async with console((120, 36), room=room) as session:
        await open_stream(session)
        await session.see("line 1000")
        await session.press("up", "up", "m")
        await session.see("1 marked", "●")
        await session.see("/var/log/support.log#g1@299800+100", "sha256 ")
        await session.press(*["pageup"] * 60)
        await session.press("u")
        await session.see("●")
        await session.press("U")
        await session.see("no mark further up")
        await session.press("t")
        await session.see("Note for INC-001", "08:40:37 line 998")
        await session.press(*"odd", "enter", "enter")
        await session.see("saved #101")
        (sent,) = session.room.submitted
        assert isinstance(sent, c.AddNote)
        assert sent.text.startswith("odd [/var/log/support.log#g1@299800+100:")
        await session.press("m", "up", "m", "m")
        assert len(pane(session).session.marks.marked) == 0


async def test_a_line_whose_bytes_are_gone_says_why() -> None:
    room = room_with(100)
    room.log.gone = "generation 1 of this log is gone: its bytes cannot be read again"
    async with console(SMALL, room=room) as session:
        await open_stream(session)
        await session.see("line 100")
        await session.press("up")
        await session.see("generation 1 of this log is gone")


async def test_all_bots_are_one_stream_with_the_source_of_each_line() -> None:
    lines = [line_at(n, f"line {n}", bot="support" if n % 2 else "sales") for n in range(1, 61)]
    async with console(SMALL, room=FakeRoom(example_view(), lines)) as session:
        await open_stream(session)
        await session.press("asterisk")
        await session.see("Stream ALL bots", "support   info  line 59", "sales     info  line 60")
        await session.press("right_square_bracket")
        await session.see("Stream support")


async def test_a_late_line_is_sorted_in_and_the_screen_stays_where_it_is() -> None:
    lines = [line_at(n, f"line {n}", bot="support" if n % 2 else "sales") for n in range(1, 101)]
    room = FakeRoom(example_view(), lines)
    async with console(SMALL, room=room) as session:
        await open_stream(session)
        await session.press("asterisk")
        await session.see("line 100")
        late = msgspec.structs.replace(line_at(101, "late"), at=NOW - 1000 + 98.5)
        room.lines = [*lines, late, line_at(102, "line 102")]
        await session.see("line 102")
        shown = [line.split()[-1] for line in session.text.splitlines() if "support" in line and "late" in line]
        assert shown == ["late"]
        texts = [row.entry.text for row in pane(session).session.rows.rows if row.entry]
        assert texts[-4:] == ["late", "line 99", "line 100", "line 102"]


async def test_a_filter_keeps_the_place_of_whoever_reads_back() -> None:
    async with console(SMALL, room=room_with(900)) as session:
        await open_stream(session)
        await session.see("line 900")
        pane(session).stream.go_to(250)
        at = pane(session).session.rows.at_cursor
        assert at is not None
        await session.press("ampersand", *"line", "enter")
        await session.see("&line", at.text)
        here = pane(session).session.rows.at_cursor
        assert here is not None
        assert here.seq == at.seq


async def test_the_wheel_pauses_and_comes_back() -> None:
    async with console(SMALL, room=room_with(100)) as session:
        await open_stream(session)
        await session.see("line 100")
        stream = pane(session).stream
        up, down = (kind(stream, 5, 5, 0, 0, 0, False, False, False) for kind in (MouseScrollUp, MouseScrollDown))
        stream.post_message(up)
        await session.see("PAUSED")
        for _ in range(3):
            stream.post_message(down)
        await session.see("FOLLOW")


async def test_a_bot_without_lines_shows_what_comes() -> None:
    room = FakeRoom(example_view(), [])
    async with console(SMALL, room=room) as session:
        await open_stream(session)
        await session.see("FOLLOW")
        room.lines = [line_at(1, "the first")]
        await session.see("the first")


def test_a_question_that_is_late_changes_nothing() -> None:
    room = room_with(600, older=600)
    session = LogSession()
    session.open("support")
    asked = session.next_question(0)
    assert isinstance(asked, LogWindow)
    answer = room.log.answer(asked)
    session.open("sales")
    session.take(asked, answer, 0)
    assert not session.opened
    assert session.rows.rows == []


def test_the_mark_beside_a_time_says_whose_time_it_is() -> None:
    entry = log_lines(1)[0]
    marks = {source: log_row(_with(entry, source)).text[8] for source in ("line", "assumed_zone", "arrival", "ahead")}
    assert marks == {"line": " ", "assumed_zone": "~", "arrival": "~", "ahead": "!"}


def _with(entry: LogLine, source: str) -> LogLine:
    return msgspec.structs.replace(entry, time_source=source)


@pytest.mark.parametrize("width", [60, 80, 120])
def test_of_a_long_path_the_end_is_shown_and_of_its_sum_the_beginning(width: int) -> None:
    entry = msgspec.structs.replace(line_at(5, "x"), source="/var/log/" + "日本/" * 30 + "support.log")
    text = detail_line(entry, "ab" * 32, "", width).text
    assert width_of(text) <= width
    assert text.startswith(" …")
    assert "support.log#g" in text
    assert "sha256 abababab" in text
    assert "g1 of it is gone" in detail_line(entry, "", "g1 of it is gone", width).text
