"""Opening the console on a room, and refusing where no screen can be drawn."""

from __future__ import annotations

import asyncio
import os
import sys

from warroom.adapters.paths import RoomPaths
from warroom.cli.exits import USAGE, Failure
from warroom.cli.rooms import no_engine
from warroom.core.room import ConnectionLost


def require_terminal() -> None:
    """Raise Failure with exit code 2 unless a full screen can be drawn here."""
    # A stream that was closed before the start is None.
    if not all(stream is not None and stream.isatty() for stream in (sys.stdin, sys.stdout)):
        raise Failure(USAGE, "this needs a terminal", next_step="without one: warroom status, alarms, bots, contain")
    if os.environ.get("TERM", "") in ("", "dumb"):
        raise Failure(
            USAGE, "this terminal cannot draw a screen (TERM is unset or dumb)", next_step="use warroom status"
        )


def open_console(paths: RoomPaths, *, read_only: bool, ascii_only: bool) -> int:
    """Attach a console and run it until its user leaves; returns its exit code."""
    return asyncio.run(run_console(paths, read_only=read_only, ascii_only=ascii_only))


async def run_console(paths: RoomPaths, *, read_only: bool, ascii_only: bool) -> int:
    """Do the same inside a running event loop."""
    from warroom.cli.export import write_report
    from warroom.client.connection import RoomConnection
    from warroom.tui.app import ExportFailed, WarRoomApp
    from warroom.tui.session import play

    async def export(incident: str, kind: str) -> str:
        try:
            return str((await write_report(room, paths, incident, kind, None, record=not read_only)).absolute())
        except Failure as failure:
            raise ExportFailed(f"{failure.what} {failure.why} {failure.next_step}".strip()) from failure

    try:
        async with RoomConnection(paths.socket, client="console", read_only=read_only, follow=True) as room:
            return await play(WarRoomApp(room, ascii=ascii_only, export=export))
    except ConnectionLost as error:
        raise no_engine(paths.name, error) from error
