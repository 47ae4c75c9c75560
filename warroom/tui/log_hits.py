"""What is looked for in the rows of a log, and which of them have it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from warroom.core.line_filter import FilterRefused, Term
from warroom.tui.log_rows import Row


class Hits:
    """The rows that are held and have the text; rows are told as they come."""

    def __init__(self) -> None:
        self.term: Term | None = None
        self.text = ""
        self._uids: set[int] = set()

    def look_for(self, text: str) -> str:
        """Look for another text, or for nothing with an empty one; return why not, or an empty text."""
        self._uids.clear()
        self.term, self.text = None, ""
        try:
            self.term = Term(text) if text else None
        except FilterRefused as refused:
            return str(refused)
        self.text = text
        return ""

    def add(self, rows: Iterable[Row]) -> None:
        """Look at rows that came."""
        if self.term is not None:
            span = self.term.span
            self._uids.update(row.uid for row in rows if row.entry and span(row.entry.text) is not None)

    def has(self, row: Row) -> bool:
        """Say whether a row has it."""
        return row.uid in self._uids

    def words(self, rows: Sequence[Row], cursor: int, *, whole: bool) -> str:
        """Return text, place and count for the title; `+` says that more of the log was not looked at."""
        if self.term is None:
            return ""
        held = [n for n, row in enumerate(rows) if row.uid in self._uids]
        place = next((n for n, index in enumerate(held, 1) if index == cursor), 0)
        return f"/{self.text} {f'{place}/' if place else ''}{len(held)}{'' if whole else '+'}"
