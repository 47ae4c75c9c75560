"""Queries in lines: what can be asked, the result in columns, one row whole, and what went wrong."""

from __future__ import annotations

from collections.abc import Sequence
from typing import assert_never

import msgspec

from warroom.core.clean import clean
from warroom.core.counted import counted
from warroom.core.queries import NotAnswered, SqlAnswer, SqlRefused
from warroom.core.record_columns import Cell
from warroom.core.record_tables import TABLES
from warroom.core.sql_words import EXAMPLES
from warroom.tui.cells import cut, fit, labelled, width_of, wrap, wrapped
from warroom.tui.lines import EMPTY, Line, Span, line
from warroom.tui.sql_session import SqlSession

WIDEST = 48
"""Cells of a column; what is longer stands whole below."""
_GAP = 2
_INTRO = (
    "Ask the record of this room. s types a query, Enter runs what is under the cursor. Nothing can be changed here."
)
_TABLES: Sequence[Span] = (("TABLES", "head"), ("  with their columns; docs/sql.md says what each means", "dim"))
_GO_ON: Sequence[Span] = (
    ("Enter or s", "key"),
    (" changes the query, ", "dim"),
    ("Esc", "key"),
    (" shows the tables", "dim"),
)
NULL = "-"


class Layout(msgspec.Struct, frozen=True):
    """Which columns are shown, how wide, and which are numbers."""

    first: int
    widths: list[int]
    numbers: list[bool]

    @property
    def last(self) -> int:
        """Behind the last column that is shown."""
        return self.first + len(self.widths)


def cell_text(cell: Cell) -> str:
    """Return a cell as it is shown."""
    if cell is None:
        return NULL
    return f"{cell:.10g}" if isinstance(cell, float) else str(clean(str(cell)))


def layout(answer: SqlAnswer, first: int, width: int) -> Layout:
    """Return the columns from `first` on that fit; the last one may be cut by the edge, and there is always one."""
    widths, numbers, used = list[int](), list[bool](), 0
    for column in range(first, len(answer.columns)):
        cells = [row[column] for row in answer.rows]
        wanted = max(width_of(answer.columns[column]), *(width_of(cell_text(one)[:WIDEST]) for one in cells))
        wanted, room = min(wanted, WIDEST), width - used
        if widths and room < min(wanted, 8):
            break
        widths.append(max(1, min(wanted, room)))
        numbers.append(all(isinstance(one, int | float | None) for one in cells))
        used += widths[-1] + _GAP
    if first + len(widths) == len(answer.columns):
        # Nothing else wants the rest of the row.
        most = widths[-1] + max(0, width - used + _GAP)
        longest = max(width_of(cell_text(row[-1])[:most]) for row in answer.rows)
        widths[-1] = max(widths[-1], min(longest, most))
    return Layout(first, widths, numbers)


def head_line(answer: SqlAnswer, shape: Layout) -> Line:
    """Return the names of the columns that are shown."""
    spans: list[Span] = [("  ", "head")]
    for place, (width, number) in enumerate(zip(shape.widths, shape.numbers, strict=True)):
        name = answer.columns[shape.first + place].upper()
        spans.append((fit(name, width, right=number) + " " * _GAP, "head"))
    return line(*spans)


def result_rows(answer: SqlAnswer, shape: Layout) -> list[Line]:
    """Return one row for each row of the result."""
    return [
        line(
            *(
                (
                    fit(cell_text(row[shape.first + place]), width, right=number) + " " * _GAP,
                    _style(row[shape.first + place]),
                )
                for place, (width, number) in enumerate(zip(shape.widths, shape.numbers, strict=True))
            ),
            key=f"row:{index}",
        )
        for index, row in enumerate(answer.rows)
    ]


def _style(cell: Cell) -> str:
    return "dim" if cell is None else "text"


def row_lines(answer: SqlAnswer, row: int, width: int) -> list[Line]:
    """Return one row whole: each column with its value."""
    label = min(24, max(width_of(name) for name in answer.columns) + 2)
    rows: list[Line] = []
    for name, cell in zip(answer.columns, answer.rows[row], strict=True):
        rows += labelled(name, "null" if cell is None else cell_text(cell), width, _style(cell), label)
    return rows


