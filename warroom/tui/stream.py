"""The log itself: paints the rows of a session that are on the screen, and no others."""

from __future__ import annotations

from collections.abc import Callable
from typing import ClassVar

from textual import events
from textual.binding import BindingType
from textual.cache import LRUCache
from textual.geometry import Region
from textual.message import Message
from textual.strip import Strip

from warroom.tui.actions import STREAM
from warroom.tui.keys import bindings_for
from warroom.tui.lines import EMPTY, Line, line
from warroom.tui.log_rows import identity_of
from warroom.tui.log_session import LogSession
from warroom.tui.log_words import empty_words, title_words
from warroom.tui.painted import Painted
from warroom.tui.stream_lines import log_row, wrapped_row
from warroom.tui.theme import Painter

_SIDE_STEP = 16
_WHEEL_ROWS = 3
_FEW = 4
"""Rows that are painted one by one; of more, all are."""


class Stream(Painted, can_focus=True):
    """Follows the end until somebody moves up; then it stands still and counts what is new."""

    class Moved(Message):
        """Another part of the log is shown."""

    BINDINGS: ClassVar[list[BindingType]] = bindings_for(STREAM, target="")

    def __init__(self, painter: Painter, session: LogSession, act: Callable[[str], None], *, id: str) -> None:
        """`act` performs the actions of a log that are more than moving."""
        super().__init__(id=id)
        self._painter = painter
        self._act = act
        self._start = 0
        self._lines: LRUCache[tuple[int, bool], list[Line]] = LRUCache(512)
        """The screen rows of a row, by its number."""
        self._strips: LRUCache[tuple[object, ...], Strip] = LRUCache(512)
        self._window: list[tuple[int, int]] = []
        """Of each row of the screen: index of its row, and which part of it."""
        self._shown: tuple[tuple[object, ...], list[object]] | None = None
        """What is on the screen: what concerns every row, and each row."""
        self.session = session

    @property
    def first(self) -> int:
        """Index of the first row on the screen."""
        return self.session.rows.top(self._height, self._height_of)[0]

    @property
    def _height(self) -> int:
        return max(1, self.content_size.height)

    @property
    def _width(self) -> int:
        return max(10, self.content_size.width - 1)

    def _height_of(self, index: int) -> int:
        return len(self._lines_of(index)) if self.session.wrap else 1

    def _lines_of(self, index: int) -> list[Line]:
        row = self.session.rows.rows[index]
        key = (row.uid, self.session.several)
        lines = self._lines.get(key)
        if lines is None:
            session = self.session
            if row.entry is None:
                whole = row.note or EMPTY
            else:
                whole = log_row(row.entry, session.label(row.entry), session.hits.term)
            lines = wrapped_row(whole, self._width, max(4, self._height // 2)) if session.wrap else [whole]
            self._lines[key] = lines
        return lines

    def forget(self) -> None:
        """Build every row anew: another filter, search, width or style."""
        self._lines.clear()
        self._strips.clear()
        self._shown = None

    def show(self) -> None:
        """Bring title and rows up to the session; paints only when something on the screen differs."""
        rows, height = self.session.rows, self._height
        first, cut = rows.top(height, self._height_of)
        window: list[tuple[int, int]] = []
        index = first
        while len(window) < height and index < len(rows.rows):
            for part in range(cut if index == first else 0, self._height_of(index)):
                window.append((index, part))
            index += 1
        self._window = window[:height]
        self._repaint(self._start, "" if self._window else empty_words(self.session))
        self.entitle(self._painter.text(title_words(self.session)))

    def _repaint(self, *around: object) -> None:
        """Paint the rows that are not what is on the screen; all of them where something around them differs."""
        marks, cursor = self.session.marks.marked, self._cursor
        shown: list[object] = []
        for index, part in self._window:
            row = self.session.rows.rows[index]
            marked = bool(marks) and row.entry is not None and identity_of(row.entry) in marks
            shown.append((row.uid, part, index == cursor, marked))
        before, self._shown = self._shown, (around, shown)
        if before is None or before[0] != around or len(before[1]) != len(shown):
            self.refresh()
            return
        changed = [y for y, (old, new) in enumerate(zip(before[1], shown, strict=True)) if old != new]
        if len(changed) > _FEW:
            self.refresh()
        elif changed:
            self.refresh(*(Region(0, y, self.content_size.width, 1) for y in changed))

    @property
    def _cursor(self) -> int:
        """Index of the row under the cursor, which is hidden while the stream runs."""
        return -1 if self.session.rows.following else self.session.rows.cursor

    def render_line(self, y: int) -> Strip:
        """Return one row of the screen; built when it is first seen."""
        width = self.content_size.width
        if y == 0 and not self._window:
            return self._painter.strip(line((empty_words(self.session), "dim")), width, self.base_style, gutter=" ")
        if y >= len(self._window):
            return self._painter.strip(EMPTY, width, self.base_style)
        index, part = self._window[y]
        if index >= len(self.session.rows.rows):
            return self._painter.strip(EMPTY, width, self.base_style)
        row = self.session.rows.rows[index]
        marked = row.entry is not None and identity_of(row.entry) in self.session.marks.marked
        cursor = "" if index != self._cursor else "here" if self.has_focus else "away"
        start = 0 if self.session.wrap else self._start
        key = (row.uid, self.session.several, part, width, start, cursor, marked)
        strip = self._strips.get(key)
        if strip is None:
            parts = self._lines_of(index)
            gutter = ("●" if marked else "▸" if cursor else " ") if part == 0 else " "
            text = parts[part] if part < len(parts) else EMPTY
            strip = self._painter.strip(text, width, self.base_style, gutter=gutter, start=start, cursor=cursor)
            self._strips[key] = strip
        return strip

    def notify_style_update(self) -> None:
        """Forget strips painted in an older style."""
        super().notify_style_update()
        self._strips.clear()

    def on_resize(self) -> None:
        """Lay out for the new size."""
        self.forget()
        self.go_to(self.session.rows.cursor)

    def on_focus(self) -> None:
        """Paint the cursor as the one that keys move."""
        self.refresh()

    def on_blur(self) -> None:
        """Paint the cursor as that of a pane that waits."""
        self.refresh()

    def go_to(self, index: int) -> None:
        """Put the cursor on a row."""
        self.session.rows.go_to(index, self._height, self._height_of)
        self._changed()

    def _changed(self) -> None:
        self.show()
        self.post_message(self.Moved())

    def on_mouse_scroll_up(self, event: events.MouseScrollUp) -> None:
        """Scroll up; this pauses."""
        event.stop()
        self._scroll(-_WHEEL_ROWS)

    def on_mouse_scroll_down(self, event: events.MouseScrollDown) -> None:
        """Scroll down."""
        event.stop()
        self._scroll(_WHEEL_ROWS)

    def on_click(self, event: events.Click) -> None:
        """Put the cursor on the row that was clicked; this pauses."""
        event.stop()
        at = event.get_content_offset(self)
        if at is not None and 0 <= at.y < len(self._window):
            self.session.go_on()
            self.go_to(self._window[at.y][0])

    def _scroll(self, by: int) -> None:
        self.session.go_on()
        self.session.rows.scroll(by, self._height, self._height_of)
        self._changed()

    def action_act(self, id: str) -> None:
        """Move; everything else is done by the pane around."""
        rows = self.session.rows
        page = max(1, rows.last - self.first)
        steps = {"down": 1, "up": -1, "page_down": page, "page_up": -page, "first": -len(rows.rows)}
        if id in steps:
            self.session.go_on()
            self.go_to(rows.cursor + steps[id])
        elif id in ("left", "right"):
            self._start = max(0, self._start + (_SIDE_STEP if id == "right" else -_SIDE_STEP))
            self.show()
        elif id == "last":
            self._start = 0
            if not rows.attached:
                self.session.restart()
            self.go_to(len(self.session.rows.rows) - 1)
        else:
            self._act(id)
