"""The console: a Textual app that draws the latest view of a room and sends commands to it."""

from __future__ import annotations

import asyncio
import os
import signal
import time
from collections.abc import Callable
from typing import ClassVar

from textual import events
from textual.app import App
from textual.binding import BindingType

from warroom.core.clean import clean
from warroom.core.queries import Lines, LinesAnswer
from warroom.core.room import ConnectionLost, Room
from warroom.tui.screen import Export, ExportFailed, RoomScreen
from warroom.tui.theme import THEME, Painter

__all__ = ["ExportFailed", "WarRoomApp"]

TICK_S = 0.25
_REDRAW_S = 1.0
_PASTE_LIMIT = 4000


class WarRoomApp(App[int], inherit_bindings=False):
    """The console of one room. `run` returns 0 when its user leaves; the engine goes on."""

    CSS_PATH = "warroom.tcss"
    BINDINGS: ClassVar[list[BindingType]] = []
    TITLE = "warroom"

    def __init__(
        self,
        room: Room,
        *,
        ascii: bool = False,
        clock: Callable[[], float] = time.time,
        export: Export | None = None,
    ) -> None:
        # Textual takes NO_COLOR out of the environment, and drops every colour only when told of ANSI from the start.
        colours = not os.environ.get("NO_COLOR")
        super().__init__(ansi_color=None if colours else True)
        self.animation_level = "none"
        self._room = room
        self._clock = clock
        painter = Painter(ascii_only=ascii, colours=colours)
        self.register_theme(THEME)
        self.theme = THEME.name if colours else "ansi-dark"
        self.set_class(ascii, "ascii")
        self._front = RoomScreen(room, painter, clock, export)

    def get_default_screen(self) -> RoomScreen:
        """Return the one screen."""
        return self._front

    def on_mount(self) -> None:
        """Take the signals of a dying terminal and begin to follow the room."""
        loop = asyncio.get_running_loop()
        for name in (signal.SIGHUP, signal.SIGTERM):
            loop.add_signal_handler(name, self.exit, 0)
        self.run_worker(self._follow(), group="follow")

    def on_unmount(self) -> None:
        """Give the signals back."""
        loop = asyncio.get_running_loop()
        for name in (signal.SIGHUP, signal.SIGTERM):
            loop.remove_signal_handler(name)

    async def on_event(self, event: events.Event) -> None:
        """Clean a paste before any widget sees it; a paste is one line of text and never a key."""
        if isinstance(event, events.Paste):
            event.text = clean(event.text, _PASTE_LIMIT)
        await super().on_event(event)

    async def _follow(self) -> None:
        """Redraw when a new view is there, once a second for the clocks, and feed the stream that is shown."""
        drawn, version, lost = 0.0, -1, ""
        while True:
            await asyncio.sleep(TICK_S)
            now, view = self._clock(), self._room.latest
            if (view and view.version != version) or self._room.lost != lost or abs(now - drawn) >= _REDRAW_S:
                drawn, version, lost = now, view.version if view else -1, self._room.lost
                self._front.draw()
            await self._feed()

    async def _feed(self) -> None:
        stream = self._front.shown.stream()
        if stream is None or not stream.bot or self._room.lost:
            return
        bot = stream.bot
        try:
            answer = await self._room.query(Lines(bot, stream.last_seq))
        except ConnectionLost:
            self._front.draw()
            return
        if isinstance(answer, LinesAnswer) and stream.bot == bot:
            stream.append(answer.lines, answer.dropped)
