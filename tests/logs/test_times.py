"""Times as programs write them; a zone that is not written is the host's."""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from warroom.logs import times

MOMENT = 1795381667.0


@pytest.fixture(autouse=True, params=["UTC", "Asia/Kolkata"])
def zone(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[float]:
    """Live in a zone; yields by how many seconds it is ahead."""
    monkeypatch.setenv("TZ", request.param)
    time.tzset()
    for cached in (times._second, times._iso_hour, times._access_hour, times._month_hour):
        cached.cache_clear()
    yield -time.timezone
    monkeypatch.undo()
    time.tzset()
    for cached in (times._second, times._iso_hour, times._access_hour, times._month_hour):
        cached.cache_clear()


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("2026-11-22T21:07:47Z", MOMENT),
        ("2026-11-22T21:07:47.486265Z", MOMENT + 0.486265),
        ("2026-11-22T21:07:47.123456789Z", MOMENT + 0.123456),
        ("2026-11-22T21:07:47+00:00", MOMENT),
        ("2026-11-22 22:37:47.5+0130", MOMENT + 0.5),
        ("2026-11-22 21:07:47 +0000", MOMENT),
        ("2026-11-22 19:07:47 -0200", MOMENT),
    ],
)
def test_a_time_with_its_zone_is_the_same_everywhere(text: str, seconds: float) -> None:
    found = times.iso(text)
    assert found is not None
    assert abs(found[0] - seconds) < 1e-6
    assert found[1]


@pytest.mark.parametrize("text", ["2026-11-22 21:07:47,442", "2026-11-22T21:07:47.442"])
def test_a_time_without_a_zone_is_local(text: str, zone: float) -> None:
    found = times.iso(text)
    assert found is not None
    assert abs(found[0] - (MOMENT + 0.442 - zone)) < 1e-6
    assert not found[1]


def test_access_logs_have_their_own_way(zone: float) -> None:
    assert times.access_log("22/Nov/2026:21:07:47 +0000") == (MOMENT, True)
    assert times.access_log("22/Nov/2026 21:07:47") == (MOMENT - zone, False)


def test_a_time_without_a_year_lies_in_the_newest_year_that_fits(zone: float) -> None:
    assert times.without_year("Nov 22 21:07:47", MOMENT) == MOMENT - zone
    december = times.without_year("Dec 10 06:55:46", MOMENT)
    assert december is not None
    assert december < MOMENT
    new_year = times.without_year("Jan  1 00:00:10", 1798761590.0)
    assert new_year is not None
    assert abs(new_year - 1798761590.0) < 86400


@pytest.mark.parametrize("count", [1795381667, 1795381667.0, 1795381667000, 1795381667000000, 1795381667000000000])
def test_counts_since_the_epoch_are_known_by_their_size(count: float) -> None:
    assert times.any_time(count) == (MOMENT, True)


@pytest.mark.parametrize(
    "value",
    [
        *(None, True, -1, 3, 1e300, [], {}, float("nan")),
        *("soon", "x" * 100, "2026-13-45T00:00:00Z", "2026-11-22T21:07:47+25:00", "2026-11-22 24:00:00"),
    ],
)
def test_what_is_no_time_is_none(value: Any) -> None:
    assert times.any_time(value) is None


@given(st.text(max_size=40))
def test_any_text_is_a_time_or_not(text: str) -> None:
    times.iso(text)
    times.access_log(text)
    times.without_year(text, MOMENT)
