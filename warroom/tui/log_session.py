"""One person's way through a log: what is held, what is looked for, and which question to ask the room next."""

from __future__ import annotations

from collections.abc import Callable

from warroom.core.queries import (
    Lines,
    LinesAnswer,
    LogWindow,
    NotAnswered,
    Query,
    QueryAnswer,
    RawLine,
    RawLineAnswer,
    WindowAnswer,
)
from warroom.core.view import LogLine
from warroom.tui.log_ahead import Ahead
from warroom.tui.log_errand import WINDOW, Errand
from warroom.tui.log_hits import Hits
from warroom.tui.log_marks import Marks
from warroom.tui.log_rows import LogRows, Row, identity_of, moment_of
from warroom.tui.stream_filter import StreamFilter
from warroom.tui.times import moment_text

NEAR = 40
"""Rows from the edge of what is held at which more are asked for."""
_LATEST = 1000
"""Newest rows that may have come with one answer."""


class LogSession:
    """Holds no connection: `next_question` says what to ask, `take` takes the answer; a late answer is thrown away."""

    def __init__(self) -> None:
        self.bot = ""
        self.opened = False
        self.all = False
        """Whether all bots are shown, merged by time."""
        self.rows = LogRows()
        self.filter = StreamFilter()
        self.hits = Hits()
        self.marks = Marks()
        self.hidden = 0
        self.last_seq = 0
        self.wrap = False
        self.word = ""
        """What is to be said in the title, such as why nothing was found."""
        self.at_start = False
        """Whether nothing older can be read."""
        self._stuck = False
        """Whether the last look back came to no wanted line: the person decides whether to go on."""
        self.errand: Errand | None = None
        self._newest = 0.0
        self._ahead = Ahead()

    # What is shown

    @property
    def who(self) -> str:
        """Whose lines these are: the bot that a question names."""
        return "" if self.all else self.bot

    def open(self, bot: str) -> bool:
        """Show another bot's log; the same one goes on as it was. Returns whether it is another."""
        if bot == self.bot:
            return False
        self.bot = bot
        if not self.all:
            self.restart()
        return True

    def restart(self) -> None:
        """Begin anew at the newest lines."""
        self.opened = self.at_start = self._stuck = False
        self.rows, self._ahead = LogRows(), Ahead()
        self.errand, self.hidden, self.last_seq, self.word = None, 0, 0, ""
        self._newest = 0.0

    def refilter(self) -> None:
        """Begin anew with another filter: where the person reads, or at the newest lines."""
        rows, last = self.rows, self.last_seq
        spots = [] if rows.following or not self.opened else rows.boundary_at(rows.cursor + 1)
        if self.errand is not None and self.errand.kind == "open":
            # It has not come there yet since the filter before.
            spots = self.errand.spots
        self.restart()
        if spots:
            self.opened, self.last_seq, self.rows.attached = True, last, False
            self.errand = Errand("open", spots=spots)

    @property
    def several(self) -> bool:
        """Whether lines of several logs are shown, so that each says whose it is."""
        return self.all or len(self.rows.older) > 1

    def label(self, entry: LogLine) -> str:
        """Return whose a line is, where that is not plain."""
        if self.all:
            return entry.bot or entry.source.rpartition("/")[2]
        return entry.source.rpartition("/")[2] if self.several else ""

    @property
    def back_s(self) -> float:
        """Seconds between the row in question and the newest line known."""
        entry = self.rows.at_cursor
        return max(0.0, self._newest - moment_of(entry)) if entry else 0.0

    # Questions

    def live_question(self) -> Lines | None:
        """Return the question for new lines; None before the log is open."""
        if not self.opened:
            return None
        # Of a log that stands still the newest line is wanted: it says how far back one reads.
        limit = self._ahead.limit if self.rows.attached else 1
        return Lines(self.who, self.last_seq, limit, self.filter.wanted)

    def take_live(self, asked: Lines, answer: QueryAnswer) -> bool:
        """Take new lines; returns whether anything changed."""
        if not isinstance(answer, LinesAnswer) or (asked.bot, asked.after) != (self.who, self.last_seq):
            return False
        if asked.filter != self.filter.wanted or not self.opened:
            return False
        self.last_seq = max(answer.last, self.last_seq)
        if not self.rows.attached:
            newer = answer.dropped + answer.hidden + len(answer.lines) if asked.after else 0
            self.rows.unseen += newer
            self._seen(answer.lines)
            return newer > 0
        self.hidden += answer.hidden
        rows = self.rows
        for lines, note in self._ahead.batches(answer, lambda: rows.boundary_at(len(rows.rows))):
            rows.append(lines, merge=self.several, note=note)
            self._seen(lines)
            self.hits.add(rows.rows[-_LATEST:])
        return bool(answer.lines or answer.dropped or answer.hidden or answer.ahead)

    def next_question(self, first: int) -> Query | None:
        """Return what to ask now, where `first` is the first row on the screen; None when all is there."""
        wanted = self.filter.wanted
        if not (self.bot or self.all):
            return None
        if not self.opened:
            return LogWindow(self.who, limit=500, filter=wanted)
        if self.errand is not None:
            return self.errand.question(self.who, self.hits.text, wanted)
        rows = self.rows
        if first < NEAR and not self.at_start and not self._stuck and rows.older:
            return LogWindow(self.who, before=rows.older, limit=WINDOW, filter=wanted)
        if not rows.attached and rows.last > len(rows.rows) - NEAR:
            return LogWindow(self.who, after=rows.newer, limit=WINDOW, filter=wanted)
        return self.marks.question(None if rows.following else rows.at_cursor)

    # Answers

    def take(self, asked: Query, answer: QueryAnswer, first: int) -> None:
        """Take the answer to a question, unless something else is wanted by now."""
        if asked != self.next_question(first):
            return
        if isinstance(asked, RawLine):
            if isinstance(answer, RawLineAnswer | NotAnswered):
                self.marks.take(asked, answer)
        elif isinstance(answer, NotAnswered):
            # A bot without any line yet has no log to be read: what comes is shown.
            self.opened, self.at_start, self.errand, self.word = True, True, None, answer.reason
        elif self.opened and self.errand is not None:
            self._take_errand(self.errand, answer)
        elif isinstance(answer, WindowAnswer):
            self._take_window(asked, answer)

    def _take_window(self, asked: Query, answer: WindowAnswer) -> None:
        assert isinstance(asked, LogWindow)
        self.hidden += answer.hidden
        self._seen(answer.lines)
        if not self.opened:
            self.rows.replace(answer.lines, answer.older, answer.newer, attached=True)
            self.opened, self.last_seq, self.at_start = True, answer.last, answer.end
        elif asked.after:
            self.rows.extend(answer.lines, answer.newer, attached=answer.end)
            self.last_seq = answer.last if answer.end else self.last_seq
            if not answer.end and not answer.lines:
                self.word = f"newer lines were not read: {answer.why}"
        else:
            moved = answer.older != asked.before
            self.rows.prepend(answer.lines, answer.older)
            self.at_start = answer.end or not moved
            self._stuck = bool(answer.why) and not answer.lines
            self.word = ""
            if self._stuck and answer.reached is not None:
                self.word = f"none back to {moment_text(answer.reached)}, up goes on"
        self.hits.add(self.rows.rows)

    def _take_errand(self, errand: Errand, answer: QueryAnswer) -> None:
        if errand.kind == "open" and isinstance(answer, WindowAnswer):
            self.rows.replace(answer.lines, answer.older, answer.newer, attached=False)
            self.rows.stand_on(errand.line)
            self.errand, self.hidden = None, answer.hidden
            self.at_start, self._stuck, self.word = answer.end, False, ""
            self.hits.add(self.rows.rows)
            return
        found = errand.take(answer)
        if found is not None:
            self.errand = Errand("open", spots=found, line=errand.line, at=errand.at)
        elif errand.over:
            what = f"/{self.hits.text}" if errand.kind == "search" else "error or anomaly"
            self._give_up(f"no {what} further {'up' if errand.by < 0 else 'down'}")

    def _give_up(self, word: str) -> None:
        self.errand, self.word = None, word

    def _seen(self, lines: list[LogLine]) -> None:
        self._newest = max([self._newest, *(moment_of(one) for one in lines)])

    # Wishes

    def look_for(self, text: str) -> None:
        """Light a text up wherever it stands; an empty one ends that."""
        self.word = self.hits.look_for(text)
        self.hits.add(self.rows.rows)

    def next_hit(self, by: int) -> int | None:
        """Return the row of the next hit, or send for it beyond what is held; None then."""
        if self.hits.term is None:
            self.word = "nothing is looked for: / and a text"
            return None
        return self._next("search", self.hits.has, by)

    def next_odd(self, by: int) -> int | None:
        """Return the row of the next error or anomaly, or send for it; None then."""
        return self._next("odd", lambda row: row.entry is not None and is_odd(row.entry), by)

    def _next(self, kind: str, wanted: Callable[[Row], bool], by: int) -> int | None:
        self.word = ""
        found = self.rows.find(wanted, by)
        rows = self.rows
        if found is None and by < 0 and not self.at_start:
            self.errand = Errand(kind, by, rows.older)
        elif found is None and by > 0 and not rows.attached:
            self.errand = Errand(kind, by, rows.newer)
        elif found is None:
            what = f"/{self.hits.text}" if kind == "search" else "error or anomaly"
            self.word = f"no {what} further {'up' if by < 0 else 'down'}"
        return found

    def turn_mark(self) -> None:
        """Mark the line under the cursor, or take its mark away."""
        entry = self.rows.at_cursor
        if entry is None or entry.level == "GAP":
            self.word = "only a log line can be marked"
            return
        self.word = ""
        self.marks.turn(entry, self.rows.boundary_at(self.rows.cursor + 1))

    def next_mark(self, by: int) -> int | None:
        """Return the row of the next marked line by time, or send for it; None then."""
        rows, marked = self.rows, self.marks.marked
        found = rows.find(lambda row: row.entry is not None and identity_of(row.entry) in marked, by)
        if found is None:
            here = moment_of(rows.at_cursor) if rows.at_cursor else 0.0
            held = [identity for identity in marked if rows.place_of(identity) is not None]
            beyond = self.marks.nearest(here, by, held)
            self.word = "" if beyond else f"no mark further {'up' if by < 0 else 'down'}"
            self.errand = Errand("open", spots=beyond.spots) if beyond else None
        return found

    def go_on(self) -> None:
        """The person moved on: look further back where the last look came to nothing."""
        self._stuck = False

    def stop(self) -> bool:
        """Stop looking, else end the search; say whether there was anything to stop."""
        if self.errand is not None:
            self.errand = None
            if not self.rows.rows:
                self.restart()
        elif self.hits.term is not None:
            self.look_for("")
        else:
            return False
        return True


def is_odd(entry: LogLine) -> bool:
    """Say whether a line is an error or matches a rule."""
    return entry.level in ("ERROR", "CRITICAL") or bool(entry.marks)
