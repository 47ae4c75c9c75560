"""The near side of the socket: every call ends, with its own answer or with the reason why the line is gone."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path

import pytest

from tests.engine.rig import attached, paths_in, running_engine, settings_without_adapters
from warroom import __version__
from warroom.client.connection import RoomConnection
from warroom.core import commands as c
from warroom.core import wire
from warroom.core.commands import Ack, Refused
from warroom.core.model import Mode, Verb
from warroom.core.queries import NotAnswered, PreviewPlan
from warroom.core.room import ConnectionLost, Welcome

Behaviour = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]
WELCOME = wire.encode(Welcome(wire.PROTOCOL, __version__, "test", Mode.LIVE, "1", "ana", 1000, False, 1))


@contextlib.asynccontextmanager
async def engine_that(behaves: Behaviour, folder: Path) -> AsyncIterator[Path]:
    """A socket behind which somebody behaves as a test wants."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            await behaves(reader, writer)
        except ConnectionError:
            pass
        finally:
            writer.close()

    path = folder / "engine.sock"
    server = await asyncio.start_unix_server(serve, path)
    try:
        yield path
    finally:
        server.close()
        await server.wait_closed()


def saying(*lines: bytes, then_listens: bool = True) -> Behaviour:
    async def behave(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readline()
        for line in lines:
            writer.write(line)
        await writer.drain()
        if then_listens:
            await reader.read()

    return behave


@pytest.mark.parametrize(
    ("first", "why"),
    [
        (b"\x00\xff garbage\n", "another version"),
        (b"{}\n", "another version"),
        (wire.encode(wire.Denied("", "protocol 1 is spoken here")), "protocol 1 is spoken here"),
        (wire.encode(wire.Answered("a", Ack(1))), "did not say who it is"),
        (b"", "hung up"),
    ],
)
async def test_whoever_is_no_engine_is_left_with_a_reason(first: bytes, why: str, tmp_path: Path) -> None:
    async with engine_that(saying(first, then_listens=False), tmp_path) as path:
        with pytest.raises(ConnectionLost, match=why):
            async with RoomConnection(path, client="cli"):
                pass


async def test_a_socket_that_nobody_listens_on_is_said_with_its_path(tmp_path: Path) -> None:
    with pytest.raises(ConnectionLost, match=r"no engine answers at .*engine\.sock"):
        async with RoomConnection(tmp_path / "engine.sock", client="cli"):
            pass


@pytest.mark.parametrize("line", [b"garbage\n", b'{"type": "unheard-of"}\n', b"half a line"])
async def test_a_call_under_way_ends_when_the_engine_talks_nonsense(line: bytes, tmp_path: Path) -> None:
    async def answer_with_nonsense(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readline()
        writer.write(WELCOME)
        await reader.readline()
        writer.write(line)

    async with engine_that(answer_with_nonsense, tmp_path) as path, RoomConnection(path, client="cli") as room:
        with pytest.raises(ConnectionLost):
            await asyncio.wait_for(room.submit(c.AddNote("INC-001", "x")), 60)
        assert room.lost
        with pytest.raises(ConnectionLost):
            await asyncio.wait_for(room.query(PreviewPlan("support", Verb.DISABLE)), 60)
        with pytest.raises(ConnectionLost):
            await asyncio.wait_for(room.first_view(), 60)


async def test_an_engine_that_sends_no_view_is_not_waited_for_without_end(tmp_path: Path) -> None:
    async with engine_that(saying(WELCOME), tmp_path) as path, RoomConnection(path, client="cli") as room:
        with pytest.raises(ConnectionLost, match="no view"):
            await room.first_view(timeout_s=0.1)
        assert room.lost == ""


async def test_every_command_gets_its_own_answer(tmp_path: Path) -> None:
    paths = paths_in(tmp_path)
    async with running_engine(paths, settings_without_adapters(tmp_path / "bot.log")), attached(paths) as room:
        opened = await room.submit(c.OpenIncident("support", "prompt-injection", "t"))
        assert isinstance(opened, Ack)
        texts = [f"note {number}" for number in range(20)]
        answers = await asyncio.gather(*(room.submit(c.AddNote(opened.ref, text)) for text in texts))
        seqs = [answer.seq for answer in answers if isinstance(answer, Ack)]
        assert len(set(seqs)) == len(texts)
        assert isinstance(await room.submit(c.AddNote("INC-999", "x")), Refused)
        assert isinstance(await room.query(PreviewPlan("nobody", Verb.DISABLE)), NotAnswered)


async def test_a_view_arrives_after_an_act(tmp_path: Path) -> None:
    paths = paths_in(tmp_path)
    async with contextlib.AsyncExitStack() as stack:
        settings = settings_without_adapters(tmp_path / "bot.log")
        await stack.enter_async_context(running_engine(paths, settings))
        room = await stack.enter_async_context(attached(paths))
        answer = await room.submit(c.OpenIncident("support", "prompt-injection", "t"))
        assert isinstance(answer, Ack)
        async with asyncio.timeout(60):
            while not (room.latest and room.latest.chain.length >= answer.seq):
                await room.arrival()
        assert room.latest.incidents[0].id == answer.ref


async def test_an_engine_that_ends_is_said(tmp_path: Path) -> None:
    async def hang_up(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readline()
        writer.write(WELCOME)

    async with engine_that(hang_up, tmp_path) as path, RoomConnection(path, client="cli") as room:
        async with asyncio.timeout(60):
            while not room.lost:
                await room.arrival()
        assert "the engine ended" in room.lost


async def test_what_is_asked_outside_the_connection_is_refused(tmp_path: Path) -> None:
    room = RoomConnection(tmp_path / "engine.sock", client="cli")
    with pytest.raises(ConnectionLost, match="not connected"):
        await room.submit(c.AddNote("INC-001", "x"))
    with pytest.raises(ConnectionLost):
        _ = room.welcome
