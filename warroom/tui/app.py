"""The console: a Textual app that draws the latest view of a room and sends commands to it."""

from __future__ import annotations

import asyncio
import os
import time
from collections.abc import Callable
from typing import Any, ClassVar

from rich.console import RenderableType
from textual import events
from textual.binding import BindingType
from textual.command import Provider
from textual.screen import Screen
from textual.widgets import Input

from warroom.core.clean import clean
from warroom.core.company import Company
from warroom.core.room import Room
from warroom.core.settings_console import ConsoleSettings
from warroom.core.view import View
from warroom.tui import keymap, times
from warroom.tui.bell import Bell, title_text
from warroom.tui.copying import clipboard_bytes
from warroom.tui.drafts import Drafts
from warroom.tui.frame.driver import FrameDriver, frame_driver
from warroom.tui.frame.early import EarlyScreen
from warroom.tui.frame.orders import BELL
from warroom.tui.frame.pace import DEFAULT_BUDGET_BPS
from warroom.tui.frame.tap import TappedApp, send
from warroom.tui.frame.writer import FrameWriter
from warroom.tui.keeper import Keeper
from warroom.tui.link import Link
from warroom.tui.modal import Modal
from warroom.tui.outside import NOTHING, Outside
from warroom.tui.palettes import colours_of, inks_for
from warroom.tui.pane import Pane
from warroom.tui.report import CopyFailed, ExportFailed
from warroom.tui.screen import RoomScreen
from warroom.tui.stream import Stream
from warroom.tui.theme import OWN_COLOURS, Painter, theme_name, themes
from warroom.tui.together import Reporter
from warroom.tui.typed_ahead import PAGE_S, Typed, TypedAhead

__all__ = ["CopyFailed", "ExportFailed", "WarRoomApp"]

TICK_S = 0.25
_LOOK_S = 0.01
"""Time between two looks whether the first page and the first view are there."""
_BUSY_TICK_S = 0.06
"""Time between two looks at a log that grows."""
_BUSY_FOR_S = 2.0
_MAKING_S = 0.03
"""Time from a look at a log to the frame that shows it, before there ever was one."""
_LONGEST_MAKING_S = 0.1
_LEARNT = 0.2
"""Weight of the newest such time."""
_REDRAW_S = 1.0
_ACTS_APART_S = 0.05
"""Shortest time between two drawings that somebody's act asks for."""
_PASTE_LIMIT = 4000
_USUAL = ConsoleSettings()