def start_lines(width: int) -> list[Line]:
    """Return what can be asked: examples and tables, each a row to open."""
    words = min(46, max(len(what) for what, _ in EXAMPLES) + 2)
    names = max(len(table.name) for table in TABLES) + 2
    rows = [*wrapped(_INTRO, width, "dim"), EMPTY, line(("SUCH AS", "head"))]
    for number, (what, query) in enumerate(EXAMPLES):
        rest = [(fit(query, width - words), "dim")] if width - words > 8 else []
        rows.append(line((fit(what, min(words, width)), "strong"), *rest, key=f"example:{number}"))
    rows += [EMPTY, line(*cut(_TABLES, width))]
    for table in TABLES:
        columns = " ".join(column.name for column in table.columns)
        rows.append(
            line((fit(table.name, names), "strong"), (fit(columns, width - names), "dim"), key=f"table:{table.name}")
        )
    return rows


def refusal_lines(text: str, answer: SqlRefused | NotAnswered, width: int) -> list[Line]:
    """Return why there are no rows, where in the query that is, and which key helps."""
    at = answer.at if isinstance(answer, SqlRefused) else None
    rows = wrapped(answer.reason, width, "bad")
    rows += [EMPTY, *_marked(text, at, width), EMPTY]
    if isinstance(answer, SqlRefused) and answer.advice:
        rows += wrapped(answer.advice, width)
    return [*rows, line(*cut(_GO_ON, width), key="edit:sql")]


def _marked(text: str, at: int | None, width: int) -> list[Line]:
    """Return the query, broken anywhere, with a mark below the place that is meant."""
    room = max(8, width - 2)
    rows: list[Line] = []
    for begin in range(0, max(1, len(text)), room):
        piece = text[begin : begin + room]
        if at is not None and begin <= at < begin + room and at >= 0:
            before = piece[: at - begin]
            rows += [line((f"  {piece}", "text")), line(("  " + " " * width_of(clean(before)) + "^", "bad"))]
        else:
            rows.append(line((f"  {piece}", "text")))
    return rows


def none_lines(answer: SqlAnswer, width: int) -> list[Line]:
    """Return what is said of a query that found nothing."""
    words = (
        f"No row is like that, among {counted(answer.length, 'entry', 'entries')} of the record. The columns would be:"
    )
    names = wrap(", ".join(answer.columns), max(8, width - 2))
    columns = [line((f"  {row}", "dim")) for row in names]
    return [*wrapped(words, width), *columns, EMPTY, line(*cut(_GO_ON, width), key="edit:sql")]


def query_title(session: SqlSession, shape: Layout | None, length: int, width: int) -> str:
    """Return what is to be said of the newest answer in `width` cells; `length` is how long the record is now."""
    answer = session.answer
    if session.loading is not None:
        far = session.loading
        return f"Query · reading the record: {far.read:,} of {far.total:,} entries…"
    if session.asking:
        return "Query · asking…"
    match answer:
        case None:
            return "Query the record"
        case SqlRefused(ended=ended):
            return "Query · ended" if ended else "Query · refused"
        case NotAnswered():
            return "Query · not answered"
        case SqlAnswer():
            return _result_title(answer, shape, length, width)
        case _:
            assert_never(answer)


def _result_title(answer: SqlAnswer, shape: Layout | None, length: int, width: int) -> str:
    """Return how many rows and columns there are, and whether the record grew since; the last gives way first."""
    count = counted(len(answer.rows), "row")
    said = f"Query · {answer.more or count} in {answer.seconds:.3f} s"
    parts: list[tuple[str, ...]] = []
    if shape is not None and len(shape.widths) < len(answer.columns):
        which = f"columns {shape.first + 1} to {shape.last} of {len(answer.columns)}"
        parts.append((f"{which} (left, right)", which))
    if length > answer.length:
        more = length - answer.length
        parts.append((f"{counted(more, 'entry', 'entries')} since, r asks again", f"{more} since: r"))
    for forms in parts:
        fitting = (f"{said} · {form}" for form in forms)
        said = next((one for one in fitting if width_of(one) <= width), said)
    return fit(said, width).rstrip()
