"""A scrolling list of lines with a cursor that is kept by key; paints only rows that changed."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from textual import events
from textual.binding import BindingType
from textual.cache import LRUCache
from textual.geometry import Region, Size
from textual.message import Message
from textual.scroll_view import ScrollView
from textual.strip import Strip

from warroom.tui.actions import LIST
from warroom.tui.cells import changed_cells
from warroom.tui.keys import bindings_for
from warroom.tui.lines import EMPTY, Line
from warroom.tui.painted import Painted
from warroom.tui.theme import Painter

GUTTER = 2


class Pane(ScrollView, Painted, can_focus=True):
    """Rows; those with a key can carry the cursor."""

    class Moved(Message):
        """The person moved the cursor to another row."""

        def __init__(self, key: str) -> None:
            super().__init__()
            self.key = key

    class Opened(Moved):
        """The person opened the row under the cursor."""

    class Resized(Message):
        """The width changed, so rows must be built again."""

    BINDINGS: ClassVar[list[BindingType]] = bindings_for(LIST, target="")

    def __init__(
        self, painter: Painter, *, id: str, cursor: bool = True, follow: bool = False, choice: bool = False
    ) -> None:
        """`choice`: the row under the cursor counts, and is marked, also while something else has the focus."""
        super().__init__(id=id)
        self._painter = painter
        self._lines: list[Line] = []
        self._row = -1
        self._gutter = GUTTER if cursor else 1
        self._follow = follow
        self._choice = choice
        self._strips: LRUCache[tuple[Line, str, int], Strip] = LRUCache(512)
        self._clicked = ""
        """Key of the row that the last click has chosen, until something else was done."""
        self._known_width = 0
        """Width when it was last on the screen: rows that are built anew only after the layout cost a second frame."""

    def title(self, text: str) -> None:
        """Set the words in the line above the rows; never parsed as markup."""
        self.entitle(self._painter.text(text))

    @property
    def inner_width(self) -> int:
        """Cells that a row may take; of a pane that is not shown, what it had or will most likely have."""
        guess = self._known_width or self.app.size.width - self.scrollbar_size_vertical
        width = self.scrollable_content_region.width or guess
        return max(0, width - self._gutter)

    @property
    def key(self) -> str:
        """Key of the row under the cursor, or an empty text."""
        return self._lines[self._row].key if 0 <= self._row < len(self._lines) else ""

    @property
    def lines(self) -> list[Line]:
        """The rows as shown."""
        return list(self._lines)

    def show(self, lines: Sequence[Line], key: str = "") -> None:
        """Show these rows with the cursor on `key`; a key that is gone leaves the cursor near where it was."""
        new = list(lines)
        old, at_end = self._lines, self.scroll_offset.y >= self.max_scroll_y
        row = self._place(new, key)
        if new == old and row == self._row:
            return
        old_row, self._row = self._row, row
        self._lines = new
        if len(new) != len(old):
            self.virtual_size = Size(self.scrollable_content_region.width, len(new))
            self.refresh()
        else:
            for y, (before, after) in enumerate(zip(old, new, strict=True)):
                if before != after:
                    first, cells = changed_cells(before, after)
                    self.refresh(Region(first + self._gutter, y - self.scroll_offset.y, cells, 1))
        if row != old_row:
            self._repaint_cursor(old_row)
        if self._follow and at_end:
            self.scroll_to(y=self.max_scroll_y, animate=False, force=True)
        elif row != old_row:
            self._reveal()

    def _place(self, lines: Sequence[Line], key: str) -> int:
        keyed = [y for y, line in enumerate(lines) if line.key]
        if not keyed:
            return -1
        found = next((y for y in keyed if lines[y].key == key), None)
        return min(keyed, key=lambda y: abs(y - self._row)) if found is None else found

    def _repaint_cursor(self, old_row: int) -> None:
        for y in (old_row, self._row):
            if y >= 0:
                self.refresh_line(y)

    def _reveal(self) -> None:
        """Scroll so that the cursor is on screen; the first rows above the first key stay visible with it."""
        height = self.scrollable_content_region.height
        if self._row < 0 or height <= 0:
            return
        top = self.scroll_offset.y
        heading = 1 if self._row and not self._lines[self._row - 1].key else 0
        if self._row - heading < top:
            self.scroll_to(y=self._row - heading, animate=False)
        elif self._row >= top + height:
            self.scroll_to(y=self._row - height + 1, animate=False)

    def render_line(self, y: int) -> Strip:
        """Return one row of the screen."""
        index = y + self.scroll_offset.y
        width = self.scrollable_content_region.width
        line = self._lines[index] if index < len(self._lines) else EMPTY
        cursor = ""
        if index == self._row:
            cursor = "here" if self.has_focus else "away"
        key = (line, cursor, width)
        strip = self._strips.get(key)
        if strip is None:
            mark = "▸" if cursor == "here" else "●" if cursor and self._choice else " "
            gutter = mark.ljust(self._gutter)
            strip = self._painter.strip(line, width, self.base_style, gutter=gutter, cursor=cursor)
            self._strips[key] = strip
        return strip

    def notify_style_update(self) -> None:
        """Forget strips painted in an older style."""
        super().notify_style_update()
        self._strips.clear()

    def on_resize(self) -> None:
        """Ask for rows of the new width and keep the cursor on screen."""
        self._strips.clear()
        self._known_width = self.scrollable_content_region.width or self._known_width
        self.virtual_size = Size(self.scrollable_content_region.width, len(self._lines))
        if self._follow:
            self.scroll_to(y=self.max_scroll_y, animate=False, force=True)
        else:
            self._reveal()
        self.post_message(self.Resized())

    def on_focus(self) -> None:
        """Show where the cursor is, and let the page know what it stands on."""
        self._repaint_cursor(-1)
        if self.key:
            self.post_message(self.Moved(self.key))

    def on_blur(self) -> None:
        """Paint the cursor as that of a pane that waits."""
        self._clicked = ""
        self._repaint_cursor(-1)

    def on_click(self, event: events.Click) -> None:
        """Choose the row that was clicked; a second click on the same thing opens it, wherever it stands by then."""
        event.stop()
        at = event.get_content_offset(self)
        row = at.y + self.scroll_offset.y if at is not None else -1
        if not (0 <= row < len(self._lines)) or not self._lines[row].key:
            self._clicked = ""
            return
        again = self._clicked == self._lines[row].key == self.key
        self._move_to(row)
        self._clicked = "" if again else self.key
        if again:
            self.post_message(self.Opened(self.key))

    def action_act(self, id: str) -> None:
        """Move the cursor, or scroll where there is none."""
        self._clicked = ""
        page = max(1, self.scrollable_content_region.height - 1)
        steps = {"down": 1, "up": -1, "page_down": page, "page_up": -page, "first": -len(self._lines)}
        if id == "enter":
            if self.key:
                self.post_message(self.Opened(self.key))
            return
        self._step(steps.get(id, len(self._lines)))

    def _step(self, by: int) -> None:
        keyed = [y for y, line in enumerate(self._lines) if line.key]
        if not keyed:
            self.scroll_to(y=self.scroll_offset.y + by, animate=False)
            return
        place = keyed.index(self._row) + (by if abs(by) == 1 else 0)
        if abs(by) > 1:
            place = min(range(len(keyed)), key=lambda i: abs(keyed[i] - (self._row + by)))
        row = keyed[min(max(place, 0), len(keyed) - 1)]
        if self._row == row:
            self.scroll_to(y=0 if by < 0 else self.scroll_offset.y, animate=False)
            return
        self._move_to(row)

    def _move_to(self, row: int) -> None:
        old_row, self._row = self._row, row
        self._repaint_cursor(old_row)
        self._reveal()
        self.post_message(self.Moved(self.key))
