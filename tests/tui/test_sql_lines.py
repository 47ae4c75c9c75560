"""A result fits the screen whatever is in it, and a refusal points at its place."""

from __future__ import annotations

import pytest

from warroom.core.queries import NotAnswered, SqlAnswer, SqlRefused
from warroom.tui.cells import width_of
from warroom.tui.sql_lines import (
    cell_text,
    head_line,
    layout,
    none_lines,
    query_title,
    refusal_lines,
    result_rows,
    row_lines,
    start_lines,
)
from warroom.tui.sql_session import SqlSession

WIDE = "宽" * 60
ANSWER = SqlAnswer(
    ["n", "name", "long", "none", "wide"],
    [[1, "a", "x" * 500, None, WIDE], [22, "bb", "y", None, "z"], [-3.25, "", "", None, ""]],
    "",
    0.1,
    9,
)


@pytest.mark.parametrize("width", [8, 20, 40, 78, 118, 200])
@pytest.mark.parametrize("first", range(5))
def test_heads_and_rows_are_as_wide_as_each_other_and_one_column_is_always_there(first: int, width: int) -> None:
    shape = layout(ANSWER, first, width)
    assert shape.widths
    cells = {width_of(row.text) for row in result_rows(ANSWER, shape)}
    assert cells == {width_of(head_line(ANSWER, shape).text) - 2}
    assert sum(shape.widths) + 2 * (len(shape.widths) - 1) <= width


def test_numbers_stand_right_and_the_last_column_takes_what_is_left() -> None:
    shape = layout(ANSWER, 0, 300)
    assert shape.numbers == [True, False, False, True, False]
    assert [row.text[:5] for row in result_rows(ANSWER, shape)] == ["    1", "   22", "-3.25"]
    assert shape.widths[2] == 48
    assert shape.widths[4] == 120
    assert [row.key for row in result_rows(ANSWER, shape)] == ["row:0", "row:1", "row:2"]


@pytest.mark.parametrize(
    ("cell", "text"), [(None, "-"), (0.1 + 0.2, "0.3"), (1 << 60, str(1 << 60)), ("a\x1bb", "a␛b")]
)
def test_a_cell_as_it_is_shown(cell: str | int | float | None, text: str) -> None:
    assert cell_text(cell) == text


def test_one_row_is_shown_whole() -> None:
    text = "".join(row.text for row in row_lines(ANSWER, 0, 78))
    assert text.count("x") == 500
    assert text.count("宽") == 60
    assert "null" in text


@pytest.mark.parametrize("width", [20, 78])
def test_the_mark_stands_below_the_character_that_is_meant(width: int) -> None:
    text = "SELECT id, titel FROM incidents WHERE bot = 'support'"
    rows = [row.text for row in refusal_lines(text, SqlRefused("no such column: titel", 11, "title?"), width)]
    mark = next(number for number, row in enumerate(rows) if row.strip() == "^")
    assert rows[mark - 1][rows[mark].index("^") :].startswith("titel"[: width - 13])
    assert any("title?" in row for row in rows)


@pytest.mark.parametrize("answer", [SqlRefused("no"), NotAnswered("gone"), SqlRefused("no", 10_000)])
def test_a_refusal_without_a_place_has_no_mark_and_a_key_to_go_on(answer: SqlRefused | NotAnswered) -> None:
    rows = refusal_lines("SELECT 1", answer, 40)
    assert not [row for row in rows if row.text.strip() == "^"]
    assert rows[-1].key == "edit:sql"


@pytest.mark.parametrize("width", [20, 58, 78, 118])
def test_no_row_is_wider_than_the_pane(width: int) -> None:
    nothing = SqlAnswer([f"column {n}" for n in range(40)], [], "", 0.1, 9)
    for row in [
        *start_lines(width),
        *none_lines(nothing, width),
        *refusal_lines("SELECT " * 40, SqlRefused("no"), width),
    ]:
        assert width_of(row.text) <= width


def said(answer: SqlAnswer, length: int, width: int) -> str:
    session = SqlSession()
    session.answer = answer
    return query_title(session, layout(answer, 0, 40), length, width)


def test_the_title_says_what_matters_most_in_the_cells_that_there_are() -> None:
    assert said(ANSWER, 12, 200) == (
        "Query · 3 rows in 0.100 s · columns 1 to 3 of 5 (left, right) · 3 entries since, r asks again"
    )
    assert said(ANSWER, 12, 70) == "Query · 3 rows in 0.100 s · columns 1 to 3 of 5 (left, right)"
    assert said(ANSWER, 12, 60) == "Query · 3 rows in 0.100 s · columns 1 to 3 of 5 · 3 since: r"
    assert said(ANSWER, 12, 50) == "Query · 3 rows in 0.100 s · columns 1 to 3 of 5"
    assert said(ANSWER, 9, 30) == "Query · 3 rows in 0.100 s"
    assert width_of(said(ANSWER, 9, 12)) == 12
