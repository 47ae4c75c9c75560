"""`warroom engine`: the engine of a room in the foreground, headless (for systemd), and how others start it."""

from __future__ import annotations

import argparse
import asyncio
import fcntl
import gc
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from warroom.adapters.contain.build import ExtraMissing
from warroom.adapters.paths import PathRefused, RoomPaths, make_private
from warroom.cli.exits import OK, REFUSED, USAGE, Failure
from warroom.cli.rooms import named_room
from warroom.core.bot_names import bot_of
from warroom.core.clean import safe_name
from warroom.core.ports import JournalError

if TYPE_CHECKING:
    from warroom.core.settings import Settings

_START_S = 20.0


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the options of the verb."""
    parser.add_argument("logs", nargs="*", metavar="LOG", help="log file or quoted glob to follow")
    parser.add_argument("--room", required=True, help="the room")
    add_source_options(parser)
    parser.add_argument("--drill", action="store_true", help="mark the room as a drill")


def add_source_options(parser: argparse.ArgumentParser) -> None:
    """Give a verb the options that say what is watched."""
    parser.add_argument("--config", type=Path, metavar="F", help="config file (TOML)")
    parser.add_argument(
        "--bot", action="append", default=[], metavar="NAME=GLOB", help="follow GLOB as the log of bot NAME"
    )


def run(args: argparse.Namespace) -> int:
    """Run until stopped; exit code 4 when another engine holds the room."""
    # Until the room is ready, what is imported and built is no garbage.
    gc.disable()
    from warroom.bootstrap.room import DrillRefused

    paths = named_room(args.room)
    _make_room(paths)
    lock = hold_lock(paths)
    try:
        settings = room_settings(paths, args.config)
        return asyncio.run(_serve(paths, settings, sources_of(args), drill=args.drill))
    except (JournalError, PathRefused) as error:
        raise Failure(REFUSED, f"the room {paths.name} cannot be opened", str(error)) from error
    except DrillRefused as error:
        advice = f"start another room for it, without --drill, or give {paths.name} a config of its own bot"
        raise Failure(REFUSED, f"the room {paths.name} is a drill", str(error), advice) from error
    except ExtraMissing as error:
        raise Failure(USAGE, "the config needs what is not installed", str(error)) from error
    finally:
        os.close(lock)


def _make_room(paths: RoomPaths) -> None:
    try:
        make_private(paths.folder)
    except (PathRefused, OSError) as error:
        raise Failure(REFUSED, f"the room {paths.name} cannot be opened", str(error)) from error


def hold_lock(paths: RoomPaths) -> int:
    """Take the room's lock and write our pid into it; Failure naming the pid of the engine that has it."""
    flags = os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW
    lock = os.open(paths.lock, flags, 0o600)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        pid = os.read(lock, 32).decode("ascii", "replace").strip() or "unknown"
        os.close(lock)
        raise Failure(
            REFUSED,
            f"the room {paths.name} has an engine already: pid {pid}",
            next_step=f"attach to it: warroom attach {paths.name}",
        ) from None
    os.ftruncate(lock, 0)
    os.pwrite(lock, f"{os.getpid()}\n".encode(), 0)
    return lock


def room_settings(paths: RoomPaths, config: Path | None) -> Settings:
    """Return the settings of the given file (and keep them in the room), else those kept there, else defaults."""
    from warroom.bootstrap.room import settings_bytes, settings_from
    from warroom.cli.config import read_config
    from warroom.core.settings import Settings

    if config is not None:
        settings = read_config(config)
        _keep(paths.config, settings_bytes(settings))
        return settings
    if not paths.config.exists():
        return Settings()
    try:
        return settings_from(paths.config.read_bytes())
    except msgspec.DecodeError as error:
        raise Failure(USAGE, f"{paths.config} is damaged", str(error), "start with --config to replace it") from error


