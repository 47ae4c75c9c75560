"""Whoever comes again is where they were, is told what came back and how to be rid of it, and nothing acts."""

from __future__ import annotations

import msgspec
import pytest

from tests.tui.example import NOW, example_view, log_lines
from tests.tui.fake_room import FakeRoom
from tests.tui.memory import FakeMemory
from tests.tui.running import Session, console
from tests.waiting import eventually
from warroom.core.whereabouts import Ignored, Sight, Whereabouts
from warroom.tui.keeper import KEEP_S
from warroom.tui.recall import shortened

BUSY = ["5", "ampersand", *"call", "enter", "l", "k", "k", "k", "m", "k", "w"]
"""Keys to a stream that stands still with two filters, a mark and long lines broken."""


async def place_after(*keys: str, see: str, size: tuple[int, int] = (120, 36)) -> tuple[Whereabouts, Session]:
    """Press keys in one console and return what its end kept."""
    memory = FakeMemory()
    async with console(size, memory=memory) as session:
        await session.see("Stream support")
        await session.press(*keys)
        await session.see(see)
        session.app.exit(0)
    await session.app.keep()
    assert memory.last is not None
    return memory.last, session


async def test_page_filters_marks_and_the_paused_place_come_back_and_are_said() -> None:
    found, before = await place_after(*BUSY, see="PAUSED")
    assert found.saved == NOW
    async with console(found=found) as session:
        await session.see("back where you were: stream of support, 2 filters, paused at ", "1 mark", "^r starts fresh")
        await session.see("Stream support · PAUSED +0 new", ">=info &call", "wrap · 1 marked")
        was = before.app.get_default_screen().shown.log_pane()
        now = session.app.get_default_screen().shown.log_pane()
        assert was is not None
        assert now is not None
        await eventually(lambda: now.session.rows.at_cursor == was.session.rows.at_cursor)
        assert session.room.submitted == []
        await session.press("0")
        await session.see("back where you were: stream of support, 2 filters, paused at ")


async def test_eighty_columns_have_room_for_the_key_that_starts_fresh() -> None:
    found, _ = await place_after(*BUSY, see="PAUSED")
    async with console((80, 24), found=found) as session:
        await session.see("back: stream of support, 2 filters, paused at ", "^r starts fresh")


async def test_control_r_starts_fresh_and_once_more_brings_it_back() -> None:
    found, _ = await place_after(*BUSY, see="PAUSED")
    async with console(found=found) as session:
        await session.see("PAUSED +0 new")
        await session.press("ctrl+r")
        await session.see("fresh: no filters, no marks, newest lines · ^r brings back what was", "Bots 6", "FOLLOW")
        assert "marked" not in session.text
        await session.press("ctrl+r")
        await session.see("back where you were", "PAUSED +0 new", ">=info &call", "1 marked")
        await session.press("ctrl+r", "5")
        await session.see("Stream support · FOLLOW")
        session.clock.now += 120
        await session.press("ampersand", *"late", "enter", "ctrl+r")
        await session.see("Bots 6", "fresh: no filters")


async def test_where_nothing_could_be_overlooked_nothing_is_said() -> None:
    found, _ = await place_after("j", "j", see="Stream")
    async with console(found=found) as session:
        await session.see("Stream")
        assert "back" not in session.text


@pytest.mark.parametrize(("keys", "page", "words"), [
    (("2", "j", "j", "j"), "incident", "back where you were: incident"),
    (("3", "j"), "alarms", "back where you were: alarms"),
    (("4", "j"), "actions", "back where you were: actions"),
    (("question_mark",), "overview", ""),
])  # fmt: skip
async def test_each_page_comes_back_with_its_cursor(keys: tuple[str, ...], page: str, words: str) -> None:
    found, before = await place_after(*keys, see="LIVE")
    async with console(found=found) as session:
        await session.see("LIVE", words)
        front, was = session.app.get_default_screen(), before.app.get_default_screen()
        await eventually(lambda: front.page == page and front.focused is not None)
        await eventually(lambda: front.scene.chosen.ids == was.scene.chosen.ids)
        if page != "overview":
            await eventually(lambda: front.focused is not None and front.focused.id == found.pane)


async def test_an_open_dialog_does_not_come_back() -> None:
    found, _ = await place_after("2", "x", see="Contain")
    async with console(found=found) as session:
        await session.see("CONTAIN 1/4")
        assert len(session.app.screen_stack) == 1
        assert session.room.submitted == []


async def test_what_is_gone_meanwhile_is_said() -> None:
    found, _ = await place_after("2", see="Step in hand")
    gone = msgspec.structs.replace(found, ids={"incident": "INC-009", "bot": "ghost", "alarm": "AL-0007"})
    async with console(found=gone) as session:
        await session.see("incident INC-009 is gone", "bot ghost is gone", "^r starts fresh")
        ids = session.app.get_default_screen().scene.chosen.ids
        assert ids["alarm"] == "AL-0007"
        assert not {"INC-009", "ghost"} & set(ids.values())


async def test_the_stream_of_a_bot_that_is_gone_is_another_bots_and_runs() -> None:
    found, _ = await place_after(*BUSY, see="PAUSED")
    view = example_view()
    bots = [one for one in view.bots if one.name != "support"]
    room = FakeRoom(msgspec.structs.replace(view, bots=bots), log_lines())
    async with console(room=room, found=found) as session:
        await session.see("bot support is gone")
        assert "paused at" not in session.text
        assert "Stream support" not in session.text


async def test_a_file_that_cannot_be_read_is_said_and_harms_nothing() -> None:
    async with console(found=Ignored("it is damaged: no JSON")) as session:
        await session.see("where you were is not known: it is damaged: no JSON; this console starts fresh", "Bots 6")


async def test_a_page_that_this_console_does_not_have_is_the_board() -> None:
    odd = Whereabouts(page="../x", pane="#board", ids={"bot": "support"}, sights={"nowhere": Sight("x")})
    async with console(found=odd) as session:
        await session.see("Bots 6", "Stream support")


async def test_whoever_has_gone_elsewhere_before_the_first_view_stays_there() -> None:
    found, _ = await place_after(*BUSY, see="PAUSED")
    room = FakeRoom(None, log_lines())
    async with console(room=room, found=found) as session:
        await session.press("2")
        room.show(example_view())
        await session.see("Step in hand", "1 mark")
        await session.press("5")
        await session.see("PAUSED +0 new", "&call")


async def test_what_came_back_is_said_for_half_a_minute_and_not_for_ever() -> None:
    memory = FakeMemory()
    found, _ = await place_after(*BUSY, see="PAUSED")
    async with console(found=found, memory=memory) as session:
        await session.see("back where you were")
        session.clock.now += 31 + KEEP_S
        await eventually(lambda: not session.app.get_default_screen().scene.answer)
        session.clock.now += 1
        await session.see("ana on ")


async def test_a_place_of_hours_ago_says_so() -> None:
    found, _ = await place_after(*BUSY, see="PAUSED")
    async with console(found=msgspec.structs.replace(found, saved=NOW - 3 * 3600)) as session:
        await session.see("back where you were 3h 00m ago: stream of support")


def test_the_key_is_never_cut_off() -> None:
    parts = [f"thing {n}" for n in range(40)]
    for width in (58, 78, 118, 300):
        words = shortened(parts, width, f"back where you were: {', '.join(parts)} · ^r starts fresh")
        assert len(words) <= max(width, 40)
        assert words.endswith(" · ^r starts fresh")
