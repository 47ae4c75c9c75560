"""A console over a fake room, running without a terminal, for tests that press keys and read the screen."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from textual import app as textual_app
from textual import pilot as textual_pilot
from textual.pilot import Pilot

from tests.tui.example import NOW, example_view, log_lines
from tests.tui.fake_room import FakeRoom
from tests.tui.screens import screen_text
from tests.waiting import eventually
from warroom.core.settings_console import ConsoleSettings
from warroom.core.view import View
from warroom.core.whereabouts import Ignored, Whereabouts
from warroom.tui import app as app_module
from warroom.tui.app import WarRoomApp
from warroom.tui.copying import WriteCopy
from warroom.tui.outside import Outside
from warroom.tui.palettes import TRUECOLOR
from warroom.tui.recall import Memory
from warroom.tui.report import Export, MakeDraft
from warroom.tui.scene import Scenarios

_QUIET_TURNS = 3
"""Turns of the loop, one after the other, in which nothing was to be done: then all is at rest."""


async def _rest(min_sleep: float = 0, max_sleep: float = 20) -> None:
    """Wait until the loop has nothing to do any more, counted in its own turns.

    Textual takes a process that uses no CPU for one at rest: also one from which the CPU was taken away.
    """
    loop, turn = asyncio.get_running_loop(), asyncio.sleep
    quiet, deadline = 0, time.monotonic() + max_sleep
    while quiet < _QUIET_TURNS and time.monotonic() < deadline:
        await turn(0.001)
        quiet = 0 if loop._ready else quiet + 1  # type: ignore[attr-defined]  # of every loop of asyncio itself


textual_app.wait_for_idle = textual_pilot.wait_for_idle = _rest  # type: ignore[attr-defined]  # imported there by name
# The console looks at its room four times a second; tests need not wait for that.
app_module.TICK_S = 0.02


class Clock:
    """A clock that stands until somebody moves it."""

    def __init__(self, now: float = NOW) -> None:
        self.now = now

    def __call__(self) -> float:
        return self.now


class Session:
    """The app, its room, its clock and the hands on the keyboard."""

    def __init__(self, room: FakeRoom, app: WarRoomApp, pilot: Pilot[int], clock: Clock) -> None:
        self.room, self.app, self.pilot, self.clock = room, app, pilot, clock

    @property
    def text(self) -> str:
        """What is painted now."""
        return screen_text(self.app)

    async def press(self, *keys: str) -> None:
        """Press keys one after another and let the app come to rest."""
        await self.pilot.press(*keys)
        ahead = self.app._ahead
        if ahead.waits:
            await eventually(lambda: not ahead.waits)
            await self.pilot.pause()

    async def see(self, *texts: str) -> None:
        """Wait until the screen shows all these texts."""
        for text in texts:
            await self._see(text)

    async def _see(self, wanted: str) -> None:
        try:
            await eventually(lambda: wanted in self.text)
        except AssertionError:
            raise AssertionError(f"{wanted!r} did not come on\n{self.text}") from None


@asynccontextmanager
async def console(
    size: tuple[int, int] = (120, 36),
    *,
    view: View | None = None,
    room: FakeRoom | None = None,
    ascii: bool = False,
    settings: ConsoleSettings | None = None,
    colours: int = TRUECOLOR,
    export: Export | None = None,
    draft: MakeDraft | None = None,
    scenarios: Scenarios | None = None,
    write_copy: WriteCopy | None = None,
    memory: Memory | None = None,
    found: Whereabouts | Ignored | None = None,
    leaving: str = "",
) -> AsyncIterator[Session]:
    """Run a console over the example room (or another) until the block ends."""
    clock = Clock()
    fake = room or FakeRoom(view or example_view(), log_lines())
    likes = settings or ConsoleSettings(ascii=ascii)
    outside = Outside(export, draft, scenarios, write_copy, memory, found, leaving=leaving)
    app = WarRoomApp(fake, settings=likes, clock=clock, outside=outside, colours=colours)
    async with app.run_test(size=size) as pilot:
        await pilot.pause()
        if fake.latest is not None and found is None:
            # The first page is drawn with the view a moment after it was made.
            await eventually(lambda: app._keeper.begun)
            await pilot.pause()
        yield Session(fake, app, pilot, clock)
