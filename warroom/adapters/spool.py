"""Standard input as a log: whole lines of a pipe are appended to a file, which is then followed like any other.

    python -m warroom.adapters.spool FILE < pipe

The file is rotated by size, so that a pipe that never ends does not fill the disk; what the reader has not read yet it
reads from the rotated file.
"""

from __future__ import annotations

import fcntl
import os
import subprocess
import sys
import time
from pathlib import Path

PIECE = 1 << 16
ROTATE_BYTES = 64 << 20
KEPT = 4
"""Rotated files that stay."""
_RETRY_S = 1.0
_NAMES = 99


class SpoolBusy(Exception):
    """Every name that a pipe of this bot could have is taken by another pipe."""


def claim(folder: Path, bot: str) -> tuple[Path, int]:
    """Return the file for a bot's pipe and the descriptor of the lock on it, which the feeder holds while it runs."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    for number in range(1, _NAMES):
        name = bot if number == 1 else f"{bot}-{number}"
        lock = os.open(folder / f"{name}.lock", os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW, 0o600)
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(lock)
            continue
        return folder / f"{name}.log", lock
    raise SpoolBusy(f"{_NAMES - 1} pipes feed {bot} already")


def start_feeder(pipe: int, path: Path, lock: int) -> subprocess.Popen[bytes]:
    """Start the process that feeds a file from a pipe until the pipe ends; it outlives its starter."""
    words = [sys.executable, "-m", "warroom.adapters.spool", str(path)]
    silent = subprocess.DEVNULL
    return subprocess.Popen(
        words, stdin=pipe, stdout=silent, stderr=silent, cwd="/", start_new_session=True, pass_fds=(lock,)
    )


def feed(pipe: int, path: Path, rotate_bytes: int = ROTATE_BYTES) -> None:
    """Append what a pipe holds, whole lines at once, until it ends; a last line without an end gets one."""
    rest = b""
    while piece := os.read(pipe, PIECE):
        rest += piece
        end = rest.rfind(b"\n") + 1
        # A line without an end is not kept back for ever.
        end = end or (len(rest) if len(rest) >= 16 * PIECE else 0)
        if end:
            _append(path, rest[:end], rotate_bytes)
            rest = rest[end:]
    if rest:
        _append(path, rest + b"\n", rotate_bytes)


def _append(path: Path, content: bytes, rotate_bytes: int) -> None:
    """Write all of it; a disk that is full holds up the pipe, and nothing is dropped."""
    while content:
        try:
            log = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_NOFOLLOW, 0o600)
            try:
                content = content[os.write(log, content) :]
                size = os.fstat(log).st_size
            finally:
                os.close(log)
        except OSError:
            time.sleep(_RETRY_S)
            continue
        if size >= rotate_bytes and not content:
            rotate(path)


def rotate(path: Path) -> None:
    """Give the file the number 1 and each older one the next; the oldest goes."""
    path.with_name(f"{path.name}.{KEPT}").unlink(missing_ok=True)
    for number in range(KEPT - 1, 0, -1):
        older = path.with_name(f"{path.name}.{number}")
        if older.exists():
            older.rename(path.with_name(f"{path.name}.{number + 1}"))
    path.rename(path.with_name(f"{path.name}.1"))


if __name__ == "__main__":
    feed(0, Path(sys.argv[1]))
