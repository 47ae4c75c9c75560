"""The one screen of the console: bars around the pages, and the way from one to the next."""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.command import Provider
from textual.containers import Vertical
from textual.screen import Screen
from textual.widget import Widget

from warroom.core.room import Room
from warroom.core.settings_console import Zone
from warroom.tui import times
from warroom.tui.actions import BY_ID, EVERYWHERE, LIST, STREAM
from warroom.tui.acts import ACTS
from warroom.tui.banner import headline
from warroom.tui.bar import Bar
from warroom.tui.book import Book
from warroom.tui.chosen import Chosen, opened_kind, turn_over
from warroom.tui.copying import Copier, WriteCopy
from warroom.tui.forms import Form
from warroom.tui.frame.orders import MOST_CLIPBOARD
from warroom.tui.frame.tap import redraw, send
from warroom.tui.frame_lines import (
    banner_texts,
    footer_line,
    opens_at_first,
    status_line,
    tab_at,
    too_small_line,
    top_line,
)
from warroom.tui.guide import Guide
from warroom.tui.hands import Hands
from warroom.tui.homecoming import Return
from warroom.tui.keys import bindings_for
from warroom.tui.letters import Letters
from warroom.tui.lines import Line, split_key
from warroom.tui.link import GONE, Link
from warroom.tui.pages import PAGES
from warroom.tui.pages.page import Page
from warroom.tui.palette import ActionProvider
from warroom.tui.pane import Pane
from warroom.tui.prompt import Prompt, prompt_line
from warroom.tui.recall import Recall
from warroom.tui.report import Export
from warroom.tui.scene import Scene
from warroom.tui.small import Shutter
from warroom.tui.sql_session import SqlSession
from warroom.tui.theme import Painter
from warroom.tui.typed_ahead import Opening

_ROOT = PAGES[0]
_ANY_TIME = {"leave", "back", "help", "redraw", "palette"}
"""What a key may do while the page is still being made."""
_UNSEEN = {"leave", "redraw"}
"""What a key may do while the window is too small for anything to be drawn."""
_GOES_ON = "The engine goes on watching and recording."
_OPENS = {"incident": "incident", "alarm": "alarms", "action": "actions", "bot": "stream", "notice": "outbox"}


