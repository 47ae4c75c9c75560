"""Something that is fetched from beyond the rows that a stream holds, in as many questions as it takes."""

from __future__ import annotations

import msgspec

from warroom.core.line_filter import LineFilter
from warroom.core.queries import LogSearch, LogWindow, QueryAnswer, SearchAnswer, Spot, WindowAnswer
from warroom.core.view import LogLine
from warroom.tui.log_rows import LogRows, identity_in, moment_of

WINDOW = 300
"""Lines of one window."""
_FAR_WINDOW = 2000
"""The same on the way to a moment: an engine gives no more at once."""
_ORDER = ("", "DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL")


class Errand(msgspec.Struct):
    """What is to be fetched from beyond the rows that are held."""

    kind: str
    """search, odd (the next error or anomaly), open, moment (a line, or its time, from the newest line back)"""
    by: int = -1
    spots: list[Spot] = []
    looked: int = 0
    reached: float | None = None
    line: str = ""
    """Permalink of the line to which the cursor is to go; empty for the last one."""
    at: float = 0.0
    """That line's time, where it is known."""
    home: list[Spot] = []
    """Of a moment: the boundary below its line in the view from which the person came."""
    over: bool = False
    """Whether all was looked at and nothing found."""

    def question(self, bot: str, text: str, wanted: LineFilter) -> LogSearch | LogWindow:
        """Return what to ask next."""
        before, after = (self.spots, []) if self.by < 0 else ([], self.spots)
        match self.kind:
            case "search":
                return LogSearch(bot, text, before=before, after=after, filter=wanted)
            case "odd":
                level = max(wanted.level, "ERROR", key=_ORDER.index)
                odd = msgspec.structs.replace(wanted, level=level)
                return LogWindow(bot, before=before, after=after, limit=1, filter=odd)
            case "moment":
                return LogWindow(bot, before=before, limit=_FAR_WINDOW, filter=wanted)
            case _:
                return LogWindow(bot, before=before, limit=WINDOW, filter=wanted)

    def take(self, answer: QueryAnswer) -> list[Spot] | None:
        """Take an answer; return the boundary below what was found, None while nothing was."""
        match answer:
            case SearchAnswer(hits=[hit, *_]):
                return hit.after
            case SearchAnswer():
                self._go_on(answer.looked, answer.reached, answer.go_on, end=answer.end)
            case WindowAnswer() if self.kind == "moment":
                return self._take_moment(answer)
            case WindowAnswer():
                here = answer.older if self.by < 0 else answer.newer
                found = [one for one in answer.lines if one.level != "GAP"]
                if found:
                    return _below(found[0], here) if self.by < 0 else here
                self._go_on(answer.hidden, answer.reached, here, end=answer.end)
            case _:
                self.over = True
        return None

    def _take_moment(self, answer: WindowAnswer) -> list[Spot] | None:
        """Return the boundary below the wanted line, else below what was there at its time."""
        held = LogRows()
        held.replace(answer.lines, answer.older, answer.newer, attached=False)
        place = held.place_of(identity_in(self.line)) if self.line else None
        if place is None and not answer.end and (not answer.lines or moment_of(answer.lines[0]) >= self.at):
            self._go_on(answer.hidden + len(answer.lines), answer.reached, answer.older, end=False)
            return answer.older if self.over else None
        if place is None:
            place = max((n for n, one in enumerate(answer.lines) if moment_of(one) <= self.at), default=0)
        return held.boundary_at(place + 1)

    def _go_on(self, looked: int, reached: float | None, spots: list[Spot], *, end: bool) -> None:
        self.looked += looked
        self.reached = reached or self.reached
        self.over = end or spots == self.spots
        self.spots = spots


def _below(entry: LogLine, spots: list[Spot]) -> list[Spot]:
    """Return the boundary below a line, given the one above it."""
    below = Spot(entry.source, entry.generation, entry.offset + entry.length)
    return [below if spot.source == entry.source else spot for spot in spots]
