"""A log with everything around it: histogram above, the line in question and the prompt below."""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable, Sequence

from textual.app import ComposeResult
from textual.containers import Vertical

from warroom.core.queries import HistogramAnswer, LogHistogram, NotAnswered, Query, QueryAnswer
from warroom.tui.bar import Bar
from warroom.tui.histogram_lines import SPAN_S, bucket_count, histogram_lines
from warroom.tui.keys import give_keys_to
from warroom.tui.lines import EMPTY
from warroom.tui.log_place import turn_all
from warroom.tui.log_rows import identity_of
from warroom.tui.log_session import LogSession
from warroom.tui.prompt import Prompt
from warroom.tui.stream import Stream
from warroom.tui.stream_lines import detail_line
from warroom.tui.theme import Painter

Ask = Callable[[Query], Awaitable[QueryAnswer]]
_COUNT_S = 2.0
"""Seconds between two looks at how busy it is."""


class LogPane(Vertical):
    """Asks the room for what the person wants to see, one question at a time."""

    def __init__(self, painter: Painter, session: LogSession, *, id: str, full: bool) -> None:
        """`full` shows the histogram and the line under the cursor too."""
        super().__init__(id=f"{id}-pane")
        self._painter = painter
        self._full = full
        self._ask: Ask | None = None
        self._asking = False
        self._counted = 0.0
        self._counts: HistogramAnswer | None = None
        self._alarms: Sequence[tuple[str, float]] = ()
        self.session = session
        self._histogram = Bar(painter, [EMPTY] if full else [])
        self.stream = Stream(painter, self.session, self.act, id=id)
        self._detail = Bar(painter, [EMPTY] if full else [])
        self._prompt = Prompt(painter)

    def compose(self) -> ComposeResult:
        """Make the rows."""
        yield self._histogram
        yield self.stream
        yield self._detail
        yield self._prompt

    @property
    def typing(self) -> bool:
        """Whether somebody types what to look for."""
        return bool(self._prompt.display)

    def open(self, bot: str, alarms: Sequence[tuple[str, float]] = ()) -> None:
        """Show a bot's log; `alarms` are bots and times of the alarms."""
        self._alarms = alarms
        if self.session.open(bot):
            self._counts, self._counted = None, 0.0
            self.stream.forget()
            self.show()
            self._serve()

    async def turn(self, ask: Ask) -> bool:
        """Take what is new, and begin to fetch what is wanted; say whether there were new lines."""
        self._ask = ask
        self._serve()
        question, grew = self.session.live_question(), False
        if question is not None:
            grew = self.session.take_live(question, await ask(question))
        # Before it is laid out nobody knows how many columns there are, and the next count is a while away.
        if self._full and self.size.width and time.monotonic() - self._counted >= _COUNT_S:
            self._counted = time.monotonic()
            counts = await ask(LogHistogram(self.session.who, SPAN_S, bucket_count(self.size.width)))
            self._counts = counts if isinstance(counts, HistogramAnswer) else None
        self.show()
        self._serve()
        return grew

    def _serve(self) -> None:
        if self._ask is not None and not self._asking and self._next() is not None:
            self._asking = True
            self.run_worker(self._fetch(self._ask), group="log")

    def _next(self) -> Query | None:
        return self.session.next_question(self.stream.first)

    async def _fetch(self, ask: Ask) -> None:
        try:
            while (question := self._next()) is not None:
                answer = await ask(question)
                self.session.take(question, answer, self.stream.first)
                if isinstance(answer, NotAnswered) and question == self._next():
                    return
                self.stream.go_to(self.session.rows.cursor)
                self.show()
        finally:
            self._asking = False

    def show(self) -> None:
        """Bring everything up to the session."""
        self.stream.show()
        if not self._full:
            return
        session, width = self.session, self.size.width or 80
        if self._counts is not None:
            alarms = [moment for bot, moment in self._alarms if session.all or bot == session.bot]
            self._histogram.show(histogram_lines(self._counts, alarms, width))
        else:
            self._histogram.show([EMPTY])
        entry = None if session.rows.following else session.rows.at_cursor
        digest, fault = session.marks.known(entry) if entry else ("", "")
        self._detail.show([detail_line(entry, digest, fault, width)])

    def on_stream_moved(self, event: Stream.Moved) -> None:
        """Another part of the log is shown: what is said of it changes, and more may be wanted."""
        event.stop()
        self.show()
        self._serve()

    def shown_anew(self) -> None:
        """The session stands elsewhere: forget what was painted and counted."""
        self._counts, self._counted = None, 0.0
        self._redraw(0)

    def begin_anew(self) -> None:
        """The engine is another one: what was held is asked of it again, the person stays where they read."""
        # Another engine numbers its lines from the start.
        self.session.last_seq = 0
        self.session.refilter()
        self.shown_anew()

    def shown_anew_in_time(self) -> None:
        """Times are told in another zone: every row is written anew, nothing is fetched."""
        self.stream.forget()
        self.show()

    def act(self, id: str) -> None:
        """Do what a key of a log asks for, other than moving."""
        session = self.session
        match id:
            case "search":
                self._prompt.open(id, "/")
            case "filter":
                self._prompt.open(id, "&")
            case "filters_off":
                session.filter.on = not session.filter.on
                self._refilter()
            case "level_up" | "level_down":
                session.filter.turn_level(1 if id == "level_up" else -1)
                self._refilter()
            case "all_bots":
                turn_all(session)
                self._counts, self._counted = None, 0.0
                self._redraw(0)
            case "wrap":
                session.wrap = not session.wrap
                self._redraw(session.rows.cursor)
            case "mark":
                session.turn_mark()
                self._redraw(session.rows.cursor)
            case _:
                self._seek(id)

    def _seek(self, id: str) -> None:
        session = self.session
        by = -1 if id.startswith("previous") else 1
        found = {
            "hit": session.next_hit,
            "odd": session.next_odd,
            "mark": session.next_mark,
        }[id.rpartition("_")[2]](by)
        self.stream.go_to(session.rows.cursor if found is None else found)

    def _refilter(self) -> None:
        self.session.refilter()
        self._redraw(0)

    def _redraw(self, cursor: int) -> None:
        self.stream.forget()
        self.stream.go_to(cursor)

    def on_prompt_closed(self, event: Prompt.Closed) -> None:
        """Give the keys back to the log."""
        event.stop()
        self._leave_prompt()

    def _leave_prompt(self) -> None:
        if self._prompt.display:
            inside = self._prompt.has_focus_within
            self._prompt.close()
            if inside:
                give_keys_to(self.stream)

    def on_prompt_answered(self, event: Prompt.Answered) -> None:
        """Search or filter."""
        event.stop()
        self._leave_prompt()
        session = self.session
        if event.kind == "filter":
            session.word = session.filter.take(event.text)
            word = session.word
            self._refilter()
            session.word = word
            return
        session.look_for(event.text)
        self.stream.forget()
        at = session.rows.at_cursor
        term = session.hits.term
        if term is None or (at is not None and term.span(at.text) is not None):
            self.stream.go_to(session.rows.cursor)
        else:
            self._seek("previous_hit")

    def stop(self) -> bool:
        """Stop looking for something; say whether there was anything to stop."""
        stopped = self.session.stop()
        if stopped:
            self._redraw(self.session.rows.cursor)
        return stopped

    def lines_in_hand(self) -> list[tuple[str, str]]:
        """Return the marked lines, then the one under the cursor of a log that stands still: permalink and words."""
        session = self.session
        marks = session.marks
        entry = None if session.rows.following else session.rows.at_cursor
        here = [entry] if entry is not None and entry.length and identity_of(entry) not in marks.marked else []
        return [(marks.link(one), marks.words(one)) for one in (*marks.entries(), *here)]
