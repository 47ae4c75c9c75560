"""The post-mortem's Markdown as rows: a reader of the few shapes that our own template makes, and of nothing else.

Text of others comes escaped out of the template, so a mark that is not escaped is the template's own. There are no
links, no images and no HTML here: whatever this reader does not know is shown as the characters that it is made of.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

import msgspec

from warroom.tui.cells import fit, width_of
from warroom.tui.lines import EMPTY, Line, Span
from warroom.tui.sheet_table import table_lines
from warroom.tui.sheet_text import plain, styled, wrap_spans

_HEADING = re.compile(r"(#{1,3}) (.*)")
_ITEM = re.compile(r"( {0,4})- (.*)")
_FENCE = re.compile(r"(`{3,})[a-z]*")
_RULE = re.compile(r"\|(?:\s*:?-+:?\s*\|)+")
_CELL_END = re.compile(r"(?<!\\)((?:\\\\)*)\|")
_HEADS = {1: "strong", 2: "phase-name", 3: "strong"}


class Sheet(msgspec.Struct, frozen=True):
    """A document laid out for one width."""

    lines: list[Line]
    heads: list[tuple[int, str]]
    """Row and text of each heading, in order."""


def sheet_of(markdown: str, width: int) -> Sheet:
    """Return the rows of a document, each at most `width` cells."""
    rows: list[Line] = []
    heads: list[tuple[int, str]] = []
    source = markdown.split("\n")
    number = 0
    while number < len(source):
        text = source[number]
        if fence := _FENCE.fullmatch(text):
            end = next((n for n in range(number + 1, len(source)) if source[n] == fence[1]), len(source))
            rows += _quoted(source[number + 1 : end], width)
            number = end + 1
        elif text.startswith("|"):
            end = next((n for n in range(number, len(source)) if not source[n].startswith("|")), len(source))
            head, body = _cells(source[number:end])
            rows += table_lines(head, body, width)
            number = end
        else:
            if heading := _HEADING.fullmatch(text):
                if rows and rows[-1] != EMPTY:
                    rows.append(EMPTY)
                heads.append((len(rows), plain(heading[2])))
            rows += _block(text, width, rows)
            number += 1
    return Sheet(rows, heads)


def _block(text: str, width: int, before: Sequence[Line]) -> Iterator[Line]:
    """Yield the rows of one line that is no table and no quotation."""
    if not text.strip():
        if before and before[-1] != EMPTY:
            yield EMPTY
    elif heading := _HEADING.fullmatch(text):
        level, words = len(heading[1]), plain(heading[2])
        yield from wrap_spans([(words.upper() if level == 2 else words, _HEADS[level])], width)
    elif item := _ITEM.fullmatch(text):
        yield from _hanging(item[1] + "- ", styled(item[2]), width)
    elif text.startswith("> "):
        yield from _hanging("│ ", [(plain(text[2:]), "warn")], width)
    else:
        yield from wrap_spans(styled(text), width)


def _hanging(mark: str, spans: list[Span], width: int) -> Iterator[Line]:
    """Yield rows behind a mark; the second and later ones are moved in as far."""
    cells = width_of(mark)
    for place, row in enumerate(wrap_spans(spans, max(8, width - cells))):
        yield Line(((mark if place == 0 else " " * cells, "dim"), *row.spans))


def _quoted(texts: Sequence[str], width: int) -> Iterator[Line]:
    """Yield what stands in a fenced block, as it is; no mark in it means anything."""
    for text in texts:
        for row in wrap_spans([(text, "text")], max(8, width - 4)):
            yield Line((("  │ ", "dim"), *row.spans))


def _cells(rows: Sequence[str]) -> tuple[list[list[Span]], list[list[list[Span]]]]:
    """Return the head of a table and its rows, each a list of styled cells; an empty head is none."""
    split = [[cell.strip() for cell in _split_row(row)] for row in rows if not _RULE.fullmatch(row.strip())]
    head, body = (split[0], split[1:]) if split else ([], [])
    titles = [[(fit(plain(cell), width_of(plain(cell))), "head")] for cell in head]
    return (titles if any(head) else []), [[styled(cell) for cell in row] for row in body]


def _split_row(row: str) -> list[str]:
    """Return the cells between the bars that are not escaped."""
    inner = row.strip().removeprefix("|")
    cells, start = [], 0
    for found in _CELL_END.finditer(inner):
        cells.append(inner[start : found.end() - 1])
        start = found.end()
    if inner[start:].strip():
        cells.append(inner[start:])
    return cells
