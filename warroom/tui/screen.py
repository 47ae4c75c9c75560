"""The one screen of the console: bars around the pages, and the hands that acts work with."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.command import Provider
from textual.containers import Vertical
from textual.screen import Screen

from warroom.core.commands import Ack, Answer, Command
from warroom.core.moments import utc_text
from warroom.core.room import ConnectionLost, Room
from warroom.core.view import TimelineView
from warroom.tui.action_lines import headline
from warroom.tui.actions import BY_ID, EVERYWHERE
from warroom.tui.acts import ACTS
from warroom.tui.bar import Bar
from warroom.tui.chosen import Chosen, the_bot, the_incident
from warroom.tui.contain import ContainDialog
from warroom.tui.dialogs import Dialog
from warroom.tui.forms import Answers, Form
from warroom.tui.frame_lines import banner_text, footer_line, status_line, too_small_line, top_line
from warroom.tui.keys import bindings_for
from warroom.tui.lines import split_key
from warroom.tui.link import Link, answer_words
from warroom.tui.pages import PAGE_TYPES
from warroom.tui.pages.page import Page
from warroom.tui.palette import ActionProvider
from warroom.tui.pane import Pane
from warroom.tui.scene import Scene
from warroom.tui.theme import Painter

Export = Callable[[str, str], Awaitable[str]]
_ROOT = next(iter(PAGE_TYPES))
_OPENS = {"incident": "incident", "alarm": "alarms", "action": "actions", "bot": "stream"}


class ExportFailed(Exception):
    """The post-mortem could not be written; the message says why and what to do."""


class RoomScreen(Screen[None]):
    """Shows one page at a time and performs the actions of the table."""

    BINDINGS: ClassVar[list[BindingType]] = bindings_for(EVERYWHERE)
    COMMANDS: ClassVar[set[type[Provider] | Callable[[], type[Provider]]]] = {ActionProvider}
    AUTO_FOCUS = ""

    def __init__(self, room: Room, painter: Painter, clock: Callable[[], float], export: Export | None) -> None:
        super().__init__()
        self._room = room
        self._link = Link(room)
        self._painter = painter
        self._clock = clock
        self._export = export
        self._trail: list[str] = []
        self.scene = Scene(room.welcome, Chosen(), now=clock())

    def compose(self) -> ComposeResult:
        """Make the bars and all pages; one page is shown."""
        self._top = Bar(self._painter, id="top")
        self._banner = Bar(self._painter, [], id="banner")
        self._status = Bar(self._painter, id="status")
        self._footer = Bar(self._painter, id="footer")
        self._small = Bar(self._painter, id="too-small")
        self._pages = {name: kind(self._painter, name) for name, kind in PAGE_TYPES.items()}
        self._small.display = False
        self._all = Vertical()
        with self._all:
            yield self._top
            yield self._banner
            for name, page in self._pages.items():
                page.display = name == self.scene.page
                yield page
            yield self._status
            yield self._footer
        yield self._small

    def on_mount(self) -> None:
        """Draw what is known and give the focus to the page."""
        self.scene.width, self.scene.height = self.app.size
        self.draw()
        self.shown.enter()

    @property
    def page(self) -> str:
        """Id of the page that is shown."""
        return self.scene.page

    @property
    def shown(self) -> Page:
        """The page that is shown."""
        return self._pages[self.scene.page]

    # Drawing

    def draw(self) -> None:
        """Bring the screen up to the room; whatever is equal is not painted again."""
        if not self._small.is_attached:
            return  # closing
        scene = self.scene
        scene.view, scene.now, scene.lost = self._room.latest, self._clock(), self._room.lost
        if self._all.display is scene.too_small:
            self._all.display, self._small.display = not scene.too_small, scene.too_small
            if not scene.too_small:
                self.shown.enter()
        if scene.too_small:
            self._small.show([too_small_line(scene)])
            return
        focused = self.focused
        self._top.show([top_line(scene)])
        banner = banner_text(scene)
        self._banner.show(headline(banner, scene.width) if banner else [])
        self.shown.draw(scene)
        self._status.show([status_line(scene)])
        self._footer.show([footer_line(scene, enter=isinstance(focused, Pane) and split_key(focused.key)[0] in _OPENS)])

    def on_resize(self) -> None:
        """Lay out for the new size."""
        self.scene.width, self.scene.height = self.app.size
        self.draw()

    def on_pane_resized(self) -> None:
        """A pane got another width: build its rows again."""
        self.draw()

    def on_pane_moved(self, event: Pane.Moved) -> None:
        """The cursor stands on something else."""
        if self.scene.chosen.take(event.key):
            self.draw()

    def on_pane_opened(self, event: Pane.Opened) -> None:
        """Show the page of the thing under the cursor."""
        self.scene.chosen.take(event.key)
        kind, name = split_key(event.key)
        if kind == "step":
            self.shown.turn(1)
            return
        view = self.scene.view
        alarm = next((a for a in view.alarms if a.id == name), None) if view and kind == "alarm" else None
        if alarm and alarm.incident and self.page == "alarms":
            self.scene.chosen.ids["incident"] = alarm.incident
            kind = "incident"
        if _OPENS[kind] == self.page:
            self.shown.turn(1)
        else:
            self.go(_OPENS[kind])

    # Ways around

    def go(self, page: str) -> None:
        """Show a page and remember the way back."""
        if page != self.scene.page:
            self._trail = [p for p in self._trail if p != page][-8:]
            self._trail.append(self.scene.page)
            self._show(page)

    def _show(self, page: str) -> None:
        self.shown.leave()
        self.shown.display = False
        self.scene.page = page
        self.shown.display = True
        self.shown.draw(self.scene)
        self.shown.enter()
        self.draw()

    def _back(self) -> None:
        if self._trail:
            self._show(self._trail.pop())

    def _leave(self) -> None:
        if self._room.lost:
            self.app.exit(0)
        elif self.scene.page == _ROOT:
            self.run_worker(self._ask_to_leave(), group="act", exclusive=True)
        else:
            self._back() if self._trail else self._show(_ROOT)

    async def _ask_to_leave(self) -> None:
        form = Form("Leave this console?", words=("The engine goes on watching and recording.",), submit="Leave")
        if await self.ask(form) is not None:
            self.app.exit(0)

    def _other(self, by: int) -> None:
        view, chosen = self.scene.view, self.scene.chosen
        if view is None:
            return
        kind = "incident" if self.page == "incident" else "bot"
        names = [i.id for i in view.incidents] if kind == "incident" else [b.name for b in view.bots]
        now = the_incident(view, chosen) if kind == "incident" else the_bot(view, chosen)
        if now is not None:
            here = now.name if hasattr(now, "name") else now.id
            chosen.ids[kind] = names[(names.index(here) + by) % len(names)]
            self.draw()

    def action_act(self, id: str) -> None:
        """Perform an action of the table."""
        page, _, name = id.partition("_")
        match id:
            case "next_pane" | "previous_pane":
                self.shown.turn(1 if id == "next_pane" else -1)
            case "next" | "previous":
                self._other(1 if id == "next" else -1)
            case "back":
                self._back()
            case "leave":
                self._leave()
            case "palette":
                self.app.action_command_palette()
            case "help":
                if self.scene.page != "help":
                    self.scene.help_for = self.scene.page
                self.go("help")
            case _ if page == "page":
                self.go(name)
            case _:
                self._perform(id)

    def _perform(self, id: str) -> None:
        view = self.scene.view
        if self._room.lost:
            self.say("not sent: the engine is gone", "bad")
        elif view is None:
            self.say("not yet: waiting for the engine’s first view", "warn")
        elif BY_ID[id].changes and self.scene.welcome.read_only and id != "export":
            self.say("refused: this console is read-only; next: attach without --read-only", "bad")
        else:
            self.run_worker(ACTS[id](self, view), group="act", exclusive=True)

    # What acts work with

    def say(self, text: str, style: str = "text") -> None:
        """Show a sentence in the status line and keep it in the messages."""
        scene = self.scene
        scene.answer, scene.answer_style = text, style
        scene.said = [*scene.said, TimelineView(0, self._clock(), "console", "said", text)][-200:]
        self.draw()

    async def ask(self, form: Form) -> Answers | None:
        """Ask a form in a dialog."""
        return await self.app.push_screen_wait(Dialog(self._painter, form))

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
        ports = (self._link.plan, self._submit, self._clock)
        dialog = ContainDialog(
            self._painter,
            (bot, target.verbs, incident),
            ports,
            mode=view.mode.value,
            verb=verb,
            held_by=target.held_by or "",
        )
        action = await self.app.push_screen_wait(dialog)
        if action:
            self.scene.chosen.take(f"action:{action}")
            self.go("actions")

    async def write_report(self, incident: str, format: str) -> None:
        """Write a post-mortem and say where it is."""
        if self._export is None:
            self.say("this console cannot write files; next: warroom export " + incident, "warn")
            return
        try:
            path = await self._export(incident, format)
        except (ExportFailed, ConnectionLost) as error:
            self.say(f"not written: {error}", "bad")
        else:
            self.say(f"written at {utc_text(self._clock())[11:19]}: {path}", "good")
