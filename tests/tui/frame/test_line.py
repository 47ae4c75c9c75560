"""A real pseudo-terminal: nothing waits, and a line that is gone is said."""

from __future__ import annotations

import fcntl
import os
import pty
import struct
import termios

import pytest

from warroom.tui.frame.line import LineGone, Size, TerminalLine


def test_a_full_line_takes_nothing_and_holds_nobody_up() -> None:
    master, slave = pty.openpty()
    line = TerminalLine(slave)
    taken, refused = 0, 0
    while refused < 5:  # the kernel carries bytes over to the other end by itself, which makes room once more
        count = line.write(b"x" * 4096)
        taken += count
        refused = 0 if count else refused + 1
        line.wait(0.01)
    assert 4096 <= taken <= 1 << 17
    line.discard()
    assert line.write(b"y") == 1
    line.close()
    os.close(slave)
    os.close(master)


def test_the_shell_behind_it_keeps_its_own_description() -> None:
    master, slave = pty.openpty()
    line = TerminalLine(slave)
    line.write(b"x")
    assert not fcntl.fcntl(slave, fcntl.F_GETFL) & os.O_NONBLOCK
    line.close()
    line.close()
    os.close(slave)
    os.close(master)


def test_a_line_without_another_end_is_gone() -> None:
    master, slave = pty.openpty()
    line = TerminalLine(slave)
    os.close(master)
    with pytest.raises(LineGone):
        line.write(b"x")
    line.close()
    os.close(slave)


def test_its_size_is_asked_anew() -> None:
    master, slave = pty.openpty()
    line = TerminalLine(slave)
    assert line.size() == Size(80, 24)
    fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", 20, 5, 0, 0))
    assert line.size() == Size(5, 20)
    line.close()
    os.close(slave)
    os.close(master)
