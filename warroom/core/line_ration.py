"""Log lines in a plain transcript: the newest few a second, and how many were left out. Pure."""

from __future__ import annotations

from warroom.core.clean import clean
from warroom.core.moments import clock_text
from warroom.core.next_verbs import NextVerbs
from warroom.core.queries import LinesAnswer
from warroom.core.view import LogLine

ALL_BOTS = "all"
_TEXT = 400
"""Characters of a line that are told."""
_COUNTED_S = 2.0
"""Shortest time between two counts of what was left out."""


class LineRation:
    """Lets through so many lines a second over all bots."""

    def __init__(self, per_s: float, verbs: NextVerbs) -> None:
        self._per_s, self._verbs = per_s, verbs
        self._allowed, self._at = max(1.0, per_s), 0.0
        self._left_out: dict[str, int] = {}
        self._counted = 0.0
        self._last: dict[str, int] = {}

    def after(self, bot: str) -> int | None:
        """Return the number after which lines of a bot are wanted; None before the first answer."""
        return self._last.get(bot)

    def anew(self) -> None:
        """Another engine numbers lines from the beginning."""
        self._last.clear()

    def take(self, bot: str, answer: LinesAnswer, now: float) -> list[str]:
        """Return the lines to be told of an answer to `Lines` after `after(bot)`; the first answer only counts."""
        known = bot in self._last
        self._last[bot] = answer.last
        self._allowed = min(max(1.0, self._per_s), self._allowed + max(0.0, now - self._at) * self._per_s)
        self._at = now
        if not known:
            return []
        fits = min(len(answer.lines), int(self._allowed))
        self._allowed -= fits
        out = answer.dropped + len(answer.lines) - fits
        if out:
            self._left_out[bot] = self._left_out.get(bot, 0) + out
        told = [_line(one) for one in answer.lines[len(answer.lines) - fits :]]
        return self._counts(now) + told

    def _counts(self, now: float) -> list[str]:
        if not self._left_out or now - self._counted < _COUNTED_S:
            return []
        self._counted = now
        told = [
            f"{clock_text(now)}Z LINE {_named(bot)}: {count} {'line' if count == 1 else 'lines'} left out, too many at "
            f"once. Read them: {self._verbs.line('lines', *([] if bot == ALL_BOTS else [bot]))}"
            for bot, count in self._left_out.items()
        ]
        self._left_out.clear()
        return told


def _named(bot: str) -> str:
    return "all bots" if bot == ALL_BOTS else clean(bot, 64)


def _line(one: LogLine) -> str:
    level = f"{clean(one.level, 16)} " if one.level else ""
    rules = f"(rule {', '.join(clean(rule, 40) for rule in one.marks)}) " if one.marks else ""
    return f"{clock_text(one.at)}Z LINE {clean(one.bot, 64)} {level}{rules}{clean(one.text, _TEXT)}"
