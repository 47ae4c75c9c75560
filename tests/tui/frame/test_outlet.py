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


def test_orders_of_the_end_are_sent_again_after_what_the_line_held_is_gone() -> None:
    master, slave = pty.openpty()
    line = TerminalLine(slave)
    # The kernel hands on what it took a moment later, and has room once more.
    while line.write(b"x" * 1000) or select.select([], [slave], [], 0.2)[1]:
        pass
    outlet = Outlet(line, Pace(), threading.Condition(), Counter())
    outlet.ending, outlet.closing = True, "\x1b[?2004l\x1b[?1049l"
    outlet.write(outlet.closing)
    line.close()
    read = b""
    while not read.endswith(b"1049l"):
        read += os.read(master, 65536)
    assert read.endswith((CANCEL + outlet.closing).encode())
    os.close(slave)
    os.close(master)
