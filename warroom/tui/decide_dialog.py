"""The dialog in which a person approves, begins, breaks the glass or releases: the exact plan, then a quiet hand.

The action is pinned by its id and its plan's hash. When it changes while it is shown, it is shown anew and must be
confirmed again.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import ClassVar

from textual import work
from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical

from warroom.core.commands import Ack, Refused
from warroom.core.queries import Observe, PlanAnswer, PreviewPlan, Query, QueryAnswer
from warroom.core.view import ActionView
from warroom.tui.absence import Absence
from warroom.tui.bar import Bar
from warroom.tui.decide_lines import decide_lines, decide_loud
from warroom.tui.decisions import (
    Decision,
    command_for,
    needs_name,
    needs_reason,
    takes_reason,
    title_of,
    undoes,
    why_not,
)
from warroom.tui.dialogs import PushButton
from warroom.tui.keys import give_keys_to
from warroom.tui.link import GONE
from warroom.tui.pane import Pane
from warroom.tui.quiet import HINT, QuietButton, QuietDialog, Submit
from warroom.tui.theme import Painter

LOOK_S = 0.25

Look = Callable[[str], ActionView | None]
Ask = Callable[[Query], Awaitable[QueryAnswer]]


class DecideDialog(QuietDialog):
    """Dismissed with the action's id once the engine has saved the decision, or with None."""

    BUTTONS: ClassVar[dict[Decision, str]] = {
        Decision.APPROVE: "Approve",
        Decision.BEGIN: "Begin",
        Decision.BREAK_GLASS: "Break the glass:",
        Decision.RELEASE: "Release",
    }

    def __init__(
        self,
        painter: Painter,
        subject: tuple[Decision, ActionView],
        ports: tuple[Look, Ask, Submit, Callable[[], float]],
        *,
        mode: str,
        uid: int,
        absence: Absence,
    ) -> None:
        super().__init__(painter, ports[3])
        self._decision, self._action = subject
        self._look, self._ask, self._submit, _ = ports
        self._mode = mode
        self._uid = uid
        self._absence = absence
        self._today: QueryAnswer | None = None
        self._gone = False

    @property
    def doing(self) -> str:
        """What is decided."""
        return f"confirming: {title_of(self._decision, self._action)}"

    @property
    def confirms(self) -> bool:
        """Always: the plan is there."""
        return True

    def compose(self) -> ComposeResult:
        """Make the plan, the fields that the decision wants, and the buttons."""
        decision, action = self._decision, self._action
        with Vertical():
            yield Bar(self._painter, id="head")
            yield Pane(self._painter, id="plan", cursor=False)
            yield Bar(self._painter, [], id="loud")
            if takes_reason(decision):
                wanted = "needed" if needs_reason(decision) else "may be empty"
                yield self.field("reason", f"Reason ({wanted}; goes into the record)")
            if needs_name(decision, action):
                yield self.field("confirm", "Type the bot’s name to confirm")
            yield Bar(self._painter, id="says")
            with Horizontal(classes="buttons"):
                yield PushButton(self._painter, "Cancel", id="cancel")
                yield QuietButton(self._painter, self.BUTTONS[decision], id="go", clock=self._clock)

    def on_mount(self) -> None:
        """Show the action as it stands and go on looking at it."""
        self._show()
        self._read()
        give_keys_to(self.query_one("#cancel"))
        self.show_says(HINT, "dim")
        self.set_interval(LOOK_S, self._tick)

    def _show(self) -> None:
        decision, action = self._decision, self._action
        where = action.id + (f" for {action.incident}" if action.incident else "")
        self.show_head(self._mode, title_of(decision, action), where)
        done = "undone" if undoes(decision, action) else "done"
        self._show_button()
        rows = decide_lines(decision, action, self._today, max(20, self.size.width - 6), self._clock())
        self.show_plan(f"{action.id}: exactly this will be {done}", rows)
        self.query_one("#loud", Bar).show(decide_loud(decision, action, self._today, max(20, self.size.width - 2)))

    def _show_button(self) -> None:
        if self._decision is Decision.BEGIN and isinstance(self._today, PlanAnswer) and self._today.two:
            self.go_button.relabel("Ask for a second person")
        else:
            self.go_button.about(self.BUTTONS[self._decision], self._action.bot, self.size.width - 18)

    @work(exclusive=True, group="read")
    async def _read(self) -> None:
        """Read the target as it is today, for the eyes alone: the engine compares the plans itself."""
        action = self._action
        plan = action.plan
        if undoes(self._decision, action):
            today = await self._ask(Observe(action.id))
        else:
            today = await self._ask(PreviewPlan(plan.bot, plan.verb, plan.expires_s, plan.adapter))
        if action is self._action and self.is_attached:
            self._today = today
            self._show()

    def _tick(self) -> None:
        if not self._sending and not self._gone:
            self._follow()

    def _follow(self) -> bool:
        """Look at the action again; say whether it is still as it was shown."""
        away = self._absence.news()
        found = self._look(self._action.id)
        same = found is not None and _essence(found) == _essence(self._action)
        if found is None:
            self._gone = True
            self._changed(f"{self._action.id} is not among the room’s actions any more.")
        elif same and not away:
            self._show()
        else:
            self._action, self._today = found, None
            self._show()
            self._read()
            blocked = self._blocked() or "read it again, then confirm."
            self._changed(blocked if self._absence.lasts else f"{away or 'It changed meanwhile:'} {blocked}")
        return same and not away

    def _changed(self, text: str) -> None:
        self.to_cancel()
        self.show_says(text, "bad")

    def _blocked(self) -> str:
        return f"{GONE}." if self._absence.lasts else why_not(self._decision, self._action, self._uid, self._clock())

    def _unsaid(self) -> str:
        if self._gone:
            return f"{self._action.id} is gone."
        if blocked := self._blocked() or self.unseen:
            return blocked
        if needs_reason(self._decision) and not self.value("reason"):
            return "it needs a reason."
        if needs_name(self._decision, self._action) and self.value("confirm") != self._action.bot:
            return f"this cannot be undone: type the bot’s name, {self._action.bot}, to confirm."
        return ""

    def on_pane_resized(self, event: Pane.Resized) -> None:
        """Rows of the plan follow the width."""
        event.stop()
        self._show()

    def on_push_button_pressed(self, event: PushButton.Pressed) -> None:
        """Cancel or confirm."""
        event.stop()
        if event.button.id == "go":
            self._confirm()
        else:
            self.action_cancel()

    @work(group="send")
    async def _confirm(self) -> None:
        if self._sending or not self._follow():
            return
        if missing := self._unsaid():
            self.show_says(f"Not sent: {missing}", "warn")
            return
        reason = self.value("reason") if takes_reason(self._decision) else ""
        name = self.value("confirm") if needs_name(self._decision, self._action) else ""
        self._sending = True
        answer = await self._submit(command_for(self._decision, self._action, reason, name))
        self._sending = False
        match answer:
            case Ack():
                self.leave(self._action.id)
            case Refused():
                self.to_cancel()
                self.show_says(f"Refused: {answer.reason}. {answer.next}".strip(), "bad")
                self._read()


def _essence(action: ActionView) -> tuple[object, ...]:
    """Return what a decision stands on; one more proof of the same state changes nothing."""
    return action.state, action.bot, action.verb, action.plan_sha256, action.approval, action.broken_glass
