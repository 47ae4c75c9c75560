"""The terminal as a file that never makes anybody wait: what it does not take now is said."""

from __future__ import annotations

import contextlib
import os
import select
import sys
import termios

import msgspec


class LineGone(Exception):
    """Nobody is at the other end any more."""


class Size(msgspec.Struct, frozen=True):
    """Of a terminal, in cells."""

    columns: int
    rows: int


class TerminalLine:
    """Writes to a terminal through a description of its own: `O_NONBLOCK` must not reach the shell behind us."""

    def __init__(self, descriptor: int) -> None:
        """Open the terminal anew; where that is not possible its own description is used and may block."""
        own = own_description(descriptor, os.O_WRONLY)
        self._own = own is not None
        self._descriptor = descriptor if own is None else own

    def write(self, data: bytes | memoryview) -> int:
        """Return how many bytes were taken; 0 when the line is full. Raises LineGone."""
        try:
            return os.write(self._descriptor, data)
        except BlockingIOError:
            return 0
        except OSError as error:
            raise LineGone from error

    def wait(self, seconds: float) -> None:
        """Wait until it may take more."""
        poll = select.poll()
        poll.register(self._descriptor, select.POLLOUT)
        poll.poll(int(seconds * 1000))

    def discard(self) -> None:
        """Throw away what was taken and not yet read."""
        with contextlib.suppress(termios.error):
            termios.tcflush(self._descriptor, termios.TCOFLUSH)

    def size(self) -> Size:
        """Return its size; 80 by 24 where it does not say."""
        with contextlib.suppress(OSError):
            found = os.get_terminal_size(self._descriptor)
            return Size(found.columns or 80, found.lines or 24)
        return Size(80, 24)

    def close(self) -> None:
        """Give the description back."""
        if self._own:
            os.close(self._descriptor)
            self._own = False


def own_description(descriptor: int, way: int) -> int | None:
    """Open a terminal anew, so that nothing waits for it; `way` is O_RDONLY or O_WRONLY; None where it cannot be."""
    for name in _names(descriptor):
        with contextlib.suppress(OSError):
            return os.open(name, way | os.O_NOCTTY | os.O_NONBLOCK | os.O_CLOEXEC)
    return None


def _names(descriptor: int) -> list[str]:
    """Return under which names a terminal can be opened.

    After `sudo -u` or `su` it belongs to somebody else still, and only /dev/tty opens.
    """
    names: list[str] = []
    with contextlib.suppress(OSError):
        names.append(os.ttyname(descriptor))
    with contextlib.suppress(OSError):
        # Answered for the controlling terminal alone.
        os.tcgetpgrp(descriptor)
        names.append("/dev/tty")
    return names


def terminal_descriptor() -> int:
    """Return the descriptor of the first stream that is a terminal: errors may well go into a file.

    Where none is any more, that of the input: a line that is gone says so, and no file gets what is drawn.
    """
    streams = [stream for stream in (sys.__stderr__, sys.__stdout__, sys.__stdin__) if stream is not None]
    return next((stream.fileno() for stream in streams if stream.isatty()), 0)
