"""Running the console in a terminal that may go away at any moment."""

from __future__ import annotations

import asyncio
import errno
import gc
import signal
import sys

from warroom.tui.app import WarRoomApp
from warroom.tui.frame.early import TURN_S

_STARTED_S = 1.0
"""Time after which a console is sure to stand."""
_DEADLY = (signal.SIGHUP, signal.SIGTERM, signal.SIGQUIT)
"""Signals that would end the console with the terminal as it is; held while it is not its own."""


async def play(app: WarRoomApp) -> int:
    """Run the console until its user leaves or the terminal is gone; returns its exit code, raises what ended it.

    A dead terminal answers the last restoring writes with EIO; there is nobody left to restore it for.
    """
    # The writer of the terminal is a thread of its own, which must not wait for a whole frame that is being made.
    sys.setswitchinterval(TURN_S)
    # What a start leaves behind lives as long as the console: to look through it for garbage holds up a key 50 ms.
    loop = asyncio.get_running_loop()
    loop.call_later(_STARTED_S, _collect_garbage)
    try:
        for name in _DEADLY:
            loop.add_signal_handler(name, app.exit, 0)
        await app.run_async(mouse=app.settings.mouse)
    except OSError as error:
        if error.errno != errno.EIO:
            raise
    finally:
        for name in _DEADLY:
            loop.remove_signal_handler(name)
        gc.enable()
        await app.keep()
    if app.bug is not None:
        raise app.bug
    return app.return_code or 0


def _collect_garbage() -> None:
    gc.freeze()
    gc.enable()


def run_console(app: WarRoomApp) -> int:
    """Run the console in an event loop of its own; see `play`."""
    return asyncio.run(play(app))
