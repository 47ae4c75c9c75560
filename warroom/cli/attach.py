"""`warroom attach`: one more console on a running room."""

from __future__ import annotations

import argparse

from warroom.cli.console import add_screen_options, open_console, require_terminal, settings_of
from warroom.cli.rooms import chosen_room


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the options of the verb."""
    parser.add_argument("room", nargs="?", help="the room (default: the only live room that runs)")
    parser.add_argument("--read-only", action="store_true", help="look, but act on nothing")
    add_screen_options(parser)


def run(args: argparse.Namespace) -> int:
    """Open a console; exit code 3 when no engine runs."""
    require_terminal()
    settings = settings_of(args)
    return open_console(chosen_room(args.room), read_only=args.read_only, settings=settings)
