"""A count with its noun, as people say it. Pure."""

from __future__ import annotations


def counted(number: int, noun: str, several: str = "") -> str:
    """Return `1 file`, `3 files`, `2,000 files`; `several` is the noun of many where more than an s is added."""
    return f"{number:,} {noun if number == 1 else several or noun + 's'}"
