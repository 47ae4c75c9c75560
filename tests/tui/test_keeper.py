"""Where somebody is gets kept while they work and at the end, seldom, and a disk that refuses is said once."""

from __future__ import annotations

from itertools import pairwise

import pytest
from textual import events

from tests.tui.example import example_view, log_lines
from tests.tui.fake_room import FakeRoom
from tests.tui.memory import FakeMemory
from tests.tui.running import console
from tests.waiting import eventually
from warroom.core.whereabouts import Sight, Whereabouts
from warroom.tui import app as app_module


async def test_it_is_kept_within_seconds_of_a_change_and_not_without_one() -> None:
    memory = FakeMemory()
    async with console(memory=memory) as session:
        for key, page in (("3", "alarms"), ("4", "actions")):
            await session.press(key)
            await eventually(lambda page=page: memory.last is not None and memory.last.page == page)  # type: ignore[misc]  # bound now
        # A look may have met a page that was half there: once more, now that nothing moves.
        count = len(memory.saved)
        session.app.exit(0)
    await session.app.keep()
    await session.app.keep()
    assert len(memory.saved) <= count + 1, "nothing had changed since"
    assert all(one != other for one, other in pairwise(memory.saved)), "the clock stands still"


async def test_a_disk_that_refuses_is_said_once_and_tried_again() -> None:
    memory = FakeMemory()
    memory.fault = "No space left on device"
    async with console(memory=memory) as session:
        await session.see("where you are is not kept: No space left on device")
        said = session.app.get_default_screen().scene.said
        await session.press("3")
        memory.fault = ""
        await eventually(lambda: memory.last is not None)
        assert sum("not kept" in one.text for one in said) == 1


async def test_a_console_that_a_bug_ended_at_once_does_not_bring_back_what_may_have_ended_it() -> None:
    for after_s, page in ((1.0, "overview"), (60.0, "stream")):
        memory = FakeMemory()
        found = Whereabouts(page="stream", sights={"stream": Sight("support", only=["x"])})
        async with console(memory=memory, found=found) as session:
            await session.see("Stream support")
            await eventually(lambda: session.app._keeper.begun)
            session.clock.now += after_s
            session.app.exit(0)
        await session.app._keeper.finish(after_bug=True)
        assert memory.last is not None
        assert memory.last.page == page


async def test_keys_that_come_before_the_place_is_brought_back_act_on_that_place(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The first sight shows the cursor where it was; a key that is pressed then must not meet another bot."""
    monkeypatch.setattr(app_module, "_LOOK_S", 0.2)
    found = Whereabouts(ids={"bot": "nightly"}, kind="bot", pane="board")
    for keys, seen in (("x", "nightly has no way to be contained"), ("5", "Stream nightly")):
        async with console(found=found) as session:
            session.app.post_message(events.Key(keys, keys))
            await session.see(seen)


async def test_the_cursor_stands_where_it_was_from_the_first_frame_on() -> None:
    found = Whereabouts(ids={"bot": "nightly"}, kind="bot", pane="board")
    async with console(found=found) as session:
        await eventually(lambda: session.app._keeper.begun)
        await session.pilot.pause()
        assert session.app.get_default_screen().scene.chosen.ids == found.ids


async def test_a_search_that_is_typed_before_the_first_view_goes_on_with_it() -> None:
    found = Whereabouts(page="alarms", sights={"stream": Sight("support", only=["x"]), "overview": Sight(search="old")})
    room = FakeRoom(None, log_lines())
    async with console(room=room, found=found) as session:
        await session.press("5", "slash", "i", "n")
        await session.see("/in")
        room.show(example_view())
        await eventually(lambda: session.app._keeper.begun)
        await session.press("j", "e", "c", "t", "i", "o", "n")
        await session.see("/injection")
        await session.press("enter")
        await session.see("/injection 1")
        assert room.submitted == []
