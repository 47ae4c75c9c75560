"""From text to cells: nothing that a terminal could take for an order ever becomes one."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator

from rich.cells import cell_len, split_graphemes

_MARKS = 2
"""Combining marks that a cell may carry; more are a way to draw over the neighbours."""
_SUBSTITUTE = "\ufffd"


def cells_of(text: str) -> list[str]:
    """Return one entry a column: a printable cluster, or an empty text where a wide one goes on.

    As many columns as Textual counts for the text. Control characters, joiners, bidi marks and variation selectors have
    none there and are left out; what cannot be printed becomes U+FFFD.
    """
    if text.isascii() and text.isprintable():
        return list(text)
    cells: list[str] = []
    for cluster, width in _clusters(text):
        cells.append(cluster)
        cells.extend([""] * (width - 1))
    return cells


def one_column_everywhere(cluster: str) -> bool:
    """Whether every terminal gives it one column: ASCII, box drawing, blocks, braille."""
    return cluster.isascii() or "\u2500" <= cluster <= "\u259f" or "\u2800" <= cluster <= "\u28ff"


def _clusters(text: str) -> Iterator[tuple[str, int]]:
    for start, end, width in split_graphemes(text)[0]:
        if not width:
            continue
        base = text[start]
        if not base.isprintable():
            base = " " if unicodedata.category(base) == "Zs" else _SUBSTITUTE
        if "\U0001f1e6" <= base <= "\U0001f1ff":
            # Half a flag is two columns in many terminals and one here: its letter is one everywhere.
            base = chr(ord(base) - 0x1F1E6 + ord("A"))
        own = cell_len(base)
        if own > width or not own:
            base, own = _SUBSTITUTE, 1
        yield base + _marks(text[start + 1 : end]), own
        for _ in range(width - own):
            yield " ", 1


def _marks(text: str) -> str:
    found = [char for char in text if unicodedata.category(char) in ("Mn", "Me") and not "\ufe00" <= char <= "\ufe0f"]
    return "".join(found[:_MARKS])
