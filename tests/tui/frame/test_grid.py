"""The wanted screen: no half of a wide cell, nothing outside, and only what was drawn on is copied."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from warroom.tui.frame.grid import BLANK, Grid, Row

WORDS = st.text(st.sampled_from("ab 日語─é"), min_size=1, max_size=8)


def text_of(grid: Grid, y: int) -> str:
    return "".join(cluster for cluster, _ in grid.row(y))


def test_text_is_placed_and_cut() -> None:
    grid = Grid(6, 2)
    assert grid.put(4, 0, "abc", 1) == 7
    assert grid.put(-2, 1, "xyz", 1) == 1
    grid.put(0, 5, "below", 1)
    assert (text_of(grid, 0), text_of(grid, 1)) == ("    ab", "z     ")


def test_no_half_of_a_wide_cell_is_left() -> None:
    grid = Grid(4, 1)
    grid.put(0, 0, "日本", 1)
    grid.put(1, 0, "x", 1)
    assert text_of(grid, 0) == " x本"
    grid.put(0, 0, "abc", 1)
    assert text_of(grid, 0) == "abc "
    grid.put(3, 0, "日", 1)
    assert text_of(grid, 0) == "abc "


@given(st.lists(st.tuples(st.integers(-3, 12), st.integers(-1, 4), WORDS), max_size=30))
def test_every_row_is_as_wide_as_the_screen_whatever_is_put(puts: list[tuple[int, int, str]]) -> None:
    grid = Grid(10, 3)
    for x, y, text in puts:
        grid.put(x, y, text, 1)
        for number in range(3):
            row = grid.row(number)
            assert len(row) == 10
            assert row[0][0]
            for (one, _), (after, _) in zip(row, [*row[1:], BLANK], strict=True):
                # The right half of a wide cell follows its left half and nothing else.
                assert after or one in "日語"


def test_only_rows_that_were_drawn_on_are_copied() -> None:
    grid, rows = Grid(3, 3), list[Row]()
    grid.bring(rows)
    before = list(rows)
    grid.put(0, 1, "a", 1)
    grid.bring(rows)
    assert [rows[y] is before[y] for y in range(3)] == [True, False, True]


def test_another_size_keeps_what_fits() -> None:
    grid, rows = Grid(3, 1), list[Row]()
    grid.put(0, 0, "abc", 1)
    grid.bring(rows)
    grid.resize(5, 2)
    grid.bring(rows)
    assert [len(row) for row in rows] == [5, 5]
    assert text_of(grid, 0) == "abc  "
