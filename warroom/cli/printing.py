"""Output for scripts (JSON) and for people (aligned columns). stdout is data."""

from __future__ import annotations

import os
import shutil
import sys
import textwrap
from collections.abc import Iterable, Sequence
from typing import Any

import msgspec

from warroom.core.clean import clean


def print_json(value: Any) -> None:
    """Print one JSON object on one line."""
    sys.stdout.write(msgspec.json.encode(value).decode() + "\n")


def print_table(head: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    """Print rows under their heads, columns aligned, every cell cleaned.

    On a terminal the last column goes on below itself where it is too wide; elsewhere each row is one line.
    """
    table: list[list[str]] = [list(head), *([str(clean(str(cell), 200)) for cell in row] for row in rows)]
    *widths, _ = [max(len(row[column]) for row in table) for column in range(len(head))]
    indent = " " * sum(width + 2 for width in widths)
    for *cells, last in table:
        first = "".join(f"{cell:{width}}  " for cell, width in zip(cells, widths, strict=True))
        print(*_broken(f"{first}{last}", first, last, indent), sep="\n")


def print_prose(text: str) -> None:
    """Print a sentence: on a terminal broken between its words, elsewhere as one line."""
    print(*_broken(text, "", text, ""), sep="\n")


def _broken(whole: str, first: str, last: str, indent: str) -> list[str]:
    """Return `whole`, or `last` behind `first` in rows that the terminal has room for."""
    room = shutil.get_terminal_size().columns - len(indent)
    if not sys.stdout.isatty() or len(last) <= room or room < _LEAST_ROOM:
        return [whole.rstrip()]
    top, *more = textwrap.wrap(last, room) or [""]
    return [first + top, *(indent + row for row in more)]


_LEAST_ROOM = 20
"""Columns; in fewer the words would stand in a pole."""
_STYLES = {"dim": "2", "bad": "31", "warn": "33", "info": "36"}


def painted(text: str, style: str) -> str:
    """Return a text in a colour where a terminal shows it (and NO_COLOR is not set), else as it is."""
    if not style or not sys.stdout.isatty() or os.environ.get("NO_COLOR"):
        return text
    return f"\x1b[{_STYLES[style]}m{text}\x1b[0m"
