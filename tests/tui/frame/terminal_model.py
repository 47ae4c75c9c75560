"""A terminal that was fed by the code under test, compared cell by cell with what should be seen."""

from __future__ import annotations

from collections.abc import Sequence

import pyte

from warroom.tui.frame.grid import Row
from warroom.tui.frame.pens import Pens


class Model:
    """A pyte screen that starts full of rubbish."""

    def __init__(self, columns: int, rows: int) -> None:
        self.screen = pyte.Screen(columns, rows)
        self.stream = pyte.Stream(self.screen)
        self.stream.feed("\x1b[31;44m" + "#" * (columns * rows) + "\x1b[3;4r\x1b[2;2H")
        # DECAWM off, as the console has it: nothing is wrapped.
        self.screen.reset_mode(7 << 5)

    def feed(self, text: str) -> None:
        """Send bytes to it."""
        self.stream.feed(text)

    def shows(self, rows: Sequence[Row], pens: Pens) -> bool:
        """Whether every cell is as it should be."""
        wanted = pyte.Screen(self.screen.columns, self.screen.lines)
        wanted.reset_mode(7 << 5)
        stream = pyte.Stream(wanted)
        for y, row in enumerate(rows):
            for x, (cluster, pen) in enumerate(row):
                if cluster:
                    stream.feed(f"\x1b[{y + 1};{x + 1}H{pens.change(None, pen)}{cluster}")
        return all(
            self.screen.buffer[y][x] == wanted.buffer[y][x]
            for y in range(self.screen.lines)
            for x in range(self.screen.columns)
        )
