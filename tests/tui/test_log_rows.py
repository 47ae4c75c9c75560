"""Rows stay bounded, in order and without a seam; cursor and screen never leave them, whatever happens."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.tui.fake_log import line_at
from warroom.core.queries import Spot
from warroom.core.view import LogLine
from warroom.tui.log_rows import KEPT_ROWS, SPARE_ROWS, LogRows, Row
from warroom.tui.stream_lines import gap_row

SOURCE = "/var/log/support.log"


def lines(first: int, last: int) -> list[LogLine]:
    return [line_at(n, f"line {n}") for n in range(first, last)]


def spot(seq: int) -> list[Spot]:
    return [Spot(SOURCE, 1, (seq + 2000) * 100)]


def opened(first: int, last: int) -> LogRows:
    rows = LogRows()
    rows.replace(lines(first, last), spot(first), spot(last), attached=True)
    return rows


def numbers(rows: LogRows) -> list[int]:
    return [row.entry.seq for row in rows.rows if row.entry]


STEPS = st.one_of(
    st.tuples(st.just("move"), st.integers(-300, 300)),
    st.tuples(st.just("scroll"), st.integers(-30, 30)),
    st.tuples(st.just("append"), st.integers(0, 50)),
    st.tuples(st.just("prepend"), st.integers(0, 50)),
    st.tuples(st.just("end"), st.just(0)),
)


@settings(max_examples=200, deadline=None)
@given(st.lists(STEPS, max_size=30), st.integers(1, 40))
def test_the_cursor_is_on_the_screen_and_the_screen_on_the_rows(steps: list[tuple[str, int]], height: int) -> None:
    rows, low, high = opened(0, 10), 0, 10

    def tall(index: int) -> int:
        """A row keeps its height wherever others push it."""
        return 1 + rows.rows[index].uid % 3

    for what, by in steps:
        match what:
            case "move":
                rows.move(by, height, tall)
            case "scroll":
                rows.scroll(by, height, tall)
            case "append":
                rows.append(lines(high, high + by), merge=False)
                high += by
            case "prepend":
                rows.prepend(lines(low - by, low), spot(low - by))
                low -= by
            case _:
                rows.go_to(len(rows.rows) - 1, height, tall)
        first, cut = rows.top(height, tall)
        shown = sum(tall(n) for n in range(first, rows.last + 1)) - cut
        assert 0 <= rows.cursor < len(rows.rows)
        assert first <= rows.cursor <= max(rows.last, first + height)
        assert shown <= height
        assert numbers(rows) == list(range(low, high))


@pytest.mark.parametrize("wheel", [True, False])
def test_what_is_on_the_screen_stays_when_lines_come_on_both_sides(wheel: bool) -> None:
    rows = opened(0, 100)
    if wheel:
        rows.scroll(-20, 10, lambda _: 1)
    else:
        rows.move(-20, 10, lambda _: 1)
    seen = [row.uid for row in rows.rows[rows.top(10, lambda _: 1)[0] : rows.last + 1]]
    rows.append(lines(100, 150), merge=False)
    rows.prepend(lines(-30, 0), spot(-30))
    assert [row.uid for row in rows.rows[rows.top(10, lambda _: 1)[0] : rows.last + 1]] == seen
    assert rows.unseen == 50


def test_following_is_bounded_and_the_boundary_above_follows() -> None:
    rows = opened(0, 100)
    for start in range(100, 3 * KEPT_ROWS, 500):
        rows.append(lines(start, start + 500), merge=False)
    assert KEPT_ROWS <= len(rows.rows) < KEPT_ROWS + SPARE_ROWS
    assert rows.following
    assert rows.older == spot(numbers(rows)[0])


def test_a_reader_far_back_is_cut_off_below_and_finds_the_boundary_there() -> None:
    rows = opened(0, 100)
    rows.go_to(0, 20, lambda _: 1)
    for start in range(100, 3 * KEPT_ROWS, 500):
        if rows.attached:
            rows.append(lines(start, start + 500), merge=False)
    assert not rows.attached
    assert rows.cursor == 0
    assert len(rows.rows) <= 2 * KEPT_ROWS
    last = numbers(rows)[-1]
    assert rows.newer == spot(last + 1)


def test_lines_that_follow_a_cut_end_lead_back_to_the_newest() -> None:
    rows = LogRows()
    rows.replace(lines(0, 100), spot(0), spot(100), attached=False)
    rows.extend(lines(100, 149), spot(149), attached=True)
    assert (rows.attached, numbers(rows)) == (True, list(range(149)))


def test_reading_back_without_end_cuts_below_too() -> None:
    rows, low = opened(0, 500), 0
    for _ in range(60):
        rows.go_to(0, 20, lambda _: 1)
        rows.prepend(lines(low - 300, low), spot(low - 300))
        low -= 300
    assert len(rows.rows) <= 2 * KEPT_ROWS
    assert not rows.attached
    assert numbers(rows)[0] == low
    assert rows.newer == spot(numbers(rows)[-1] + 1)


def test_late_lines_are_sorted_in_and_a_log_keeps_its_own_order_at_one_moment() -> None:
    rows = opened(0, 10)
    rows.append([line_at(4, "late", bot="sales")], merge=True)
    assert numbers(rows)[4:7] == [4, 4, 5]
    assert [row.entry.text for row in rows.rows if row.entry][5] == "late"
    assert rows.cursor == len(rows.rows) - 1


def test_a_boundary_names_each_log_even_one_without_a_line_below() -> None:
    rows = LogRows()
    both = [line_at(1, "a"), line_at(2, "b", bot="sales"), line_at(3, "c")]
    start = [Spot(SOURCE, 1, 0), Spot("/var/log/sales.log", 1, 0), Spot("/var/log/quiet.log", 0, 70)]
    rows.replace(both, start, [], attached=True)
    found = {one.source: one.offset for one in rows.boundary_at(2)}
    assert found == {SOURCE: 200300, "/var/log/sales.log": 200300, "/var/log/quiet.log": 70}


def test_a_row_of_our_own_is_passed_over_by_what_looks_for_lines() -> None:
    rows = opened(0, 3)
    rows.append(lines(9, 12), merge=False, note=gap_row(6))

    def is_note(row: Row) -> bool:
        return row.note is not None

    assert rows.find(is_note, -1) == 3
    assert rows.find(is_note, 1) is None
    assert numbers(rows) == [0, 1, 2, 9, 10, 11]
