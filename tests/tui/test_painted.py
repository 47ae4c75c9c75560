"""The style under painted rows is kept, and looked up anew when the theme changes."""

from __future__ import annotations

from textual.app import App, ComposeResult

from warroom.tui.painted import Painted


class Rows(Painted):
    DEFAULT_CSS = "Rows { background: $primary; }"


class Console(App[None]):
    def compose(self) -> ComposeResult:
        yield Rows()


async def test_a_kept_style_follows_the_theme() -> None:
    app = Console()
    async with app.run_test() as pilot:
        rows = app.query_one(Rows)
        before = rows.base_style
        assert rows.base_style is before
        app.theme = "textual-light"
        await pilot.pause()
        assert rows.base_style == rows.rich_style
        assert rows.base_style != before
