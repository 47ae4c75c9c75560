"""Whatever was seen before, the pieces lead to the screen that is wanted: an emulator is the judge."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.tui.frame.terminal_model import Model
from warroom.tui.frame.grid import Grid, Row
from warroom.tui.frame.pens import Pens
from warroom.tui.frame.shown import Shown

COLUMNS, ROWS = 24, 8
PENS = ["", "1;31", "7", "48;5;17", "4;38;2;1;2;3", "38;5;3;48;5;17"]
TEXT = st.text(st.sampled_from("abcdef    日語한─▁é\u0301"), min_size=1, max_size=24)
PUT = st.tuples(st.integers(-2, COLUMNS), st.integers(0, ROWS - 1), TEXT, st.sampled_from(PENS))
LOG = st.tuples(st.integers(1, 4), st.text(st.sampled_from("xyz 日"), min_size=10, max_size=24))
CURSOR = st.none() | st.tuples(st.integers(-2, COLUMNS + 9), st.integers(-1, ROWS + 2))
FRAME = st.tuples(st.lists(PUT, max_size=6), st.none() | LOG, st.booleans(), CURSOR)
FRAMES = st.lists(FRAME, min_size=1, max_size=6)


@pytest.mark.parametrize("erases_in_colour", [True, False])
@settings(max_examples=150, deadline=None)
@given(FRAMES)
def test_after_every_frame_every_cell_is_right(
    erases_in_colour: bool,
    frames: list[tuple[list[tuple[int, int, str, str]], tuple[int, str] | None, bool, tuple[int, int] | None]],
) -> None:
    pens, grid, rows, model = Pens(), Grid(COLUMNS, ROWS), list[Row](), Model(COLUMNS, ROWS)
    shown = Shown(pens, erases_in_colour=erases_in_colour)
    log = [f"line {n}" for n in range(ROWS)]
    for puts, more, small_first, cursor in frames:
        if more:
            log = [*log[more[0] :], *[f"{more[1]} {n}" for n in range(more[0])]]
            for y in range(2, ROWS):
                grid.put(0, y, log[y].ljust(COLUMNS), pens.pen(""))
        for x, y, text, pen in puts:
            grid.put(x, y, text, pens.pen(pen))
        grid.bring(rows)
        for piece in shown.pieces(rows, small_first=small_first):
            model.feed(piece)
        model.feed(shown.cursor(cursor))
        assert model.shows(rows, pens)


def test_a_cursor_beyond_the_edge_does_not_move_what_is_drawn_next() -> None:
    pens, grid, rows, model = Pens(), Grid(COLUMNS, ROWS), list[Row](), Model(COLUMNS, ROWS)
    shown = Shown(pens)
    for text in ("a long line of text", "a long line of tex"):
        grid.put(3, 2, text.ljust(COLUMNS), 0)
        model.feed(frame(shown, grid, rows))
        model.feed(shown.cursor((COLUMNS + 1, 2)))
    assert model.shows(rows, pens)


def frame(shown: Shown, grid: Grid, rows: list[Row]) -> str:
    grid.bring(rows)
    return "".join(shown.pieces(rows))


def test_a_frame_that_was_left_half_way_is_finished_by_the_next() -> None:
    pens, grid, rows, model = Pens(), Grid(COLUMNS, ROWS), list[Row](), Model(COLUMNS, ROWS)
    shown = Shown(pens)
    for y in range(ROWS):
        grid.put(0, y, f"row {y} of the first", 0)
    grid.bring(rows)
    for piece in itertools.islice(shown.pieces(rows), 4):
        model.feed(piece)
    grid.put(0, 1, "another", 0)
    model.feed(frame(shown, grid, rows))
    assert model.shows(rows, pens)


def test_pens_that_take_turns_in_many_rows_are_taken_once() -> None:
    pens, grid, rows, model = Pens(), Grid(80, 24), list[Row](), Model(80, 24)
    shown = Shown(pens, scrolls=False)
    dim, loud = pens.pen("38;2;152;162;173"), pens.pen("1;38;2;232;122;110")
    for turn in range(3):
        for y in range(24):
            grid.put(0, y, f"08:40:{turn:02d}", dim)
            grid.put(9, y, "ERROR" if y % 5 == turn else "info ", loud if y % 5 == turn else dim)
            grid.put(15, y, f"what line {turn * 100 + y} says 日 {'word ' * (y % 4 + turn)}".ljust(65), 0)
        sent = frame(shown, grid, rows)
        model.feed(sent)
        assert model.shows(rows, pens)
    assert sent.count("\x1b[38;2;152;162;173m") + sent.count(";38;2;152;162;173m") <= 2, sent
    assert sent.count("232;122;110") == 1
    assert len(sent) < 24 * 50


def test_a_pass_of_a_pen_that_is_cut_off_is_finished_by_the_next_frame() -> None:
    pens, grid, rows, model = Pens(), Grid(COLUMNS, ROWS), list[Row](), Model(COLUMNS, ROWS)
    shown = Shown(pens, scrolls=False)
    for stop in range(12):
        for y in range(ROWS):
            grid.put(0, y, f"{stop:02d}", pens.pen("31"))
            grid.put(3, y, f"text {stop} {y}", 0)
        grid.bring(rows)
        for piece in itertools.islice(shown.pieces(rows), stop):
            model.feed(piece)
    model.feed(frame(shown, grid, rows))
    assert model.shows(rows, pens)


def test_a_log_that_grows_is_sent_as_a_scroll_and_its_new_lines() -> None:
    pens, grid, rows = Pens(), Grid(80, 24), list[Row]()
    shown = Shown(pens)
    lines = [f"{n:05d} tool call search_docs ok in {n * 7} ms user=u-{n}" for n in range(40)]
    for y in range(2, 24):
        grid.put(0, y, lines[y].ljust(80), 0)
    frame(shown, grid, rows)
    for y in range(2, 24):
        grid.put(0, y, lines[y + 3].ljust(80), 0)
    sent = frame(shown, grid, rows)
    assert "\x1b[3;24r" in sent
    assert len(sent) < 3 * 60 + 60


def test_a_screen_that_is_as_it_should_be_costs_nothing() -> None:
    pens, grid, rows = Pens(), Grid(COLUMNS, ROWS), list[Row]()
    shown = Shown(pens)
    grid.put(0, 0, "hello", 0)
    frame(shown, grid, rows)
    grid.put(0, 0, "hello", 0)
    assert frame(shown, grid, rows) == ""


def test_after_somebody_else_wrote_the_whole_screen_is_sent() -> None:
    pens, grid, rows, model = Pens(), Grid(COLUMNS, ROWS), list[Row](), Model(COLUMNS, ROWS)
    shown = Shown(pens)
    grid.put(3, 3, "hello", 0)
    frame(shown, grid, rows)
    shown.forget()
    model.feed(frame(shown, grid, rows))
    assert model.shows(rows, pens)
