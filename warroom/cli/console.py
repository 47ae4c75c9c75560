"""Opening the console on a room, and refusing where no screen can be drawn."""

from __future__ import annotations

import argparse
import asyncio
import os
import sys
from pathlib import Path

import msgspec

from warroom.adapters.paths import RoomPaths, console_file
from warroom.cli.exits import USAGE, Failure
from warroom.cli.rooms import no_engine, person
from warroom.core.room import ConnectionLost
from warroom.core.settings_console import LEAST_BPS, ConsoleSettings, Look, Zone

SLOW_BPS = 4_000


def require_terminal() -> None:
    """Raise Failure with exit code 2 unless a full screen can be drawn here."""
    # A stream that was closed before the start is None.
    if not all(stream is not None and stream.isatty() for stream in (sys.stdin, sys.stdout)):
        raise Failure(USAGE, "this needs a terminal", next_step="without one: warroom status, alarms, bots, contain")
    if os.environ.get("TERM", "") in ("", "dumb"):
        raise Failure(
            USAGE, "this terminal cannot draw a screen (TERM is unset or dumb)", next_step="use warroom status"
        )


def add_screen_options(parser: argparse.ArgumentParser) -> None:
    """Add the options of every verb that opens a console; what is not given is taken from the person's settings."""
    either = argparse.BooleanOptionalAction
    parser.add_argument("--theme", choices=[look.value for look in Look], help="colours of the screen")
    parser.add_argument("--times", choices=[zone.value for zone in Zone], help="tell times in UTC or in local time")
    parser.add_argument("--ascii", action=either, default=None, help="draw with ASCII characters alone")
    parser.add_argument("--mouse", action=either, default=None, help="take the mouse")
    parser.add_argument("--bell", action=either, default=None, help="ring when something needs a person")
    parser.add_argument("--title", action=either, default=None, help="tell the state in the terminal's title")
    parser.add_argument("--slow", action="store_true", help="for a bad line: 4,000 bytes a second at most, keys apart")
    parser.add_argument("--budget", type=_bytes, metavar="BYTES", help="bytes a second at most, 0 for no such limit")


def settings_of(args: argparse.Namespace) -> ConsoleSettings:
    """Return the person's console settings with what these options say instead; Failure when the file is wrong."""
    given = {name: getattr(args, name) for name in ("ascii", "mouse", "bell", "title", "budget")}
    if args.slow and args.budget is None:
        given["budget"] = SLOW_BPS
    given["theme"] = args.theme and Look(args.theme)
    given["times"] = args.times and Zone(args.times)
    return msgspec.structs.replace(
        person_settings(), **{name: value for name, value in given.items() if value is not None}
    )


def person_settings(path: Path | None = None) -> ConsoleSettings:
    """Return the settings of a file, or those of this account; Failure with every fault when the file is wrong."""
    from warroom.adapters.console_config import ConfigError, load_console
    from warroom.tui.keymap import key_faults

    file = path or console_file()
    try:
        return load_console(file, key_faults, must_exist=path is not None)
    except ConfigError as error:
        next_step = "docs/console.md lists every setting"
        raise Failure(USAGE, f"{file}: the console settings are wrong", str(error), next_step) from error


def _bytes(text: str) -> int:
    if not text.isascii() or not text.isdigit() or 0 < int(text) < LEAST_BPS:
        raise argparse.ArgumentTypeError(f"{text!r} is no number of bytes, at least {LEAST_BPS}, or 0")
    return int(text)


def open_console(paths: RoomPaths, *, read_only: bool, settings: ConsoleSettings) -> int:
    """Attach a console and run it until its user leaves; returns its exit code."""
    return asyncio.run(run_console(paths, read_only=read_only, settings=settings))


async def run_console(paths: RoomPaths, *, read_only: bool, settings: ConsoleSettings) -> int:
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
        connection = RoomConnection(paths.socket, client="console", read_only=read_only, follow=True, claimed=person())
        async with connection as room:
            return await play(WarRoomApp(room, settings=settings, export=export))
    except ConnectionLost as error:
        raise no_engine(paths.name, error) from error
