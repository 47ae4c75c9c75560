"""Orders are the shortest that lead there."""

from __future__ import annotations

import pytest

from warroom.tui.frame.encoder import Encoder
from warroom.tui.frame.pens import PLAIN, Pens


def at(x: int | None, y: int | None) -> Encoder:
    encoder = Encoder(Pens())
    encoder.x, encoder.y, encoder.pen = x, y, PLAIN
    return encoder


@pytest.mark.parametrize(
    ("here", "there", "order"),
    [
        ((5, 3), (5, 3), ""),
        ((5, 3), (6, 3), "\x1b[C"),
        ((5, 3), (9, 3), "\x1b[4C"),
        ((5, 3), (3, 3), "\b\b"),
        ((5, 3), (0, 3), "\r"),
        ((5, 3), (0, 4), "\r\n"),
        ((5, 3), (0, 0), "\x1b[H"),
        ((5, 3), (0, 9), "\x1b[10H"),
        ((None, None), (4, 2), "\x1b[3;5H"),
        ((None, 2), (4, 2), "\x1b[3;5H"),
        ((None, 2), (0, 3), "\x1b[4H"),
    ],
)
def test_moves(here: tuple[int | None, int | None], there: tuple[int, int], order: str) -> None:
    assert at(*here).move(*there) == order


def test_a_short_gap_in_the_same_pen_is_written_again() -> None:
    old = [(char, PLAIN) for char in "abcdefghij"]
    new = [(char, PLAIN) for char in "aXcdeYghij"]
    assert at(0, 0).row(0, old, new) == "aXcdeY"


def test_a_blank_end_is_erased_and_only_where_it_looks_so() -> None:
    pens = Pens()
    underlined = pens.pen("4")
    old = [("x", PLAIN)] * 30
    assert at(0, 0).row(0, old, [(" ", PLAIN)] * 30) == "\x1b[K"
    encoder = Encoder(pens)
    encoder.x, encoder.y, encoder.pen = 0, 0, PLAIN
    assert encoder.row(0, old, [(" ", underlined)] * 30) == "\x1b[4m" + " " * 30


def test_a_terminal_that_erases_without_colour_gets_blanks() -> None:
    pens = Pens()
    blue = pens.pen("44")
    encoder = Encoder(pens, erases_in_colour=False)
    encoder.x, encoder.y, encoder.pen = 0, 0, PLAIN
    assert encoder.row(0, [("x", PLAIN)] * 10, [(" ", blue)] * 10) == "\x1b[44m" + " " * 10


def test_after_a_sign_of_doubtful_width_the_place_is_said_anew() -> None:
    old = [("x", PLAIN)] * 6
    new = [("日", PLAIN), ("", PLAIN), ("a", PLAIN), ("b", PLAIN), ("x", PLAIN), ("x", PLAIN)]
    assert at(0, 0).row(0, old, new) == "日\x1b[1;3Hab"
