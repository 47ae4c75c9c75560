"""Times leave as RFC 3339 with milliseconds and come back; durations read as people say them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from warroom.core.moments import age_text, clock_text, elapsed_text, utc_seconds, utc_text


@given(st.integers(0, 4_000_000_000_000))
def test_a_moment_survives_to_the_millisecond(milliseconds: int) -> None:
    text = utc_text(milliseconds / 1000)
    assert text.endswith("Z")
    assert round(utc_seconds(text) * 1000) == milliseconds


def test_a_text_without_a_zone_is_no_moment() -> None:
    with pytest.raises(ValueError, match="time zone"):
        utc_seconds("2026-11-22T21:07:47")


@pytest.mark.parametrize(
    ("seconds", "words"),
    [(0, "0.0s"), (9.94, "9.9s"), (42, "42s"), (600, "10m"), (7500, "2h 05m"), (400_000, "5d"), (-3, "0.0s")],
)
def test_an_age_is_as_long_as_it_needs_to_be(seconds: float, words: str) -> None:
    assert age_text(seconds) == words


def test_running_time_and_time_of_day() -> None:
    assert elapsed_text(3725.9) == "01:02:05"
    assert clock_text(0) == "00:00:00"
