"""A pane to read a long text in: keeps its place by heading when the text changes, and finds words in it."""

from __future__ import annotations

from warroom.core.line_filter import FilterRefused, Term
from warroom.tui.lines import Line, Span
from warroom.tui.pane import Pane
from warroom.tui.sheet import Sheet
from warroom.tui.theme import Painter


class Paper(Pane):
    """Rows of a sheet; movement scrolls it."""

    def __init__(self, painter: Painter, *, id: str) -> None:
        super().__init__(painter, id=id, cursor=False)
        self._sheet = Sheet([], [])
        self._term: Term | None = None
        self._text = ""
        self._hits: list[int] = []
        self._at = -1
        self.word = ""
        """Why a text cannot be looked for; empty otherwise."""

    def lay(self, sheet: Sheet) -> None:
        """Show a sheet; what stands at the top stays there, also when rows above it came or went."""
        if sheet == self._sheet:
            return
        place = self._place_of_top()
        self._sheet = sheet
        self._show()
        self.scroll_to(y=self._row_of(place), animate=False, force=True, immediate=True)

    def go_to(self, heading: str) -> bool:
        """Bring a heading to the top; say whether there is one."""
        row = next((row for row, text in self._sheet.heads if text == heading), None)
        if row is not None:
            self.scroll_to(y=row, animate=False, force=True, immediate=True)
        return row is not None

    def look_for(self, text: str) -> None:
        """Light every row that has a text and go to the first one from here on; an empty text ends it."""
        self._term, self._text, self._at, self.word = None, text, -1, ""
        try:
            self._term = Term(text) if text else None
        except FilterRefused as refused:
            self.word = str(refused)
        self._show()
        top = self.scroll_offset.y
        if self._hits:
            self._go(next((n for n, row in enumerate(self._hits) if row >= top), 0))

    def next_hit(self, by: int) -> None:
        """Go to the hit after (1) or before (-1); past the last one the first comes again."""
        if self._hits:
            self._go((self._at + by) % len(self._hits))

    def stop(self) -> bool:
        """Stop looking; say whether anything was looked for."""
        looking = bool(self._text)
        self.look_for("")
        return looking

    @property
    def found(self) -> str:
        """What is looked for, the place and the count of it; empty when nothing is."""
        if not self._text:
            return ""
        return self.word or f"/{self._text} {self._at + 1}/{len(self._hits)}"

    def _show(self) -> None:
        term = self._term
        lit = [_lit(row, term) for row in self._sheet.lines] if term is not None else self._sheet.lines
        self._hits = [n for n, (old, new) in enumerate(zip(self._sheet.lines, lit, strict=True)) if new is not old]
        self._at = min(self._at, len(self._hits) - 1)
        self.show(lit)

    def _go(self, place: int) -> None:
        self._at = place
        height = max(1, self.scrollable_content_region.height)
        self.scroll_to(y=max(0, self._hits[place] - height // 3), animate=False, force=True, immediate=True)

    def _place_of_top(self) -> tuple[int, str, int]:
        """Return which of the headings with this text the top row stands under, the text, and the rows between."""
        top = self.scroll_offset.y
        above = [(row, text) for row, text in self._sheet.heads if row <= top]
        if not above:
            return 0, "", top
        row, text = above[-1]
        return sum(1 for _, other in above if other == text) - 1, text, top - row

    def _row_of(self, place: tuple[int, str, int]) -> int:
        nth, text, below = place
        rows = [row for row, other in self._sheet.heads if other == text]
        return below if not rows else rows[min(nth, len(rows) - 1)] + below


def _lit(row: Line, term: Term) -> Line:
    """Return a row with what is looked for lit; the same row when it is not there."""
    places = term.spans(row.text)
    if not places:
        return row
    spans: list[Span] = []
    start = 0
    for text, style in row.spans:
        end = start + len(text)
        at = start
        for first, last in places:
            begin, stop = max(at, first), min(end, last)
            if begin >= stop:
                continue
            spans += [(text[at - start : begin - start], style), (text[begin - start : stop - start], "hit")]
            at = stop
        spans.append((text[at - start :], style))
        start = end
    return Line(tuple((text, style) for text, style in spans if text), row.key)
