"""A row has a cell for each column: texts cleaned, moments as texts that sort."""

from __future__ import annotations

import pytest

from tests.tui.hostile import CORPUS, FORBIDDEN
from warroom.core.record_columns import Table, int_column, real_column, text_column, time_column

NUMBERS: Table[float] = Table(
    "numbers",
    "Numbers in several dresses.",
    (
        text_column("text", "as text", str),
        int_column("whole", "cut", int),
        real_column("half", "divided", lambda one: one / 2),
        time_column("at", "as a moment", lambda one: one),
    ),
)
WORDS: Table[str] = Table("words", "Words as they are.", (text_column("word", "the word", lambda one: one),))


def test_a_row_has_its_cells_in_the_order_of_the_columns() -> None:
    assert NUMBERS.row(3.0) == ("3.0", 3, 1.5, "1970-01-01T00:00:03.000Z")
    assert [(one.name, one.kind) for one in NUMBERS.columns] == [
        ("text", "TEXT"),
        ("whole", "INTEGER"),
        ("half", "REAL"),
        ("at", "TEXT"),
    ]


def test_a_moment_that_is_not_known_is_null_and_moments_sort_as_texts() -> None:
    moments: Table[float | None] = Table("m", "Moments.", (time_column("at", "when", lambda one: one),))
    assert moments.row(None) == (None,)
    texts = [str(moments.row(second)[0]) for second in (0.0, 9.5, 1_700_000_000.0, 4_000_000_000.0)]
    assert texts == sorted(texts)


@pytest.mark.parametrize("evil", CORPUS, ids=range(len(CORPUS)))
def test_no_text_leaves_a_table_raw(evil: str) -> None:
    (cell,) = WORDS.row(evil)
    assert not FORBIDDEN.search(str(cell))
