"""The hands that acts work with: say, ask, send, and lead through what needs a dialog."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Protocol

from textual.app import App

from warroom.core.commands import Ack, Answer, Command, Refused
from warroom.core.company import Target
from warroom.core.queries import Observe, PreviewNotice
from warroom.core.room import Room
from warroom.core.view import ActionView, TimelineView
from warroom.tui.absence import Absence
from warroom.tui.contain import ContainDialog
from warroom.tui.decide_dialog import DecideDialog
from warroom.tui.decisions import Decision
from warroom.tui.dialogs import Dialog
from warroom.tui.forms import Answers, Form, refused_form
from warroom.tui.guide import in_hand
from warroom.tui.link import Link, answer_words, observed_words
from warroom.tui.pages.page import Page
from warroom.tui.quiet import QuietDialog
from warroom.tui.report import Export, written_words
from warroom.tui.scene import Scene
from warroom.tui.stale import Watch
from warroom.tui.tell import TellDialog
from warroom.tui.theme import Painter
from warroom.tui.words import LIVE_ACTIONS

_KEPT = 200
"""Answers that the messages page keeps."""


class Front(Protocol):
    """The screen as the hands need it."""

    scene: Scene

    @property
    def app(self) -> App[Any]:
        """Who pushes dialogs."""
        ...

    @property
    def shown(self) -> Page:
        """The page that is shown."""
        ...

    def draw(self) -> None:
        """Bring the screen up to the scene."""
        ...

    def go(self, page: str) -> None:
        """Show a page."""
        ...


class Hands:
    """What an act may ask of the console, over one screen and one room."""

    def __init__(
        self, front: Front, room: Room, painter: Painter, clock: Callable[[], float], export: Export | None
    ) -> None:
        self._front = front
        self._room = room
        self._link = Link(room)
        self._painter = painter
        self._clock = clock
        self._export = export
        self._ports = (self._link.ask, self._submit, clock)

    @property
    def scene(self) -> Scene:
        """The state that is drawn."""
        return self._front.scene

    def go(self, page: str) -> None:
        """Show a page."""
        self._front.go(page)

    def say(self, text: str, style: str = "text", kept: str = "") -> None:
        """Show a sentence in the status line and keep it, or the longer `kept`, in the messages."""
        scene = self.scene
        scene.answer, scene.answer_style, scene.answered = text, style, self._clock()
        scene.said = [*scene.said, TimelineView(0, self._clock(), "console", "said", kept or text)][-_KEPT:]
        self._front.draw()

    async def ask(self, form: Form) -> Answers | None:
        """Ask a form in a dialog."""
        watch = self._watch(form.about)
        return await self._front.app.push_screen_wait(Dialog(self._painter, form, watch))

    async def ask_and_send(self, form: Form, command_of: Callable[[Answers], Command]) -> bool:
        """Ask, send, and ask again with what was filled in when that is refused; return whether it was saved."""
        asked = form
        while (answers := await self.ask(asked)) is not None:
            answer = await self._submit(command_of(answers))
            if isinstance(answer, Ack):
                return True
            asked = refused_form(form, answers, answer_words(answer)[0])
        return False

    def _watch(self, about: str) -> Watch:
        return Watch(lambda: self._room.latest, about, self.scene.welcome.operator, self._absence())

    def _absence(self) -> Absence:
        return Absence(lambda: self._room.outage)

    def lines_in_hand(self) -> list[tuple[str, str]]:
        """Return the log lines that are marked or pointed at: permalink, and time and text in words."""
        return self._front.shown.lines_in_hand()

    def in_hand(self) -> Target | None:
        """Return what is under the cursor as something to point at; None when there is nothing."""
        return in_hand(self.scene, self._front.shown)

    async def point(self, target: Target | None) -> None:
        """Point at something for everybody, or at nothing any more, and say so."""
        answer = await self._link.point(target)
        if isinstance(answer, Refused):
            self.say(*answer_words(answer))
        else:
            self.say(f"everybody sees that you point at {answer.ref}" if target else "you point at nothing now", "good")

    async def send(self, command: Command) -> bool:
        """Send a command and say its answer."""
        return isinstance(await self._submit(command), Ack)

    async def _submit(self, command: Command) -> Answer:
        answer = await self._link.submit(command)
        self.say(*answer_words(answer))
        return answer

    async def contain(self, bot: str, verb: str, incident: str) -> None:
        """Lead through a containment, then show its state."""
        view = self.scene.view
        target = next((b for b in view.bots if b.name == bot), None) if view else None
        if view is None or target is None:
            return
        target_and_where, mode = (target, incident), view.mode.value
        watch = self._watch(f"bot:{bot}/{incident}")
        live = [action for action in view.actions if action.bot == bot and action.state in LIVE_ACTIONS]
        await self._settle(
            ContainDialog(self._painter, target_and_where, self._ports, mode=mode, verb=verb, live=live, watch=watch)
        )

    async def decide(self, decision: Decision, action: ActionView) -> None:
        """Lead through a decision about an action, then show its state."""
        ports = (self._action, *self._ports)
        mode, uid = self.scene.welcome.mode.value, self.scene.welcome.uid
        dialog = DecideDialog(self._painter, (decision, action), ports, mode=mode, uid=uid, absence=self._absence())
        await self._settle(dialog)

    async def tell(self, asked: PreviewNotice) -> None:
        """Show the exact notice and lead through sending it."""
        watch = self._watch(f"tell:{asked.incident}/{asked.audience.value}")
        dialog = TellDialog(self._painter, asked, self._ports, mode=self.scene.welcome.mode.value, watch=watch)
        if await self._front.app.push_screen_wait(dialog):
            self.scene.chosen.ids.pop("notice", None)
            self.go("outbox")

    def _action(self, id: str) -> ActionView | None:
        view = self._room.latest
        return next((a for a in view.actions if a.id == id), None) if view else None

    async def _settle(self, dialog: QuietDialog) -> None:
        action = await self._front.app.push_screen_wait(dialog)
        if action:
            self.scene.chosen.take(f"action:{action}")
            self.go("actions")

    async def observe(self, action: str) -> str:
        """Return what the adapter of an action reads of its target now, in words."""
        return observed_words(await self._link.ask(Observe(action)))

    async def write_report(self, incident: str, format: str) -> None:
        """Write a post-mortem and say where it is."""
        self.say(*await written_words(self._export, incident, format, self._clock()))
