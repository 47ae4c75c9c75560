"""A console's room comes back with the next engine, and says nothing to anybody in between."""

from __future__ import annotations

import asyncio
import contextlib
from pathlib import Path

import pytest

from tests.engine.rig import attached, paths_in, running_engine, settings_without_adapters
from tests.waiting import eventually
from warroom.adapters.paths import RoomPaths
from warroom.client.connection import RoomConnection
from warroom.client.lasting import LastingRoom
from warroom.core import commands as c
from warroom.core import wire
from warroom.core.commands import Ack
from warroom.core.company import Here, Kind, Target
from warroom.core.room import ConnectionLost

OPEN = c.OpenIncident("support", "prompt-injection", "It leaks")
SUPPORT = Target(Kind.BOT, "support")


def lasting(paths: RoomPaths) -> LastingRoom:
    """A room that looks for its engine often."""
    return LastingRoom(
        lambda: RoomConnection(paths.socket, client="console", follow=True), first_try_s=0.02, longest_pause_s=0.1
    )


async def test_without_an_engine_at_the_start_it_is_refused_at_once(tmp_path: Path) -> None:
    with pytest.raises(ConnectionLost, match="no engine answers"):
        async with lasting(paths_in(tmp_path)):
            pass


async def test_it_comes_back_with_the_next_engine_and_its_view(tmp_path: Path) -> None:
    paths = paths_in(tmp_path)
    settings = settings_without_adapters(tmp_path / "bot.log")
    async with contextlib.AsyncExitStack() as engines:
        first = await engines.enter_async_context(running_engine(paths, settings))
        async with lasting(paths) as room:
            await eventually(lambda: room.latest is not None)
            welcome = room.welcome
            assert (room.lost, room.outage) == ("", None)
            await engines.aclose()
            await eventually(lambda: room.lost != "")
            assert room.outage is not None
            assert (room.outage.number, room.outage.lasted_s) == (1, None)
            before = room.latest
            with pytest.raises(ConnectionLost):
                await room.submit(OPEN)
            await eventually(lambda: room.outage is not None and room.outage.next_try is not None)
            assert room.latest is before is not None, "what was seen last stays readable"
            second = await engines.enter_async_context(running_engine(paths, settings))
            await eventually(lambda: room.lost == "")
            assert room.outage.lasted_s is not None
            assert room.welcome is not welcome
            assert room.latest is not None
            assert room.latest.chain.length > 0
            assert isinstance(await room.submit(OPEN), Ack)
            await eventually(lambda: room.latest is not None and room.latest.incidents)
            assert second is not first


async def test_who_is_here_and_what_is_pointed_at_is_told_to_the_next_engine(tmp_path: Path) -> None:
    paths = paths_in(tmp_path)
    settings = settings_without_adapters(tmp_path / "bot.log")
    async with contextlib.AsyncExitStack() as engines:
        await engines.enter_async_context(running_engine(paths, settings))
        async with lasting(paths) as room:
            room.present(Here("stream"))
            assert isinstance(await room.point(SUPPORT), Ack)
            await eventually(lambda: room.company.pointer is not None)
            await engines.aclose()
            await eventually(lambda: room.lost != "")
            room.present(Here("alarms"))
            await engines.enter_async_context(running_engine(paths, settings))
            async with attached(paths, client="console") as other:
                other.present(Here("overview"))
                await eventually(lambda: [one for one in other.company.people if one.page == "alarms"])
                await eventually(lambda: other.company.pointer is not None and other.company.pointer.target == SUPPORT)
            await eventually(lambda: room.company.pointer is not None)


async def test_whoever_points_by_then_is_newer(tmp_path: Path) -> None:
    paths = paths_in(tmp_path)
    settings = settings_without_adapters(tmp_path / "bot.log")
    async with contextlib.AsyncExitStack() as engines:
        await engines.enter_async_context(running_engine(paths, settings))
        async with lasting(paths) as room, attached(paths) as other:
            for one in (room, other):
                one.present(Here("stream"))
            await room.point(SUPPORT)
            await other.submit(OPEN)
            incident = Target(Kind.INCIDENT, "INC-001")
            await other.point(incident)
            await eventually(lambda: room.company.pointer is not None and room.company.pointer.target == incident)
            await engines.aclose()
            await eventually(lambda: room.lost != "")
            await engines.enter_async_context(running_engine(paths, settings))
            await eventually(lambda: room.lost == "" and room.company.people)
            assert room.company.pointer is None, "the one who pointed last is not here any more"


async def test_an_engine_of_another_version_is_said_and_tried_again(tmp_path: Path) -> None:
    paths = paths_in(tmp_path)
    settings = settings_without_adapters(tmp_path / "bot.log")
    async with contextlib.AsyncExitStack() as engines:
        await engines.enter_async_context(running_engine(paths, settings))
        async with lasting(paths) as room:
            await engines.aclose()
            await eventually(lambda: room.lost != "")
            paths.socket.unlink(missing_ok=True)

            async def refuse(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
                await reader.readline()
                writer.write(wire.encode(wire.Denied("", "the engine is warroom 9.9")))
                writer.close()

            other = await asyncio.start_unix_server(refuse, paths.socket)
            await eventually(lambda: "warroom 9.9" in room.lost)
            other.close()
            await other.wait_closed()
            paths.socket.unlink(missing_ok=True)
            await engines.enter_async_context(running_engine(paths, settings))
            await eventually(lambda: room.lost == "")
