"""Marks within a line of the post-mortem: escapes, bold and code, wrapped with their styles."""

from __future__ import annotations

import re
import string
from collections.abc import Iterator, Sequence

from rich.cells import cell_len, set_cell_size

from warroom.core.clean import clean
from warroom.tui.lines import Line, Span

_MARK = re.compile(rf"\\(?P<escaped>[{re.escape(string.punctuation)}])|\*\*|`(?P<code>[^`]*)`")
_TO_WRITE = "TO WRITE"
"""What stands where people have not written yet; it stands out."""


def styled(text: str) -> list[Span]:
    """Return a line of Markdown as spans: `**bold**`, `` `code` ``, a backslash takes the meaning of a mark away."""
    spans: list[Span] = []
    kept, style, at = "", "text", 0
    for mark in _MARK.finditer(text):
        kept += text[at : mark.start()]
        at = mark.end()
        if mark["escaped"]:
            kept += mark["escaped"]
            continue
        spans.append((kept, style))
        kept = ""
        if mark["code"] is not None:
            spans.append((mark["code"], "accent"))
        else:
            style = "text" if style == "strong" else "strong"
    spans.append((kept + text[at:], style))
    shown = [(clean(part), how) for part, how in spans if part]
    return [(part, "warn" if part == _TO_WRITE else how) for part, how in shown]


def plain(text: str) -> str:
    """Return a line of Markdown without its marks."""
    return "".join(part for part, _ in styled(text))


def wrap_spans(spans: Sequence[Span], width: int) -> list[Line]:
    """Return rows of at most `width` cells, broken at spaces; every piece keeps its style, long words are cut."""
    if sum(_cells(text) for text, _ in spans) <= width and not any("  " in text for text, _ in spans):
        return [Line(tuple(spans))]
    rows: list[Line] = []
    row: list[Span] = []
    room = width
    for word in _words(spans):
        cells = sum(_cells(text) for text, _ in word)
        if row and cells + 1 > room:
            rows.append(Line(tuple(row)))
            row, room = [], width
        if row:
            row.append((" ", row[-1][1] if row[-1][1] == word[0][1] else "text"))
            room -= 1
        for text, style in word:
            rest = text
            while _cells(rest) > room:
                head = set_cell_size(rest, room).rstrip() if room > 1 else ""
                rest = rest[len(head) :]
                rows.append(Line((*row, *([(head, style)] if head else []))))
                row, room = [], width
            row.append((rest, style))
            room -= _cells(rest)
    if row or not rows:
        rows.append(Line(tuple(row)))
    return [Line(_joined(one.spans)) for one in rows]


def _words(spans: Sequence[Span]) -> Iterator[list[Span]]:
    """Yield what stands between blanks; a word may change its style in the middle."""
    word: list[Span] = []
    for text, style in spans:
        first, *more = clean(text).split(" ")
        if first:
            word.append((first, style))
        for part in more:
            if word:
                yield word
            word = [(part, style)] if part else []
    if word:
        yield word


def _cells(text: str) -> int:
    return len(text) if text.isascii() else cell_len(text)


def _joined(spans: Sequence[Span]) -> tuple[Span, ...]:
    joined: list[Span] = []
    for text, style in spans:
        if joined and joined[-1][1] == style:
            joined[-1] = (joined[-1][0] + text, style)
        elif text:
            joined.append((text, style))
    return tuple(joined)
