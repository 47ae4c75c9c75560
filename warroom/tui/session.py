"""Running the console in a terminal that may go away at any moment."""

from __future__ import annotations

import asyncio
import errno

from warroom.tui.app import WarRoomApp


async def play(app: WarRoomApp, *, mouse: bool = False) -> int:
    """Run the console until its user leaves or the terminal is gone; returns its exit code.

    A dead terminal answers the last restoring writes with EIO; there is nobody left to restore it for.
    """
    try:
        await app.run_async(mouse=mouse)
    except OSError as error:
        if error.errno != errno.EIO:
            raise
    return app.return_code or 0


def run_console(app: WarRoomApp, *, mouse: bool = False) -> int:
    """Run the console in an event loop of its own; see `play`."""
    return asyncio.run(play(app, mouse=mouse))
