"""What a terminal program costs while it follows a log: it runs in a pty that is read, as a terminal reads it."""

from __future__ import annotations

import fcntl
import os
import pty
import select
import shutil
import struct
import subprocess
import termios
import time
from pathlib import Path

import psutil
from lines import pacing


def cpu_of_lnav(path: Path, rate: int, seconds: float) -> float | None:
    """Return the CPU share in percent that lnav takes for following a writer of a rate; None without lnav."""
    if shutil.which("lnav") is None:
        return None
    path.touch()
    leader, follower = pty.openpty()
    fcntl.ioctl(leader, termios.TIOCSWINSZ, struct.pack("HHHH", 36, 120, 0, 0))
    shown = subprocess.Popen(
        ["lnav", str(path)],
        stdin=follower,
        stdout=follower,
        stderr=follower,
        env={**os.environ, "TERM": "xterm-256color"},
        start_new_session=True,
    )
    os.close(follower)
    writer = subprocess.Popen(pacing(path, rate, seconds, 0.005), stdout=subprocess.DEVNULL)
    _drain(leader, 1.0)
    process = psutil.Process(shown.pid)
    before, began = _spent(process), time.monotonic()
    while writer.poll() is None:
        _drain(leader, 0.1)
    share = 100 * (_spent(process) - before) / (time.monotonic() - began)
    shown.kill()
    shown.wait()
    os.close(leader)
    return round(share, 1)


def version_of_lnav() -> str:
    """Return what lnav says of itself."""
    if shutil.which("lnav") is None:
        return "not installed"
    return subprocess.run(["lnav", "-V"], capture_output=True, text=True, check=False).stdout.strip()


def _spent(process: psutil.Process) -> float:
    times = process.cpu_times()
    return times.user + times.system


def _drain(leader: int, seconds: float) -> None:
    """Read what is drawn for a while."""
    until = time.monotonic() + seconds
    while (left := until - time.monotonic()) > 0:
        if select.select([leader], [], [], left)[0]:
            os.read(leader, 1 << 16)
