"""One line at the bottom of a pane to type into: what to look for, what to filter."""

from __future__ import annotations

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal
from textual.message import Message
from textual.widgets import Input

from warroom.core.clean import clean
from warroom.core.line_filter import LONGEST_TERM
from warroom.tui.bar import Bar
from warroom.tui.cells import width_of
from warroom.tui.keys import give_keys_to
from warroom.tui.lines import Line, line
from warroom.tui.small import lost_for_good
from warroom.tui.theme import Painter

_HINTS = {
    "search": "a text to look for, * is anything; nothing ends the search",
    "filter": "a text to show, !text to hide, * is anything; nothing removes all filters",
}
_DOES = {"search": "looks for it", "filter": "filters"}


def prompt_line(kind: str) -> Line:
    """Return the keys that hold while something is typed."""
    keys = (("Enter", _DOES[kind]), ("Esc", "leaves it"))
    return line((" ", "text"), *(span for key, what in keys for span in ((key, "key"), (f" {what}  ", "dim"))))


class _Line(Input):
    """Takes every typed sign as text; Esc and the loss of the focus close it."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape", "leave", "close", show=False)]

    def __init__(self) -> None:
        super().__init__(compact=True, max_length=LONGEST_TERM, select_on_focus=False)
        self.cursor_blink = False

    def validate_value(self, value: str) -> str:
        """Return the value cleaned."""
        return clean(value, LONGEST_TERM)

    def action_leave(self) -> None:
        """Close it."""
        self.post_message(Prompt.Closed())

    def on_blur(self) -> None:
        """Close it, unless the window has only become too small to show it."""
        if lost_for_good(self):
            self.post_message(Prompt.Closed())


class Prompt(Horizontal):
    """Hidden until it is opened."""

    class Closed(Message):
        """Nothing is to be done."""

    class Answered(Message):
        """The person pressed Enter."""

        def __init__(self, kind: str, text: str) -> None:
            super().__init__()
            self.kind = kind
            self.text = text

    DEFAULT_CSS = "Prompt { height: 1; display: none; } Prompt Input { width: 1fr; }"

    def __init__(self, painter: Painter) -> None:
        super().__init__()
        self._painter = painter
        self.kind = ""

    def compose(self) -> ComposeResult:
        """Make the label and the line."""
        self._label = Bar(self._painter)
        self._line = _Line()
        yield self._label
        yield self._line

    def open(self, kind: str, label: str, text: str = "") -> None:
        """Ask; `kind` comes back with the answer."""
        self.kind = kind
        self._label.show([line((label, "key"))])
        self._label.styles.width = width_of(label)
        self.display = True
        self._line.placeholder = self._painter.text(_HINTS[kind])
        self._line.value = text
        self._line.cursor_position = len(self._line.value)
        give_keys_to(self._line)

    def close(self) -> None:
        """Hide it."""
        self.kind = ""
        self.display = False

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """Hand the answer on."""
        event.stop()
        kind, text = self.kind, event.value
        if kind:
            self.post_message(self.Answered(kind, text))
