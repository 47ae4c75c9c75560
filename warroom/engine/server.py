"""The room's socket: who is there by the kernel's word, one answer for each message, the latest view to followers."""

from __future__ import annotations

import asyncio
import contextlib
import socket
import struct
from collections.abc import AsyncIterator
from pathlib import Path

import msgspec

from warroom import __version__
from warroom.core import wire
from warroom.core.clean import clean
from warroom.core.facts import ConsoleJoined, ConsoleLeft
from warroom.core.model import Actor, Level
from warroom.core.ports import Standing
from warroom.core.room import Welcome
from warroom.engine.engine import Engine

_HELLO_TIMEOUT_S = 10.0
_CHUNK = 1 << 16
_NAME_LIMIT = 64
_STANDING_S = 5.0
"""Time between two looks at whether a follower still has a level; the accounts remember an answer for half a minute."""
_GOING_S = 2.0
"""Time in which a client may read why it is disconnected."""
_AT_ONCE = 16
"""Messages of one client that are worked on at the same time; more wait in the socket."""


def uid_of(connection: socket.socket) -> int:
    """Return whose process is on the other end, as the kernel reports it; an environment says nothing."""
    size = struct.calcsize("3i")
    _, uid, _ = struct.unpack("3i", connection.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, size))
    return int(uid)


async def lines_of(reader: asyncio.StreamReader) -> AsyncIterator[bytes | int]:
    """Yield each line; for a line over the limit, its size in bytes instead."""
    pending = bytearray()
    dropped = 0
    while chunk := await reader.read(_CHUNK):
        start = 0
        while (end := chunk.find(b"\n", start)) >= 0:
            pending += chunk[start:end]
            start = end + 1
            if dropped or len(pending) > wire.MAX_MESSAGE_BYTES:
                yield dropped + len(pending)
            else:
                yield bytes(pending)
            pending.clear()
            dropped = 0
        pending += chunk[start:]
        if len(pending) > wire.MAX_MESSAGE_BYTES:
            dropped += len(pending)
            pending.clear()


