"""The terminal taken before Textual is there: what is drawn now stays, and Textual's driver goes on with the writer."""

from __future__ import annotations

import contextlib
import os
import signal
import sys
import termios
from collections.abc import Callable, Iterable, Iterator

from warroom.tui.frame.line import TerminalLine, terminal_descriptor
from warroom.tui.frame.orders import (
    ALTERNATE_SCREEN_OFF,
    ALTERNATE_SCREEN_ON,
    CURSOR_OFF,
    CURSOR_ON,
    PASTE_OFF,
    PASTE_ON,
)
from warroom.tui.frame.pace import Pace
from warroom.tui.frame.writer import FrameWriter, erases_in_colour

TURN_S = 0.0005
"""Longest time that one thread keeps the others from running: the writer must not wait for what is imported or made."""
_IFLAG, _LFLAG, _CC = 0, 3, 6


class EarlyScreen:
    """A screen of nothing but cells. Who types meanwhile does not see it, and it waits for Textual."""

    def __init__(self, descriptor: int, budget_bps: float) -> None:
        self._descriptor = descriptor
        self.before = termios.tcgetattr(descriptor)
        """The modes of the line as they were, which whoever it is handed over to gives back."""
        self._handed_over = False
        sys.setswitchinterval(TURN_S)
        # As Textual sets it, but for ^C: Enter is not to come as a line's end, and a long paste must not lose its own.
        quiet = [*self.before]
        quiet[_IFLAG] &= ~(termios.ICRNL | termios.INLCR | termios.IGNCR)
        quiet[_LFLAG] &= ~(termios.ECHO | termios.ICANON)
        quiet[_CC] = [*self.before[_CC]]
        quiet[_CC][termios.VMIN] = 1
        termios.tcsetattr(descriptor, termios.TCSANOW, quiet)
        self.writer = FrameWriter(
            TerminalLine(descriptor), Pace(budget_bps), erases_in_colour=erases_in_colour(os.environ), asks=False
        )
        self.writer.control(ALTERNATE_SCREEN_ON + CURSOR_OFF + PASTE_ON)

    def draw(self, rows: Iterable[Iterable[tuple[str, str]]]) -> None:
        """Draw rows from the top: runs of text, each with its SGR parameters."""
        writer = self.writer
        with writer.lock:
            for y, runs in enumerate(rows):
                x = 0
                for text, parameters in runs:
                    x = writer.grid.put(x, y, text, writer.pens.pen(parameters))
            writer.commit()

    def hand_over(self, on_gone: Callable[[], None]) -> FrameWriter | None:
        """Give the writer to whoever reads the terminal from now on, once; None for those who come later.

        The modes stay as they are: a paste must not fall between ours and the next ones.
        """
        if self._handed_over:
            return None
        self._handed_over = True
        self.writer.taken_over(on_gone)
        return self.writer

    def close(self) -> None:
        """Give the terminal back, unless somebody else has it by now."""
        if self._handed_over:
            return
        self._handed_over = True
        self.writer.quiesce()
        self.writer.control(PASTE_OFF + CURSOR_ON + ALTERNATE_SCREEN_OFF)
        self.writer.stop()
        with contextlib.suppress(termios.error):
            termios.tcsetattr(self._descriptor, termios.TCSANOW, self.before)


@contextlib.contextmanager
def early_screen(budget_bps: float) -> Iterator[EarlyScreen | None]:
    """Take the terminal, None where it is not ours to take; whoever does not hand it over gives it back at the end.

    A ^Z would leave the shell with our screen, so for this short time there is none.
    """
    descriptor = terminal_descriptor()
    try:
        ours = os.tcgetpgrp(descriptor) == os.getpgrp()
        screen = EarlyScreen(descriptor, budget_bps) if ours else None
    except (OSError, termios.error):
        screen = None
    if screen is None:
        yield None
        return
    stops = signal.signal(signal.SIGTSTP, signal.SIG_IGN)
    try:
        yield screen
    finally:
        if signal.getsignal(signal.SIGTSTP) is signal.SIG_IGN:
            signal.signal(signal.SIGTSTP, stops)
        screen.close()
