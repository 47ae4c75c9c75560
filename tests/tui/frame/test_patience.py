"""Patience is as long as was said, and a moment without the machine does not end it."""

from __future__ import annotations

from warroom.tui.frame.patience import Patience


def test_it_lasts_as_long_as_was_said_for_whoever_looks_often() -> None:
    moments = iter([0.0, 0.1, 0.2, 0.3])
    patience = Patience(0.1, lambda: next(moments))
    assert [patience.lasts(0.25) for _ in range(3)] == [True, True, False]


def test_a_stall_counts_as_one_look() -> None:
    moments = iter([0.0, 0.1, 60.0, 60.01, 60.2])
    patience = Patience(0.1, lambda: next(moments))
    assert [patience.lasts(0.25) for _ in range(4)] == [True, True, True, False]
