"""Several logs walked as one, by the time of their lines; each log keeps its own order."""

from __future__ import annotations

import asyncio
import heapq
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from typing import TypeVar

import msgspec

from warroom.core.line_filter import Sieve, Term
from warroom.core.line_text import line_text
from warroom.core.permalink import source_text
from warroom.core.ports import LogHistory
from warroom.core.queries import Hit, SearchAnswer, Spot, WindowAnswer
from warroom.core.record import Batch, Record
from warroom.core.view import LogLine
from warroom.engine.log_walk import FIRST_PIECE, Budget, Entry, LogSpan, Place, Spent, Step
from warroom.engine.owners import Owners
from warroom.engine.pipeline import SourceState
from warroom.engine.ring import Kept, log_line, wanted

_SMALLEST_PIECE = 4096
_ALL_PIECES = 1 << 22
"""Bytes of the first pieces of all logs together."""

Answer = TypeVar("Answer")
Open = Callable[[SourceState, Callable[[], None]], LogHistory]


class Taken(msgspec.Struct, frozen=True):
    """What rings and watch held at the moment of a question."""

    kept: Mapping[str, tuple[list[Kept], bool]]
    """Of each bot its lines, oldest first, and whether these are all that it ever had."""
    states: Sequence[SourceState]
    owners: Owners
    bot: str
    """Whose lines are wanted; empty for all."""

    def spans(self, history: Open | None, budget: Budget) -> list[LogSpan]:
        """Return each log with what the rings hold of it."""
        held: dict[str, list[Entry]] = {state.path: [] for state in self.states}
        firsts: dict[str, dict[str, Place]] = {state.path: {} for state in self.states}
        for bot, (lines, _) in self.kept.items():
            for one in lines:
                source = one.record.source
                if source in held:
                    entry = Entry(one.record, bot, one.marks)
                    held[source].append(entry)
                    firsts[source].setdefault(bot, entry.place)
        piece = max(_SMALLEST_PIECE, min(FIRST_PIECE, _ALL_PIECES // max(1, len(self.states))))
        spans = []
        for state in self.states:
            top = (state.generation, state.offset)
            start = self._start(state, firsts[state.path], top)
            entries = sorted((one for one in held[state.path] if one.place >= start), key=_place_of)
            spans.append(
                LogSpan(
                    state.path,
                    entries,
                    top,
                    held_from=start,
                    newest=max((one.moment for one in entries), default=state.last_line or 0.0),
                    history=partial(history, state) if history else None,
                    owned=partial(self._owned, state),
                    budget=budget,
                    piece=piece,
                )
            )
        return spans

    def _start(self, state: SourceState, firsts: Mapping[str, Place], top: Place) -> Place:
        """Return from where on the rings have every line of a log; its end when that cannot be known."""
        for bot in self.owners.sharing(state.bot):
            if bot in self.kept and bot not in firsts and not self.kept[bot][1]:
                return top
        return max(firsts.values(), default=top)

    def _owned(self, state: SourceState, records: Sequence[Record]) -> list[Entry]:
        """Return those lines of a piece of a log that are wanted, with their bots."""
        names: dict[int, str] = {}
        for bot, found in self.owners.split(Batch(state.path, state.bot, list(records))):
            names.update((id(record), bot) for record in found)
        return [
            Entry(one, names[id(one)], None)
            for one in records
            if not self.bot or one.gap is not None or names[id(one)] == self.bot
        ]


def _place_of(entry: Entry) -> Place:
    return entry.place


class Walk:
    """One question's way through the logs, away from a boundary. Runs in a thread, once."""

    def __init__(
        self, spans: Sequence[LogSpan], before: Sequence[Spot], after: Sequence[Spot], budget: Budget, last: int
    ) -> None:
        """`last` is the number of the newest line that the rings hold."""
        self._forward = bool(after)
        self._budget = budget
        self._last = last
        given = {spot.source: (spot.generation, spot.offset) for spot in (after or before)}
        self._spans: list[LogSpan] = []
        self._spots: dict[str, Place] = {}
        for span in spans:
            shown = source_text(span.source)
            # A log that came up since the boundary was made has nothing before it.
            place = given.get(shown) if given else span.top
            if place is None and self._forward:
                place = span.held_from
            if place is not None:
                self._spans.append(span)
                self._spots[shown] = place
        self._began = self._boundary()

    async def run(self, work: Callable[[], Answer]) -> Answer:
        """Do the work of this walk in a thread; whoever is cancelled ends it."""
        try:
            return await asyncio.to_thread(self._closing, work)
        finally:
            self._budget.stop()

    def _closing(self, work: Callable[[], Answer]) -> Answer:
        try:
            return work()
        finally:
            for span in self._spans:
                span.close()

    def _boundary(self) -> list[Spot]:
        return [Spot(source, *place) for source, place in self._spots.items()]

    def _steps(self) -> Iterator[tuple[str, Step]]:
        """Yield what lies on the way, by time; raises Spent when time or bytes are over."""
        ways: list[Iterator[Step]] = []
        heads: list[tuple[float, int, Step | None]] = []
        sign = 1.0 if self._forward else -1.0
        for number, span in enumerate(self._spans):
            place = self._spots[source_text(span.source)]
            ways.append(span.forward(place) if self._forward else span.back(place))
            # A log is opened only when a line of it may be the next.
            heads.append((float("-inf") if self._forward else -span.newest, number, None))
        heapq.heapify(heads)
        while heads:
            _, number, step = heapq.heappop(heads)
            if step is not None:
                yield source_text(self._spans[number].source), step
            following = next(ways[number], None)
            if following is not None:
                heapq.heappush(heads, (sign * following.moment, number, following))

    def window(self, sieve: Sieve, limit: int) -> WindowAnswer:
        """Return the next `limit` wanted lines."""
        lines: list[LogLine] = []
        hidden, reached, why, end = 0, None, "", True
        try:
            for source, step in self._steps():
                self._pass(source, step)
                reached = step.moment
                for one in step.entries if self._forward else reversed(step.entries):
                    if sieve.open or wanted(one, sieve):
                        lines.append(log_line(0, one.record, one.marks, one.bot))
                    else:
                        hidden += 1
                if len(lines) >= limit:
                    end = False
                    break
        except Spent as spent:
            why, end = str(spent), False
        here = self._boundary()
        older, newer = (self._began, here) if self._forward else (here, self._began)
        lines = lines if self._forward else lines[::-1]
        return WindowAnswer(lines, older, newer, hidden, end, why, reached, self._last)

    def search(self, sieve: Sieve, term: Term, limit: int) -> SearchAnswer:
        """Return the next `limit` hits among the wanted lines."""
        hits: list[Hit] = []
        looked, reached, why, end = 0, None, "", True
        try:
            for source, step in self._steps():
                found = [one for one in step.entries if term.span(line_text(one.record)) is not None]
                found = [one for one in found if sieve.open or wanted(one, sieve)]
                after = [] if self._forward or not found else self._boundary()
                self._pass(source, step)
                after = after or (self._boundary() if found else [])
                hits += [Hit(log_line(0, one.record, one.marks, one.bot), after) for one in found]
                looked, reached = looked + len(step.entries), step.moment
                if len(hits) >= limit:
                    end = False
                    break
        except Spent as spent:
            why, end = str(spent), False
        return SearchAnswer(hits, looked, self._boundary(), end, why, reached)

    def _pass(self, source: str, step: Step) -> None:
        self._spots[source] = step.after if self._forward else step.before
