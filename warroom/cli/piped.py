"""`-` as a log: what is piped in goes to a file of the room, and the keys come from the terminal again."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from warroom.cli.exits import REFUSED, USAGE, Failure
from warroom.core.clean import safe_name

STANDARD_INPUT = "-"
_BOT = "stdin"


def piped_bot(logs: list[str], bots: list[str]) -> str:
    """Return whose log standard input is, empty when it is nobody's; takes `-` and `NAME=-` out of both lists."""
    named = [given for given in bots if given.endswith(f"={STANDARD_INPUT}")]
    asked = len(named) + logs.count(STANDARD_INPUT)
    if not asked:
        return ""
    if asked > 1:
        raise Failure(USAGE, "standard input can be one bot's log", next_step="name `-` once")
    bots[:] = [given for given in bots if given not in named]
    logs[:] = [log for log in logs if log != STANDARD_INPUT]
    name = named[0].partition("=")[0] if named else _BOT
    if safe_name(name) != name:
        raise Failure(USAGE, f"--bot {named[0]!r} is not NAME=-", "a name has a-z, 0-9, dot, dash, underscore")
    return name


def take_pipe(*, keys: bool) -> int:
    """Return a descriptor of what is piped in; with `keys`, standard input becomes the terminal again."""
    if sys.stdin is None or os.isatty(0):
        raise Failure(USAGE, "nothing is piped in", next_step="such as: docker logs -f bot 2>&1 | warroom watch -")
    pipe = os.dup(0)
    try:
        now = os.open("/dev/tty" if keys else os.devnull, os.O_RDWR)
    except OSError as error:
        raise Failure(USAGE, "there is no terminal for the keys", str(error)) from error
    os.dup2(now, 0)
    os.close(now)
    return pipe


def spool(pipe: int, folder: Path, bot: str) -> tuple[Path, subprocess.Popen[bytes]]:
    """Feed a pipe into a file of its own in `folder`; returns the file and the process, which outlives this one."""
    from warroom.adapters.spool import SpoolBusy, claim, start_feeder

    try:
        path, lock = claim(folder, bot)
        feeder = start_feeder(pipe, path, lock)
    except (SpoolBusy, OSError) as error:
        raise Failure(REFUSED, "standard input cannot be followed", str(error)) from error
    os.close(lock)
    os.close(pipe)
    return path, feeder
