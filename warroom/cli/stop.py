"""`warroom stop`: end a room's engine in order."""

from __future__ import annotations

import argparse

from warroom.cli.exits import OK
from warroom.cli.rooms import chosen_room, settled, with_room
from warroom.core.commands import StopEngine


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the options of the verb."""
    parser.add_argument("room", nargs="?", help="the room (default: the only live room that runs)")
    parser.add_argument("--force", action="store_true", help="also while containments are held")


def run(args: argparse.Namespace) -> int:
    """Stop it; exit code 4 while containments are held, unless forced."""
    paths = chosen_room(args.room)
    answer = with_room(paths, lambda room: room.submit(StopEngine(args.force)), follow=False)
    settled(answer)
    print(f"room {paths.name}: the engine stopped")
    return OK
