"""`warroom stop`: end a room's engine in order."""

from __future__ import annotations

import argparse
import time
from pathlib import Path
from typing import TYPE_CHECKING

from warroom.cli.exits import OK, UNKNOWN, Failure
from warroom.cli.rooms import chosen_room, settled, with_room
from warroom.core.commands import Answer, StopEngine

if TYPE_CHECKING:
    from warroom.client.connection import RoomConnection

_END_S = 15.0


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the options of the verb."""
    parser.add_argument("room", nargs="?", help="the room (default: the only live room that runs)")
    parser.add_argument("--force", action="store_true", help="also while containments are held")


def run(args: argparse.Namespace) -> int:
    """Stop it and wait for its end; exit code 4 while containments are held, unless forced."""
    paths = chosen_room(args.room)
    answer, pid = with_room(paths, lambda room: _stop(room, force=args.force), follow=False)
    settled(answer)
    if not _ended(pid):
        raise Failure(
            UNKNOWN, f"room {paths.name}: the engine still runs (pid {pid})", next_step=f"look at {paths.folder}"
        )
    print(f"room {paths.name}: the engine stopped")
    return OK


async def _stop(room: RoomConnection, *, force: bool) -> tuple[Answer, int]:
    return await room.submit(StopEngine(force)), room.welcome.pid


def _ended(pid: int) -> bool:
    """Wait until a process is gone: its journal is closed then."""
    deadline = time.monotonic() + _END_S
    while time.monotonic() < deadline:
        try:
            if Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] == "Z":
                return True
        except (FileNotFoundError, ProcessLookupError):
            return True
        time.sleep(0.02)
    return False
