"""A shell in a pseudo-terminal that draws, answers as it is told, and is looked at before and after a console."""

from __future__ import annotations

import contextlib
import fcntl
import os
import pty
import re
import select
import signal
import struct
import sys
import termios
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import pyte

from tests.waiting import wait_until

ROOT = Path(__file__).parents[3]
QUESTION = b"\x1b[6n"
_UNKNOWN = re.compile(rb"\x1b\[[<=>?][0-9;$]*[a-zA-Z]")
_MODE = re.compile(rb"\x1b\[\?(\d+)([hl])")
_PROMPT = "ready>"
Answer = Callable[[int, int], bytes]


def place(column: int, row: int) -> bytes:
    """Answer as a terminal does."""
    return b"\x1b[%d;%dR" % (row, column)


class ShellTerminal:
    """Bash in a terminal; `answer` says what comes back for each question, empty for nothing."""

    def __init__(self, size: tuple[int, int], answer: Answer | None, environment: Mapping[str, str]) -> None:
        self.screen = pyte.Screen(*size)
        self._stream = pyte.ByteStream(self.screen)
        self.raw, self.sent = bytearray(), bytearray()
        self._answer = answer
        self.paused = threading.Event()
        self._over = threading.Event()
        self._mutex = threading.Lock()
        full = {**os.environ, "TERM": "xterm-256color", "COLORTERM": "truecolor", "PYTHONPATH": str(ROOT)}
        full |= {"PS1": _PROMPT, "HISTFILE": "/dev/null", "LANG": "C.UTF-8", **environment}
        self.pid, self.fd = pty.fork()
        if self.pid == 0:
            os.chdir(ROOT)
            os.execvpe("bash", ["bash", "--norc", "--noprofile", "--noediting", "-i"], full)
        self.resize(*size)
        self._thread = threading.Thread(target=self._read, daemon=True)
        self._thread.start()

    def resize(self, columns: int, rows: int) -> None:
        """Change the size, as a window does: the cells first."""
        with self._mutex:
            self.screen.resize(rows, columns)
        fcntl.ioctl(self.fd, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))

    def _read(self) -> None:
        while not self._over.is_set():
            if self.paused.is_set() or not select.select([self.fd], [], [], 0.01)[0]:
                self._over.wait(0.005)
                continue
            try:
                data = os.read(self.fd, 65536)
            except OSError:
                return
            # First of all: whoever sees what came behind a question knows that it was answered.
            for _ in range((bytes(self.raw[-3:]) + data).count(QUESTION)):
                if self._answer is not None:
                    self.type(self._answer(self.screen.cursor.x + 1, self.screen.cursor.y + 1))
            with self._mutex:
                self.raw += data
                self._stream.feed(_UNKNOWN.sub(b"", data))

    @property
    def text(self) -> str:
        """The screen as a person sees it now."""
        with self._mutex:
            # Not `display`, which cannot draw half of a wide cell.
            rows = [
                [self.screen.buffer[y][x].data for x in range(self.screen.columns)] for y in range(self.screen.lines)
            ]
            return "\n".join("".join(row).rstrip() for row in rows)

    def see(self, text: str, timeout_s: float = 40.0) -> None:
        """Wait until a text stands on the screen."""
        wait_until(lambda: text in self.text, timeout_s=timeout_s, what=f"{text!r} on\n{self.text}")

    def type(self, keys: bytes) -> None:
        """Send to whoever reads the terminal."""
        self.sent += keys
        os.write(self.fd, keys)

    def say(self, command: str) -> None:
        """Give the shell a command and wait until it has ended."""
        count = self.raw.count(_PROMPT.encode())
        self.type(command.encode() + b"\n")
        self.prompt(count + 1)

    def prompt(self, number: int) -> None:
        """Wait for the shell's n-th prompt."""
        wait_until(lambda: self.raw.count(_PROMPT.encode()) >= number, timeout_s=40, what=f"a prompt:\n{self.text}")

    def start(self, mode: str = "example", wanted: str = "1 Bots") -> int:
        """Start a console and wait until it is drawn; returns the number of the prompt that will follow it."""
        self.prompt(1)
        count = self.raw.count(_PROMPT.encode())
        self.type(f"{sys.executable} -m tests.tui.frame.play {mode}; echo ended=$?\n".encode())
        self.see(wanted)
        return count + 1

    def run(self, command: str, wanted: str) -> int:
        """Give the shell a command that draws and wait until a text is seen; returns the number of the next prompt."""
        self.prompt(1)
        count = self.raw.count(_PROMPT.encode())
        self.type(command.encode() + b"\n")
        self.see(wanted)
        return count + 1

    def modes(self) -> dict[int, bool]:
        """Return how each private mode was set last."""
        return {int(number): on == b"h" for number, on in _MODE.findall(bytes(self.raw))}

    def child(self) -> int:
        """Return the process of the console."""
        children = Path(f"/proc/{self.pid}/task/{self.pid}/children").read_text().split()
        return int(children[-1])

    def child_that_catches(self, name: signal.Signals) -> int:
        """Return the process of the console once it has a handler for a signal, which would end it before."""
        child = self.child()

        def catches() -> bool:
            caught = next(row for row in Path(f"/proc/{child}/status").read_text().splitlines() if "SigCgt" in row)
            return bool(int(caught.split()[1], 16) >> (name - 1) & 1)

        wait_until(catches, what=f"a handler for {name.name}")
        return child

    def stty(self) -> list[object]:
        """Return the modes of the line, as `stty -a` says them."""
        attributes: list[object] = list(termios.tcgetattr(self.fd))
        return attributes

    def assert_given_back(self, before: list[object], *, answers: bool = False) -> None:
        """Fail unless the terminal is as it was before, and nothing was typed into the shell that no person typed.

        `answers`: but for answers to questions that the kernel kept for a terminal which read again later.
        """
        assert self.stty() == before
        modes = self.modes()
        on = {number for number, state in modes.items() if state}
        assert on == {7, 25}, f"left on: {modes}"
        assert self.raw.count(b"\x1b[>25u") == self.raw.count(b"\x1b[<u"), "the keyboard protocol"
        self.say("\x15echo un''typed" if answers else "echo un''typed")
        tail = bytes(self.raw).rpartition(b"\x1b[?1004l")[2].decode(errors="replace")
        assert answers or not re.search(r"\d+;\d+R", tail), tail
        assert "\nuntyped" in tail, tail

    def close(self) -> None:
        """End it all."""
        self._over.set()
        self._thread.join(60)
        with contextlib.suppress(ProcessLookupError, FileNotFoundError, ValueError, IndexError):
            os.kill(self.child(), signal.SIGKILL)
        os.kill(self.pid, signal.SIGKILL)
        os.close(self.fd)
        os.waitpid(self.pid, 0)


@contextlib.contextmanager
def shell(
    size: tuple[int, int] = (100, 30), answer: Answer | None = place, **environment: str
) -> Iterator[ShellTerminal]:
    """Open a terminal with a shell until the block ends."""
    opened = ShellTerminal(size, answer, environment)
    try:
        opened.prompt(1)
        yield opened
    finally:
        opened.close()


def late(seconds: float) -> tuple[Answer, Callable[[ShellTerminal], None]]:
    """Return an answer that comes late, and what has to be told for whom."""
    whom: list[ShellTerminal] = []

    def answer(column: int, row: int) -> bytes:
        timer = threading.Timer(seconds, lambda: whom[0].type(place(column, row)))
        timer.daemon = True
        timer.start()
        return b""

    return answer, whom.append


def quiet_for(seconds: float) -> None:
    """Let time pass, as somebody does who looks elsewhere."""
    select.select([], [], [], seconds)


def since(begun: float) -> float:
    """Return how long ago a moment was."""
    return time.monotonic() - begun
