"""The four durations of an incident."""

from __future__ import annotations

import pytest

from warroom.core.metrics import MOMENTS, durations, median_of

MARKED = {"started": 100.0, "detected": 130.0, "acked": 150.0, "contained": 430.0, "resolved": 4030.0}


def test_each_duration_has_its_own_two_ends() -> None:
    assert durations(MARKED) == {"ttd_s": 30.0, "tta_s": 20.0, "ttc_s": 300.0, "ttr_s": 3900.0}


def test_a_missing_end_leaves_only_its_own_durations_open() -> None:
    without_start = {name: time for name, time in MARKED.items() if name != "started"}
    assert durations(without_start) == {"ttd_s": None, "tta_s": 20.0, "ttc_s": 300.0, "ttr_s": 3900.0}
    assert durations({}) == {"ttd_s": None, "tta_s": None, "ttc_s": None, "ttr_s": None}


def test_a_start_marked_after_the_alarm_shows_as_negative() -> None:
    assert durations({"started": 50.0, "detected": 40.0})["ttd_s"] == -10.0


@pytest.mark.parametrize("moment", MARKED)
def test_every_moment_used_is_a_named_one(moment: str) -> None:
    assert moment in MOMENTS
    assert durations({**MARKED, moment: 0.0}) != durations(MARKED)


def test_the_median_comes_with_its_count() -> None:
    assert median_of([3.0, None, 1.0, 2.0]) == (2.0, 3)
    assert median_of([None]) == (None, 0)
