"""Lines are counted by their own time; the edges of the buckets stand still."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from warroom.core.record import Record
from warroom.engine.line_counts import KEPT_S, STEP_S, LineCounts, histogram

NOW = 1_790_000_003.0


def at(moment: float, level: str = "INFO", time: float | None = None) -> Record:
    return Record("x", 0, 0, 1, moment, level=level, time=time)


@given(st.lists(st.floats(NOW - 1100, NOW), max_size=40), st.integers(1, 200))
def test_every_line_of_the_span_is_in_one_bucket(moments: list[float], buckets: int) -> None:
    counts = LineCounts()
    counts.add([at(moment) for moment in moments])
    answer = histogram([counts], NOW, 1200, buckets, 0.0)
    assert sum(answer.lines) == sum(1 for one in moments if one >= answer.start)
    assert len(answer.lines) <= buckets
    assert answer.start % answer.bucket_s == 0
    assert answer.start + answer.bucket_s * len(answer.lines) > NOW


def test_a_line_whose_time_has_not_come_counts_at_its_arrival() -> None:
    counts = LineCounts()
    counts.add([at(NOW, "ERROR", NOW + 4000), at(NOW, "CRITICAL", NOW - 60)])
    answer = histogram([counts], NOW, 1200, 240, 0.0)
    assert answer.errors[-1] == 1
    assert answer.errors[-1 - 60 // STEP_S] == 1
    assert sum(answer.lines) == 2


def test_what_is_kept_is_bounded() -> None:
    counts = LineCounts()
    for second in range(0, 5 * KEPT_S, STEP_S):
        counts.add([at(NOW + second, "ERROR")])
    assert len(counts._lines) <= KEPT_S // STEP_S + 1
    assert len(counts._errors) <= KEPT_S // STEP_S + 1
