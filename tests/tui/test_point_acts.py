"""Pointing: what is under the cursor is sent, once more ends it, and a watcher cannot."""

from __future__ import annotations

from tests.tui.company import shared_view
from tests.tui.example import log_lines
from tests.tui.fake_room import FakeRoom
from tests.tui.running import console
from warroom.core.company import Kind, Target


async def test_each_page_points_at_what_is_under_its_cursor_and_once_more_ends_it() -> None:
    room = FakeRoom(shared_view(), log_lines())
    async with console((80, 24), room=room) as session:
        await session.see("Bots 6")
        await session.press("at")
        await session.see("everybody sees that you point at the bot support")
        await session.press("at")
        await session.see("you point at nothing now")
        await session.press("2", "at")
        await session.see("everybody sees that you point at step 4")
        await session.press("3", "at", "4", "at", "5", "at")
        await session.see("nothing here to point at: k stops the stream")
        await session.press("k", "k", "at")
        await session.see("point at a line of support:")
        kinds = [target.kind if target else None for target in room.pointed]
        assert kinds == [Kind.BOT, None, Kind.STEP, Kind.ALARM, Kind.ACTION, Kind.LINE]
        assert room.pointed[2] == Target(Kind.STEP, "isolate", "INC-001")
        assert room.submitted == []


async def test_a_watcher_points_at_nothing() -> None:
    room = FakeRoom(shared_view(), log_lines(), read_only=True)
    async with console((80, 24), room=room) as session:
        await session.see("Bots 6")
        await session.press("at")
        await session.see("refused: this console is read-only")
        assert room.pointed == []
