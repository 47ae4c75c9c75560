"""Screen lines as data: what a page builds and a pane paints, without any terminal library."""

from __future__ import annotations

import msgspec

Span = tuple[str, str]
"""Text and the name of its style (see `theme.STYLES`)."""


class Line(msgspec.Struct, frozen=True):
    """One row of a pane."""

    spans: tuple[Span, ...]
    key: str = ""
    """`kind:id` of the thing that this row stands for; empty when the cursor cannot rest on it."""

    @property
    def text(self) -> str:
        """The row without its styles."""
        return "".join(text for text, _ in self.spans)


EMPTY = Line(())


def line(*spans: Span, key: str = "") -> Line:
    """Return a row of these spans."""
    return Line(spans, key)


def split_key(key: str) -> tuple[str, str]:
    """Return kind and id of a row's key."""
    kind, _, name = key.partition(":")
    return kind, name


ASCII = str.maketrans(
    {
        "▸": ">",
        "▶": ">",
        "…": "~",
        "·": "|",
        "│": "|",
        "─": "-",
        "━": "=",
        "├": "[",
        "┤": "]",
        "●": "*",
        "✓": "v",
        "→": ">",
        "↓": "v",
        "▁": "_",
        "▂": ".",
        "▃": ":",
        "▄": "-",
        "▅": "=",
        "▆": "+",
        "▇": "*",
        "█": "#",
        "’": "'",
        "“": '"',
        "”": '"',
        "–": "-",
    }
)
"""Our own signs as one ASCII character each, so that columns stay in place."""
