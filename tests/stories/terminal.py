"""A real terminal: a program in a pty, its screen as pyte draws it, keys as a person presses them."""

from __future__ import annotations

import fcntl
import os
import pty
import select
import signal
import struct
import termios
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Self

import pyte

_WHERE = b"\x1b[6n"
_PACKET = 64
_BUCKET_S = 0.05
_END_S = 60.0
"""Time in which a program that was told to end does so on a machine that has much else to do."""
_KEYS = {"enter": "\r", "esc": "\x1b", "tab": "\t", "down": "\x1b[B", "up": "\x1b[A", "space": " "}


class Terminal:
    """Use as a context manager; the program is killed at its end if it still runs."""

    def __init__(
        self,
        words: Sequence[str],
        size: tuple[int, int],
        environment: Mapping[str, str],
        folder: Path,
        *,
        bps: float = 0.0,
    ) -> None:
        """`bps`: bytes a second at which the line in front of it carries; 0 for as fast as they come."""
        self._bps, self._allowed, self._looked = bps, 0.0, time.monotonic()
        self.written = b""
        """All bytes that the program sent."""
        self._screen = pyte.Screen(*size)
        self._stream = pyte.ByteStream(self._screen)
        self._status: int | None = None
        columns, rows = size
        full = {"TERM": "xterm-256color", "COLORTERM": "truecolor", "LANG": "C.UTF-8", **environment}
        self.pid, self._fd = pty.fork()
        if self.pid == 0:
            os.chdir(folder)
            fcntl.ioctl(0, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))
            os.execvpe(words[0], list(words), dict(full))
        fcntl.ioctl(self._fd, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._status is None:
            os.kill(self.pid, signal.SIGKILL)
            self._reap(_END_S)
        if self._fd >= 0:
            os.close(self._fd)

    def hang_up(self, timeout_s: float = _END_S) -> int:
        """Let the line go, as a connection that breaks; return the exit code of the program."""
        os.close(self._fd)
        self._fd = -1
        deadline = time.monotonic() + timeout_s
        while self._status is None and time.monotonic() < deadline:
            pid, status = os.waitpid(self.pid, os.WNOHANG)
            if pid:
                self._status = os.waitstatus_to_exitcode(status)
            else:
                select.select([], [], [], 0.02)
        assert self._status is not None, "still running without its terminal"
        return self._status

    def _reap(self, timeout_s: float) -> None:
        deadline = time.monotonic() + timeout_s
        while self._status is None and time.monotonic() < deadline:
            self._read(0.02)
            pid, status = os.waitpid(self.pid, os.WNOHANG)
            if pid:
                self._status = os.waitstatus_to_exitcode(status)

    def _read(self, patience_s: float) -> bool:
        """Take one piece of what the program sent; False when none came."""
        ready, _, _ = select.select([self._fd], [], [], patience_s)
        if not ready:
            return False
        try:
            content = os.read(self._fd, self._room())
        except OSError:
            # The program closed its end. Whoever waits for words of another is not to turn in circles meanwhile.
            select.select([], [], [], patience_s)
            return False
        self._allowed -= len(content)
        self.written += content
        # pyte prints the sequences of newer terminals that it does not know.
        self._stream.feed(_known(content))
        for _ in range(self.written.count(_WHERE, max(0, len(self.written) - len(content) - len(_WHERE) + 1))):
            os.write(self._fd, f"\x1b[{self._screen.cursor.y + 1};{self._screen.cursor.x + 1}R".encode())
        return True

    def _room(self) -> int:
        """Return how many bytes the line may carry now, after waiting for one packet at least."""
        if not self._bps:
            return 1 << 16
        while True:
            now = time.monotonic()
            self._allowed = min(self._allowed + self._bps * (now - self._looked), self._bps * _BUCKET_S)
            self._looked = now
            if self._allowed >= _PACKET:
                return int(self._allowed)
            select.select([], [], [], (_PACKET - self._allowed) / self._bps)

    def press(self, *keys: str) -> None:
        """Press keys: names of special ones, else the characters themselves."""
        for key in keys:
            os.write(self._fd, _KEYS.get(key, key).encode())
            self._read(0.05)

    def quiet(self, seconds: float) -> None:
        """Press nothing for a while, and look."""
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            self._read(0.02)

    def look(self, patience_s: float = 0.0) -> None:
        """Take what is there, or what comes within so much time."""
        self._read(patience_s)

    def text(self) -> str:
        """Return the screen as text, one line for each row."""
        return "\n".join(line.rstrip() for line in self._screen.display)

    def see(self, words: str, timeout_s: float = 45.0) -> None:
        """Wait until words stand on the screen; AssertionError with the screen when they do not come."""
        self.until(lambda: words in self.text(), f"{words!r} on the screen", timeout_s)

    def until(self, seen: Callable[[], bool], what: str, timeout_s: float = 45.0) -> None:
        """Look until something is so; AssertionError with the screen when it does not come to be."""
        deadline = time.monotonic() + timeout_s
        while not seen():
            assert time.monotonic() < deadline, f"waited for {what}:\n{self.text()}"
            self._read(0.02)

    def ended(self, timeout_s: float = _END_S) -> int:
        """Wait for the program's end and for its last words; return its exit code (negative: the signal)."""
        self._reap(timeout_s)
        assert self._status is not None, f"still running:\n{self.text()}"
        # It may have written and ended between two looks. Others may hold its terminal, so there may be no end of it.
        while self._read(0.0):
            pass
        return self._status


def _known(content: bytes) -> bytes:
    import re

    return re.sub(rb"\x1b\[[<>=?][0-9;$]*[a-zA-Z]|\x1b[P_^].*?\x1b\\\\", b"", content)
