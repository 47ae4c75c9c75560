"""Rows that neither scroll nor take the focus: top, banner, status, footer, headers."""

from __future__ import annotations

from collections.abc import Sequence

from textual import events
from textual.geometry import Region
from textual.message import Message
from textual.strip import Strip

from warroom.tui.cells import changed_cells
from warroom.tui.lines import EMPTY, Line
from warroom.tui.painted import Painted
from warroom.tui.theme import Painter


class Bar(Painted):
    """A few rows; its height is the number of its rows."""

    class Clicked(Message):
        """The person clicked on it."""

        def __init__(self, bar: Bar, column: int) -> None:
            """`column` counts cells from the left end."""
            super().__init__()
            self.bar, self.column = bar, column

    DEFAULT_CSS = "Bar { height: 1; width: 1fr; }"

    def __init__(self, painter: Painter, lines: Sequence[Line] = (EMPTY,), *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._painter = painter
        self._lines: list[Line] = [EMPTY]
        self.show(lines)

    def show(self, lines: Sequence[Line]) -> None:
        """Show these rows; only cells that differ are painted again. No row hides the bar."""
        new = list(lines)
        old = self._lines
        if new == old:
            return
        self._lines = new
        if len(new) != len(old):
            self.display = bool(new)
            self.styles.height = max(1, len(new))
            self.refresh(layout=True)
            return
        for y, (before, after) in enumerate(zip(old, new, strict=True)):
            if before != after:
                first, cells = changed_cells(before, after)
                self.refresh(Region(first, y, cells, 1))

    def on_click(self, event: events.Click) -> None:
        """Say where it was clicked: whoever drew it knows what stands there."""
        event.stop()
        self.post_message(self.Clicked(self, event.x))

    @property
    def lines(self) -> list[Line]:
        """The rows as shown."""
        return list(self._lines)

    def render_line(self, y: int) -> Strip:
        """Return one row."""
        line = self._lines[y] if y < len(self._lines) else EMPTY
        return self._painter.strip(line, self.size.width, self.base_style)
