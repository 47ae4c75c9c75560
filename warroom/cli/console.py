"""Opening the console on a room, and refusing where no screen can be drawn."""

from __future__ import annotations

import argparse
import asyncio
import math
import os
import sys

import msgspec

from warroom.adapters.paths import RoomPaths
from warroom.cli.exits import USAGE, Failure
from warroom.cli.plain import Plain, add_plain_options, plain_of, run_plain
from warroom.cli.rooms import no_engine, person
from warroom.core.room import ConnectionLost

SLOW_BPS = 4_000
LEAST_BPS = 500
_PLAIN = "line by line it needs none: add --plain"


def require_terminal() -> None:
    """Raise Failure with exit code 2 unless a full screen can be drawn here."""
    # A stream that was closed before the start is None.
    if not all(stream is not None and stream.isatty() for stream in (sys.stdin, sys.stdout)):
        raise Failure(USAGE, "this needs a terminal", next_step=f"{_PLAIN}, or: warroom status, alarms, bots, contain")
    if os.environ.get("TERM", "") in ("", "dumb"):
        raise Failure(
            USAGE,
            "this terminal cannot draw a screen (TERM is unset or dumb)",
            next_step=f"{_PLAIN}, or warroom status",
        )


class Drawing(msgspec.Struct, frozen=True):
    """How the screen is drawn on this terminal."""

    ascii_only: bool = False
    budget_bps: float | None = None
    """Bytes a second that it may send; None for as many as is usual."""
    plain: Plain | None = None
    """Line by line instead of a screen."""


def add_screen_options(parser: argparse.ArgumentParser) -> None:
    """Add the options of every verb that opens a console."""
    parser.add_argument("--ascii", action="store_true", help="draw with ASCII characters alone")
    parser.add_argument("--slow", action="store_true", help="for a bad line: 4,000 bytes a second at most, keys apart")
    parser.add_argument("--budget", type=_bytes, metavar="BYTES", help="bytes a second at most, 0 for no such limit")
    add_plain_options(parser)


def drawing_of(args: argparse.Namespace) -> Drawing:
    """Return what these options say."""
    budget = float(SLOW_BPS) if args.slow else None
    if args.budget is not None:
        budget = args.budget or math.inf
    return Drawing(args.ascii, budget, plain_of(args))


def _bytes(text: str) -> float:
    if not text.isascii() or not text.isdigit() or 0 < int(text) < LEAST_BPS:
        raise argparse.ArgumentTypeError(f"{text!r} is no number of bytes, at least {LEAST_BPS}, or 0")
    return float(text)


def open_console(paths: RoomPaths, *, read_only: bool, drawing: Drawing) -> int:
    """Attach a console and run it until its user leaves; returns its exit code."""
    return asyncio.run(run_console(paths, read_only=read_only, drawing=drawing))


async def run_console(paths: RoomPaths, *, read_only: bool, drawing: Drawing) -> int:
    """Do the same inside a running event loop."""
    if drawing.plain is not None:
        return await run_plain(paths, drawing.plain, read_only=read_only, ascii_only=drawing.ascii_only)
    from warroom.cli.export import write_report
    from warroom.cli.preview import Previews, known_scenarios
    from warroom.client.connection import RoomConnection
    from warroom.tui.app import ExportFailed, WarRoomApp
    from warroom.tui.session import play

    async def export(incident: str, kind: str) -> str:
        try:
            return str((await write_report(room, paths, incident, kind, None, record=not read_only)).absolute())
        except Failure as failure:
            raise ExportFailed(f"{failure.what} {failure.why} {failure.next_step}".strip()) from failure

    try:
        connection = RoomConnection(paths.socket, client="console", read_only=read_only, follow=True, claimed=person())
        async with connection as room:
            app = WarRoomApp(
                room,
                ascii=drawing.ascii_only,
                export=export,
                draft=Previews(room).draft,
                scenarios=known_scenarios,
                budget_bps=drawing.budget_bps,
            )
            return await play(app)
    except ConnectionLost as error:
        raise no_engine(paths.name, error) from error
