"""A dialog closes once, however fast the keys come."""

from __future__ import annotations

from textual import events

from tests.tui.running import console


async def test_keys_typed_blindly_into_the_dry_run_close_it_once_and_contain_nothing() -> None:
    async with console() as session:
        await session.see("R12-injection-phrase")
        await session.press("x")
        await session.see("mild to hard")
        await session.press("down", "down", "enter")
        await session.see("wait a moment")
        # Spaces press the focused Cancel; the second one must not find the screen gone.
        for _ in range(4):
            session.app.post_message(events.Key("space", " "))
        await session.pilot.pause()
        await session.press("1")
        await session.see("R12-injection-phrase")
        assert session.room.submitted == []
        assert len(session.app.screen_stack) == 1


async def test_answering_a_form_twice_sends_it_once() -> None:
    async with console() as session:
        await session.see("R12-injection-phrase")
        await session.press("q")
        await session.see("engine goes on")
        for _ in range(3):
            session.app.post_message(events.Key("escape", None))
        await session.pilot.pause()
        await session.press("1")
        assert len(session.app.screen_stack) == 1
