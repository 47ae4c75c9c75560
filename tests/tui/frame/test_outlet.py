"""At the end a line that nobody reads is emptied, and the orders of the end are the last that it holds."""

from __future__ import annotations

import os
import pty
import select
import threading
from collections import Counter

from warroom.tui.frame.line import TerminalLine
from warroom.tui.frame.outlet import CANCEL, Outlet
from warroom.tui.frame.pace import Pace


def ended(line: TerminalLine, slave: int, closing: str) -> Outlet:
    """Fill a line and end it."""
    # The kernel hands on what it took a moment later, and has room once more.
    while line.write(b"x" * 1000) or select.select([], [slave], [], 0.2)[1]:
        pass
    outlet = Outlet(line, Pace(), threading.Condition(), Counter())
    outlet.ending, outlet.closing = True, closing
    outlet.write(outlet.closing)
    return outlet


def test_orders_of_the_end_are_sent_again_after_what_the_line_held_is_gone() -> None:
    master, slave = pty.openpty()
    line, closing = TerminalLine(slave), "\x1b[?2004l\x1b[?1049l"
    while not ended(line, slave, closing)._emptied:
        # The moment was a long one: there was room after all, and nothing stood in the way of the orders.
        pass
    line.close()
    read = b""
    while not read.endswith((CANCEL + closing).encode()):
        read += os.read(master, 65536)
    assert read.endswith((CANCEL + closing).encode())
    os.close(slave)
    os.close(master)
