"""The screen as it should be: a state, not a queue, so that a frame which nobody could see in time costs nothing."""

from __future__ import annotations

from collections.abc import Sequence

from warroom.tui.frame.pens import PLAIN
from warroom.tui.frame.printable import cells_of

Cell = tuple[str, int]
"""A printable cluster (empty: the right half of a wide one) and its pen."""
Row = list[Cell]
BLANK: Cell = (" ", PLAIN)
_KEPT = 4096
"""Clusters of one pen that are kept: whoever writes a log can think of any number of them."""


class _Ink(dict[str, Cell]):
    """The cells of one pen: equal ones are the same object, so that rows compare at the speed of pointers."""

    def __init__(self, pen: int) -> None:
        super().__init__()
        self._pen = pen

    def __missing__(self, cluster: str) -> Cell:
        if len(self) >= _KEPT:
            self.clear()
        cell = self[cluster] = (cluster, self._pen)
        return cell


class Grid:
    """Rows of cells, and which of them were drawn on since somebody last looked.

    It keeps the cells outside of a window that got smaller: whoever draws may not draw them again when it grows.
    """

    def __init__(self, columns: int, rows: int) -> None:
        self.columns, self.rows = columns, rows
        self._width = columns
        self.cursor: tuple[int, int] | None = None
        """Column and row that an input method should look at; None when nobody types."""
        self._cells: list[Row] = [[BLANK] * columns for _ in range(rows)]
        self._drawn = set(range(rows))
        self._inks: dict[int, _Ink] = {PLAIN: _Ink(PLAIN)}
        self._inks[PLAIN][" "] = BLANK

    def resize(self, columns: int, rows: int) -> None:
        """Show more or less of it; what was never drawn is blank."""
        self._width = max(self._width, columns)
        for row in self._cells:
            row += [BLANK] * (self._width - len(row))
        self._cells += [[BLANK] * self._width for _ in range(rows - len(self._cells))]
        self.columns, self.rows = columns, rows
        self._drawn = set(range(rows))

    def put(self, x: int, y: int, text: str, pen: int) -> int:
        """Draw text and return the column after it; what lies outside is cut, and no half of a wide cell is left."""
        ink = self._inks.get(pen)
        if ink is None:
            ink = self._inks[pen] = _Ink(pen)
        cells = [ink[cluster] for cluster in cells_of(text)]
        end = x + len(cells)
        if 0 <= y < len(self._cells) and x < self._width and end > 0 and cells:
            if x < 0:
                cells, x = cells[-x:], 0
            self._place(x, y, cells[: self._width - x])
        return end

    def _place(self, x: int, y: int, cells: list[Cell]) -> None:
        row, end = self._cells[y], x + len(cells)
        if not cells[0][0]:
            cells[0] = (" ", cells[0][1])
        if x and not row[x][0]:
            row[x - 1] = (" ", row[x - 1][1])
        if end < self._width and not row[end][0]:
            row[end] = (" ", row[end][1])
        row[x:end] = cells
        if end == self._width and len(cells_of(row[-1][0])) > 1:
            row[-1] = (" ", row[-1][1])
        self._drawn.add(y)

    def bring(self, rows: list[Row]) -> None:
        """Bring a copy up to date: rows that were drawn on become new lists, the others are left as they are."""
        if len(rows) != self.rows:
            rows[:] = [[] for _ in range(self.rows)]
            self._drawn = set(range(self.rows))
        for y in self._drawn:
            if y < self.rows:
                rows[y] = self._cut(y)
        self._drawn.clear()

    def row(self, y: int) -> Sequence[Cell]:
        """Return a row as it should be."""
        return self._cut(y)

    def _cut(self, y: int) -> Row:
        whole = self._cells[y]
        row = whole[: self.columns]
        if self.columns < self._width and not whole[self.columns][0]:
            row[-1] = (" ", row[-1][1])
        return row
