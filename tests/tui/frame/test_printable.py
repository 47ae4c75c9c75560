"""Text becomes cells, as many as Textual counts, and never an order."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len, split_graphemes

from warroom.tui.frame.printable import cells_of, one_column_everywhere


@pytest.mark.parametrize(
    ("text", "cells"),
    [
        ("ok", ["o", "k"]),
        ("日本", ["日", "", "本", ""]),
        ("e\u0301", ["e\u0301"]),
        ("a\x1b[2Jb", ["a", "[", "2", "J", "b"]),
        ("a\u202eb", ["a", "b"]),
        ("\u00a0", [" "]),
        ("a" + "\u0301" * 9, ["a" + "\u0301" * 2]),
    ],
)
def test_examples(text: str, cells: list[str]) -> None:
    assert cells_of(text) == cells


@given(st.text())
def test_there_are_as_many_cells_as_textual_counts(text: str) -> None:
    assert len(cells_of(text)) == sum(width for _, _, width in split_graphemes(text)[0])


@given(st.text(st.characters()))
def test_no_cell_holds_what_a_terminal_could_obey(text: str) -> None:
    for cell in cells_of(text):
        assert all(char.isprintable() or char == " " for char in cell)
        assert not {"\x1b", "\x9b", "\u200d", "\u202e"} & set(cell)


@given(st.text(st.characters(), min_size=1))
def test_a_cell_is_as_wide_as_the_columns_that_it_takes(text: str) -> None:
    cells = cells_of(text)
    for cell, after in zip(cells, [*cells, "x"][1:], strict=True):
        if cell:
            assert cell_len(cell[0]) == (1 if after else 2)


def test_signs_that_every_terminal_draws_in_one_column() -> None:
    assert all(map(one_column_everywhere, "a ─▁▸"[:4]))
    assert not one_column_everywhere("日")


def test_flags_are_their_letters() -> None:
    assert "".join(cells_of("🇩🇪 🇫🇷")).split() == ["DE", "FR"]
