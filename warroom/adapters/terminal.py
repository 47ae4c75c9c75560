"""A terminal asked about itself: raw for a moment, always given back, never asked for longer than it was allowed to."""

from __future__ import annotations

import contextlib
import os
import re
import select
import signal
import termios
import time
from collections.abc import Iterator
from types import FrameType

import msgspec

WHERE = b"\x1b[6n"
"""The question for the cursor's place; what stands before it is answered before it (DSR 6, ECMA-48 8.3.35)."""
_PLACE = re.compile(rb"\x1b\[(\d+);(\d+)R")
_READ = 4096


class NoTerminal(Exception):
    """There is no terminal that may be asked; the message says why."""


class Answer(msgspec.Struct, frozen=True):
    """What came back."""

    bytes: bytes
    """Everything that was read, keys that somebody pressed meanwhile too."""
    columns: list[int]
    """Where the cursor stood at each question, from 1; shorter than the questions when some were not answered."""
    took_s: float


class _Ended(BaseException):
    """A signal that ends us, held back until the terminal is as it was."""

    def __init__(self, number: int) -> None:
        super().__init__(number)
        self.number = number


class Talk:
    """A conversation with the terminal behind a descriptor; use it from the main thread, as a context manager."""

    def __init__(self, descriptor: int, within_s: float) -> None:
        """`within_s` is what the whole conversation may take; raises NoTerminal."""
        self._terminal = _opened(descriptor)
        self._deadline = time.monotonic() + within_s
        self._unanswered = 0

    @property
    def left_s(self) -> float:
        """Time that is left."""
        return max(0.0, self._deadline - time.monotonic())

    @contextlib.contextmanager
    def begun(self) -> Iterator[Talk]:
        """Take the terminal and give it back, whatever happens: ^C and signals that end us wait for that."""
        kept = {number: signal.getsignal(number) for number in (signal.SIGTERM, signal.SIGHUP)}
        saved = termios.tcgetattr(self._terminal)
        ended = 0
        # A stopped program would leave a shell without echo.
        signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGTSTP})
        try:
            for number in kept:
                signal.signal(number, _end)
            _listen_raw(self._terminal)
            yield self
        except _Ended as error:
            ended = error.number
        finally:
            try:
                self._hear_out()
            finally:
                # What came and was not read is thrown away. A terminal that is gone needs nothing back.
                with contextlib.suppress(termios.error):
                    termios.tcsetattr(self._terminal, termios.TCSAFLUSH, saved)
                os.close(self._terminal)
                for number, handler in kept.items():
                    signal.signal(number, handler)
                signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGTSTP})
        if ended:
            os.kill(os.getpid(), ended)

    def ask(self, content: bytes, patience_s: float) -> Answer:
        """Send what ends with, or has in it, questions for the cursor's place; wait for as many places."""
        questions = content.count(WHERE)
        begun = time.monotonic()
        until = min(self._deadline, begun + patience_s)
        # Counted before it is sent: a signal in between costs a wait in vain, not an answer that the shell reads.
        self._unanswered += questions
        self._unanswered -= self._send(content, until).count(WHERE)
        read = b""
        while len(_PLACE.findall(read)) < questions and time.monotonic() < until:
            read += self._heard(until)
        places = _PLACE.findall(read)
        self._unanswered -= len(places)
        return Answer(read, [int(column) for _, column in places], time.monotonic() - begun)

    def say(self, content: bytes) -> None:
        """Send what asks nothing."""
        self._send(content, self._deadline)

    def _send(self, content: bytes, until: float) -> bytes:
        """Send as much as the terminal takes in time; return the rest."""
        while content and time.monotonic() < until:
            if select.select([], [self._terminal], [], max(0.0, until - time.monotonic()))[1]:
                with contextlib.suppress(BlockingIOError):
                    content = content[os.write(self._terminal, content) :]
        return content

    def _heard(self, until: float) -> bytes:
        if not select.select([self._terminal], [], [], max(0.0, until - time.monotonic()))[0]:
            return b""
        with contextlib.suppress(BlockingIOError):
            return os.read(self._terminal, _READ)
        return b""

    def _hear_out(self) -> None:
        """Wait for answers that are under way, as long as there is time: later ones would be read by the shell."""
        read = b""
        while self._unanswered > len(_PLACE.findall(read)) and time.monotonic() < self._deadline:
            read += self._heard(self._deadline)


def _opened(descriptor: int) -> int:
    """Open the terminal anew, so that no read waits and nothing is changed for others who hold it."""
    if not os.isatty(descriptor):
        raise NoTerminal("this is no terminal")
    try:
        terminal = os.open(os.ttyname(descriptor), os.O_RDWR | os.O_NOCTTY | os.O_NONBLOCK | os.O_CLOEXEC)
    except OSError as error:
        raise NoTerminal(f"the terminal cannot be opened: {error.strerror}") from error
    with contextlib.suppress(OSError):
        if os.tcgetpgrp(terminal) != os.getpgrp():
            os.close(terminal)
            raise NoTerminal("this runs in the background, where nobody may ask a terminal")
    return terminal


def _listen_raw(terminal: int) -> None:
    """Read byte by byte without echo; ^C stays a signal."""
    raw = termios.tcgetattr(terminal)
    raw[3] &= ~(termios.ICANON | termios.ECHO)
    raw[6] = list(raw[6])
    raw[6][termios.VMIN], raw[6][termios.VTIME] = 0, 0
    termios.tcsetattr(terminal, termios.TCSADRAIN, raw)


def _end(number: int, frame: FrameType | None) -> None:
    raise _Ended(number)


def size_of(descriptor: int) -> tuple[int, int]:
    """Return columns and rows; 0, 0 where the terminal does not say."""
    try:
        found = os.get_terminal_size(descriptor)
    except OSError:
        return 0, 0
    return found.columns, found.lines
