"""The near side of the room's socket: submit, see the latest view, ask. Used by the console, the CLI and the drill."""

from __future__ import annotations

import asyncio
import itertools
import uuid
from pathlib import Path
from types import TracebackType
from typing import Self

import msgspec

from warroom import __version__
from warroom.core import wire
from warroom.core.commands import Answer, Command, Refused
from warroom.core.company import Company, Here, Target
from warroom.core.exercise import Exercise
from warroom.core.queries import NotAnswered, Query, QueryAnswer
from warroom.core.room import ConnectionLost, NobodyThere, Outage, Welcome
from warroom.core.view import View

_LIMIT = 64 << 20
"""Longest line taken from the engine: the engine is trusted, a history answer is long."""
_CONNECT_TIMEOUT_S = 5.0
_MOST_UNSENT = 1 << 16
"""Bytes waiting in the socket beyond which nobody is told any more what this console looks at."""


class RoomConnection:
    """A `Room` over its socket. Use as an async context manager; raises ConnectionLost when no engine answers."""

    def __init__(
        self, path: Path, *, client: str, read_only: bool = False, follow: bool = False, claimed: str = ""
    ) -> None:
        self._path = path
        self._hello = wire.Hello(wire.PROTOCOL, __version__, client, read_only, claimed)
        self._follow = follow
        self._welcome: Welcome | None = None
        self._latest: View | None = None
        self._company = Company()
        self._lost = "not connected"
        self._waiting: dict[str, asyncio.Future[Answer | QueryAnswer]] = {}
        self._ids = (f"{uuid.uuid4().hex[:12]}-{n}" for n in itertools.count(1))
        self._writer: asyncio.StreamWriter | None = None
        self._listener: asyncio.Task[None] | None = None
        self._arrived = asyncio.Event()

    @property
    def welcome(self) -> Welcome:
        """Who the engine says we are."""
        if self._welcome is None:
            raise ConnectionLost(self._lost)
        return self._welcome

    @property
    def latest(self) -> View | None:
        """The newest view."""
        return self._latest

    @property
    def company(self) -> Company:
        """Who else is here; empty until `present` was called."""
        return self._company

    @property
    def lost(self) -> str:
        """Empty while connected, else why the line is gone."""
        return self._lost

    @property
    def outage(self) -> Outage | None:
        """None: one connection ends with its engine, and knows of no time after it."""
        return None

    async def __aenter__(self) -> Self:
        try:
            async with asyncio.timeout(_CONNECT_TIMEOUT_S):
                reader, self._writer = await asyncio.open_unix_connection(self._path, limit=_LIMIT)
                self._writer.write(wire.encode(self._hello))
                first = await reader.readline()
        except (OSError, TimeoutError, ValueError) as error:
            why = str(error) or "no answer in time"
            raise NobodyThere(f"no engine answers at {self._path}: {why}") from error
        message = self._first(first)
        if not isinstance(message, Welcome):
            self._writer.close()
            raise ConnectionLost(message)
        self._welcome, self._lost = message, ""
        if self._follow:
            self._writer.write(wire.encode(wire.Follow()))
        self._listener = asyncio.create_task(self._listen(reader))
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._listener is not None:
            self._listener.cancel()
            await asyncio.wait([self._listener])
        self._end("closed")

    async def submit(self, command: Command) -> Answer:
        """Send a command and wait for its one answer; ConnectionLost when the line breaks before it."""
        answer = await self._call(wire.Submit(next(self._ids), command))
        assert isinstance(answer, Answer)
        return answer

    async def query(self, query: Query) -> QueryAnswer:
        """Ask and wait for the answer; ConnectionLost when the line breaks before it."""
        answer = await self._call(wire.Ask(next(self._ids), query))
        if isinstance(answer, Refused):
            return NotAnswered(answer.reason)
        assert isinstance(answer, QueryAnswer)
        return answer

    async def point(self, target: Target | None) -> Answer:
        """Point at something, or at nothing any more; ConnectionLost when the line breaks before the answer."""
        answer = await self._call(wire.Point(next(self._ids), target))
        assert isinstance(answer, Answer)
        return answer

    async def post(self, board: Exercise | None) -> Answer:
        """Hang up the board of an exercise, or take it down; ConnectionLost when the line breaks before the answer."""
        answer = await self._call(wire.Post(next(self._ids), board))
        assert isinstance(answer, Answer)
        return answer

    def present(self, here: Here) -> None:
        """Say what this console looks at; dropped while the engine does not read."""
        writer = None if self._lost else self._writer
        if writer is not None and writer.transport.get_write_buffer_size() < _MOST_UNSENT:
            writer.write(wire.encode(wire.Present(here)))

    async def first_view(self, timeout_s: float = 5.0) -> View:
        """Return the first view that arrives (needs `follow`); ConnectionLost when none comes."""
        try:
            async with asyncio.timeout(timeout_s):
                while self._latest is None and not self._lost:
                    await self.arrival()
        except TimeoutError:
            raise ConnectionLost("the engine sent no view") from None
        if self._latest is None:
            raise ConnectionLost(self._lost)
        return self._latest

    async def arrival(self) -> None:
        """Wait until a newer view or company has arrived, or the line broke."""
        await self._arrived.wait()
        self._arrived.clear()

    @staticmethod
    def _first(line: bytes) -> Welcome | str:
        """Return the engine's welcome, or why there is none."""
        if not line:
            return "the engine hung up at once"
        try:
            message = _decoded(line)
        except ConnectionLost as error:
            return str(error)
        if isinstance(message, Welcome):
            return message
        return message.reason if isinstance(message, wire.Denied) else "the engine did not say who it is"

    async def _call(self, message: wire.Submit | wire.Ask | wire.Point | wire.Post) -> Answer | QueryAnswer:
        if self._lost or self._writer is None:
            raise ConnectionLost(self._lost)
        waiting: asyncio.Future[Answer | QueryAnswer] = asyncio.get_running_loop().create_future()
        self._waiting[message.id] = waiting
        try:
            self._writer.write(wire.encode(message))
            return await waiting
        finally:
            self._waiting.pop(message.id, None)

    async def _listen(self, reader: asyncio.StreamReader) -> None:
        try:
            while line := await reader.readline():
                self._take(_decoded(line))
        except ConnectionLost as error:
            self._end(str(error))
        except (ConnectionError, ValueError) as error:
            self._end(f"the line to the engine broke: {error}")
        else:
            self._end("the engine ended; `warroom watch` starts it again")

    def _take(self, message: wire.FromEngine) -> None:
        match message:
            case wire.Shown(view=view):
                self._latest = view
                self._arrived.set()
            case wire.Together(company=company):
                self._company = company
                self._arrived.set()
            case wire.Answered(id=name, answer=answer):
                self._settle(name, answer)
            case wire.Told(id=name, answer=told):
                self._settle(name, told)
            case wire.Denied(id=name, reason=reason):
                self._settle(name, Refused(reason))
            case Welcome():
                pass

    def _settle(self, name: str, answer: Answer | QueryAnswer) -> None:
        waiting = self._waiting.get(name)
        if waiting is not None and not waiting.done():
            waiting.set_result(answer)

    def _end(self, reason: str) -> None:
        if not self._lost:
            self._lost = reason
        for waiting in self._waiting.values():
            if not waiting.done():
                waiting.set_exception(ConnectionLost(self._lost))
        self._arrived.set()
        if self._writer is not None:
            self._writer.close()


def _decoded(line: bytes) -> wire.FromEngine:
    try:
        message: wire.FromEngine = wire.from_engine().decode(line)
    except msgspec.DecodeError as error:
        raise ConnectionLost(f"the engine speaks another version: {error}") from error
    return message
