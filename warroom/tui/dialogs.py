"""Questions on the screen: a form with lines of text, choices and buttons."""

from __future__ import annotations

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.message import Message
from textual.strip import Strip
from textual.widget import Widget
from textual.widgets import Input

from warroom.core.clean import clean
from warroom.core.limits import TEXT_LIMIT
from warroom.tui.bar import Bar
from warroom.tui.cells import fit, width_of, wrapped
from warroom.tui.forms import Answers, Field, Form
from warroom.tui.keys import give_keys_to
from warroom.tui.lines import line
from warroom.tui.modal import Modal
from warroom.tui.pane import Pane
from warroom.tui.stale import Watch
from warroom.tui.theme import Painter

WORDS_WIDTH = 76


class TextInput(Input):
    """One line of text that never holds what a terminal would execute, typed or pasted."""

    def __init__(self, value: str, *, id: str) -> None:
        super().__init__(clean(value), id=id, compact=True, max_length=TEXT_LIMIT, select_on_focus=False)
        self.cursor_blink = False

    def validate_value(self, value: str) -> str:
        """Return the value cleaned."""
        return clean(value, TEXT_LIMIT)


class PushButton(Widget, can_focus=True):
    """A button of one row."""

    class Pressed(Message):
        """Somebody pressed it."""

        def __init__(self, button: PushButton) -> None:
            super().__init__()
            self.button = button

    BINDINGS: ClassVar[list[BindingType]] = [Binding("enter,space", "press", "press", show=False)]

    def __init__(self, painter: Painter, label: str, *, id: str, danger: bool = False) -> None:
        super().__init__(id=id)
        self._painter = painter
        self._label = f"  {label}  "
        self._danger = danger

    @property
    def words(self) -> str:
        """What stands on it, with the blanks around."""
        return self._label

    def relabel(self, label: str) -> None:
        """Change the words on it."""
        if self._label != f"  {label}  ":
            self._label = f"  {label}  "
            self.refresh(layout=True)

    def get_content_width(self, container: object, viewport: object) -> int:
        """Return the cells of the label with its brackets."""
        return width_of(self._label) + 2

    def render_line(self, y: int) -> Strip:
        """Return the label; brackets and bold show the focus where there is no colour."""
        style = "button"
        if self.has_focus:
            style = "button-danger" if self._danger else "button-here"
        left, right = ("[", "]") if self.has_focus else (" ", " ")
        return self._painter.strip(line((left + self._label + right, style)), self.size.width, self.rich_style)

    def action_press(self) -> None:
        """Press it."""
        self.post_message(self.Pressed(self))

    def on_click(self) -> None:
        """Press it with the mouse."""
        self.action_press()


class Dialog(Modal[Answers | None]):
    """Asks a form; dismissed with the answers, or with None when cancelled."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape", "cancel", "cancel", show=False)]
    AUTO_FOCUS = ""

    def __init__(self, painter: Painter, form: Form, watch: Watch | None = None) -> None:
        """`watch` looks at what the question stands on, where somebody else can change it."""
        super().__init__()
        self._painter = painter
        self._form = form
        self._watch = watch
        self._unread = ""
        """What somebody changed since, until a press has met it."""

    @property
    def doing(self) -> str:
        """The title of the question."""
        return f"asked: {self._form.title}"

    def compose(self) -> ComposeResult:
        """Make title, sentences, fields and buttons."""
        with Vertical():
            yield Bar(self._painter, wrapped(self._form.title, WORDS_WIDTH, "strong")[:3])
            yield Bar(self._painter, [row for text in self._form.words for row in wrapped(text, WORDS_WIDTH, "dim")])
            yield Bar(self._painter, wrapped(self._form.fault, WORDS_WIDTH, "bad") if self._form.fault else [])
            for field in self._form.fields:
                # Of a list something is always chosen.
                empty = "" if field.required or field.options else " (may be empty)"
                yield Bar(self._painter, [line((field.label + empty, "accent"))])
                yield self._field(field)
            with Horizontal(classes="buttons"):
                yield PushButton(self._painter, "Cancel", id="cancel")
                yield PushButton(self._painter, self._form.submit, id="submit", danger=self._form.needs_button)
            self._fault = Bar(
                self._painter, [line(("Enter goes on and answers at the end · Tab next · Esc cancels", "dim"))]
            )
            yield self._fault

    def _field(self, field: Field) -> Widget:
        if not field.options:
            return TextInput(field.value, id=f"field-{field.id}")
        pane = Pane(self._painter, id=f"field-{field.id}", choice=True)
        rows = [line((fit(words, WORDS_WIDTH).rstrip(), "text"), key=f"option:{v}") for v, words in field.options]
        pane.styles.height = min(len(rows), 8)
        pane.show(rows, f"option:{field.value}")
        return pane

    def on_mount(self) -> None:
        """Focus the first field, or Cancel where a button acts on a bot."""
        first = f"#field-{self._form.fields[0].id}" if self._form.fields else "#submit"
        give_keys_to(self.query_one("#cancel" if self._form.needs_button and not self._form.fields else first))

    def on_input_submitted(self) -> None:
        """Enter in a line of text."""
        self._enter()

    def on_pane_opened(self, event: Pane.Opened) -> None:
        """Enter on a choice."""
        event.stop()
        self._enter()

    def on_pane_moved(self, event: Pane.Moved) -> None:
        """Keep the choice to ourselves."""
        event.stop()

    def on_pane_resized(self, event: Pane.Resized) -> None:
        """Choices need no new rows."""
        event.stop()

    def _enter(self) -> None:
        fields = [self.query_one(f"#field-{f.id}") for f in self._form.fields]
        place = fields.index(self.focused) if self.focused in fields else len(fields) - 1
        if place + 1 < len(fields):
            give_keys_to(fields[place + 1])
        elif self._form.needs_button:
            give_keys_to(self.query_one("#cancel"))
        else:
            self._submit()

    def on_push_button_pressed(self, event: PushButton.Pressed) -> None:
        """Answer or cancel."""
        event.stop()
        if event.button.id == "submit":
            self._submit()
        else:
            self.leave(None)

    def look(self) -> None:
        """Say what somebody changed, at once."""
        told = self._watch.changed() if self._watch else ""
        if told and self._fault.is_attached:
            self._unread = told
            over = self._watch.over() if self._watch else ""
            self._warn(f"{told} {f'Nothing can be sent: {over}' if over else 'Read it, then answer again.'}")

    def _warn(self, text: str) -> None:
        self._fault.show(wrapped(text, WORDS_WIDTH, "bad")[:3])

    def _stale(self) -> bool:
        """Say whether this press meets something else than was shown; the next one meets what is shown now."""
        self.look()
        over = self._watch.over() if self._watch else ""
        told, self._unread = self._unread, ""
        if over:
            self._warn(f"Not sent: {over} Esc leaves.")
        elif told:
            self._warn(f"Not sent: {told} Once more sends it all the same.")
        return bool(over or told)

    def _submit(self) -> None:
        if self._stale():
            return
        answers: Answers = {}
        for field in self._form.fields:
            widget = self.query_one(f"#field-{field.id}")
            value = widget.value.strip() if isinstance(widget, Input) else ""
            if isinstance(widget, Pane):
                value = widget.key.removeprefix("option:")
            if field.required and not value:
                self._fault.show([line((f"{field.label}: needs words", "bad"))])
                give_keys_to(widget)
                return
            answers[field.id] = value
        self.leave(answers)

    def action_cancel(self) -> None:
        """Leave without an answer."""
        self.leave(None)
