"""The far end of a pty that answers as a terminal does: each question where it stands, late or never."""

from __future__ import annotations

import codecs
import os
import pty
import re
import select
import termios
import threading
import unicodedata
from types import TracebackType
from typing import Self

_TOKEN = re.compile(rb"\x1b\[[0-9;?>]*\$?[a-zA-Z]|\x1b\][^\x07\x1b]*(?:\x07|\x1b\\)|[\x00-\x1f]|[^\x00-\x1f\x1b]+")


class Emulator:
    """Use as a context manager; `theirs` is the program's end."""

    def __init__(
        self,
        *,
        silent: bool = False,
        delay_s: float = 0.0,
        held: bool = False,
        ambiguous: int = 1,
        utf8: bool = True,
        replies: dict[bytes, bytes] | None = None,
    ) -> None:
        """`delay_s` stands before each burst of answers; with `held` none is given before `release`.

        `ambiguous` is the width of characters of either width.
        """
        self.ours, self.theirs = pty.openpty()
        self._silent, self._delay_s, self._ambiguous, self._utf8 = silent, delay_s, ambiguous, utf8
        self._free = threading.Event()
        if not held:
            self._free.set()
        self._replies = replies or {}
        self.written = b""
        self.answered = False
        self.line = ""
        """What stands in the row of the cursor."""
        self._begin = False
        self._rest = b""
        """The beginning of what came in two pieces."""
        self._text = codecs.getincrementaldecoder("utf-8" if utf8 else "latin-1")()
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._play)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._over.set()
        self._free.set()
        self._thread.join()
        os.close(self.ours)
        os.close(self.theirs)

    @property
    def sane(self) -> bool:
        """Whether the program's end echoes and gathers lines, as a shell wants it."""
        flags = termios.tcgetattr(self.theirs)[3]
        return bool(flags & termios.ECHO and flags & termios.ICANON)

    def unread(self) -> bytes:
        """Return what a shell would read next, which reads key by key and not only whole lines."""
        saved = termios.tcgetattr(self.theirs)
        by_key = [*saved]
        by_key[3] &= ~termios.ICANON
        by_key[6] = [*saved[6]]
        by_key[6][termios.VMIN], by_key[6][termios.VTIME] = 1, 0
        os.set_blocking(self.theirs, False)
        termios.tcsetattr(self.theirs, termios.TCSANOW, by_key)
        try:
            return os.read(self.theirs, 4096)
        except BlockingIOError:
            return b""
        finally:
            termios.tcsetattr(self.theirs, termios.TCSANOW, saved)

    def release(self) -> None:
        """Give the answers that were held, and all later ones at once."""
        self._free.set()

    def type(self, keys: bytes) -> None:
        """Press keys."""
        os.write(self.ours, keys)

    def _play(self) -> None:
        while not self._over.is_set():
            if not select.select([self.ours], [], [], 0.02)[0]:
                continue
            try:
                read = os.read(self.ours, 65536)
            except OSError:
                return
            self.written += read
            answers = b"".join(map(self._take, self._tokens(read)))
            if answers and not self._silent:
                self._over.wait(self._delay_s)
                self._free.wait()
                os.write(self.ours, answers)
                self.answered = True

    def _tokens(self, read: bytes) -> list[bytes]:
        """Return what is whole: who reads while somebody writes may get half of a sequence."""
        content, found = self._rest + read, list[bytes]()
        while token := _TOKEN.match(content):
            found.append(token[0])
            content = content[token.end() :]
        self._rest = content
        return found

    def _take(self, token: bytes) -> bytes:
        if token == b"\x1b[6n":
            return b"\x1b[7;%dR" % (self._width() + 1)
        if token in self._replies:
            return self._replies[token]
        if token == b"\r":
            self._begin = True
        elif token == b"\x1b[K":
            self.line = ""
        elif not token.startswith(b"\x1b") and token[0] >= 0x20:
            if self._begin:
                self.line = ""
            self._begin = False
            self.line += self._text.decode(token)
        return b""

    def _width(self) -> int:
        if self._begin:
            return 0
        widths = {"W": 2, "F": 2, "A": self._ambiguous}
        return sum(
            0 if unicodedata.combining(char) else widths.get(unicodedata.east_asian_width(char), 1)
            for char in self.line
            if self._utf8 or char.isprintable()
        )
