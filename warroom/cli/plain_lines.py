"""Lines out and lines in, where neither may ever hold up the other: a reader that stops, a terminal in ^S, a pipe."""

from __future__ import annotations

import asyncio
import os
import select
import stat

from warroom.core.ascii_text import ascii_text
from warroom.core.clean import clean

_TURN_S = 0.05
_ATOMIC = 4096
"""A pipe that takes anything takes so much (PIPE_BUF)."""
_LONGEST = 1000
_READ = 4096


def _opened_anew(descriptor: int, way: int) -> int | None:
    from warroom.tui.frame.line import own_description

    return own_description(descriptor, way) if os.isatty(descriptor) else None


class LinesOut:
    """Writes whole lines to a descriptor; waits for a slow reader without holding up the loop."""

    def __init__(self, descriptor: int, leaving: asyncio.Event, *, ascii_only: bool) -> None:
        """Once `leaving` is set nobody is waited for any more."""
        self._leaving, self._ascii = leaving, ascii_only
        own = _opened_anew(descriptor, os.O_WRONLY)
        self._descriptor = descriptor if own is None else own
        self._own = own is not None
        self._pipe = not self._own and not stat.S_ISREG(os.fstat(descriptor).st_mode)

    async def say(self, text: str) -> None:
        """Write one line, cleaned; raises BrokenPipeError or OSError (EIO) when nobody is at the other end."""
        shown: str = clean(text)
        if self._ascii:
            shown = ascii_text(shown)
        content = memoryview(f"{shown}\n".encode("utf-8", "backslashreplace"))
        while content:
            taken = self._write(content[:_ATOMIC])
            content = content[taken:]
            if not taken:
                if self._leaving.is_set():
                    return
                await asyncio.sleep(_TURN_S)

    def _write(self, content: memoryview) -> int:
        if self._pipe and not select.select([], [self._descriptor], [], 0)[1]:
            return 0
        try:
            return os.write(self._descriptor, content)
        except BlockingIOError:
            return 0

    def close(self) -> None:
        """Give the description back."""
        if self._own:
            os.close(self._descriptor)
            self._own = False


class LinesIn:
    """Reads what somebody typed, a line at a time, and never waits for it."""

    def __init__(self, descriptor: int | None) -> None:
        """`descriptor` None is an input that was closed before the start."""
        self._terminal = descriptor is not None and os.isatty(descriptor)
        own = None if descriptor is None else _opened_anew(descriptor, os.O_RDONLY)
        self._descriptor = descriptor if own is None else own
        self._own = own is not None
        self._begun = b""
        self.ended = self._descriptor is None
        """Whether nothing more can come."""

    @property
    def by_hand(self) -> bool:
        """Whether a person types at a terminal, whose end of input is a wish to leave."""
        return self._terminal

    def take(self) -> list[str]:
        """Return the lines that were typed since the last call, without their ends."""
        if self.ended or self._descriptor is None or not self._may_read():
            return []
        try:
            read = os.read(self._descriptor, _READ)
        except BlockingIOError:
            return []
        except OSError:
            # A terminal that went away: the signal for it ends us.
            read = b""
        self.ended = not read
        *whole, rest = (self._begun + read).split(b"\n")
        self._begun = rest[-_LONGEST:]
        if self.ended and self._begun:
            whole.append(self._begun)
        return [line[:_LONGEST].decode("utf-8", "replace").strip() for line in whole]

    def _may_read(self) -> bool:
        assert self._descriptor is not None
        if not select.select([self._descriptor], [], [], 0)[0]:
            return False
        try:
            # Whoever reads from the terminal in the background is stopped by it.
            return not self._terminal or os.tcgetpgrp(self._descriptor) == os.getpgrp()
        except OSError:
            # Not our controlling terminal: nothing there can stop us.
            return True

    def close(self) -> None:
        """Give the description back."""
        if self._own and self._descriptor is not None:
            os.close(self._descriptor)
            self._own = False
