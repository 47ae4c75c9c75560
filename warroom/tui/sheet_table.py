"""A table of the post-mortem as rows: columns where they fit, else one record below the other."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import zip_longest

from warroom.tui.cells import fit, width_of
from warroom.tui.lines import EMPTY, Line, Span
from warroom.tui.sheet_text import wrap_spans

Cell = list[Span]
_GAP = 2
_LEAST = 16
"""Cells below which a column is not squeezed: then its rows become records."""


def table_lines(head: Sequence[Cell], body: Sequence[Sequence[Cell]], width: int) -> list[Line]:
    """Return a table in at most `width` cells; no head is drawn where `head` is empty."""
    columns = max((len(row) for row in (head, *body)), default=0)
    if not columns:
        return []
    natural = [max([1, *(_cells(row[n]) for row in (head, *body) if n < len(row))]) for n in range(columns)]
    widths = squeezed(natural, width - _GAP * (columns - 1))
    if widths is None:
        return list(_records(head, body, width))
    rows = [row for row in (head, *body) if row]
    return [line for row in rows for line in _row(row, widths)]


def squeezed(natural: Sequence[int], room: int) -> list[int] | None:
    """Return widths that fit into `room`, the widest columns giving way first; None when they would be too narrow."""
    widths = list(natural)
    while (over := sum(widths) - room) > 0:
        widest = max(widths)
        places = [n for n, cells in enumerate(widths) if cells == widest]
        next_one = max([cells for cells in widths if cells < widest], default=0)
        if widest <= _LEAST:
            return None
        by = max(1, min(widest - max(next_one, _LEAST), -(-over // len(places))))
        for n in places:
            widths[n] -= by
    return widths


def _row(cells: Sequence[Cell], widths: Sequence[int]) -> Iterator[Line]:
    """Yield one row of a table; a long cell goes on below itself."""
    columns = [wrap_spans(cell, cells_of) for cell, cells_of in zip(cells, widths, strict=False)]
    for parts in zip_longest(*columns):
        spans: list[Span] = []
        last = max((n for n, part in enumerate(parts) if part is not None and part.spans), default=-1)
        for place, part in enumerate(parts[: last + 1]):
            shown = part.spans if part is not None else ()
            spans += shown
            if place < last:
                spans.append((" " * (widths[place] + _GAP - _cells(shown)), "text"))
        yield Line(tuple(spans))


def _records(head: Sequence[Cell], body: Sequence[Sequence[Cell]], width: int) -> Iterator[Line]:
    """Yield each row as a record: its first two cells as a title, each further one behind the name of its column."""
    names = ["".join(text for text, _ in cell) for cell in head]
    label = min(20, max((width_of(name) for name in names[2:]), default=0)) + _GAP
    for row in body:
        first, *more = [cell for cell in row[:2] if cell] or [[]]
        title = [*first, *((" ", "text") for _ in more[:1]), *(more[0] if more else ())]
        yield from wrap_spans([(text, "strong" if style == "text" else style) for text, style in title], width)
        for name, cell in zip_longest(names[2:], row[2:], fillvalue=None):
            if not cell:
                continue
            for place, part in enumerate(wrap_spans(cell, max(8, width - label - 2))):
                shown = fit(str(name or ""), label) if place == 0 else " " * label
                yield Line((("  " + shown, "dim"), *part.spans))
    yield EMPTY


def _cells(spans: Sequence[Span]) -> int:
    return sum(width_of(text) for text, _ in spans)
