"""How many lines and errors each few seconds brought: what the histogram of the stream is made of."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from warroom.core.queries import HistogramAnswer
from warroom.core.record import Level, Record

STEP_S = 5
"""Width of what is counted; a bucket of an answer has a multiple of it."""
KEPT_S = 3600
_ERRORS = frozenset({Level.ERROR.value, Level.CRITICAL.value})


class LineCounts:
    """Counts by the time that a line carries; by its arrival where that time is missing or has not come yet."""

    def __init__(self) -> None:
        self._lines: dict[int, int] = {}
        self._errors: dict[int, int] = {}
        self._newest = 0

    def add(self, records: Iterable[Record]) -> None:
        """Count records."""
        lines, errors = self._lines, self._errors
        step = self._newest
        for record in records:
            step = int(record.received if record.time is None or record.ahead else record.time) // STEP_S
            lines[step] = lines.get(step, 0) + 1
            if record.level in _ERRORS:
                errors[step] = errors.get(step, 0) + 1
        if step > self._newest:
            self._newest = step
            self._forget()

    def _forget(self) -> None:
        oldest = self._newest - KEPT_S // STEP_S
        for counts in (self._lines, self._errors):
            if len(counts) > KEPT_S // STEP_S:
                for step in [one for one in counts if one < oldest]:
                    del counts[step]

    def within(self, first: int, last: int) -> tuple[int, int]:
        """Return lines and errors of the steps from `first` up to before `last`."""
        steps = range(first, last)
        return sum(self._lines.get(one, 0) for one in steps), sum(self._errors.get(one, 0) for one in steps)


def histogram(counts: Sequence[LineCounts], now: float, last_s: float, buckets: int, since: float) -> HistogramAnswer:
    """Return the sum of several counts in at most `buckets` parts, whose edges do not move with `now`."""
    last_s, buckets = max(STEP_S, min(last_s, KEPT_S)), max(1, min(buckets, KEPT_S // STEP_S))
    wide = max(1, -(-int(last_s) // (STEP_S * buckets)))
    end = int(now) // STEP_S // wide + 1
    first = end - max(1, int(last_s) // (STEP_S * wide))
    lines, errors = [], []
    for bucket in range(first, end):
        found = [one.within(bucket * wide, (bucket + 1) * wide) for one in counts]
        lines.append(sum(count for count, _ in found))
        errors.append(sum(count for _, count in found))
    return HistogramAnswer(float(first * wide * STEP_S), float(wide * STEP_S), lines, errors, since)
