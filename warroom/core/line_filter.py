"""Which lines are wanted: plain text with `*`, and a minimal level; matched in time linear in the line."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from warroom.core.record import Level

LEVELS = tuple(level.value for level in Level)
LONGEST_TERM = 200
MOST_TERMS = 16


class LineFilter(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A line is wanted when its level is high enough, one of `only` is in it (if there are any), none of `without`."""

    level: str = ""
    """Name of a level; empty lets every level through. A line without a level counts as INFO."""
    only: tuple[str, ...] = ()
    without: tuple[str, ...] = ()

    @property
    def empty(self) -> bool:
        """Whether it lets every line through."""
        return not (self.level or self.only or self.without)


NO_FILTER = LineFilter()


class FilterRefused(Exception):
    """The filter or term makes no sense; the message says why."""


class Term:
    """A text to look for. `*` stands for anything within the line, `\\*` for the star itself.

    Small letters find capitals too; a term with a capital is taken as written. There are no regular expressions: a
    pattern that a person types in the middle of an incident must not be able to hang the engine (`re` backtracks), and
    a plain search by `str.find` is linear.
    """

    def __init__(self, text: str) -> None:
        """Raises FilterRefused for a term that is empty or longer than `LONGEST_TERM`."""
        if not text or len(text) > LONGEST_TERM:
            raise FilterRefused(f"a text to look for has 1 to {LONGEST_TERM} characters")
        self._any_case = text == text.lower()
        self._pieces = [piece for piece in _pieces(text) if piece]
        if not self._pieces:
            raise FilterRefused("a text to look for has more than `*`")

    def span(self, text: str, start: int = 0) -> tuple[int, int] | None:
        """Return where it lies in a text from `start` on, the first place; None when it does not."""
        if self._any_case:
            folded = text.lower()
            # A few capitals grow when they are made small; there the places would be wrong.
            text = folded if len(folded) == len(text) else text
        first, end = -1, start
        for piece in self._pieces:
            found = text.find(piece, end)
            if found < 0:
                return None
            first, end = found if first < 0 else first, found + len(piece)
        return first, end

    def spans(self, text: str, most: int = 64) -> list[tuple[int, int]]:
        """Return its places in a text, one after another, at most `most`."""
        found: list[tuple[int, int]] = []
        start = 0
        while len(found) < most and (span := self.span(text, start)) is not None:
            found.append(span)
            start = span[1]
        return found


def _pieces(text: str) -> list[str]:
    return [piece.replace("\0", "*") for piece in text.replace("\\*", "\0").split("*")]


class Sieve:
    """A filter made ready: says of many lines whether they are wanted."""

    def __init__(self, filter: LineFilter) -> None:
        """Raises FilterRefused when a term or the level makes no sense."""
        if filter.level and filter.level not in LEVELS:
            raise FilterRefused(f"there is no level {filter.level[:20]!r}; there are {', '.join(LEVELS)}")
        if len(filter.only) + len(filter.without) > MOST_TERMS:
            raise FilterRefused(f"at most {MOST_TERMS} filters at once")
        self.open = filter.empty
        """Whether every line passes."""
        self._hidden = frozenset(LEVELS[: LEVELS.index(filter.level)]) if filter.level else frozenset()
        self._only = terms(filter.only)
        self._without = terms(filter.without)

    @property
    def reads_text(self) -> bool:
        """Whether it looks into the text of a line."""
        return bool(self._only or self._without)

    def level_passes(self, level: str) -> bool:
        """Say whether a level is high enough."""
        return (level or "INFO") not in self._hidden

    def text_passes(self, text: str) -> bool:
        """Say whether the text has one of those wanted and none of the others."""
        if self._only and all(term.span(text) is None for term in self._only):
            return False
        return all(term.span(text) is None for term in self._without)


def terms(texts: Sequence[str]) -> list[Term]:
    """Return texts as terms; raises FilterRefused."""
    return [Term(text) for text in texts]