class RoomScreen(Screen[None]):
    """Shows one page at a time and performs the actions of the table."""

    BINDINGS: ClassVar[list[BindingType]] = bindings_for(EVERYWHERE)
    COMMANDS: ClassVar[set[type[Provider] | Callable[[], type[Provider]]]] = {ActionProvider}
    AUTO_FOCUS = ""

    def __init__(
        self,
        room: Room,
        painter: Painter,
        clock: Callable[[], float],
        export: Export | None,
        *,
        write_copy: WriteCopy | None = None,
        clipboard_bytes: int = MOST_CLIPBOARD,
    ) -> None:
        super().__init__()
        self._room = room
        self._painter = painter
        self._clock = clock
        self._trail: list[str] = []
        self.scene = Scene(room.welcome, Chosen(), now=clock(), letters=Letters(Link(room).ask))
        self.scene.sql = SqlSession(Link(room).ask)
        self.hands = Hands(self, room, painter, clock, export)
        self._copier = Copier(
            self.scene, Link(room).ask, self.hands.say, lambda order: send(self.app, order), write_copy,
            most=clipboard_bytes, environment=os.environ,
        )  # fmt: skip
        self._book = Book(painter, self.scene, self._hang)
        self._return = Return(room, self._book.made.values, self.hands.say)
        self.opening = Opening(lambda: self._book.arrived)
        self._guide = Guide(self.scene, self._book.log_of, self._show)
        self.recall = Recall(self.scene, self._book.made, self._show, self.hands.say)

    def compose(self) -> ComposeResult:
        """Make the bars and the page that is shown; another one is made when somebody goes there."""
        self._top = Bar(self._painter, id="top")
        self._banner = Bar(self._painter, [], id="banner")
        self._status = Bar(self._painter, id="status")
        self._footer = Bar(self._painter, id="footer")
        self._small = Bar(self._painter, id="too-small")
        self._all = Vertical()
        self._shutter = Shutter(self, self._all, self._small)
        with self._all:
            yield self._top
            yield self._banner
            yield self.shown
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
        return self._book.shown

    @property
    def moved(self) -> bool:
        """Whether the person went anywhere yet."""
        return bool(self._trail)

    # Drawing

    def draw(self) -> None:
        """Bring the screen up to the room; whatever is equal is not painted again."""
        if not self._small.is_attached:
            return  # closing
        scene = self.scene
        scene.view, scene.now, scene.lost = self._room.latest, self._clock(), self._room.lost
        scene.company, scene.outage, scene.welcome = self._room.company, self._room.outage, self._room.welcome
        if scene.view is not None:
            scene.others.follow(scene.view, scene.welcome.operator, scene.now)
        if self._shutter.close(closed=scene.too_small) and self.shown.built:
            self.shown.enter()
        if scene.too_small:
            self._small.show([too_small_line(scene)])
            return
        self._top.show([top_line(scene)])
        self._banner.show([row for text in banner_texts(scene) for row in headline(text, scene.width)])
        if self.shown.built:
            self.shown.draw(scene)
        self._status.show([status_line(scene)])
        self._draw_footer()
        self._return.look()

    def _draw_footer(self) -> None:
        self._footer.show([_footer_of(self.focused, self.scene)])

    def on_descendant_focus(self) -> None:
        """Another pane has the keys: the footer says what Enter does there."""
        if self._small.is_attached and not self.scene.too_small:
            self._draw_footer()

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
        kind = opened_kind(self.scene.view, self.scene.chosen, self.page, event.key)
        if kind == "step" or _OPENS[kind] == self.page:
            self.shown.turn(1)
        else:
            self.go(_OPENS[kind])

    def on_bar_clicked(self, event: Bar.Clicked) -> None:
        """A click on a page's tab is its key."""
        page = tab_at(self.scene, event.column) if event.bar is self._top else ""
        if page and page != self.page:
            self.action_act(page if page in BY_ID else f"page_{page}")

    # Ways around

    def go(self, page: str) -> None:
        """Show a page and remember the way back."""
        self._guide.forget()
        if page != self.scene.page:
            self._trail = [p for p in self._trail if p != page][-8:]
            self._trail.append(self.scene.page)
            self._show(page)

    def _show(self, page: str, then: Callable[[Page], None] | None = None) -> None:
        """Bring a page on the screen, and do something with it once it is there."""
        if not self._all.is_attached:
            return  # closing
        self._book.turn_to(page, then)
        self.draw()

    def _hang(self, page: Page) -> None:
        self.set_focus(None)
        self._all.mount(page, before=self._status)

    def on_page_built(self) -> None:
        """A page is there for the first time; somebody may have gone elsewhere since they asked for it."""
        if self._book.arrive():
            self.draw()

    def _back(self) -> None:
        if not (self.shown.built and self.shown.stop_looking()) and not self._guide.back() and self._trail:
            self._show(self._trail.pop())

    def _leave(self) -> None:
        if self._room.lost:
            self.app.exit(0)
        elif self.scene.page == _ROOT or self.scene.too_small:
            self.opening.begin(self.run_worker(self._ask_to_leave(), group="act", exclusive=True))
        else:
            self._back() if self._trail else self._show(_ROOT)

    async def _ask_to_leave(self) -> None:
        leaving = Form("Leave this console?", words=(self.scene.leaving or _GOES_ON,), submit="Leave")
        if await self.hands.ask(leaving) is not None:
            self.app.exit(0)

    def _other(self, by: int) -> None:
        view = self.scene.view
        if view and not self.shown.leave_all() and turn_over(view, self.scene.chosen, self.page, by):
            self.draw()

    def action_act(self, id: str) -> None:
        """Perform an action of the table."""
        page = id.removeprefix("page_") if BY_ID[id].where == (EVERYWHERE,) else ""
        if not self.shown.built and page not in PAGES and id not in _ANY_TIME:
            return  # meant for a page that is not there yet
        if self.scene.too_small and id not in _UNSEEN:
            return  # nobody sees what it would be done to
        match id:
            case "next_pane" | "previous_pane":
                self.shown.turn(1 if id == "next_pane" else -1)
            case "next" | "previous":
                self._other(1 if id == "next" else -1)
            case "back":
                self._back()
            case "leave":
                self._leave()
            case "follow":
                if why_not := self._guide.follow():
                    self.hands.say(why_not, "warn")
            case "copy" | "copy_file":
                copying = self._copier.copy(self.hands.in_hand(), to_file=id == "copy_file")
                self.run_worker(copying, group="copy", exclusive=True)
            case "copy_marked":
                links = log.session.marks.links() if (log := self.shown.log_pane()) is not None else []
                self.run_worker(self._copier.copy_marked(links), group="copy", exclusive=True)
            case "fresh":
                self._guide.forget()
                self._trail.clear()
                self.recall.fresh()
            case "times":
                self._turn_times()
            case "redraw":
                redraw(self.app)
            case "palette":
                self.app.action_command_palette()
            case "help":
                if self.scene.page != "help":
                    self.scene.help_for = self.scene.page
                self.go("help")
            case _ if page in PAGES:
                self.go(page)
            case _ if self.shown.act(id):
                pass
            case _ if LIST in BY_ID[id].where and isinstance(self.focused, Pane):
                self.focused.action_act(id)
            case _ if STREAM in BY_ID[id].where:
                self.shown.act_on_log(id)
            case _:
                self._perform(id)

    def _turn_times(self) -> None:
        zone = times.turn()
        for page in self._book.made.values():
            if (log := page.log_pane()) is not None:
                log.shown_anew_in_time()
        local = "" if zone is Zone.UTC else f"local time, UTC{times.zone_text(self._clock())}"
        self.hands.say(f"all times are in {local or 'UTC'} now", "good")

    def _perform(self, id: str) -> None:
        view = self.scene.view
        if self._room.lost:
            self.hands.say(f"not sent: {GONE}", "bad")
        elif view is None:
            self.hands.say("not yet: waiting for the engine’s first view", "warn")
        elif BY_ID[id].changes and self.scene.welcome.read_only and id != "export":
            self.hands.say("refused: this console is read-only; next: attach without --read-only", "bad")
        else:
            self.opening.begin(self.run_worker(ACTS[id](self.hands, view), group="act", exclusive=True))


def _footer_of(focused: Widget | None, scene: Scene) -> Line:
    """Return the keys that hold for what has the focus."""
    prompt = next((one for one in focused.ancestors if isinstance(one, Prompt)), None) if focused else None
    if prompt is not None and prompt.kind:
        return prompt_line(prompt.kind)
    opens = isinstance(focused, Pane) and split_key(focused.key)[0] in _OPENS
    first = (focused is None or (isinstance(focused, Pane) and not focused.lines)) and opens_at_first(scene)
    return footer_line(scene, enter=opens or first)
