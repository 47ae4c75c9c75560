"""Rows that moved up are found; what merely looks alike is not."""

from __future__ import annotations

from warroom.tui.frame.grid import BLANK, Row
from warroom.tui.frame.pens import PLAIN
from warroom.tui.frame.scrolling import Scroll, find_scroll


def row(text: str) -> Row:
    return [(char, PLAIN) for char in text.ljust(60)]


LINES = [row(f"{n:04d} event number {n * n} of the log, user u-{n}") for n in range(40)]


def test_a_log_under_a_board_moves_alone() -> None:
    board = [row("STATE BOT"), row("ALARM support")]
    assert find_scroll(board + LINES[:10], board + LINES[3:13]) == Scroll(2, 11, 3)


def test_what_changes_around_a_log_that_moves_stays_where_it_is() -> None:
    board, status = [row("STATE BOT LINES"), row("ALARM support 47"), row("─" * 60)], [row("behind 0 B"), row("keys")]
    counted = [board[0], row("ALARM support 48"), board[2]]
    clock = [row("behind 9 B"), status[1]]
    for by in (1, 3):
        old, new = board + LINES[:10] + status, counted + LINES[by : 10 + by] + clock
        assert find_scroll(old, new) == Scroll(3, 12, by)


def test_rows_that_are_all_new_do_not_scroll() -> None:
    assert find_scroll(LINES[:10], LINES[20:30]) is None


def test_a_screen_that_did_not_change_does_not_scroll() -> None:
    assert find_scroll(LINES[:10], LINES[:10]) is None


def test_blank_rows_are_no_sign_of_a_scroll() -> None:
    blank = [BLANK] * 60
    old = [LINES[0], *[blank] * 8]
    new = [LINES[1], *[blank] * 5, LINES[2], LINES[3], LINES[4]]
    assert find_scroll(old, new) is None
