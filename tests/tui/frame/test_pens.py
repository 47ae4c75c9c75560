"""Pens are changed by the shortest order, and every order leads to the pen that was meant."""

from __future__ import annotations

import pyte
import pytest
from hypothesis import given
from hypothesis import strategies as st

from warroom.tui.frame.pens import PLAIN, Pens

PARAMETERS = st.lists(
    st.sampled_from(["1", "3", "4", "7", "9", "31", "42", "38;5;200", "48;5;17", "38;2;1;2;3", "48;2;9;8;7", "97"]),
    max_size=5,
).map(";".join)


def drawn(*orders: str) -> object:
    screen = pyte.Screen(4, 1)
    pyte.Stream(screen).feed("".join(orders) + "x")
    return screen.buffer[0][0]


@given(PARAMETERS, PARAMETERS)
def test_a_change_leads_to_the_pen_wherever_it_begins(before: str, after: str) -> None:
    pens = Pens()
    one, other = pens.pen(before), pens.pen(after)
    wanted = drawn(f"\x1b[0;{after}m" if after else "\x1b[m")
    assert drawn(pens.change(None, one), pens.change(one, other)) == wanted
    assert drawn("\x1b[1;4;31;42m", pens.change(None, other)) == wanted


@given(PARAMETERS, PARAMETERS)
def test_no_change_is_longer_than_to_begin_anew(before: str, after: str) -> None:
    pens = Pens()
    one, other = pens.pen(before), pens.pen(after)
    assert len(pens.change(one, other)) <= len(pens.change(None, other))


@pytest.mark.parametrize(("one", "other"), [("1;31", "31;1"), ("38;2;1;2;3", "38:2:1:2:3"), ("", "0"), ("31;39", "")])
def test_the_same_look_is_the_same_pen(one: str, other: str) -> None:
    pens = Pens()
    assert pens.pen(one) == pens.pen(other)


def test_what_shows_on_a_blank_cell_is_not_erased() -> None:
    pens = Pens()
    assert pens.erases(PLAIN)
    assert pens.erases(pens.pen("1;48;5;17"))
    assert not pens.erases(pens.pen("4"))
    assert (pens.has_paper(pens.pen("48;5;17")), pens.has_paper(pens.pen("31"))) == (True, False)
