"""Where bytes leave, however long it takes; at the end, a line that does not move is emptied instead of waited for."""

from __future__ import annotations

import threading
import time
from collections import Counter

from warroom.tui.frame.line import LineGone, TerminalLine
from warroom.tui.frame.pace import Pace

CANCEL = "\x18\x1b[m"
"""Ends an order that was cut, and takes the terminal's own pen."""
_POLL_S = 0.1
_GIVE_UP_S = 0.3
"""Time that a line which does not move keeps the end waiting."""


class Outlet:
    """Writes whole texts to a line for one thread."""

    def __init__(self, line: TerminalLine, pace: Pace, lock: threading.Condition, counts: Counter[str]) -> None:
        self._line, self._pace, self._lock, self._counts = line, pace, lock, counts
        self.ending = False
        """Whether the console is about to leave the terminal."""
        self.closing = ""
        """Orders that were written since then."""
        self._emptied = False

    def write(self, text: str) -> None:
        """Write a text. Raises LineGone, at the end also for a line that does not move."""
        data = memoryview(text.encode("utf-8", "replace"))
        stuck: float | None = None
        while data:
            taken = self._line.write(data)
            with self._lock:
                self._pace.took(taken)
                if not taken:
                    self._pace.refused(time.monotonic())
                    self._counts["full"] += 1
            data = data[taken:]
            if taken:
                continue
            if self.ending:
                stuck = stuck or time.monotonic()
                if time.monotonic() - stuck > _GIVE_UP_S:
                    # What the line held is gone: the orders of the end are sent once more, a frame is not.
                    self._empty()
                    data, stuck = memoryview((CANCEL + self.closing).encode()), None
            self._line.wait(_POLL_S)

    def _empty(self) -> None:
        if self._emptied:
            raise LineGone
        self._emptied = True
        self._line.discard()
