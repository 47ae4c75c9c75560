"""The newest lines of a bot for the stream page: bounded, cleaned once, numbered so that a gap shows."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Sequence
from itertools import islice

from warroom.core.clean import clean
from warroom.core.line_text import line_text
from warroom.core.queries import LinesAnswer
from warroom.core.record import Record
from warroom.core.view import LogLine

RING_LINES = 5000
"""Lines kept of each bot; the file stays the truth for older ones."""


class LineRing:
    """The last `RING_LINES` lines; the raw record is kept and cleaned only when somebody asks for it."""

    def __init__(self, size: int = RING_LINES) -> None:
        self._lines: deque[tuple[int, Record, Sequence[str]]] = deque(maxlen=size)
        self._next = 1

    @property
    def newest(self) -> int:
        """Number of the newest line; 0 when there is none."""
        return self._next - 1

    def extend(self, lines: Iterable[tuple[Record, Sequence[str]]]) -> None:
        """Add records with the ids of the rules that each matched."""
        for record, marks in lines:
            self._lines.append((self._next, record, marks))
            self._next += 1

    def after(self, seq: int, limit: int) -> LinesAnswer:
        """Return the newest `limit` lines numbered above `seq`, oldest first, and how many were left out."""
        oldest = self._lines[0][0] if self._lines else self._next
        first = max(seq + 1, oldest, self._next - limit)
        wanted = islice(self._lines, first - oldest, None)
        lines = [_line(number, record, marks) for number, record, marks in wanted]
        return LinesAnswer(lines, max(0, first - (seq + 1)))


def _line(number: int, record: Record, marks: Sequence[str]) -> LogLine:
    return LogLine(
        seq=number,
        at=record.moment,
        time_source="ahead" if record.ahead else record.time_source,
        level="GAP" if record.gap else record.level or "",
        text=line_text(record),
        source=clean(record.source, 200),
        offset=record.offset,
        generation=record.generation,
        marks=list(marks),
    )
