"""Opening the console on a room, and refusing where no screen can be drawn."""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import gc
import importlib
import os
import re
import signal
import sys
import termios
import time
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING

import msgspec

from warroom.adapters.paths import RoomPaths, console_file, state_home
from warroom.cli.exits import USAGE, Failure
from warroom.cli.plain_options import Plain, add_plain_options, plain_of
from warroom.cli.rooms import no_engine, person
from warroom.core.room import ConnectionLost
from warroom.core.settings_console import LEAST_BPS, ConsoleSettings, Look, Zone

if TYPE_CHECKING:
    from warroom.adapters.whereabouts_file import WhereaboutsFile
    from warroom.client.lasting import LastingRoom
    from warroom.core.whereabouts import Ignored, Whereabouts

SLOW_BPS = 4_000
_FIRST_VIEW_S = 0.3
_DEADLY = (signal.SIGHUP, signal.SIGTERM, signal.SIGQUIT)
"""Signals that would end the program with the terminal as it is."""
_PLAIN = "line by line it needs none: add --plain"
_IUTF8 = 0o40000
"""Of a terminal's line (termios c_iflag): it carries UTF-8. Terminal programs, ssh and tmux set it."""


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
    """How the room is shown on this terminal."""

    settings: ConsoleSettings = ConsoleSettings()
    plain: Plain | None = None
    """Line by line instead of a screen."""
    notes: tuple[str, ...] = ()
    """What is said of that at the start."""
    leaving: str = ""
    """What follows when the console is left; empty when the engine just goes on."""


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
    add_plain_options(parser)


def drawing_of(args: argparse.Namespace) -> Drawing:
    """Return what these options and the person's console settings say; Failure when the file is wrong."""
    plain = plain_of(args)
    # A transcript has no keys, themes or budget: its options say all.
    settings = ConsoleSettings(ascii=bool(args.ascii)) if plain is not None else settings_of(args)
    if not settings.ascii and not speaks_utf8(started_with(), 0):
        note = "drawn with ASCII: this locale has no UTF-8; next: LC_ALL=C.UTF-8 warroom …"
        return Drawing(msgspec.structs.replace(settings, ascii=True), plain, (note,))
    return Drawing(settings, plain)


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


def speaks_utf8(environment: Mapping[str, str], terminal: int) -> bool:
    """Say whether text leaves as UTF-8: by the locale, or, where none is set, by what the terminal's line was told."""
    locale = next((value for name in ("LC_ALL", "LC_CTYPE", "LANG") if (value := environment.get(name))), "")
    if locale:
        return re.search(r"utf-?8", locale, re.IGNORECASE) is not None
    try:
        return bool(termios.tcgetattr(terminal)[0] & _IUTF8)
    except termios.error:
        return False


def started_with() -> Mapping[str, str]:
    """Return the environment that this process was started with: Python sets LC_CTYPE itself where the locale is C."""
    try:
        content = Path("/proc/self/environ").read_bytes()
    except OSError:
        return os.environ
    pairs = (part.partition(b"=") for part in content.split(b"\0") if part)
    return {os.fsdecode(name): os.fsdecode(value) for name, _, value in pairs}


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


def _place(paths: RoomPaths) -> Path:
    """Return what tells this room from others of its name: its folder, or the socket where another account runs it."""
    return paths.folder if paths.folder.exists() else paths.socket


def get_ready() -> None:
    """Import what a console is made of, which takes about as long as the start of an engine."""
    importlib.import_module("warroom.tui.session")


def open_console(paths: RoomPaths, *, read_only: bool, drawing: Drawing) -> int:
    """Attach a console and run it until its user leaves; returns its exit code."""
    return asyncio.run(run_console(paths, read_only=read_only, drawing=drawing))


async def run_console(paths: RoomPaths, *, read_only: bool, drawing: Drawing) -> int:
    """Do the same inside a running event loop."""
    if drawing.plain is not None:
        from warroom.cli.plain import run_plain

        return await run_plain(paths, drawing.plain, read_only=read_only, ascii_only=drawing.settings.ascii)
    # Nothing of what is imported or built now is garbage before the console ends; `play` sets the collector on again.
    gc.disable()
    from warroom.adapters.whereabouts_file import WhereaboutsFile, whereabouts_path
    from warroom.client.connection import RoomConnection
    from warroom.client.lasting import LastingRoom

    def connect() -> RoomConnection:
        return RoomConnection(paths.socket, client="console", read_only=read_only, follow=True, claimed=person())

    try:
        async with LastingRoom(connect) as room:
            welcome = room.welcome
            memory = WhereaboutsFile(whereabouts_path(state_home(), _place(paths), welcome.operator, welcome.uid))
            found = await memory.load()
            await _first_view(room)
            with _Endings():
                return await _play(room, paths, drawing, memory, found)
    except ConnectionLost as error:
        raise no_engine(paths.name, error) from error
    return 0


async def _first_view(room: LastingRoom) -> None:
    """Wait until there is something to show, which follows the welcome at once; but not for long."""
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(_FIRST_VIEW_S):
            while room.latest is None:
                await room.arrival()


class _Endings:
    """Ends a block on a deadly signal, so that the terminal is given back; `play` goes on with that."""

    def __enter__(self) -> None:
        self._loop, self._task, self._ended = asyncio.get_running_loop(), asyncio.current_task(), False
        for name in _DEADLY:
            self._loop.add_signal_handler(name, self._end)

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> bool:
        for name in _DEADLY:
            self._loop.remove_signal_handler(name)
        ours = self._ended and isinstance(error, asyncio.CancelledError)
        if ours and self._task is not None:
            self._task.uncancel()
        return ours

    def _end(self) -> None:
        self._ended = True
        if self._task is not None:
            self._task.cancel()


async def _play(
    room: LastingRoom, paths: RoomPaths, drawing: Drawing, memory: WhereaboutsFile, found: Whereabouts | Ignored | None
) -> int:
    """Show the room, then import the console, which takes most of a start, and run it."""
    from warroom.tui.first_sight import first_sight

    async def export(incident: str, kind: str) -> str:
        try:
            return str((await write_report(room, paths, incident, kind, None, record=record)).absolute())
        except Failure as failure:
            raise ExportFailed(f"{failure.what} {failure.why} {failure.next_step}".strip()) from failure

    async def copy(name: str, text: str) -> str:
        try:
            return str(await write_copy(state_home() / "copies", name, text))
        except CopyRefused as refused:
            raise CopyFailed(str(refused)) from refused

    record = not room.welcome.read_only
    with first_sight(room, found, drawing.settings, time.time) as early:
        from warroom.adapters.copy_file import CopyRefused, write_copy
        from warroom.cli.export import write_report
        from warroom.cli.preview import Previews, known_scenarios
        from warroom.tui.app import CopyFailed, ExportFailed, WarRoomApp
        from warroom.tui.outside import Outside
        from warroom.tui.session import play

        outside = Outside(
            export=export,
            draft=Previews(room).draft,
            scenarios=known_scenarios,
            write_copy=copy,
            memory=memory,
            found=found,
            notes=drawing.notes,
            leaving=drawing.leaving,
        )
        return await play(WarRoomApp(room, settings=drawing.settings, outside=outside, early=early))
