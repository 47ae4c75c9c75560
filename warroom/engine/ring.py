"""The newest lines of a bot for the stream page: bounded, cleaned only when seen, numbered so that a gap shows."""

from __future__ import annotations

import itertools
from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple, Protocol

from warroom.core.clean import clean
from warroom.core.line_filter import Sieve
from warroom.core.line_text import line_text
from warroom.core.permalink import source_text
from warroom.core.queries import LinesAnswer
from warroom.core.record import Record
from warroom.core.view import LogLine

RING_LINES = 5000
"""Lines kept of each bot; the file stays the truth for older ones."""

MOST_LOOKED = 10_000
"""Lines looked at for one answer; the rest counts as left out, so that no question keeps the engine."""


class Marked(Protocol):
    """A record and the rules that it matches."""

    @property
    def record(self) -> Record:
        """The line."""
        ...

    @property
    def marks(self) -> Sequence[str]:
        """Ids of the rules; may be costly to ask for."""
        ...


class Kept(NamedTuple):
    """One line of a ring."""

    order: int
    """Its number among the lines of all bots, in order of arrival."""
    record: Record
    marks: Sequence[str]


class LineRing:
    """The last `RING_LINES` lines; the raw record is kept and cleaned only when somebody asks for it."""

    def __init__(self, size: int = RING_LINES, orders: Iterator[int] | None = None) -> None:
        """`orders` numbers the lines of all rings of a room; by itself a ring counts its own."""
        self._lines: deque[Kept] = deque(maxlen=size)
        self._orders = orders if orders is not None else itertools.count(1)
        self._next = 1

    @property
    def newest(self) -> int:
        """Number of the newest line; 0 when there is none."""
        return self._next - 1

    @property
    def newest_order(self) -> int:
        """Number of the newest line among those of all rings; 0 when there is none."""
        return self._lines[-1].order if self._lines else 0

    @property
    def whole(self) -> bool:
        """Whether nothing was dropped from it yet."""
        return len(self._lines) == self.newest

    def kept(self) -> list[Kept]:
        """Return a copy of what is held, oldest first."""
        return list(self._lines)

    def extend(self, lines: Iterable[tuple[Record, Sequence[str]]]) -> None:
        """Add records with the ids of the rules that each matched."""
        for record, marks in lines:
            self._lines.append(Kept(next(self._orders), record, marks))
            self._next += 1

    def after(self, seq: int, limit: int, sieve: Sieve | None = None, bot: str = "") -> LinesAnswer:
        """Return the newest `limit` wanted lines numbered above `seq`, oldest first, and how many were left out."""
        count = min(self.newest - seq, len(self._lines)) if self.newest > seq else 0
        newer = ((self.newest - n, one, bot) for n, one in zip(range(count), reversed(self._lines), strict=False))
        lines, hidden, looked = chosen(newer, limit, sieve)
        return LinesAnswer(lines, max(0, self.newest - seq) - looked, hidden, max(self.newest, seq))


def after_all(rings: dict[str, LineRing], order: int, limit: int, sieve: Sieve | None) -> LinesAnswer:
    """Return the newest `limit` wanted lines of all rings numbered above `order` among all, in order of arrival."""
    newer: list[tuple[int, Kept, str]] = []
    newest = max((ring.newest_order for ring in rings.values()), default=0)
    for bot, ring in rings.items():
        if ring.newest_order > order:
            for one in reversed(ring.kept()):
                if one.order <= order:
                    break
                newer.append((one.order, one, bot))
    newer.sort(key=lambda found: -found[0])
    lines, hidden, looked = chosen(newer, limit, sieve)
    return LinesAnswer(lines, max(0, newest - order) - looked, hidden, max(newest, order))


def chosen(
    newest_first: Iterable[tuple[int, Kept, str]], limit: int, sieve: Sieve | None
) -> tuple[list[LogLine], int, int]:
    """Return the first `limit` wanted lines, oldest first, how many others were passed over, and how many looked at."""
    lines: list[LogLine] = []
    looked = 0
    for number, one, bot in newest_first:
        if len(lines) >= limit or looked >= MOST_LOOKED:
            break
        looked += 1
        if sieve is None or sieve.open or wanted(one, sieve):
            lines.append(log_line(number, one.record, one.marks, bot))
    lines.reverse()
    return lines, looked - len(lines), looked


def wanted(one: Marked, sieve: Sieve) -> bool:
    """Say whether a filter lets a line through: gaps always, lines that a rule marks whatever their level."""
    record = one.record
    if record.gap is not None:
        return True
    if not (sieve.level_passes(record.level or "") or one.marks):
        return False
    return not sieve.reads_text or sieve.text_passes(line_text(record))


def log_line(number: int, record: Record, marks: Sequence[str], bot: str) -> LogLine:
    """Return a record as a line for people, cleaned."""
    return LogLine(
        seq=number,
        at=record.moment,
        time_source="ahead" if record.ahead else record.time_source,
        level="GAP" if record.gap else record.level or "",
        text=line_text(record),
        source=source_text(record.source),
        offset=record.offset,
        generation=record.generation,
        marks=list(marks),
        bot=clean(bot, 64),
        length=record.length,
        came=record.received,
    )
