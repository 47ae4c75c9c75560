"""A terminal behind a pseudo-terminal, with a reader that draws, answers, and reads no faster than it is told."""

from __future__ import annotations

import contextlib
import fcntl
import os
import pty
import re
import select
import struct
import termios
import threading
import time
from collections.abc import Callable, Iterator

import pyte

_ANSWERABLE = b"\x1b[6n"
_PRIVATE = re.compile(rb"\x1b\[[<=>?][0-9;$]*[a-zA-Z]")


class Reader:
    """Reads what is written to a terminal; `answer` is called after what stood before a question is drawn."""

    def __init__(self, columns: int, rows: int, bps: float, answer: Callable[[], None] | None) -> None:
        self.master, self.slave = pty.openpty()
        fcntl.ioctl(self.slave, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))
        self.screen = pyte.Screen(columns, rows)
        self._stream = pyte.ByteStream(self.screen)
        self._bps, self._answer = bps, answer
        self.count = 0
        self.raw = bytearray()
        self.paused = threading.Event()
        self._mutex = threading.Lock()
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._read, daemon=True)
        self._thread.start()

    def _read(self) -> None:
        pause = threading.Event()
        while not self._over.is_set():
            if self.paused.is_set() or not select.select([self.master], [], [], 0.01)[0]:
                pause.wait(0.005)
                continue
            size = max(1, int(self._bps * 0.01)) if self._bps else 65536
            begun = time.monotonic()
            try:
                data = os.read(self.master, size)
            except OSError:
                return
            with self._mutex:
                self.raw += data
                self.count += len(data)
                self._stream.feed(_PRIVATE.sub(b"", data))
            if self._answer is not None:
                for _ in range(self.raw.count(_ANSWERABLE, max(0, len(self.raw) - len(data) - 3))):
                    self._answer()
            if self._bps:
                pause.wait(max(0.0, len(data) / self._bps - (time.monotonic() - begun)))

    @property
    def text(self) -> str:
        """What is drawn now; never half of what was read in one piece."""
        with self._mutex:
            return "\n".join(self.screen.display)

    def close(self) -> None:
        """End it."""
        self._over.set()
        self._thread.join(60)
        os.close(self.slave)
        os.close(self.master)


@contextlib.contextmanager
def reading(
    columns: int = 80, rows: int = 24, bps: float = 0.0, answer: Callable[[], None] | None = None
) -> Iterator[Reader]:
    """Run a reader; `bps` 0 reads as fast as it can."""
    reader = Reader(columns, rows, bps, answer)
    try:
        yield reader
    finally:
        reader.close()
