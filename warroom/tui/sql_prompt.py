"""The line to type SQL into: former queries by up and down, a paste of several lines made one."""

from __future__ import annotations

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal
from textual.message import Message
from textual.widgets import Input

from warroom.core.clean import clean
from warroom.core.sql_words import LONGEST_SQL, one_line
from warroom.tui.bar import Bar
from warroom.tui.keys import give_keys_to
from warroom.tui.lines import line
from warroom.tui.small import lost_for_good
from warroom.tui.sql_session import SqlSession
from warroom.tui.theme import Painter

_LABEL = " SQL "


class _Line(Input):
    """Takes every typed sign as text; Esc and the loss of the focus close it."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "leave", "close", show=False),
        Binding("up", "recall(1)", "former query", show=False),
        Binding("down", "recall(-1)", "later query", show=False),
    ]

    def __init__(self) -> None:
        super().__init__(compact=True, max_length=LONGEST_SQL, select_on_focus=False)
        self.cursor_blink = False
        self.session = SqlSession()

    def validate_value(self, value: str) -> str:
        """Return the value cleaned and in one line; a comment that is being typed stays."""
        return one_line(value) if {"\n", "\r", "\u240a", "\u240d"} & set(value) else clean(value, LONGEST_SQL)

    def action_leave(self) -> None:
        """Close it."""
        self.post_message(SqlPrompt.Closed())

    def action_recall(self, by: int) -> None:
        """Show a former query, or what was typed."""
        self.value = self.session.recall(by, self.value)
        self.cursor_position = len(self.value)

    def on_blur(self) -> None:
        """Close it, unless the window has only become too small to show it."""
        if lost_for_good(self):
            self.post_message(SqlPrompt.Closed())


class SqlPrompt(Horizontal):
    """Shows the query in hand; typed into once it is opened."""

    class Closed(Message):
        """Nothing is to be asked."""

    class Answered(Message):
        """The person pressed Enter."""

        def __init__(self, text: str) -> None:
            super().__init__()
            self.text = text

    DEFAULT_CSS = "SqlPrompt { height: 1; } SqlPrompt Input { width: 1fr; display: none; }"

    def __init__(self, painter: Painter) -> None:
        super().__init__()
        self._label = Bar(painter, [line((_LABEL, "key"))])
        self._label.styles.width = len(_LABEL)
        self._shown = Bar(painter)
        self._line = _Line()

    def compose(self) -> ComposeResult:
        """Make the label, what is shown, and the line."""
        yield self._label
        yield self._shown
        yield self._line

    @property
    def is_open(self) -> bool:
        """Whether it takes the keys."""
        return bool(self._line.display)

    def show(self, text: str) -> None:
        """Show the query in hand."""
        self._shown.show([line((text, "text") if text else ("s types a query", "dim"))])

    def open(self, session: SqlSession) -> None:
        """Take the keys; the query in hand can be changed, former ones brought back."""
        self._line.session = session
        self._shown.display, self._line.display = False, True
        self._line.value = session.begin()
        self._line.cursor_position = len(self._line.value)
        give_keys_to(self._line)

    def close(self) -> bool:
        """Show the query again; returns whether it had the keys."""
        had = self.is_open and self._line.has_focus
        self._shown.display, self._line.display = True, False
        return had

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """Hand the query on."""
        event.stop()
        if self.is_open:
            self.post_message(self.Answered(event.value))
