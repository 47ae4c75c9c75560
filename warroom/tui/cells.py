"""Text measured in terminal cells: cut, padded and wrapped after it has passed `clean`."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from rich.cells import cell_len, set_cell_size

from warroom.core.clean import clean
from warroom.tui.lines import Line, Span


def width_of(text: str) -> int:
    """Return the cells that `text` takes on a terminal."""
    return cell_len(text)


def fit(text: str, width: int, *, right: bool = False) -> str:
    """Return cleaned `text` in exactly `width` cells: padded, or cut with `…` at its end."""
    if width <= 0:
        return ""
    shown: str = clean(text)
    cells = cell_len(shown)
    if cells > width:
        return set_cell_size(shown, width - 1) + "…"
    pad = " " * (width - cells)
    return pad + shown if right else shown + pad


def wrap(text: str, width: int) -> list[str]:
    """Return cleaned `text` broken at spaces into rows of at most `width` cells; long words are cut."""
    rows: list[str] = []
    row = ""
    for word in clean(text).split(" "):
        rest = word
        joined = f"{row} {rest}" if row else rest
        if cell_len(joined) <= width:
            row = joined
            continue
        if row:
            rows.append(row)
        while cell_len(rest) > width:
            head = set_cell_size(rest, width).rstrip()
            rows.append(head)
            rest = rest[len(head) :] if head else ""
        row = rest
    if row or not rows:
        rows.append(row)
    return rows


def wrapped(text: str, width: int, style: str = "text", indent: str = "") -> list[Line]:
    """Return rows of `text` in one style, each behind `indent`."""
    return [Line(((indent + row, style),)) for row in wrap(text, max(8, width - len(indent)))]


def labelled(label: str, text: str, width: int, style: str = "text", label_width: int = 10) -> list[Line]:
    """Return `label` and wrapped `text` beside it."""
    rows = wrap(text, max(8, width - label_width))
    first = Line(((fit(label, label_width), "dim"), (rows[0], style)))
    return [first, *(Line(((" " * label_width + row, style),)) for row in rows[1:])]


def across(left: Sequence[Span], right: Sequence[Span], width: int) -> Line:
    """Return one row with `left` at its start and `right` at its end; `left` gives way when both are too long."""
    ending = cut(right, width)
    right_cells = sum(cell_len(text) for text, _ in ending)
    kept = cut(left, max(0, width - right_cells - (1 if right_cells else 0)))
    gap = width - right_cells - sum(cell_len(text) for text, _ in kept)
    return Line((*kept, (" " * max(0, gap), "text"), *ending))


def cut(spans: Iterable[Span], width: int) -> tuple[Span, ...]:
    """Return the spans as far as `width` cells reach, the last one ending in `…` when something is missing."""
    kept: list[Span] = []
    room = width
    for text, style in spans:
        shown = clean(text)
        cells = cell_len(shown)
        if cells > room:
            if room > 0:
                kept.append((fit(shown, room), style))
            break
        kept.append((shown, style))
        room -= cells
    return tuple(kept)


def changed_cells(old: Line, new: Line) -> tuple[int, int]:
    """Return first cell and count of cells in which two rows differ; a row with wide signs counts whole."""
    before = [(char, style) for text, style in old.spans for char in text]
    after = [(char, style) for text, style in new.spans for char in text]
    whole = max(len(before), len(after))
    wide = any(cell_len(text) != len(text) for text, _ in (*old.spans, *new.spans))
    if wide or old.key != new.key:
        return 0, 2 * whole + 4
    first = next((i for i, pair in enumerate(zip(before, after, strict=False)) if pair[0] != pair[1]), None)
    if first is None:
        first = min(len(before), len(after))
    last = whole
    if len(before) == len(after):
        while last > first and before[last - 1] == after[last - 1]:
            last -= 1
    return first, last - first
