"""Marks of when bytes arrived: a second apart, an hour long, never earlier than it was."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from warroom.core.arrivals import KEPT_S, STEP_S, Arrivals


def test_marks_are_kept_by_source_and_generation() -> None:
    arrivals = Arrivals()
    for source, generation, offset, at in [("a", 0, 10, 1.0), ("b", 0, 5, 2.0), ("a", 1, 7, 3.0)]:
        arrivals.note(source, generation, offset, at)
    assert [(one.generation, one.offset, one.received) for one in arrivals.marks("a")] == [(0, 10, 1.0), (1, 7, 3.0)]
    assert len(arrivals.marks()) == 3
    assert arrivals.marks("c") == []


def test_they_reach_back_an_hour_and_no_further() -> None:
    arrivals = Arrivals()
    for at in range(10_000):
        arrivals.note("a", 0, at, float(at))
    marks = arrivals.marks("a")
    assert marks[0].received == 10_000 - 1 - KEPT_S - 1, "one older mark says where the hour begins"
    assert len(marks) < KEPT_S + 5


@given(st.lists(st.tuples(st.floats(0, 3), st.integers(0, 50)), min_size=1, max_size=60))
def test_the_mark_of_a_byte_is_at_most_a_step_late_and_never_early(steps: list[tuple[float, int]]) -> None:
    arrivals, at, offset = Arrivals(), 100.0, 0
    truth: list[tuple[int, float]] = []
    for wait, size in steps:
        at, offset = at + wait, offset + size
        arrivals.note("a", 0, offset, at)
        truth.append((offset, at))
    marks = arrivals.marks("a")
    for offset, _ in truth:
        told = next(one.received for one in marks if one.offset >= offset)
        came = next(when for end, when in truth if end >= offset)
        assert came <= told < came + STEP_S
