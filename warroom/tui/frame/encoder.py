"""From one row of cells to another in few bytes: cheapest moves, runs, erasing to the end of the line."""

from __future__ import annotations

from warroom.tui.frame.grid import Row
from warroom.tui.frame.pens import PLAIN, Pens
from warroom.tui.frame.printable import one_column_everywhere

_GAP = 4
"""Cells that are rather written again than jumped over."""
_WORTH_ERASING = 4


class Encoder:
    """Knows where the terminal's pen stands and what it draws with; None for what is not known."""

    def __init__(self, pens: Pens, *, erases_in_colour: bool = True) -> None:
        """`erases_in_colour`: erased cells take the background of the pen (terminfo `bce`)."""
        self._pens = pens
        self._erases_in_colour = erases_in_colour
        self.x: int | None = None
        self.y: int | None = None
        self.pen: int | None = None

    def forget(self) -> None:
        """Somebody else may have written."""
        self.x = self.y = self.pen = None

    def clear(self) -> str:
        """Return what empties the screen and everything that could spoil a frame."""
        self.x, self.y, self.pen = 0, 0, PLAIN
        return "\x1b[r\x1b[m\x1b[H\x1b[2J"

    def with_pen(self, pen: int) -> str:
        """Return what takes another pen."""
        order, self.pen = self._pens.change(self.pen, pen), pen
        return order

    def move(self, x: int, y: int) -> str:
        """Return the shortest order that leads to a cell."""
        if (self.x, self.y) == (x, y):
            return ""
        order = f"\x1b[{y + 1};{x + 1}H" if x else f"\x1b[{y + 1}H" if y else "\x1b[H"
        if self.y == y and not x:
            order = "\r"
        elif self.x is not None and self.y == y:
            by = x - self.x
            near = f"\x1b[{by if by > 1 else ''}C" if by > 0 else "\b" * -by
            order = min(order, near, key=len)
        elif self.x is not None and self.y is not None and y == self.y + 1 and not x:
            order = "\r\n"
        self.x, self.y = x, y
        return order

    def scroll(self, top: int, bottom: int, by: int) -> str:
        """Return what moves rows `top` to `bottom` up by some rows, with blank ones below."""
        order = self.with_pen(PLAIN) + f"\x1b[{top + 1};{bottom + 1}r\x1b[{bottom + 1}H" + "\n" * by + "\x1b[r"
        self.x = self.y = None
        return order

    def row(self, y: int, old: Row, new: Row) -> str:
        """Return what turns row `y` from `old` into `new`."""
        end = self._erased_from(old, new)
        out: list[str] = []
        x = 0
        while x < end:
            if old[x] == new[x]:
                x += 1
                continue
            if x and not new[x][0]:
                x -= 1  # the right half changed alone: the whole is drawn
            x = self._run(self._bridged(x, y, new), y, old, new, end, out)
        if end < len(new):
            out += [self.move(end, y), self.with_pen(new[-1][1]), "\x1b[K"]
        return "".join(out)

    def _erased_from(self, old: Row, new: Row) -> int:
        """Return the column from which erasing draws the rest; the width where it does not pay."""
        last, end = new[-1], len(new)
        if last[0] != " " or not self._pens.erases(last[1]):
            return end
        if self._pens.has_paper(last[1]) and not self._erases_in_colour:
            return end
        while end and new[end - 1] == last:
            end -= 1
        worth = sum(cell != last for cell in old[end:]) >= _WORTH_ERASING
        if worth and end and not new[end][0]:
            end -= 1
        return end if worth else len(new)

    def _bridged(self, x: int, y: int, new: Row) -> int:
        """Return where to begin: a short gap in the same pen costs less to write again than to jump over."""
        if self.y != y or self.x is None or not 0 < x - self.x <= _GAP:
            return x
        gap = new[self.x : x]
        return self.x if all(pen == self.pen and cluster and cluster.isascii() for cluster, pen in gap) else x

    def _run(self, x: int, y: int, old: Row, new: Row, end: int, out: list[str]) -> int:
        """Write cells from `x` until one is as it should be; return the column after them."""
        out.append(self.move(x, y))
        width = len(new)
        while x < end:
            cluster, pen = new[x]
            if pen != self.pen:
                out.append(self.with_pen(pen))
            out.append(cluster)
            x += 2 if x + 1 < width and not new[x + 1][0] else 1
            # No width but that of a few signs is the same in every terminal, nor is the place after the last column.
            self.x = x if x < width and one_column_everywhere(cluster) else None
            if self.x is None or x >= end or old[x] == new[x]:
                break
        return x
