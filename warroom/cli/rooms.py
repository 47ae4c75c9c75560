"""Which room a verb means, and a connection to it."""

from __future__ import annotations

import argparse
import asyncio
import os
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

import msgspec

from warroom.adapters.paths import RoomPaths, room_paths, rooms
from warroom.cli.exits import ABSENT, REFUSED, USAGE, Failure
from warroom.core.commands import Ack, Answer, Refused
from warroom.core.model import Mode
from warroom.core.room import ConnectionLost
from warroom.core.view import View

if TYPE_CHECKING:
    from warroom.client.connection import RoomConnection

Result = TypeVar("Result")


def add_room_option(parser: argparse.ArgumentParser) -> None:
    """Give a verb its `--room`."""
    parser.add_argument("--room", help="the room (default: WARROOM_ROOM, else the only live room that runs)")


def person() -> str:
    """Return who says to be at an account that several people use: `--as`, or WARROOM_OPERATOR."""
    return os.environ.get("WARROOM_OPERATOR", "")


def named_room(name: str) -> RoomPaths:
    """Return the places of a room by its name, or by the path of its socket where another account runs it."""
    try:
        if "/" in name:
            socket = Path(name).absolute()
            return msgspec.structs.replace(room_paths(socket.stem), socket=socket)
        return room_paths(name)
    except ValueError as error:
        raise Failure(USAGE, str(error)) from error


def chosen_room(given: str | None) -> RoomPaths:
    """Return the room that the option, the environment or the only running live room names."""
    name = given or os.environ.get("WARROOM_ROOM")
    if name:
        return named_room(name)
    from warroom.client.discover import running

    known = {name: named_room(name) for name in rooms()}
    found = asyncio.run(running({name: paths.socket for name, paths in known.items()}))
    live = [name for name, welcome in found.items() if welcome.mode is Mode.LIVE]
    if len(live) == 1:
        return known[live[0]]
    listed = ", ".join(known) or "none yet"
    what = "more than one room runs" if live else "no live room runs"
    raise Failure(ABSENT, what, f"rooms: {', '.join(live) or listed}", "name one with --room")


def with_room(
    paths: RoomPaths,
    work: Callable[[RoomConnection], Awaitable[Result]],
    *,
    follow: bool = True,
) -> Result:
    """Connect, run `work`, disconnect; Failure: exit code 3 when no engine answers, 2 for words that are no UTF-8."""
    from warroom.client.connection import RoomConnection

    async def main() -> Result:
        async with RoomConnection(paths.socket, client="cli", follow=follow, claimed=person()) as room:
            return await work(room)

    try:
        return asyncio.run(main())
    except ConnectionLost as error:
        raise no_engine(paths.name, error) from error
    except UnicodeEncodeError as error:
        # Python keeps the bytes of a word that are no UTF-8 as lone surrogates, which no message can carry.
        raise Failure(USAGE, "what was given is no UTF-8 text", f"{error.object!r}"[:200]) from error


def view_of(paths: RoomPaths) -> View:
    """Return the room's view from its engine, else from its journal; Failure when there is neither."""
    from warroom.client.connection import RoomConnection
    from warroom.core.ports import JournalError

    async def main() -> View:
        try:
            async with RoomConnection(paths.socket, client="cli", follow=True) as room:
                return await room.first_view()
        except ConnectionLost:
            from warroom.bootstrap.offline import offline_view

            await asyncio.to_thread(require_journal, paths)
            return (await offline_view(paths))[0]

    try:
        return asyncio.run(main())
    except JournalError as error:
        raise Failure(ABSENT, f"the room {paths.name} cannot be read", str(error)) from error


def require_journal(paths: RoomPaths) -> None:
    """Raise Failure with exit code 3 and the rooms that there are unless the room has a journal that can be opened."""
    try:
        os.close(os.open(paths.journal, os.O_RDONLY | os.O_CLOEXEC))
    except FileNotFoundError as error:
        raise _no_room(paths.name) from error
    except OSError as error:
        raise Failure(ABSENT, f"the room {paths.name} cannot be read", str(error)) from error


def _no_room(name: str) -> Failure:
    return Failure(ABSENT, f"there is no room {name}", f"rooms: {', '.join(rooms()) or 'none yet'}")


def no_engine(room: str, error: ConnectionLost) -> Failure:
    """Return the failure of a verb that needs an engine."""
    if room not in rooms():
        return _no_room(room)
    return Failure(ABSENT, f"room {room} has no engine", str(error), f"start it: warroom watch --room {room}")


def settled(answer: Answer) -> Ack:
    """Return the acknowledgement; Failure when it was refused: exit code 3 when what it names is not there, else 4."""
    if isinstance(answer, Refused):
        if answer.reason.startswith("there is no "):
            raise Failure(ABSENT, answer.reason, answer.next)
        raise Failure(REFUSED, f"refused: {answer.reason}", next_step=answer.next)
    return answer


async def changed_view(room: RoomConnection, past: int) -> View:
    """Return the first view whose journal is longer than `past`."""
    while True:
        view = await room.first_view()
        if view.chain.length >= past:
            return view
        await room.arrival()
        if room.lost:
            raise ConnectionLost(room.lost)
