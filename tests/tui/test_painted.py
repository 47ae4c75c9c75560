"""The style under painted rows is kept until the theme changes; a new title paints no row but its own."""

from __future__ import annotations

import pytest
from textual.app import App, ComposeResult
from textual.strip import Strip

from tests.tui.example import example_view
from tests.tui.fake_log import line_at
from tests.tui.fake_room import FakeRoom
from tests.tui.running import console
from tests.tui.screens import screen_text
from tests.waiting import eventually
from warroom.tui.painted import Painted
from warroom.tui.stream import Stream


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


async def test_a_moved_cursor_paints_two_rows_and_no_row_moves(monkeypatch: pytest.MonkeyPatch) -> None:
    room = FakeRoom(example_view(), [line_at(n, f"line {n}") for n in range(1, 61)])
    async with console((80, 24), room=room) as session:
        await session.press("5")
        await session.see("line 60", "k or PgUp stops here", "! alarms")
        rows = [row for row in session.text.splitlines() if " info " in row]
        await session.press("k")
        await session.see("PAUSED", "sha256 ")
        assert [row.strip(" ▸") for row in session.text.splitlines() if " info " in row] == [r.strip() for r in rows]
        painted: list[int] = []
        render = Stream.render_line

        def counted(stream: Stream, y: int) -> Strip:
            painted.append(y)
            return render(stream, y)

        monkeypatch.setattr(Stream, "render_line", counted)
        await session.press("k")
        await eventually(lambda: len(set(painted)) == 2)
        assert max(painted) - min(painted) == 1
