"""What a table for SQL is: named columns, each with its meaning and where its value comes from."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Generic, TypeVar

from warroom.core.clean import clean
from warroom.core.moments import utc_text

Cell = str | int | float | None
Item = TypeVar("Item")
_TEXT_LIMIT = 20_000


@dataclass(frozen=True)
class Column(Generic[Item]):
    """One column: its name, its SQLite type, what it means, and its value."""

    name: str
    kind: str
    doc: str
    value: Callable[[Item], Cell]


@dataclass(frozen=True)
class Table(Generic[Item]):
    """One table."""

    name: str
    doc: str
    columns: tuple[Column[Item], ...]

    def row(self, item: Item) -> tuple[Cell, ...]:
        """Return the row of a thing; every text in it is cleaned."""
        return tuple([_cell(column.value(item)) for column in self.columns])


def _cell(value: Cell) -> Cell:
    if not isinstance(value, str):
        return value
    # Most texts are plain: to ask that here spares a call for each cell of a long journal.
    if len(value) <= _TEXT_LIMIT and value.isascii() and value.isprintable():
        return value
    return str(clean(value, _TEXT_LIMIT))


def _at(moment: float | None) -> str | None:
    return None if moment is None else utc_text(moment)


def text_column(name: str, doc: str, value: Callable[[Item], Cell]) -> Column[Item]:
    """Return a column of texts."""
    return Column(name, "TEXT", doc, value)


def int_column(name: str, doc: str, value: Callable[[Item], Cell]) -> Column[Item]:
    """Return a column of whole numbers."""
    return Column(name, "INTEGER", doc, value)


def real_column(name: str, doc: str, value: Callable[[Item], Cell]) -> Column[Item]:
    """Return a column of numbers."""
    return Column(name, "REAL", doc, value)


def time_column(name: str, doc: str, value: Callable[[Item], float | None]) -> Column[Item]:
    """Return a column of moments: seconds since the epoch become UTC, RFC 3339."""
    return Column(name, "TEXT", doc, lambda item: _at(value(item)))
