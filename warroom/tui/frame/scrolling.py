"""Which rows moved up: a log that grows is sent as a scroll and its new lines."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

import msgspec

from warroom.tui.frame.grid import BLANK, Row

_LEAST_ROWS = 3
_ORDER = 24
_MOVE = 5
_GAIN = 20
"""Bytes of the order itself, of a move, and those that a scroll has to save."""
_PARTS = 3
"""A row is looked for by parts of it, since a border or a bar beside the log does not move with it."""


class Scroll(msgspec.Struct, frozen=True):
    """Rows `top` to `bottom` move up by `by`."""

    top: int
    bottom: int
    by: int


def find_scroll(old: Sequence[Row], new: Sequence[Row]) -> Scroll | None:
    """Return the scroll that saves most, or None when none saves enough."""
    changed = [y for y in range(len(new)) if old[y] is not new[y] and old[y] != new[y]]
    if len(changed) < _LEAST_ROWS:
        return None
    best: tuple[int, Scroll] | None = None
    for by, votes in _votes(old, new, changed).most_common(2):
        found = _moved(old, new, range(changed[0], changed[-1] - by + 1), by) if votes > 1 else None
        if found is not None and found[0] > _GAIN and (best is None or found[0] > best[0]):
            best = found
    return best[1] if best else None


def _moved(old: Sequence[Row], new: Sequence[Row], rows: range, by: int) -> tuple[int, Scroll] | None:
    """Return the run of rows that are worth moving, and what that gains: a board above the log stays where it is."""
    most, run, sum_, top = 0, (0, -1), 0, rows.start
    for y in rows:
        sum_ += _cost(old[y], new[y]) - _cost(old[y + by], new[y])
        if sum_ > most:
            most, run = sum_, (top, y)
        if sum_ <= 0:
            sum_, top = 0, y + 1
    if run[1] < run[0]:
        return None
    scroll = Scroll(run[0], run[1] + by, by)
    blank = [BLANK] * len(new[0])
    bared = range(run[1] + 1, scroll.bottom + 1)
    return most - _ORDER + sum(_cost(old[y], new[y]) - _cost(blank, new[y]) for y in bared), scroll


def _votes(old: Sequence[Row], new: Sequence[Row], changed: Sequence[int]) -> Counter[int]:
    width = len(new[0])
    step = max(1, width // _PARTS)
    votes: Counter[int] = Counter()
    for start in range(0, width, step):
        places: dict[tuple[tuple[str, int], ...], int] = {}
        for y, row in enumerate(old):
            places.setdefault(tuple(row[start : start + step]), y)
        for y in changed:
            part = tuple(new[y][start : start + step])
            found = places.get(part)
            # A part of few different cells, as blank ones are, is found everywhere.
            if found is not None and found > y and len(set(part)) > _LEAST_ROWS:
                votes[found - y] += 1
    return votes


def _cost(one: Row, other: Row) -> int:
    """Return about how many bytes lead from one row to the other: cells that differ, a move for each run of them."""
    if one is other:
        return 0
    differ = list(map(tuple.__ne__, one, other))
    runs = sum(now and not before for now, before in zip(differ, [False, *differ], strict=False))
    return sum(differ) + _MOVE * runs
