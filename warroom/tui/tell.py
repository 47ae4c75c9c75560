"""Telling people: the exact notice over the whole screen, and a button that wants a quiet hand."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from textual import work
from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical

from warroom.core.commands import Ack, Notify, Refused
from warroom.core.notices import Audience
from warroom.core.queries import NotAnswered, NoticeAnswer, PreviewNotice, QueryAnswer
from warroom.tui.bar import Bar
from warroom.tui.dialogs import PushButton
from warroom.tui.lines import line
from warroom.tui.outbox_lines import notice_lines
from warroom.tui.pane import Pane
from warroom.tui.quiet import HINT, QuietButton, QuietDialog, Submit
from warroom.tui.stale import Watch
from warroom.tui.theme import Painter

Read = Callable[[PreviewNotice], Awaitable[QueryAnswer]]


class TellDialog(QuietDialog):
    """Dismissed with the incident's id once the engine has saved the notice, or with None."""

    def __init__(
        self,
        painter: Painter,
        asked: PreviewNotice,
        ports: tuple[Read, Submit, Callable[[], float]],
        *,
        mode: str,
        watch: Watch | None = None,
    ) -> None:
        """`asked` says whom to tell what of which incident."""
        super().__init__(painter, ports[2])
        self._asked = asked
        self._read, self._submit, _ = ports
        self._mode = mode
        self._watch = watch
        self._answer: NoticeAnswer | None = None

    @property
    def doing(self) -> str:
        """Whom to tell of what."""
        return f"confirming: tell {self._asked.audience.value} of {self._asked.incident}"

    @property
    def confirms(self) -> bool:
        """Always: the notice is there, or comes."""
        return True

    def compose(self) -> ComposeResult:
        """Make the notice and the buttons."""
        with Vertical():
            yield Bar(self._painter, id="head")
            yield Pane(self._painter, id="plan", cursor=False)
            yield Bar(self._painter, id="says")
            with Horizontal(classes="buttons"):
                yield PushButton(self._painter, "Cancel", id="cancel")
                draft = self._asked.audience is Audience.CUSTOMERS
                yield QuietButton(self._painter, "Keep as draft" if draft else "Send", id="go", clock=self._clock)

    def on_mount(self) -> None:
        """Show what would leave."""
        asked, drill = self._asked, self._mode == "drill"
        people = f"these are {'real' if not drill else 'still real'} people"
        self.query_one("#head", Bar).show(
            [
                line(
                    (f" {self._mode.upper()} ", "drill" if drill else "loud"),
                    (f"  Tell {asked.audience.value}: {asked.event.value}", "strong"),
                    (f"  of {asked.incident}", "dim"),
                    (f"  {people}", "warn"),
                )
            ]
        )
        self.to_cancel()
        self.show_says("Reading what would leave.", "dim")
        self._fetch("")

    @work(exclusive=True, group="notice")
    async def _fetch(self, why: str) -> None:
        answer = await self._read(self._asked)
        if not self.is_attached:
            return
        if isinstance(answer, NoticeAnswer):
            self._answer = answer
            self._show()
            self.show_says(f"{why} {HINT}".strip(), "warn")
        else:
            reason = answer.reason if isinstance(answer, NotAnswered) else "the engine gave no notice"
            self.query_one("#plan", Pane).show([line((reason, "bad"))])
            self.show_says(f"{why} Nothing can be sent: {reason}. Esc leaves.".strip(), "bad")
        self.go_button.stir()

    def look(self) -> None:
        """Somebody told these people already, or the incident changed: read the notice again, send it then."""
        self._meets_news()

    def _meets_news(self) -> bool:
        told = self._watch.changed() if self._watch and not self._sending and self.is_attached else ""
        if told:
            self._answer = None
            self.to_cancel()
            self._fetch(told)
        return bool(told)

    def _show(self) -> None:
        if self._answer is not None:
            rows = notice_lines(self._answer, self._asked.audience, max(20, self.size.width - 6))
            self.show_plan("Exactly this will leave", rows)

    def on_pane_resized(self, event: Pane.Resized) -> None:
        """Rows follow the width."""
        event.stop()
        self._show()

    def on_push_button_pressed(self, event: PushButton.Pressed) -> None:
        """Cancel, or send."""
        event.stop()
        if event.button.id == "go":
            self._send()
        else:
            self.action_cancel()

    @work(group="send")
    async def _send(self) -> None:
        if self._meets_news():
            return
        shown = self._answer
        if self._sending or shown is None or self.unseen:
            self.show_says(f"Not sent: {self.unseen or 'there is no notice yet.'}", "warn")
            return
        self._sending = True
        now = await self._read(self._asked)
        if now != shown:
            # The record went on meanwhile: nobody signs a text that they did not read.
            self._sending, self._answer = False, None
            self.to_cancel()
            self._fetch("The text changed: read it again.")
            return
        asked = self._asked
        answer = await self._submit(Notify(asked.incident, asked.audience, asked.event, asked.note))
        self._sending = False
        match answer:
            case Ack():
                self.leave(asked.incident)
            case Refused():
                self.to_cancel()
                self._fetch(f"Refused: {answer.reason}. {answer.next}".strip())
