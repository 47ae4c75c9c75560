"""A bot that can be started again: the pre-forking server at the same port, and the argument list that starts it."""

from __future__ import annotations

import contextlib
import os
import signal
import sys
from collections.abc import Iterator
from pathlib import Path

import psutil

from tests.adapters.contain.rigs import ForkingBot, forking_bot
from tests.waiting import wait_until

PYTHON = str(Path(sys.executable).resolve())


def start_words(folder: Path) -> list[str]:
    """Return what starts the bot of this folder."""
    return [PYTHON, "-S", str(Path(__file__).with_name("forking_server.py")), str(folder), "2", "60"]


def all_of(session: int) -> list[int]:
    """Return who is alive in a session, without the code under test."""
    found = []
    for one in psutil.process_iter():
        with contextlib.suppress(psutil.NoSuchProcess, ProcessLookupError):
            if os.getsid(one.pid) == session and one.status() != psutil.STATUS_ZOMBIE:
                found.append(one.pid)
    return found


def up_or_gone(bot: ForkingBot) -> None:
    """Return when the bot of this folder serves, or nothing of it is there: a new one needs a moment."""
    wait_until(lambda: not (now := _running(bot.folder)) or int(bot.pidfile.read_text()) in now, what="its pidfile")


def _running(folder: Path) -> list[int]:
    found = []
    for one in psutil.process_iter():
        with contextlib.suppress(psutil.NoSuchProcess):
            if str(folder) in one.cmdline() and one.status() != psutil.STATUS_ZOMBIE:
                found.append(one.pid)
    return found


@contextlib.contextmanager
def restartable_bot(folder: Path) -> Iterator[ForkingBot]:
    """Run the bot, and end whoever stands in its pidfile afterwards."""
    with forking_bot(folder) as bot:
        first = bot.process.pid
        try:
            yield bot
        finally:
            now = int(bot.pidfile.read_text())
            if now != first:
                with contextlib.suppress(ProcessLookupError):
                    os.killpg(now, signal.SIGKILL)
                wait_until(lambda: not all_of(now), what="the end of the bot that was started again")