class Server:
    """Serves one engine on one Unix socket. Use `serve` as an async context manager."""

    def __init__(self, engine: Engine, path: Path) -> None:
        self._engine = engine
        self._path = path
        self._joined = 0
        self._encoded: tuple[int, bytes] = (-1, b"")
        self._company: tuple[int, bytes] = (-1, b"")
        self._open: set[asyncio.Task[None]] = set()

    @contextlib.asynccontextmanager
    async def serve(self) -> AsyncIterator[None]:
        """Take connections while the context is open; the socket file is gone afterwards."""
        server = await asyncio.start_unix_server(self._connected, self._path, limit=_CHUNK)
        try:
            yield
        finally:
            server.close()
            for task in list(self._open):
                task.cancel()
            if self._open:
                await asyncio.wait(self._open)
            self._path.unlink(missing_ok=True)

    @contextlib.asynccontextmanager
    async def serve_also(self, path: Path) -> AsyncIterator[None]:
        """Take connections on a second socket too, while the context is open."""
        server = await asyncio.start_unix_server(self._connected, path, limit=_CHUNK)
        try:
            yield
        finally:
            server.close()
            await asyncio.to_thread(path.unlink, missing_ok=True)

    async def _connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._open.add(task)
        try:
            await self._talk(reader, writer)
        except (ConnectionError, TimeoutError, asyncio.CancelledError):
            # A line that drops is an ordinary end of a talk; a cancelled one is the engine's end.
            return
        finally:
            self._open.discard(task)
            writer.close()

    async def _talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        uid = uid_of(writer.get_extra_info("socket"))
        lines = lines_of(reader)
        hello = await self._hello(lines, writer)
        if hello is None:
            return
        standing = await self._engine.standing(uid)
        level, peer = standing.level, Actor(standing.name, uid)
        if level is None:
            writer.write(wire.encode(wire.Denied("", _no_level(standing))))
            return
        peer = msgspec.structs.replace(peer, claimed=clean(hello.claimed, _NAME_LIMIT).strip())
        read_only = hello.read_only or level is Level.VIEWER
        self._joined += 1
        console = f"C{self._joined}"
        welcome = Welcome(
            protocol=wire.PROTOCOL,
            version=__version__,
            room=self._engine.parts.room,
            mode=self._engine.parts.mode,
            console=console,
            operator=peer.label,
            uid=-1 if peer.uid is None else peer.uid,
            read_only=read_only,
            pid=self._engine.view().pid,
        )
        present = hello.client == "console"
        talk = _Talk(self, self._engine, peer, writer, client=console, present=present, read_only=read_only)
        await talk.send(wire.encode(welcome))
        if present:
            await self._engine.report(ConsoleJoined(console, read_only), actor=peer)
        reason = "the line dropped"
        try:
            if await talk.listen(lines):
                reason = talk.shown_out or "left"
        finally:
            self._engine.gathering.board.leave(console)
            if present:
                self._engine.gathering.leave(console)
                await self._engine.report(ConsoleLeft(console, reason), actor=peer)

    async def _hello(self, lines: AsyncIterator[bytes | int], writer: asyncio.StreamWriter) -> wire.Hello | None:
        async with asyncio.timeout(_HELLO_TIMEOUT_S):
            line = await anext(lines, b"")
        try:
            hello = wire.from_client().decode(line if isinstance(line, bytes) else b"")
        except msgspec.DecodeError as error:
            writer.write(wire.encode(wire.Denied("", f"say hello first: {error}")))
            return None
        if not isinstance(hello, wire.Hello) or hello.protocol != wire.PROTOCOL:
            version = hello.version if isinstance(hello, wire.Hello) else "unknown"
            reason = (
                f"the engine is warroom {__version__} and speaks protocol {wire.PROTOCOL}, the client is {version}; "
                "stop the engine with its own version and start it anew, or use the same version on both ends"
            )
            writer.write(wire.encode(wire.Denied("", reason)))
            return None
        return hello

    def encoded_view(self) -> bytes:
        """Return the newest view as a line; all followers share the bytes of one version."""
        if self._encoded[0] != self._engine.version:
            version = self._engine.version
            self._encoded = (version, wire.encode(wire.Shown(self._engine.view())))
        return self._encoded[1]

    def encoded_company(self) -> bytes:
        """Return who is here as a line."""
        version = self._engine.gathering.version
        if self._company[0] != version:
            self._company = (version, wire.encode(wire.Together(self._engine.gathering.company)))
        return self._company[1]


def _no_level(standing: Standing) -> str:
    advice = standing.doubt or "ask a commander to add it to [access]"
    return f"the account {standing.name} has no access level in this room; {advice}"


