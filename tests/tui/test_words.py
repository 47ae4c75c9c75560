"""Durations that a person types, and the words for states."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from tests.tui.waiting import waiting_action
from warroom.core.limits import LONGEST_S
from warroom.core.model import ActionState
from warroom.tui.words import action_state, left_text, read_span


@pytest.mark.parametrize(
    ("text", "seconds"),
    [("", None), ("90s", 90.0), ("30m", 1800.0), ("2h", 7200.0), ("1.5h", 5400.0), ("1 d", 86400.0)],
)
def test_a_duration_is_read_as_it_is_written(text: str, seconds: float | None) -> None:
    assert read_span(text) == (seconds, "")


@pytest.mark.parametrize(
    "text", ["30", "m", "0m", "-5m", "1e9h", "999999999d", "30m 2h", "never", "٣m", "30M", "nan", "inf"]
)
def test_what_is_no_duration_is_said(text: str) -> None:
    seconds, fault = read_span(text)
    assert seconds is None
    assert text in fault


@given(st.text(max_size=30))
def test_whatever_is_typed_is_a_duration_within_a_year_or_a_fault(text: str) -> None:
    seconds, fault = read_span(text)
    assert (seconds is None) == (bool(fault) or not text)
    assert seconds is None or 0 < seconds <= LONGEST_S


def test_every_state_has_words_of_its_own_that_fit_the_list() -> None:
    words = {action_state(replace(waiting_action(), state=state)) for state in ActionState}
    assert len({text for text, _ in words}) == len(ActionState)
    assert max(len(text) for text, _ in words) <= 13


def test_the_last_minute_does_not_count_down() -> None:
    assert left_text(720.5) == "12m"
    assert left_text(59.9) == "<1m"
    assert left_text(-3) == "<1m"
