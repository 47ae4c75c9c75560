"""A dialog closes once, however fast the keys come, and shows all that can be chosen."""

from __future__ import annotations

import pytest
from textual import events

from tests.tui.running import console
from warroom.core.notices import Audience
from warroom.tui.pane import Pane


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


@pytest.mark.parametrize("ascii", [False, True])
@pytest.mark.parametrize(
    ("keys", "rows"),
    [
        (("2", "P"), ("Markdown", "HTML", "JSON")),
        (("2", "T"), tuple(audience.value for audience in Audience)),
        (("o", "tab"), ("Prompt injection", "broken", "as the playbook says", "SEV4")),
    ],
    ids=["post-mortem", "tell", "open"],
)
async def test_a_list_in_a_dialog_keeps_all_its_rows_while_it_has_the_focus(
    keys: tuple[str, ...], rows: tuple[str, ...], ascii: bool
) -> None:
    async with console((80, 24), ascii=ascii) as session:
        await session.press(*keys)
        await session.see("Cancel")
        focused = session.app.focused
        assert isinstance(focused, Pane)
        await session.see(*rows)
        assert focused.max_scroll_y == 0
        assert len(focused.lines) == focused.scrollable_content_region.height
