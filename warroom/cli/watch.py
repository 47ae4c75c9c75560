"""`warroom watch`: the engine of a room if none runs, then a console on it."""

from __future__ import annotations

import argparse
import asyncio
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from warroom.adapters.paths import RoomPaths
from warroom.cli.console import add_screen_options, drawing_of, get_ready, open_console, require_terminal
from warroom.cli.engine import add_source_options, sources_of, start_engine
from warroom.cli.exits import INTERRUPTED, USAGE, Failure
from warroom.cli.piped import piped_bot, spool, take_pipe
from warroom.cli.rooms import add_room_option, named_room, no_engine, person, settled
from warroom.core.commands import AddSource, Refused
from warroom.core.room import ConnectionLost

if TYPE_CHECKING:
    from warroom.client.connection import RoomConnection


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the options of the verb."""
    parser.add_argument(
        "logs", nargs="*", metavar="LOG", help="log file or quoted glob to follow, - for what is piped in"
    )
    add_room_option(parser)
    add_source_options(parser)
    parser.add_argument("--read-only", action="store_true", help="look, but act on nothing")
    add_screen_options(parser)


def run(args: argparse.Namespace) -> int:
    """Start what is missing, add the logs named here, open the console."""
    piped = piped_bot(args.logs, args.bot)
    # A transcript into a pipe may have no terminal for keys, and needs none.
    pipe = take_pipe(keys=not args.plain or (sys.stdout is not None and sys.stdout.isatty())) if piped else -1
    if not args.plain:
        require_terminal()
    drawing = drawing_of(args)
    paths = named_room(args.room or os.environ.get("WARROOM_ROOM") or "default")
    sources = sources_of(args)
    starts = not _runs(paths)
    try:
        if starts:
            start_engine(paths, config=args.config, meanwhile=get_ready if drawing.plain is None else _no_more)
        elif args.config is not None:
            _same_config(paths, args.config)
        if piped:
            sources.append((str(spool(pipe, paths.spool, piped)[0]), piped))
        if sources:
            asyncio.run(_add(paths, sources))
        return open_console(paths, read_only=args.read_only, drawing=drawing)
    except KeyboardInterrupt:
        if not starts or drawing.plain is not None:
            raise
        raise _goes_on(paths) from None


def _goes_on(paths: RoomPaths) -> Failure:
    """Say of whom nobody would think who pressed ^C while the console was on its way."""
    return Failure(
        INTERRUPTED,
        f"interrupted; the engine of room {paths.name} was started and goes on",
        next_step=f"stop it: warroom stop {paths.name}, or look at it: warroom attach {paths.name}",
    )


def _no_more() -> None:
    """A transcript needs little."""


def _runs(paths: RoomPaths) -> bool:
    from warroom.client.discover import running

    return bool(asyncio.run(running({paths.name: paths.socket})))


def _same_config(paths: RoomPaths, config: Path) -> None:
    from warroom.bootstrap.room import settings_bytes
    from warroom.cli.config import read_config

    asked = settings_bytes(read_config(config))
    if not paths.config.exists() or paths.config.read_bytes() != asked:
        raise Failure(
            USAGE,
            f"room {paths.name} runs with another config",
            "a running room keeps its config",
            f"stop it first: warroom stop {paths.name}, or attach: warroom attach {paths.name}",
        )


async def _add(paths: RoomPaths, sources: list[tuple[str, str]]) -> None:
    from warroom.client.connection import RoomConnection

    try:
        async with RoomConnection(paths.socket, client="cli", follow=True, claimed=person()) as room:
            for pattern, bot in sources:
                await _add_one(room, pattern, bot)
    except ConnectionLost as error:
        raise no_engine(paths.name, error) from error


async def _add_one(room: RoomConnection, pattern: str, bot: str) -> None:
    answer = await room.submit(AddSource(pattern, bot))
    if isinstance(answer, Refused) and "already" in answer.reason:
        return
    settled(answer)
