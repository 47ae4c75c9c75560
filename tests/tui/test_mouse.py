"""The mouse: a click chooses, a second one opens, buttons keep their quiet time, text of others is never a command."""

from __future__ import annotations

import pytest
from msgspec.structs import replace
from textual.events import MouseScrollDown, MouseScrollUp
from textual.widget import Widget

from tests.tui.example import example_view, log_lines
from tests.tui.fake_room import FakeRoom
from tests.tui.running import Session, console
from tests.tui.waiting import waiting_view
from tests.waiting import eventually
from warroom.core.commands import ApproveAction
from warroom.core.model import BotState
from warroom.tui.dialogs import PushButton
from warroom.tui.pane import Pane
from warroom.tui.quiet import HELD_S, QUIET_S
from warroom.tui.stream import Stream


async def click(session: Session, text: str, *, within: str = "", times: int = 1) -> None:
    """Click on the first place where a text stands."""
    rows = session.text.splitlines()
    y = next(n for n, row in enumerate(rows) if text in row and within in row)
    await session.pilot.click(offset=(rows[y].index(text), y), times=times)


def focused(session: Session) -> Widget:
    widget = session.app.focused
    assert widget is not None
    return widget


async def test_a_click_chooses_a_row_and_a_second_one_opens_it() -> None:
    async with console((120, 36)) as session:
        await session.see("tool calls denied", "sales")
        await click(session, "answers three times", within="sales ")
        await session.see("Stream sales")
        assert isinstance(focused(session), Pane)
        assert session.app.screen.query_one("#board", Pane).key == "bot:sales"
        assert session.app.get_default_screen().page == "overview"
        await click(session, "answers three times", within="sales ")
        await session.see("Stream sales", "20 min")
        assert session.app.get_default_screen().page == "stream"


async def test_a_double_click_opens_at_once_and_a_click_after_a_key_only_chooses() -> None:
    async with console((120, 36)) as session:
        await session.see("SEV1 INC-001")
        await click(session, "!! CRITICAL", times=2)
        await session.see("LINES THAT SHOW IT")
        await session.press("1")
        await session.see("Attention")
        await click(session, "rag-search")
        await session.press("down", "up")
        await click(session, "rag-search")
        assert session.app.get_default_screen().page == "overview"
        await click(session, "rag-search")
        await session.see("Stream rag-search")


async def test_a_second_click_where_another_row_has_come_by_now_opens_nothing() -> None:
    room = FakeRoom(example_view(), log_lines())
    async with console((120, 36), room=room) as session:
        await session.see("nightly")
        await click(session, "mail ", within="CONTAINED")
        y = next(n for n, row in enumerate(session.text.splitlines()) if "CONTAINED" in row)
        # Esc lets the board be sorted, and mail is the most urgent by now.
        await session.press("escape")
        view = example_view()
        loud = [
            replace(bot, state=BotState.ALARM, name=f"a-{bot.name}") for bot in view.bots if bot.name == "rag-search"
        ]
        room.show(replace(view, bots=[*view.bots, *loud]))
        session.app.get_default_screen().draw()
        await session.pilot.pause()
        await session.pilot.click(offset=(6, y))
        assert session.app.get_default_screen().page == "overview"
        assert session.app.screen.query_one("#board", Pane).key == "bot:nightly"


async def test_the_wheel_scrolls_a_list_and_a_log_and_a_click_takes_a_line() -> None:
    view = example_view()
    many = [replace(view.bots[2], name=f"bot-{n:02d}") for n in range(40)]
    async with console((120, 36), view=replace(view, bots=[*view.bots, *many])) as session:
        await session.see("bot-03")
        board = session.app.screen.query_one("#board", Pane)
        for _ in range(3):
            await session.pilot._post_mouse_events([MouseScrollDown], widget=board, offset=(5, 5))
        await session.see("bot-12")
        stream = session.app.screen.query_one("#board-stream", Stream)
        await session.pilot.click(stream, offset=(10, 3))
        await session.see("PAUSED")
        assert focused(session) is stream


