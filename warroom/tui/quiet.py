"""Dialogs that act on a bot: what will be done over the whole screen, and a button that wants a quiet hand.

The confirming press counts only when nothing else was pressed, pasted or focused for `QUIET_S`, and after one that came
too early for `HELD_S`, so neither a held key nor a paste that hides keys can ever act on a bot. Cancel has the focus
first.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from typing import ClassVar

from textual import events
from textual.binding import Binding, BindingType
from textual.containers import Horizontal
from textual.widgets import Input

from warroom.core.commands import Answer, Command
from warroom.tui.bar import Bar
from warroom.tui.cells import cut, fit, width_of, wrapped
from warroom.tui.dialogs import PushButton, TextInput
from warroom.tui.keymap import key_for
from warroom.tui.keys import give_keys_to
from warroom.tui.lines import Line, line
from warroom.tui.modal import Modal
from warroom.tui.pane import Pane
from warroom.tui.small import is_too_small
from warroom.tui.theme import Painter

QUIET_S = 0.3
HELD_S = 1.0
"""Longer than keyboards wait before a held key repeats: 0.25 to 0.66 s are usual."""
ROOMY = 80
"""Columns from which the buttons have their whole words."""
HINT = "Nothing is sent. Tab to the last button, wait a moment, Enter. Esc cancels."

Submit = Callable[[Command], Awaitable[Answer]]


class QuietButton(PushButton):
    """A button that acts only after `QUIET_S` without any other press, focus or paste, or `HELD_S` without itself."""

    def __init__(self, painter: Painter, label: str, *, id: str, clock: Callable[[], float]) -> None:
        super().__init__(painter, label, id=id, danger=True)
        self._clock = clock
        self._stirred = clock()
        self._held = False
        """Whether the press that came last was too early, and may be held down still."""

    def about(self, what: str, name: str, room: int) -> None:
        """Say on it what it does to whom; the name gives way where there is not so much room."""
        left = room - width_of(f"[  {what}   ]")
        self.relabel(f"{what} {fit(name, min(left, 24)).rstrip()}" if left >= 4 else what)

    def stir(self) -> None:
        """Something happened that is not the confirming press."""
        self._stirred = self._clock()

    def let_go(self) -> None:
        """Something else was pressed: what was before is not held any more."""
        self._held = False
        self.stir()

    def on_focus(self) -> None:
        """Arriving here is a press of its own."""
        self.stir()

    def action_press(self) -> None:
        """Press it when all was quiet; a press that comes too early begins the wait again."""
        quiet = self._clock() - self._stirred >= (HELD_S if self._held else QUIET_S)
        self._held = not quiet
        self.stir()
        if quiet:
            super().action_press()
        else:
            self.post_message(self.TooEarly())

    class TooEarly(events.Event, bubble=True):
        """A press came within the quiet time."""


class QuietDialog(Modal[str | None]):
    """Dismissed with an action's id once the engine has saved what was asked, or with None.

    Subclasses compose a `QuietButton` with the id `go`, a button with the id `cancel` and a bar with the id `says`.
    """

    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape", "cancel", "cancel", show=False)]
    AUTO_FOCUS = ""

    def __init__(self, painter: Painter, clock: Callable[[], float]) -> None:
        super().__init__()
        self._painter = painter
        self._clock = clock
        self._sending = False
        self._told = False

    @property
    def go_button(self) -> QuietButton:
        """The button that confirms."""
        return self.query_one("#go", QuietButton)

    @property
    def unseen(self) -> str:
        """Why nobody can have read what would be confirmed; an empty text when it is on the screen."""
        shown = self.query_one("#plan", Pane).content_region.intersection(self.region)
        return "make the window larger" if is_too_small(self) or not shown.area else ""

    def field(self, id: str, label: str) -> Horizontal:
        """Return a line of text behind its label; the row's id is `ID-row`."""
        bar = Bar(self._painter, [line((label, "accent"))])
        bar.styles.width = width_of(label) + 1
        return Horizontal(bar, TextInput("", id=id), id=f"{id}-row", classes="field")

    def show_head(self, mode: str, what: str, where: str, held: str = "", *, acts: bool = True) -> None:
        """Show in one row what acts where; words that only explain give way where it is narrow.

        What does not act (`acts`) looks at the bot and changes nothing.
        """
        live = "bot" if mode == "live" else "drill’s bot"
        verb = "acts on" if acts else "changes nothing on"
        long = f"this {verb} {'a live' if mode == 'live' else 'the'} {live}{held}"
        short = f"{'live' if mode == 'live' else 'the'} {live}{held}" if acts else f"changes nothing{held}"
        room = self.size.width - 4
        for place, words in ((where, long), (where, short), ("", long), ("", short)):
            spans = [(f" {mode.upper()} ", "drill" if mode == "drill" else "loud"), (f"  {what}", "strong")]
            spans += [(f"  {place}", "dim")] if place else []
            spans.append((f"  {words}", "warn"))
            if sum(width_of(text) for text, _ in spans) <= room:
                break
        self.query_one("#head", Bar).show([line(*cut(spans, room))])

    def show_plan(self, title: str, rows: Sequence[Line]) -> None:
        """Show the plan, and say above it when it is longer than its room: nobody confirms what they cannot see."""
        pane = self.query_one("#plan", Pane)
        height = pane.scrollable_content_region.height
        hidden = len(rows) - height if height > 0 else 0
        noun = "row" if hidden == 1 else "rows"
        pane.title(title + (f" · {hidden} {noun} more: Tab to it, {key_for('down')} scrolls" if hidden > 0 else ""))
        pane.show(rows)

    def value(self, id: str) -> str:
        """Return what was typed into a field."""
        return self.query_one(f"#{id}", TextInput).value.strip()

    def show_says(self, text: str, style: str) -> None:
        """Show a sentence above the buttons."""
        self.query_one("#says", Bar).show(wrapped(text, max(20, self.size.width - 4), style)[:3])

    def to_cancel(self) -> None:
        """Give the focus to Cancel: whatever comes next must be meant."""
        self.go_button.stir()
        give_keys_to(self.query_one("#cancel"))

    def on_key(self, event: events.Key) -> None:
        """Any key breaks the quiet, but for the press on the button, which judges itself."""
        go = self.go_button
        if not (go.has_focus and event.key in ("enter", "space")):
            go.let_go()

    def on_resize(self) -> None:
        """What comes on the screen must be read first."""
        self.go_button.stir()

    def on_mouse_down(self, event: events.MouseDown) -> None:
        """A click breaks the quiet, but for that on the button, which judges itself as it does a key."""
        if event.widget is not self.go_button:
            self.go_button.let_go()

    def on_paste(self) -> None:
        """A paste breaks the quiet and is never a confirmation."""
        self.go_button.stir()

    def on_input_changed(self, event: Input.Changed) -> None:
        """Typing breaks the quiet."""
        event.stop()
        self.go_button.stir()

    def on_input_submitted(self) -> None:
        """Enter in a field goes to the buttons, to Cancel first."""
        self.to_cancel()

    def on_pane_moved(self, event: Pane.Moved) -> None:
        """Keep the choice to ourselves."""
        event.stop()

    def on_quiet_button_too_early(self) -> None:
        """Say why nothing happened."""
        self.show_says("Not sent: wait a moment without a key, then press Enter once.", "warn")

    def action_cancel(self) -> None:
        """Leave; what is on its way already is told first, and then left to the record."""
        if self._sending and not self._told:
            self._told = True
            self.show_says("It is sent already and waits for the engine’s answer. Esc again leaves without it.", "warn")
        else:
            self.leave(None)