class WarRoomApp(TappedApp[int], inherit_bindings=False):
    """The console of one room. `run` returns 0 when its user leaves; the engine goes on."""

    CSS_PATH = "warroom.tcss"
    BINDINGS: ClassVar[list[BindingType]] = []
    COMMANDS: ClassVar[set[type[Provider] | Callable[[], type[Provider]]]] = set()
    """Textual's own commands are not offered: its Quit asks nobody, its Theme knows nothing of our styles."""
    TITLE = "warroom"
    _made_at = 0.0

    def __init__(
        self,
        room: Room,
        *,
        settings: ConsoleSettings = _USUAL,
        clock: Callable[[], float] = time.time,
        outside: Outside = NOTHING,
        colours: int | None = None,
        early: EarlyScreen | None = None,
    ) -> None:
        """`settings`: what the person likes; ValueError when its keys clash, which `key_faults` tells before.

        `outside`: what it may do and know beyond the room. `colours` of the terminal: 0, 16, 256 or more; None asks
        the environment. `early`: the screen to go on with, where something was drawn before.
        """
        # Textual takes NO_COLOR out of the environment, and drops every colour only when told of ANSI from the start.
        colours = colours_of(os.environ) if colours is None else colours
        theme = theme_name(settings.theme, colours=colours)
        super().__init__(
            driver_class=frame_driver(settings.budget_bps or DEFAULT_BUDGET_BPS, titled=settings.title, early=early),
            ansi_color=True if theme in OWN_COLOURS else None,
        )
        self.settings = settings
        self.animation_level = "none"
        self._room, self._link, self._clock = room, Link(room), clock
        times.hold(settings.times)
        keymap.hold(settings.keys)
        self.set_keymap(keymap.textual_keymap())
        painter = Painter(inks_for(settings.theme, colours=colours), ascii_only=settings.ascii)
        for one in themes():
            self.register_theme(one)
        self.theme = theme
        self.set_class(settings.ascii, "ascii")
        drafts = Drafts(outside.draft)
        self._front = RoomScreen(
            room,
            painter,
            clock,
            drafts.remembering(outside.export, clock),
            write_copy=outside.write_copy,
            clipboard_bytes=clipboard_bytes(settings.budget_bps),
        )
        scene = self._front.scene
        scene.drafts, scene.leaving, scene.scenarios = drafts, outside.leaving, outside.scenarios or scene.scenarios
        self._keeper = Keeper(self._front.recall, outside.memory, outside.found, clock)
        self._bell = Bell() if settings.bell else None
        self._notes = list(outside.notes)
        self._reporter, self._making_s = Reporter(room), _MAKING_S
        self._ahead = TypedAhead(self, self._opens, self._hand_on)

    @property
    def frames(self) -> FrameWriter | None:
        """The writer of the terminal; None without one."""
        return self._driver.writer if isinstance(self._driver, FrameDriver) else None

    def get_default_screen(self) -> RoomScreen:
        """Return the one screen."""
        return self._front

    def on_mount(self) -> None:
        """Begin to follow the room."""
        self._made_at = time.monotonic()
        # As the first sight has shown it: no cursor stands elsewhere for a moment, and tells so.
        self._keeper.put_cursor(self._front.scene.chosen)
        self.run_worker(self._begin(), group="begin")
        self.run_worker(self._follow(), group="follow")
        self.run_worker(self._see_acts(), group="acts")
        self.run_worker(self._keeper.keep(), group="keep")

    async def on_event(self, event: events.Event) -> None:
        """Clean a paste before any widget sees it, and let what is typed ahead wait for the dialog it is meant for."""
        if isinstance(event, events.Paste):
            event.text = clean(event.text, _PASTE_LIMIT)
        if isinstance(event, events.Key | events.MouseDown):
            self._reporter.stir()
        if isinstance(event, Typed) and not event.is_forwarded:
            await self._ahead.take(event)
        else:
            await super().on_event(event)

    async def _hand_on(self, event: Typed) -> None:
        """Let an event go to who has the focus; where no widget reads keys as text, what they stand for is done."""
        # A dialog sees every key, also one that a list in it takes: it breaks the quiet.
        direct = self._top is self._front and isinstance(self.focused, Pane | Stream) and self.app_focus
        if not (direct and isinstance(event, events.Key) and await self.act_on_key(event.key)):
            await super().on_event(event)

    async def _follow(self) -> None:
        """Redraw when a new view is there, once a second for the clocks, and feed the stream that is shown."""
        drawn, version, lost = 0.0, -1, ""
        looked, grew = -TICK_S, time.monotonic()
        while True:
            await asyncio.sleep(self._busy_pause_s() if time.monotonic() - grew < _BUSY_FOR_S else TICK_S)
            if not (self._front.is_mounted and self._front.shown.is_mounted):
                continue
            begun = time.monotonic()
            # Lines first: what else changed is then drawn in the same frame.
            if await self._feed():
                self._learn_making(grew)
                grew = begun
            if begun - looked >= TICK_S:
                self._reporter.turn(self._front.page, self._top)
                looked, now, view = begun, self._clock(), self._room.latest
                self._announce(view, begun)
                if (view and view.version != version) or self._room.lost != lost or abs(now - drawn) >= _REDRAW_S:
                    drawn, version, lost = now, view.version if view else -1, self._room.lost
                    self._front.draw()

    def _opens(self) -> bool:
        """Say whether what the next key is meant for is still coming: a dialog, a page, the place of the last time."""
        room, early = self._room, time.monotonic() - self._made_at < PAGE_S
        comes = early and room.latest is not None and not room.lost and not self._keeper.begun
        return comes or self._front.opening.seen_on(self._front, self._top)

    async def _begin(self) -> None:
        """With the first view: say what is to be said at the start, and go where the person was."""
        front = self._front
        while not (self._room.latest is not None and front.is_mounted and front.shown.is_mounted):  # noqa: ASYNC110  nobody tells
            await asyncio.sleep(_LOOK_S)
        front.draw()
        for note in self._notes:
            front.hands.say(note, "warn")
        # Who is typing into a line, or went elsewhere, before there was a view is not taken away from there.
        self._keeper.begin(stay=front.moved or self._top is not front or isinstance(front.focused, Input))
        front.draw()

    def _announce(self, view: View | None, now: float) -> None:
        """Ring, and name the window, where that is asked for."""
        if self._bell is not None and view is not None and self._bell.due(view, now):
            send(self, BELL)
        if self.settings.title and isinstance(self._driver, FrameDriver):
            self._driver.entitle(title_text(self._room.welcome, view, self._room.lost, ascii=self.settings.ascii))

    def exit(self, result: int | None = None, return_code: int = 0, message: RenderableType | None = None) -> None:
        """Leave, and remember from where."""
        self._keeper.take()
        super().exit(result, return_code, message)

    async def keep(self) -> None:
        """After the end: keep where the person was for their next console."""
        await self._keeper.finish(after_bug=self.bug is not None)

    async def _see_acts(self) -> None:
        """Draw at once what somebody did, points at or is about to do; lines can wait for the next look."""
        room, seen = self._room, (-1, Company(), "")
        while True:
            await room.arrival()
            now = (room.latest.chain.length if room.latest else -1, room.company, room.lost)
            if now == seen or not (self._front.is_mounted and self._front.shown.is_mounted):
                continue
            seen = now
            if self.frames is not None:
                # What somebody did is waited for like the answer to a key.
                self.frames.hurry()
            self._front.draw()
            # One that is being made shows the newest view anyway, and is asked again before it sends.
            if isinstance(top := self._top, Modal) and top.is_mounted:
                top.look()
            await asyncio.sleep(_ACTS_APART_S)

    @property
    def _top(self) -> Screen[Any]:
        """What has the keys; while closing there is none, and the one screen stands for it."""
        stack = self.screen_stack
        return stack[-1] if stack else self._front

    def _busy_pause_s(self) -> float:
        """Return when a log that grows is to be looked at again: just before a frame of it may leave."""
        rest_s = self.frames.rest_s if self.frames is not None else 0.0
        return min(TICK_S, max(_BUSY_TICK_S, rest_s - self._making_s))

    def _learn_making(self, looked: float) -> None:
        """Learn from the last look that found lines how long the way to a frame is on this machine, now."""
        if self.frames is not None and 0 < (took := self.frames.drawn_at - looked) < _LONGEST_MAKING_S:
            self._making_s += _LEARNT * (took - self._making_s)

    async def _feed(self) -> bool:
        """Fetch new lines for the stream that is shown; return whether there were any."""
        log = self._front.shown.log_pane()
        return log is not None and not self._room.lost and await log.turn(self._link.ask)
