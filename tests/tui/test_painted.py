"""The style under painted rows is kept until the theme changes; a new title paints no row but its own."""

from __future__ import annotations

from textual.app import App, ComposeResult
from textual.strip import Strip

from tests.tui.screens import screen_text
from warroom.tui.painted import Painted


class Rows(Painted):
    DEFAULT_CSS = "Rows { background: $primary; border-top: solid red; height: 5; }"
    painted = 0

    def render_line(self, y: int) -> Strip:
        self.painted += 1
        return Strip.blank(self.content_size.width)


class Console(App[int]):
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


async def test_a_title_paints_its_row_alone() -> None:
    app = Console()
    async with app.run_test(size=(40, 10)) as pilot:
        rows = app.query_one(Rows)
        rows.entitle("before")
        await pilot.pause()
        painted = rows.painted
        rows.entitle("after [red]no markup")
        await pilot.pause()
        assert "after [red]no markup" in screen_text(app)
        assert rows.painted == painted
        rows.refresh()
        await pilot.pause()
        assert rows.painted == painted + 4, "what is asked for as a whole is painted as a whole"
