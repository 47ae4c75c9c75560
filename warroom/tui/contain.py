"""The containment dialog: choose how, see exactly what will be done, then confirm with a quiet hand.

The bot is pinned by name when the dialog opens. The confirming press counts only when nothing else was pressed, pasted
or focused for `QUIET_S`, so neither a held key nor a paste that hides keys can ever act on a bot.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import ClassVar

from textual import events, work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical

from warroom.core.commands import Ack, Answer, Contain, Refused
from warroom.core.model import Verb
from warroom.core.queries import NotAnswered, PlanAnswer, QueryAnswer
from warroom.tui.action_lines import plan_lines
from warroom.tui.bar import Bar
from warroom.tui.cells import fit, wrapped
from warroom.tui.dialogs import PushButton, TextInput
from warroom.tui.lines import line
from warroom.tui.modal import Modal
from warroom.tui.pane import Pane
from warroom.tui.theme import Painter
from warroom.tui.words import VERBS

QUIET_S = 0.3

Preview = Callable[[str, Verb], Awaitable[QueryAnswer]]
Submit = Callable[[Contain], Awaitable[Answer]]


class QuietButton(PushButton):
    """A button that acts only after `QUIET_S` without any other press, focus or paste."""

    def __init__(self, painter: Painter, label: str, *, id: str, clock: Callable[[], float]) -> None:
        super().__init__(painter, label, id=id, danger=True)
        self._clock = clock
        self._stirred = clock()

    def stir(self) -> None:
        """Something happened that is not the confirming press."""
        self._stirred = self._clock()

    def on_focus(self) -> None:
        """Arriving here is a press of its own."""
        self.stir()

    def action_press(self) -> None:
        """Press it when all was quiet; a press that comes too early begins the wait again."""
        quiet = self._clock() - self._stirred >= QUIET_S
        self.stir()
        if quiet:
            super().action_press()
        else:
            self.post_message(self.TooEarly())

    class TooEarly(events.Event, bubble=True):
        """A press came within the quiet time."""


class ContainDialog(Modal[str | None]):
    """Dismissed with the action's id once the engine has saved the intent, or with None."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape", "cancel", "cancel", show=False)]
    AUTO_FOCUS = ""

    def __init__(
        self,
        painter: Painter,
        target: tuple[str, list[Verb], str],
        ports: tuple[Preview, Submit, Callable[[], float]],
        *,
        mode: str,
        verb: str = "",
        held_by: str = "",
    ) -> None:
        super().__init__()
        self._painter = painter
        self._bot, self._verbs, self._incident = target
        self._preview, self._send, self._clock = ports
        self._mode = mode
        self._held_by = held_by
        self._verb: Verb | None = Verb(verb) if verb in self._verbs else None
        self._plan: PlanAnswer | None = None

    def compose(self) -> ComposeResult:
        """Make both steps; one of them is shown."""
        with Vertical():
            yield Bar(self._painter, id="contain-head")
            yield Pane(self._painter, id="verbs")
            yield Pane(self._painter, id="plan", cursor=False)
            yield Bar(self._painter, [line(("Reason (goes into the record)", "accent"))], id="reason-label")
            yield TextInput("", id="reason")
            yield Bar(self._painter, id="contain-says")
            with Horizontal(classes="buttons"):
                yield PushButton(self._painter, "Cancel", id="cancel")
                yield PushButton(self._painter, "Other way", id="other")
                yield QuietButton(self._painter, f"Contain {fit(self._bot, 24).rstrip()}", id="go", clock=self._clock)

    def on_mount(self) -> None:
        """Show the choice, or the dry run when the step in hand names the verb."""
        rows = [line((fit(v, 10), "strong"), (VERBS[v], "text"), key=f"option:{v}") for v in self._verbs]
        self.query_one("#verbs", Pane).title(f"How to contain {self._bot}, mild to hard")
        self.query_one("#verbs", Pane).show(rows, f"option:{self._verb}")
        self._show_step()
        if self._verb is not None:
            self._read_plan()

    def _show_step(self) -> None:
        chosen = self._verb is not None
        head = f" {self._mode.upper()} "
        what = f"  {self._verb} {self._bot}" if self._verb else f"  Contain {self._bot}"
        where = f"  for {self._incident}" if self._incident else "  without an incident"
        style = "drill" if self._mode == "drill" else "loud"
        held = f", held by {self._held_by} now" if self._held_by else ""
        words = "this acts on a live bot" if self._mode == "live" else "this acts on the drill’s bot"
        self.query_one("#contain-head", Bar).show(
            [line((head, style), (what, "strong"), (where, "dim"), (f"  {words}{held}", "warn"))]
        )
        self.query_one("#verbs").display = not chosen
        for name in ("#plan", "#reason-label", "#reason", "#other", "#go"):
            self.query_one(name).display = chosen
        self.query_one("#cancel" if chosen else "#verbs").focus()
        self._say("Nothing is sent yet. Enter shows the dry run. Esc cancels." if not chosen else _HINT, "dim")

    def _say(self, text: str, style: str) -> None:
        self.query_one("#contain-says", Bar).show(wrapped(text, max(20, self.size.width - 4), style)[:3])

    @work(exclusive=True)
    async def _read_plan(self, why: str = "") -> None:
        """Ask for the dry run and show it; until then nothing can be confirmed."""
        verb = self._verb
        if verb is None:
            return
        before, self._plan = self._plan, None
        pane = self.query_one("#plan", Pane)
        pane.title("Dry run: exactly this will be done")
        answer = await self._preview(self._bot, verb)
        if not pane.is_attached:
            return  # cancelled meanwhile
        if isinstance(answer, PlanAnswer):
            self._plan = answer
            pane.show(plan_lines(answer.plan, max(20, self.size.width - 6)))
            changed = before is not None and before.sha256 != answer.sha256
            self._say(
                (why + " " if why else "") + ("The plan changed: read it again. " if changed else "") + _HINT, "warn"
            )
        else:
            reason = answer.reason if isinstance(answer, NotAnswered) else "the engine gave no plan"
            pane.show([line((reason, "bad"))])
            self._say(f"{why} no plan: {reason}; Esc, or Other way".strip(), "bad")
        self.query_one("#go", QuietButton).stir()

    def on_pane_opened(self, event: Pane.Opened) -> None:
        """A verb was chosen."""
        event.stop()
        self._verb = Verb(event.key.removeprefix("option:"))
        self._plan = None
        self._show_step()
        self._read_plan()

    def on_pane_moved(self, event: Pane.Moved) -> None:
        """Keep the choice to ourselves."""
        event.stop()

    def on_pane_resized(self, event: Pane.Resized) -> None:
        """Rows of the plan follow the width."""
        event.stop()
        if self._plan is not None:
            self.query_one("#plan", Pane).show(plan_lines(self._plan.plan, max(20, self.size.width - 6)))

    def on_key(self, event: events.Key) -> None:
        """Any key breaks the quiet, but for the press on the button, which judges itself."""
        go = self.query_one("#go", QuietButton)
        if not (go.has_focus and event.key in ("enter", "space")):
            go.stir()

    def on_paste(self) -> None:
        """A paste breaks the quiet and is never a confirmation."""
        self.query_one("#go", QuietButton).stir()

    def on_input_changed(self) -> None:
        """Typing breaks the quiet."""
        self.query_one("#go", QuietButton).stir()

    def on_input_submitted(self) -> None:
        """Enter in the reason goes to the plan's buttons, to Cancel first."""
        self.query_one("#cancel").focus()

    def on_quiet_button_too_early(self) -> None:
        """Say why nothing happened."""
        self._say("Not sent: wait a moment without a key, then press Enter once.", "warn")

    def on_push_button_pressed(self, event: PushButton.Pressed) -> None:
        """Cancel, choose again, or confirm."""
        event.stop()
        match event.button.id:
            case "go":
                self._confirm()
            case "other":
                self._verb = None
                self._show_step()
            case _:
                self.leave(None)

    @work(exclusive=True)
    async def _confirm(self) -> None:
        plan, verb = self._plan, self._verb
        if plan is None or verb is None:
            self._say("Not sent: there is no plan yet.", "warn")
            return
        reason = self.query_one("#reason", TextInput).value.strip()
        self._plan = None
        answer = await self._send(
            Contain(self._bot, verb, self._incident or None, reason, plan.plan.expires_s, plan.sha256)
        )
        match answer:
            case Ack():
                self.leave(answer.ref)
            case Refused():
                self._plan = plan
                self.query_one("#cancel").focus()
                self._read_plan(f"Refused: {answer.reason}. {answer.next}".strip())

    def action_cancel(self) -> None:
        """Leave; nothing was sent."""
        self.leave(None)


_HINT = "Nothing is sent yet. Tab to Contain, wait a moment, Enter. Esc cancels."
