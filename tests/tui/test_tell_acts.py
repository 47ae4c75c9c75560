"""Telling without an incident is answered, and a change of mind sends nothing."""

from __future__ import annotations

from msgspec.structs import replace

from tests.tui.example import example_view
from tests.tui.example_notices import TellingRoom
from tests.tui.running import console


async def test_without_an_incident_there_is_nothing_to_tell() -> None:
    view = replace(example_view(), incidents=[])
    async with console(view=view) as session:
        await session.see("Bots")
        await session.press("T")
        await session.see("there is no incident to tell of")


async def test_escape_at_either_step_tells_nobody() -> None:
    room = TellingRoom()
    async with console(room=room) as session:
        await session.see("Bots")
        await session.press("T")
        await session.see("Tell people of INC-001")
        await session.press("escape", "T")
        await session.see("Tell people of INC-001")
        await session.press("enter", "enter", "enter")
        await session.see("Exactly this will leave")
        await session.press("escape")
        await session.see("Bots")
        assert room.submitted == []
