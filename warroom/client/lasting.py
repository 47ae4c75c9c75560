"""A room that comes back: a connection that is made again when the engine died and returned."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from types import TracebackType
from typing import Self

from msgspec.structs import replace

from warroom.client.connection import RoomConnection
from warroom.core.commands import Ack, Answer, Command
from warroom.core.company import POINTER_LAPSES_S, Company, Here, Target
from warroom.core.queries import Query, QueryAnswer
from warroom.core.room import ConnectionLost, NobodyThere, Outage, Welcome
from warroom.core.view import View

FIRST_TRY_S = 0.5
LONGEST_PAUSE_S = 8.0
"""Longest time between two tries: each costs next to nothing, and somebody waits."""

Connect = Callable[[], RoomConnection]


class LastingRoom:
    """A `Room` over one connection after the other. Use as an async context manager.

    Entering raises ConnectionLost when no engine answers. Later an engine that went is an `Outage`: nothing is sent
    while it lasts, and it lasts until the first view of the next engine has come. What the console said of itself is
    said to that engine again, and so is what its person pointed at, unless somebody points at something else.
    """

    def __init__(
        self,
        connect: Connect,
        *,
        clock: Callable[[], float] = time.time,
        first_try_s: float = FIRST_TRY_S,
        longest_pause_s: float = LONGEST_PAUSE_S,
    ) -> None:
        """`connect` makes a connection that follows the room and was not entered yet."""
        self._connect = connect
        self._clock = clock
        self._first_try_s, self._longest_pause_s = first_try_s, longest_pause_s
        self._line: RoomConnection | None = None
        self._welcome: Welcome | None = None
        self._latest: View | None = None
        self._company = Company()
        self._lost = "not connected"
        self._outage: Outage | None = None
        self._here: Here | None = None
        self._pointed: tuple[Target, float] | None = None
        self._again: Target | None = None
        """What is to be pointed at once the next engine tells who is here."""
        self._arrived = asyncio.Event()
        self._keeping: asyncio.Task[None] | None = None

    @property
    def welcome(self) -> Welcome:
        """Who the engine says we are; another one after an outage."""
        if self._welcome is None:
            raise ConnectionLost(self._lost)
        return self._welcome

    @property
    def latest(self) -> View | None:
        """The newest view; during an outage the last one before it."""
        return self._latest

    @property
    def lost(self) -> str:
        """Empty while the room is followed, else why it is not."""
        return self._lost

    @property
    def outage(self) -> Outage | None:
        """The newest time without the engine; None when there was none."""
        return self._outage

    @property
    def company(self) -> Company:
        """Who else is here, as last told."""
        return self._company

    async def __aenter__(self) -> Self:
        line = self._connect()
        await line.__aenter__()
        self._line, self._welcome, self._lost = line, line.welcome, ""
        self._keeping = asyncio.create_task(self._keep(line), name="room")
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._keeping is not None:
            self._keeping.cancel()
            await asyncio.wait([self._keeping])
            if not self._keeping.cancelled():
                self._keeping.result()
        self._lost = self._lost or "closed"
        if self._line is not None:
            await self._line.__aexit__(None, None, None)

    async def arrival(self) -> None:
        """Wait until a newer view or company has arrived, or an outage began or ended."""
        await self._arrived.wait()
        self._arrived.clear()

    def present(self, here: Here) -> None:
        """Say what this console looks at; after an outage it is said again."""
        self._here = here
        if self._line is not None and not self._lost:
            self._line.present(here)

    async def point(self, target: Target | None) -> Answer:
        """Point at something, or at nothing any more; raises ConnectionLost."""
        answer = await self._sound().point(target)
        if isinstance(answer, Ack):
            self._pointed = (target, self._clock()) if target is not None else None
        return answer

    async def submit(self, command: Command) -> Answer:
        """Send a command and wait for its one answer; raises ConnectionLost."""
        return await self._sound().submit(command)

    async def query(self, query: Query) -> QueryAnswer:
        """Ask and wait for the answer; raises ConnectionLost."""
        return await self._sound().query(query)

    def _sound(self) -> RoomConnection:
        """Return the connection, unless what the person sees is older than it."""
        if self._lost or self._line is None:
            raise ConnectionLost(self._lost)
        return self._line

    async def _keep(self, line: RoomConnection) -> None:
        """Follow one connection after the other."""
        while True:
            await self._follow(line)
            self._begin_outage(line.lost)
            await line.__aexit__(None, None, None)
            line = await self._found_again()

    async def _follow(self, line: RoomConnection) -> None:
        while not line.lost:
            await line.arrival()
            if line.latest is not None:
                self._latest = line.latest
            self._company = line.company
            self._arrived.set()
            if self._again is not None and line.company.people:
                await self._point_again(line, self._again)

    async def _point_again(self, line: RoomConnection, target: Target) -> None:
        """Point as before the outage, unless somebody points by now: theirs is newer."""
        self._again = None
        if line.company.pointer is not None:
            return
        try:
            await line.point(target)
        except ConnectionLost:
            # The next outage begins; then it is over with the pointing.
            return

    def _begin_outage(self, why: str) -> None:
        number = self._outage.number + 1 if self._outage is not None else 1
        self._lost, self._outage = why, Outage(number, self._clock())
        (target, at), pointer = self._pointed or (None, 0.0), self._company.pointer
        newest = pointer is not None and pointer.target == target
        self._again = target if newest and self._clock() - at < POINTER_LAPSES_S else None
        self._arrived.set()

    async def _found_again(self) -> RoomConnection:
        """Look for an engine until one sends its view, less and less often."""
        begun, pause_s = time.monotonic(), self._first_try_s
        assert self._outage is not None
        while True:
            self._outage = replace(self._outage, next_try=self._clock() + pause_s)
            await asyncio.sleep(pause_s)
            pause_s = min(pause_s * 2, self._longest_pause_s)
            line = self._connect()
            try:
                await line.__aenter__()
            except NobodyThere:
                continue
            except ConnectionLost as refused:
                # There is an engine again, and it will not have us: that is news.
                self._lost = str(refused)
                continue
            try:
                view = await line.first_view()
            except ConnectionLost:
                # It answered, and ended before it showed anything.
                await line.__aexit__(None, None, None)
                continue
            except BaseException:
                await line.__aexit__(None, None, None)
                raise
            self._end_outage(line, view, time.monotonic() - begun)
            if self._here is not None:
                line.present(self._here)
            return line

    def _end_outage(self, line: RoomConnection, view: View, lasted_s: float) -> None:
        assert self._outage is not None
        self._line, self._welcome, self._latest, self._company = line, line.welcome, view, line.company
        self._outage = replace(self._outage, lasted_s=lasted_s, next_try=None)
        self._lost = ""
        self._arrived.set()
