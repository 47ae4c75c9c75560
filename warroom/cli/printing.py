"""Output for scripts (JSON) and for people (aligned columns). stdout is data."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable, Sequence
from typing import Any

import msgspec

from warroom.core.clean import clean


def print_json(value: Any) -> None:
    """Print one JSON object on one line."""
    sys.stdout.write(msgspec.json.encode(value).decode() + "\n")


def print_table(head: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    """Print rows under their heads, columns aligned, every cell cleaned."""
    table: list[list[str]] = [list(head), *([str(clean(str(cell), 200)) for cell in row] for row in rows)]
    widths = [max(len(row[column]) for row in table) for column in range(len(head))]
    for row in table:
        print("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip())


_STYLES = {"dim": "2", "bad": "31", "warn": "33", "info": "36"}


def painted(text: str, style: str) -> str:
    """Return a text in a colour where a terminal shows it (and NO_COLOR is not set), else as it is."""
    if not style or not sys.stdout.isatty() or os.environ.get("NO_COLOR"):
        return text
    return f"\x1b[{_STYLES[style]}m{text}\x1b[0m"