class _Talk:
    """One client's connection after its hello."""

    def __init__(
        self,
        server: Server,
        engine: Engine,
        peer: Actor,
        writer: asyncio.StreamWriter,
        *,
        client: str,
        present: bool,
        read_only: bool,
    ) -> None:
        """`client` is its id; only one that is `present`, a console, is listed and hears of the others."""
        self._client = client
        self._console = client if present else ""
        self._hears = False
        """Whether it wants to know who else is here."""
        self._server = server
        self._engine = engine
        self._peer = peer
        self._forbidden = "this console is read-only" if read_only else ""
        self._writer = writer
        self._room = asyncio.Semaphore(_AT_ONCE)
        self._follower: asyncio.Task[None] | None = None
        self._told = -1
        """Version of the view that was sent last."""
        self._guard: asyncio.Task[None] | None = None
        self.shown_out = ""
        """Why the engine ended the talk; empty while it did not."""

    async def send(self, line: bytes) -> None:
        """Write one line and wait while the client's end is full; lines are never mixed."""
        self._writer.write(line)
        await self._writer.drain()

    async def listen(self, lines: AsyncIterator[bytes | int]) -> bool:
        """Take messages until the client leaves; say whether it did, or its line broke."""
        async with asyncio.TaskGroup() as tasks:
            try:
                async for line in lines:
                    await self._room.acquire()
                    tasks.create_task(self._take(line, tasks))
            except ConnectionError:
                # A line that breaks ends the talk like one that is closed; here it is no group of exceptions yet.
                return False
            finally:
                if self._guard is not None:
                    self._guard.cancel()
                if self._follower is not None:
                    self._follower.cancel()
                    self._tell_the_end()
        return True

    def _tell_the_end(self) -> None:
        """Send the last view, which tells that the engine ended; nobody waits for a client that does not read."""
        if self._told != self._engine.version and not self._writer.is_closing():
            self._writer.write(self._server.encoded_view())

    async def _take(self, line: bytes | int, tasks: asyncio.TaskGroup) -> None:
        try:
            await self._answer(line, tasks)
        except ConnectionError:
            # The client left before its answer; what it asked for is recorded all the same.
            return
        finally:
            self._room.release()

    async def _answer(self, line: bytes | int, tasks: asyncio.TaskGroup) -> None:
        if isinstance(line, int):
            reason = f"a message has {wire.MAX_MESSAGE_BYTES} bytes at most; this had {line}"
            await self.send(wire.encode(wire.Denied("", reason)))
            return
        try:
            message = wire.from_client().decode(line)
        except (msgspec.DecodeError, RecursionError) as error:
            await self.send(wire.encode(wire.refusal_of(error, line)))
            return
        # What is submitted is judged and recorded by the desk, whoever asks.
        if not isinstance(message, wire.Submit) and await self._has_no_level(getattr(message, "id", "")):
            return
        match message:
            case wire.Submit(id=name, command=command):
                answer = await self._engine.submit(command, name, self._peer, forbidden=self._forbidden)
                await self.send(wire.encode(wire.Answered(name, answer)))
                await self._has_no_level("")
            case wire.Ask(id=name, query=query):
                await self.send(wire.encode(wire.Told(name, await self._engine.query(query, self._peer))))
            case wire.Present(here=here):
                if self._console:
                    self._hears = True
                    self._engine.gathering.hear(self._console, here)
            case wire.Point(id=name, target=target):
                answer = await self._engine.point(target, self._peer, forbidden=self._forbidden)
                await self.send(wire.encode(wire.Answered(name, answer)))
            case wire.Post(id=name, board=board):
                answer = await self._engine.post(board, self._client, self._peer, forbidden=self._forbidden)
                await self.send(wire.encode(wire.Answered(name, answer)))
            case wire.Follow():
                if self._follower is None:
                    self._follower = tasks.create_task(self._follow())
                    self._guard = tasks.create_task(self._guard_for_ever())
            case wire.Hello():
                await self.send(wire.encode(wire.Denied("", "hello was said already")))

    async def _has_no_level(self, name: str) -> bool:
        """Say whether the account lost every right since its hello; then the message is denied and the talk ended.

        While the host does not say who somebody is, what it said last counts.
        """
        if self.shown_out:
            return True
        assert self._peer.uid is not None
        standing = await self._engine.standing(self._peer.uid)
        if standing.level is not None or standing.doubt:
            return False
        if not self.shown_out:
            self.shown_out = "the account has no access level any more"
            if self._follower is not None:
                self._follower.cancel()
            self._writer.write(wire.encode(wire.Denied(name, _no_level(standing))))
            self._writer.close()
            # What a client does not read would keep its line open.
            asyncio.get_running_loop().call_later(_GOING_S, self._writer.transport.abort)
        return True

    async def _guard_for_ever(self) -> None:
        while not await self._has_no_level(""):
            await self._engine.parts.clock.sleep(_STANDING_S)

    async def _follow(self) -> None:
        heard = -1
        engine = self._engine
        while True:
            async with engine.changed:
                while engine.version == self._told and (not self._hears or engine.gathering.version == heard):
                    await engine.changed.wait()
            try:
                if engine.version != self._told:
                    self._told = engine.version
                    await self.send(self._server.encoded_view())
                if self._hears and engine.gathering.version != heard:
                    heard = engine.gathering.version
                    await self.send(self._server.encoded_company())
            except ConnectionError:
                return
