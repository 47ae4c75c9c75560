"""The live log of one bot: a bounded list of which only the visible rows are ever built."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from textual.binding import BindingType
from textual.cache import LRUCache
from textual.content import Content
from textual.geometry import Size
from textual.scroll_view import ScrollView
from textual.strip import Strip

from warroom.core.view import LogLine
from warroom.tui.actions import STREAM
from warroom.tui.keys import bindings_for
from warroom.tui.lines import EMPTY, Line
from warroom.tui.stream_lines import gap_row, log_row, stream_title
from warroom.tui.theme import Painter

KEPT_LINES = 5000
_WIDEST = 4200
_SIDE_STEP = 16


class Stream(ScrollView, can_focus=True):
    """Follows the end until somebody scrolls up; then it stands still and counts what is new."""

    BINDINGS: ClassVar[list[BindingType]] = bindings_for(STREAM, target="")

    def __init__(self, painter: Painter, *, id: str) -> None:
        super().__init__(id=id)
        self._painter = painter
        self._rows: list[LogLine | Line] = []
        self._strips: LRUCache[tuple[int, int, int], Strip] = LRUCache(512)
        self._removed = 0
        self.bot = ""
        self.last_seq = 0
        self.following = True
        self.unseen = 0
        self.show_title()

    def open(self, bot: str) -> None:
        """Begin to follow another bot; the same one goes on as it was."""
        if bot == self.bot:
            return
        self.bot, self.last_seq, self.following, self.unseen = bot, 0, True, 0
        self._rows.clear()
        self._strips.clear()
        self._settle()

    def append(self, lines: Sequence[LogLine], dropped: int) -> None:
        """Add lines in order, with a row for those that were not kept; one repaint for all of them."""
        if not lines:
            return
        if dropped and self._rows:
            self._rows.append(gap_row(dropped))
        self._rows.extend(lines)
        self.last_seq = lines[-1].seq
        surplus = len(self._rows) - KEPT_LINES
        if surplus > 0:
            del self._rows[:surplus]
            self._removed += surplus
        if not self.following:
            self.unseen += len(lines)
            if surplus > 0:
                self.set_scroll(None, max(0, self.scroll_offset.y - surplus))
        self._settle()

    def _settle(self) -> None:
        self.virtual_size = Size(_WIDEST if self._rows else 0, len(self._rows))
        if self.following:
            self.scroll_to(y=self.max_scroll_y, animate=False, force=True)
        self.show_title()
        self.refresh()

    def show_title(self) -> None:
        """Say in the line above whether it follows."""
        words = stream_title(self.bot, following=self.following, unseen=self.unseen)
        self.border_title = Content(self._painter.text(words))

    @property
    def rows(self) -> int:
        """Rows held."""
        return len(self._rows)

    def render_line(self, y: int) -> Strip:
        """Return one row of the screen; built when it is first seen."""
        index = y + self.scroll_offset.y
        width, start = self.scrollable_content_region.width, self.scroll_offset.x
        if index >= len(self._rows):
            return self._painter.strip(EMPTY, width, self.rich_style)
        key = (self._removed + index, width, start)
        strip = self._strips.get(key)
        if strip is None:
            row = self._rows[index]
            line = log_row(row) if isinstance(row, LogLine) else row
            strip = self._painter.strip(line, width, self.rich_style, gutter=" ", start=start)
            self._strips[key] = strip
        return strip

    def notify_style_update(self) -> None:
        """Forget strips painted in an older style."""
        super().notify_style_update()
        self._strips.clear()

    def on_resize(self) -> None:
        """Keep the end in sight while following."""
        self._strips.clear()
        self._settle()

    def watch_scroll_y(self, old_value: float, new_value: float) -> None:
        """Scrolling up pauses, arriving at the end follows again; whoever scrolled."""
        super().watch_scroll_y(old_value, new_value)
        at_end = new_value >= self.max_scroll_y
        if at_end != self.following and (at_end or new_value < old_value):
            self.following = at_end
            self.unseen = 0
            self.show_title()

    def action_act(self, id: str) -> None:
        """Scroll; `last` follows again."""
        page = max(1, self.scrollable_content_region.height - 1)
        x, y = self.scroll_offset
        steps = {"down": 1, "up": -1, "page_down": page, "page_up": -page, "first": -len(self._rows)}
        match id:
            case "last":
                self.following, self.unseen = True, 0
                self.set_scroll(0, None)
                self._settle()
            case "left" | "right":
                self.scroll_to(x=max(0, x + (_SIDE_STEP if id == "right" else -_SIDE_STEP)), animate=False, force=True)
            case _:
                self.scroll_to(y=y + steps.get(id, 0), animate=False, force=True)
