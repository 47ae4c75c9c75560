"""Text in cells: whatever is written, a column keeps its width and a wrapped text loses nothing."""

from __future__ import annotations

import itertools

from hypothesis import given
from hypothesis import strategies as st

from tests.tui.hostile import FORBIDDEN
from warroom.core.clean import clean
from warroom.tui.alarm_lines import range_bar
from warroom.tui.cells import across, changed_cells, cut, fit, width_of, wrap
from warroom.tui.lines import line
from warroom.tui.words import age, count, span_text, trend

TEXT = st.text(max_size=80)
WIDTH = st.integers(1, 60)
SPANS = st.lists(st.tuples(TEXT, st.sampled_from(["text", "dim", "bad"])), max_size=4)


@given(TEXT, WIDTH, st.booleans())
def test_a_fitted_text_has_exactly_its_width(text: str, width: int, right: bool) -> None:
    shown = fit(text, width, right=right)
    assert width_of(shown) == width
    assert not FORBIDDEN.search(shown)


@given(TEXT, st.integers(8, 60))
def test_wrapped_rows_fit_and_keep_every_word(text: str, width: int) -> None:
    rows = wrap(text, width)
    assert all(width_of(row) <= width for row in rows)
    assert "".join("".join(rows).split()) == "".join(str(clean(text)).split())


@given(SPANS, WIDTH)
def test_cut_spans_never_exceed_the_width(spans: list[tuple[str, str]], width: int) -> None:
    assert sum(width_of(text) for text, _ in cut(spans, width)) <= width


@given(SPANS, SPANS, WIDTH)
def test_two_sides_of_a_row_never_exceed_it(
    left: list[tuple[str, str]], right: list[tuple[str, str]], width: int
) -> None:
    assert width_of(across(left, right, width).text) <= max(width, 1)


@given(SPANS, SPANS)
def test_cells_outside_the_changed_ones_are_equal(before: list[tuple[str, str]], after: list[tuple[str, str]]) -> None:
    old, new = line(*cut(before, 200)), line(*cut(after, 200))
    first, cells = changed_cells(old, new)
    assert old.text[:first] == new.text[:first] or width_of(old.text) != len(old.text)
    if len(old.text) == len(new.text) and width_of(old.text + new.text) == len(old.text + new.text):
        assert old.text[first + cells :] == new.text[first + cells :]


def test_an_age_changes_seldom() -> None:
    seen = [age(0.0, float(now)) for now in range(120)]
    assert sum(1 for a, b in itertools.pairwise(seen) if a != b) == 2
    assert (age(None, 5.0), age(0.0, 3.0), age(0.0, 7200.0)) == ("never", "now", "2h")


def test_counts_and_spans_stay_short() -> None:
    assert [count(n) for n in (0, 9999, 12400, 120_000, 1_204_311)] == ["0", "9999", "12.4k", "120k", "1.2M"]
    assert [span_text(s) for s in (0, 59, 61, 3700, 90000)] == ["0s", "59s", "1m", "1h", "1d"]


def test_a_trend_is_as_wide_as_asked_and_highest_at_100() -> None:
    assert trend([0.0, 50.0, 100.0], 5) == "  ▁▅█"
    assert len(trend([1.0] * 40, 16)) == 16


@given(st.floats(-1e6, 1e6), st.lists(st.floats(-1e6, 1e6), min_size=3, max_size=3))
def test_the_range_bar_always_shows_value_in_its_width(value: float, usual: list[float]) -> None:
    low, middle, high = sorted(usual)
    bar = range_bar(value, (low, middle, high))
    assert len(bar) == 24
    assert bar.count("●") == 1