def _keep(path: Path, content: bytes) -> None:
    """Write a file for this account alone, whole or not at all: headers of a probe in it may be secrets."""
    fresh = path.with_name(f"{path.name}.{os.getpid()}")
    try:
        file = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
        with os.fdopen(file, "wb") as out:
            out.write(content)
            out.flush()
            os.fsync(out.fileno())
        fresh.replace(path)
    finally:
        fresh.unlink(missing_ok=True)


def sources_of(args: argparse.Namespace) -> list[tuple[str, str]]:
    """Return (absolute pattern, bot) of each log that the command line names; Failure for a wrong `--bot`."""
    found = [(os.path.abspath(log), bot_of(log)) for log in args.logs]  # noqa: PTH100  a glob is no path to resolve
    for given in args.bot:
        name, equals, pattern = given.partition("=")
        if not equals or not pattern or safe_name(name) != name:
            raise Failure(USAGE, f"--bot {given!r} is not NAME=GLOB", "a name has a-z, 0-9, dot, dash, underscore")
        found.append((os.path.abspath(pattern), name))  # noqa: PTH100
    return found


async def _serve(paths: RoomPaths, settings: Settings, sources: list[tuple[str, str]], *, drill: bool) -> int:
    from warroom.bootstrap.room import open_engine, serve
    from warroom.core.model import Mode

    mode = Mode.DRILL if drill else Mode.LIVE
    async with open_engine(paths, settings, mode=mode, sources=sources) as engine:
        loop = asyncio.get_running_loop()
        ending: list[asyncio.Task[None]] = []

        def end(name: str) -> None:
            if not ending:
                ending.append(loop.create_task(engine.stop_in_order(f"signal {name}")))

        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, end, signal.Signals(number).name)
        # A terminal that closes must not end the watch.
        signal.signal(signal.SIGHUP, signal.SIG_IGN)
        async with asyncio.TaskGroup() as tasks:
            work = tasks.create_task(engine.run())
            await engine.ready.wait()
            # All of this stays: to look through it for garbage holds up lines and people 50 ms each time.
            gc.freeze()
            gc.enable()
            async with serve(engine, paths):
                await work
    return OK


def start_engine(
    paths: RoomPaths, *, config: Path | None, drill: bool = False, meanwhile: Callable[[], object] = lambda: None
) -> None:
    """Start the engine of a room in a session of its own and wait until it answers; Failure with its last words.

    `meanwhile` is done while the engine starts. Of two who start it at once each waits for the one engine that comes
    to be.
    """
    _make_room(paths)
    words = [sys.executable, "-m", "warroom", "engine", "--room", paths.name]
    if config is not None:
        words += ["--config", str(config.absolute())]
    if drill:
        words.append("--drill")
    with paths.log.open("ab") as log:
        began = log.tell()
        engine = subprocess.Popen(
            words, stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True, close_fds=True
        )
    meanwhile()
    deadline = time.monotonic() + _START_S
    while time.monotonic() < deadline:
        if _answers(paths):
            return
        if engine.poll() is not None and not (engine.returncode == REFUSED and _held_by_another(paths, engine.pid)):
            raise Failure(
                engine.returncode or REFUSED, f"the engine of {paths.name} did not start", _words(paths.log, began)
            )
        time.sleep(0.02)
    raise Failure(REFUSED, f"the engine of {paths.name} does not answer", f"its words are in {paths.log}")


def _words(log: Path, begin: int) -> str:
    with log.open("rb") as file:
        file.seek(begin)
        return file.read(4000).decode("utf-8", "replace").strip()


def _held_by_another(paths: RoomPaths, ours: int) -> bool:
    """Say whether the lock names another process that lives; it is not tried, or an engine might find it taken."""
    text = paths.lock.read_text("ascii", "replace").strip()
    return text.isdigit() and int(text) != ours and Path(f"/proc/{text}").exists()


def _answers(paths: RoomPaths) -> bool:
    import socket

    with socket.socket(socket.AF_UNIX) as probe:
        try:
            probe.connect(str(paths.socket))
        except OSError:
            return False
        return True
