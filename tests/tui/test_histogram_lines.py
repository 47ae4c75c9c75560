"""The histogram fits its row, says what it counts, and puts alarms where they were."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from warroom.core.queries import HistogramAnswer
from warroom.tui.cells import width_of
from warroom.tui.histogram_lines import SPAN_S, bucket_count, histogram_lines

START = 1_790_000_000.0


def counts(lines: list[int], errors: list[int] | None = None, since: float = START) -> HistogramAnswer:
    return HistogramAnswer(START, 20.0, lines, errors or [0] * len(lines), since)


@pytest.mark.parametrize("width", [40, 60, 80, 100, 120, 200])
def test_as_many_buckets_are_asked_for_as_have_room(width: int) -> None:
    count = bucket_count(width)
    assert SPAN_S % count == 0
    assert count <= max(20, width - 30)


@given(st.lists(st.integers(0, 10**9), max_size=120), st.integers(10, 200))
def test_rows_never_are_wider_than_the_screen(lines: list[int], width: int) -> None:
    rows = histogram_lines(counts(lines), [START + 20 * n for n in range(0, 200, 7)], width)
    assert all(width_of(row.text) <= width for row in rows)


def test_height_follows_the_count_and_any_line_can_be_seen() -> None:
    text = histogram_lines(counts([0, 1, 500, 1000]), [], 80)[0].text
    assert text.startswith("  ▁▄█ 20 min · 1,501 lines")


def test_errors_are_counted_in_words_and_an_early_start_is_said() -> None:
    row = histogram_lines(counts([1, 2, 3], [0, 2, 0], since=START + 25), [], 80)[0]
    assert "2 errors" in row.text
    assert "since " in row.text
    assert [style for text, style in row.spans if "▅" in text or "▆" in text] == ["bad"]


def test_alarms_stand_under_the_time_they_came_and_others_nowhere() -> None:
    rows = histogram_lines(counts([1] * 10), [START - 1, START, START + 59, START + 200], 80)
    assert rows[1].text.startswith(" ! !        ! alarms")
    assert len(histogram_lines(counts([1] * 10), [START + 200], 80)) == 1


def test_a_span_without_any_line_is_drawn() -> None:
    assert histogram_lines(counts([0] * 5), [], 80)[0].text.strip().startswith("20 min · 0 lines")
