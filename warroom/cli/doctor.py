"""`warroom doctor`: could this room do what its config promises? Looks at every adapter and probe, changes nothing."""

from __future__ import annotations

import argparse
import asyncio
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from warroom.adapters.paths import RoomPaths
from warroom.cli.exits import ABSENT, NO, OK, USAGE, Failure
from warroom.cli.printing import painted, print_json
from warroom.cli.rooms import add_room_option, chosen_room, require_journal
from warroom.core.ports import JournalError
from warroom.core.settings import Settings

if TYPE_CHECKING:
    from warroom.bootstrap.doctor import Finding

_SIGNS = {"ok": ("ok", "info"), "failed": ("FAILED", "bad"), "unknown": ("?", "warn")}


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the options of the verb."""
    parser.add_argument("bot", nargs="?", default="", metavar="BOT", help="one bot alone")
    parser.add_argument("--config", type=Path, metavar="F", help="the config file (default: the room's)")
    parser.add_argument("--terminal", action="store_true", help="the terminal alone; needs no room")
    add_room_option(parser)
    parser.add_argument("--json", action="store_true", help="one JSON object")


def run(args: argparse.Namespace) -> int:
    """Look and tell; exit code 1 when something would not work."""
    if args.terminal:
        return _verdict(_terminal(args, asked=True), args)
    settings, without = _settings(args)
    if args.bot and args.bot not in settings.bots:
        raise Failure(ABSENT, f"there is no bot {args.bot}", f"bots: {', '.join(settings.bots) or 'none'}")
    findings = [] if args.bot else _terminal(args, asked=False)
    for finding in without:
        findings.append(finding)
        if not args.json:
            _tell(finding)
    findings += asyncio.run(_examine(settings, args))
    return _verdict(findings, args)


def _verdict(findings: list[Finding], args: argparse.Namespace) -> int:
    good = all(finding.state.value != "failed" for finding in findings)
    if args.json:
        print_json({"ok": good, "findings": findings})
    return OK if good else NO


def _terminal(args: argparse.Namespace, *, asked: bool) -> list[Finding]:
    """Look at the terminal when there is one; Failure with exit code 2 when it was asked for and there is none."""
    if not all(stream is not None and stream.isatty() for stream in (sys.stdin, sys.stdout)):
        if asked:
            raise Failure(USAGE, "there is no terminal to look at", "standard input and output are none")
        return []
    from warroom.bootstrap.terminal import examine_terminal

    sys.stdout.flush()
    findings = examine_terminal(sys.stdin.fileno(), os.environ)
    if not args.json:
        for finding in findings:
            _tell(finding)
    return findings


async def _examine(settings: Settings, args: argparse.Namespace) -> list[Finding]:
    from warroom.adapters.clock import SystemClock
    from warroom.bootstrap.doctor import examine

    findings: list[Finding] = []
    async for finding in examine(settings, SystemClock(), args.bot):
        findings.append(finding)
        if not args.json:
            _tell(finding)
    if not findings and not args.json:
        print("no bot is configured: nothing can be contained")
    return findings


def _tell(finding: Finding) -> None:
    sign, style = _SIGNS[finding.state.value]
    where = f"{finding.bot or 'room'}  {finding.part}" if finding.part != "terminal" else finding.part
    for need in finding.needs:
        print(f"        {where}  needs {need.kind}: {need.what} ({need.why})")
    print(f"{painted(sign.ljust(6), style)}  {where}  {finding.name}: {finding.text}")


def _settings(args: argparse.Namespace) -> tuple[Settings, list[Finding]]:
    """Return what is to be looked at, and that there is no config where there is none."""
    if args.config is not None:
        from warroom.cli.config import read_config

        return read_config(args.config), []
    return _of_room(chosen_room(args.room))


def _of_room(paths: RoomPaths) -> tuple[Settings, list[Finding]]:
    """Return the config that a room was started with, and the logs that were added to it by command."""
    from warroom.adapters.journal import read_entries
    from warroom.bootstrap.doctor import no_config, with_joined
    from warroom.bootstrap.room import settings_from
    from warroom.core.reduce import fold

    require_journal(paths)
    try:
        joined = fold(asyncio.run(read_entries(paths.journal))).sources
        kept = settings_from(paths.config.read_bytes()) if paths.config.exists() else None
    except JournalError as error:
        raise Failure(ABSENT, f"the room {paths.name} cannot be read", str(error)) from error
    except (OSError, msgspec.DecodeError) as error:
        advice = "name the config itself: warroom doctor --config F"
        raise Failure(USAGE, f"the config of room {paths.name} cannot be read", str(error), advice) from error
    return with_joined(kept or Settings(), joined), [] if kept else [no_config(paths.name)]
