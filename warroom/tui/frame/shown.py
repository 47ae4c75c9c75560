"""What the terminal shows now, and the pieces that bring it up to what should be seen."""

from __future__ import annotations

from collections.abc import Iterator

from warroom.tui.frame.encoder import Encoder
from warroom.tui.frame.grid import BLANK, Row
from warroom.tui.frame.pens import Pens
from warroom.tui.frame.scrolling import find_scroll

_WORTH_A_PASS = 3
"""Rows from which on a pen is worth a pass of its own."""


class Shown:
    """The terminal's screen as the bytes that were sent have left it."""

    def __init__(self, pens: Pens, *, erases_in_colour: bool = True, scrolls: bool = True) -> None:
        self._encoder = Encoder(pens, erases_in_colour=erases_in_colour)
        self._scrolls = scrolls
        self._rows: list[Row] = []

    def forget(self) -> None:
        """The screen may show anything: the next frame is sent whole."""
        self._rows = []
        self._encoder.forget()

    def pieces(self, new: list[Row], *, small_first: bool = False) -> Iterator[str]:
        """Yield what is to be sent, a piece at a time; whoever stops early may go on with a newer frame.

        With `small_first` rows of which little changed come first and nothing is scrolled: the answer to a key is
        small, a flood is not.
        """
        if len(self._rows) != len(new) or len(self._rows[0]) != len(new[0]):
            self._rows = [[BLANK] * len(new[0]) for _ in new]
            yield self._encoder.clear()
        shown = self._rows
        if self._scrolls and not small_first:
            yield self._scrolled(new)
        changed = [y for y, row in enumerate(new) if shown[y] is not row and shown[y] != row]
        if small_first:
            changed.sort(key=lambda y: sum(map(tuple.__ne__, shown[y], new[y])))
        elif len(changed) >= _WORTH_A_PASS:
            yield from self._pen_by_pen(changed, new)
        for y in changed:
            piece = self._encoder.row(y, shown[y], new[y])
            shown[y] = new[y]
            yield piece

    def _pen_by_pen(self, changed: list[int], new: list[Row]) -> Iterator[str]:
        """Yield what changes in pens that take turns with others in many rows, each pen in one go.

        To change the pen and to change it back takes 38 bytes in a row, to come back to the row 8: in a flood every
        second the time of all rows changes, in a colour of its own.
        """
        rows: dict[int, list[int]] = {}
        for y in changed:
            pens = {cell[1] for was, cell in zip(self._rows[y], new[y], strict=True) if was is not cell}
            for pen in pens if len(pens) > 1 else ():
                rows.setdefault(pen, []).append(y)
        usual = max(rows, key=lambda pen: len(rows[pen]), default=None)
        for pen, places in rows.items():
            if pen == usual or len(places) < _WORTH_A_PASS:
                continue
            for y in places:
                between = _with_pen(pen, self._rows[y], new[y])
                if between is not None:
                    piece = self._encoder.row(y, self._rows[y], between)
                    self._rows[y] = between
                    yield piece

    def cursor(self, place: tuple[int, int] | None) -> str:
        """Return what leaves the hidden cursor where an input method looks for it.

        A line of text that is longer than its window has its cursor outside of it: the terminal would stop at the
        edge, and everything after that would be drawn beside its place.
        """
        if place is None or not self._rows:
            return ""
        last, low = len(self._rows[0]) - 1, len(self._rows) - 1
        return self._encoder.move(max(0, min(place[0], last)), max(0, min(place[1], low)))

    def _scrolled(self, new: list[Row]) -> str:
        found = find_scroll(self._rows, new)
        if found is None:
            return ""
        top, bottom, by = found.top, found.bottom, found.by
        blank = [[BLANK] * len(new[0]) for _ in range(by)]
        self._rows[top : bottom + 1] = self._rows[top + by : bottom + 1] + blank
        return self._encoder.scroll(top, bottom, by)


def _with_pen(pen: int, old: Row, new: Row) -> Row | None:
    """Return the old row with what is new in one pen; None where a half of a wide character would be left."""
    between = [*old]
    for x, (was, cell) in enumerate(zip(old, new, strict=True)):
        if cell[1] == pen and was != cell:
            if not (was[0] and cell[0] and was[0].isascii() and cell[0].isascii()):
                return None
            between[x] = cell
    return between
