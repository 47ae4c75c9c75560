"""Starting the bot as a process and ending its whole tree, leaving nothing behind."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import msgspec

from warroom.drill.refbot.options import Options

_START_S = 60.0
"""Only against hanging: a bot that cannot start ends, and that is seen at once."""
_END_S = 3.0
_GONE_S = 60.0
"""Longest wait for a process that was killed; it ends as soon as the machine lets it."""


class BotFailed(Exception):
    """The bot did not start; the message holds its words."""


class Started(msgspec.Struct, frozen=True):
    """What the bot writes when it serves."""

    pid: int
    url: str
    control_url: str
    started: float


class RunningBot(msgspec.Struct, frozen=True):
    """A bot process; its children live in the same process group."""

    process: subprocess.Popen[bytes]
    pid: int
    url: str
    control_url: str
    folder: Path
    pidfile: Path
    """Holds the pid of the process, or of the master where there are several workers."""

    def at(self, path: str) -> str:
        """Return the address of another of its endpoints, such as /oauth/token."""
        return self.url.removesuffix("/v1/chat") + path


_PLAIN = Options()


def start_bot(
    folder: Path, *, shape: str, key_file: Path, name: str, seed: int, options: Options = _PLAIN
) -> RunningBot:
    """Start the bot in a process group of its own and wait until it serves; BotFailed with its words if it does not.

    Several instances may share a folder when their options name each but the first.
    """
    folder.mkdir(parents=True, exist_ok=True)
    card = folder / options.named("bot.json")
    card.unlink(missing_ok=True)
    argv = [sys.executable, "-m", "warroom.drill.refbot", "--dir", str(folder), "--format", shape]
    argv += ["--key-file", str(key_file), "--name", name, "--seed", str(seed), *options.words()]
    out_file = folder / options.named("bot.out")
    with out_file.open("wb") as out:
        process = subprocess.Popen(
            argv, stdin=subprocess.DEVNULL, stdout=out, stderr=out, start_new_session=True, cwd="/"
        )
    deadline = time.monotonic() + _START_S
    while not card.exists():
        if process.poll() is not None or time.monotonic() > deadline:
            end_group(process)
            raise BotFailed(out_file.read_text("utf-8", "replace")[-2000:])
        time.sleep(0.01)
    started = msgspec.json.decode(card.read_bytes(), type=Started)
    return RunningBot(process, started.pid, started.url, started.control_url, folder, folder / options.named("bot.pid"))


def stop_bot(bot: RunningBot) -> None:
    """End the bot and its children, also when they are frozen."""
    end_group(bot.process)


def end_group(process: subprocess.Popen[bytes]) -> None:
    """Thaw a process group, ask it to end, then make it end."""
    for number in (signal.SIGCONT, signal.SIGTERM):
        _signal(process.pid, number)
    try:
        process.wait(_END_S)
    except subprocess.TimeoutExpired:
        _signal(process.pid, signal.SIGKILL)
        process.wait(_GONE_S)
    # A child may outlive the leader of its group.
    _signal(process.pid, signal.SIGKILL)


def _signal(group: int, number: int) -> None:
    try:
        os.killpg(group, number)
    except ProcessLookupError:
        return