async def test_a_button_that_acts_on_a_bot_wants_its_quiet_time_from_the_mouse_too() -> None:
    room = FakeRoom(waiting_view(), log_lines())
    async with console((120, 36), room=room) as session:
        await session.press("4", "down", "A")
        await session.see("Approve", "Cancel")
        go = session.app.screen.query_one("#go", PushButton)
        session.clock.now += 10
        await session.pilot.click(go)
        await session.see("Not sent: wait a moment")
        await session.pilot.click(go)
        assert not room.submitted
        session.clock.now += QUIET_S + 0.1
        await session.pilot.click("#head")
        await session.pilot.click(go)
        await session.see("Not sent: wait a moment")
        assert not room.submitted
        # After a press that came too early the rest is as long as for a key.
        session.clock.now += HELD_S + 0.1
        await session.pilot.click(go)
        await eventually(lambda: room.submitted)
        assert [type(command) for command in room.submitted] == [ApproveAction]


async def test_a_click_on_a_tab_shows_its_page_at_every_width() -> None:
    for size in ((80, 24), (120, 36), (62, 20)):
        async with console(size) as session:
            await session.see("R12-injection-phrase" if size[0] > 62 else "support")
            for page, key in (("alarms", " 3"), ("actions", " 4"), ("stream", " 5"), ("overview", " 1")):
                top = session.text.splitlines()[0]
                await session.pilot.click(offset=(top.index(key) + 1, 0))
                await eventually(lambda page=page: session.app.get_default_screen().page == page)  # type: ignore[misc]  # bound now
            before = session.app.get_default_screen().page
            for column in (0, 3, size[0] - 1):
                await session.pilot.click(offset=(column, 0))
            assert session.app.get_default_screen().page == before, "the mode and the room's name are no tabs"


async def test_a_click_on_a_tab_behind_a_dialog_does_nothing() -> None:
    async with console((80, 24)) as session:
        await session.press("x")
        await session.see("mild to hard")
        for column in range(0, 80, 4):
            await session.pilot.click(offset=(column, 0))
        await session.press("escape")
        await session.see("Attention")
        await session.press("t")
        await session.see("Note for INC-001")
        for column in range(0, 80, 4):
            await session.pilot.click(offset=(column, 0))
        assert session.app.get_default_screen().page == "overview"
        assert session.room.submitted == []


async def test_a_click_on_the_name_of_a_pane_shows_it_where_they_are_tabs() -> None:
    async with console((80, 24)) as session:
        await session.press("2")
        await session.see("Tab turns")
        for name, seen in (("Actions", "Actions"), ("Timeline", "Timeline"), ("Checklist", "Step in hand")):
            await click(session, f" {name} ", within="Tab turns")
            await session.see(f"─{seen}")
        await click(session, "Tab turns")
        await session.see("─Step in hand")


async def test_the_wheel_scrolls_a_stream_back_and_forth() -> None:
    async with console((80, 24)) as session:
        await session.press("5")
        await session.see("FOLLOW")
        log = session.app.get_default_screen().shown.log_pane()
        assert log is not None
        stream = log.stream
        await session.pilot._post_mouse_events([MouseScrollUp], widget=stream, offset=(5, 5))
        await session.see("PAUSED")
        for _ in range(3):
            await session.pilot._post_mouse_events([MouseScrollDown], widget=stream, offset=(5, 5))
        await session.see("FOLLOW")


async def test_a_click_on_cancel_cancels() -> None:
    async with console((80, 24)) as session:
        await session.press("t")
        await session.see("Note for INC-001")
        await session.pilot.click("#cancel")
        await eventually(lambda: "Note for INC-001" not in session.text)


@pytest.mark.parametrize("evil", ["[@click=app.exit(9)]press me[/]", "\x1b]8;;http://evil\x07press me\x1b]8;;\x07"])
async def test_a_click_on_text_of_others_does_nothing_but_choose(evil: str) -> None:
    view = example_view()
    lines = [replace(line, text=f"{evil} {n}") for n, line in enumerate(log_lines())]
    bots = [replace(view.bots[0], why=evil), *view.bots[1:]]
    async with console((120, 36), room=FakeRoom(replace(view, bots=bots), lines)) as session:
        await session.see("press me")
        rows = session.text.splitlines()
        places = [(row.index("press me") + at, y) for y, row in enumerate(rows) if "press me" in row for at in (0, 3)]
        assert len(places) > 10
        for x, y in places[1:9]:
            await session.pilot.click(offset=(x, y))
        assert session.app.is_running
        assert session.app.return_code in (None, 0)
        assert session.app.get_default_screen().page == "overview"
