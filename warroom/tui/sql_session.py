"""One person's queries over the record: the text in hand, former ones, the newest answer, and what is shown of it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from warroom.core.queries import NotAnswered, Query, QueryAnswer, Sql, SqlAnswer, SqlLoading, SqlRefused
from warroom.core.record_tables import TABLES
from warroom.core.sql_words import EXAMPLES, one_line
from warroom.core.view import View
from warroom.tui.letters import nobody_answers
from warroom.tui.lines import split_key

KEPT = 100
"""Former queries."""

Ask = Callable[[Query], Awaitable[QueryAnswer]]
_NO_QUERY = Sql("")
SqlOutcome = SqlAnswer | SqlRefused | NotAnswered


class SqlSession:
    """Kept while the console runs, whatever page is shown."""

    def __init__(self, ask: Ask = nobody_answers) -> None:
        self._ask = ask
        self.text = ""
        """The query in hand."""
        self.answer: SqlOutcome | None = None
        self.answered = ""
        """The query that the answer is for."""
        self.asking = False
        self.loading: SqlLoading | None = None
        """How far the engine is with reading the record, which takes a while for the first query of a long one."""
        self.history: list[str] = []
        """Oldest first."""
        self.column = 0
        """The first column that is shown."""
        self.row = 0
        """The row under the cursor."""
        self._ahead = False
        """Whether the record is read for no query."""
        self._next = False
        """Whether the query in hand came while another was asked."""
        self._back = 0
        """How far back in the history the prompt stands; 0 for what is being typed."""
        self._typed = ""

    def begin_asking(self, text: str) -> Sql | None:
        """Take a query in hand; returns the question for `ask`, None when there is none, or one is under way.

        A query that comes meanwhile is asked next: `next_question` has it then.
        """
        text = one_line(text)
        if not text or (self.asking and text == self.text):
            return None
        self.history = [*(one for one in self.history if one != text), text][-KEPT:]
        self.text, waits, self.asking = text, self.asking, True
        self._next = waits
        return None if waits else Sql(text)

    def next_question(self) -> Sql | None:
        """Return the question that came while the one before was asked."""
        if not self._next or self.asking:
            return None
        self._next, self.asking = False, True
        return Sql(self.text)

    async def ask(self, question: Sql) -> None:
        """Ask, and take the answer; until it comes the one before stays."""
        try:
            answer = await self._ask(question)
            while isinstance(answer, SqlLoading):
                self.loading = answer
                answer = await self._ask(question)
        finally:
            self.asking, self.loading = False, None
        if not isinstance(answer, SqlAnswer | SqlRefused | NotAnswered):
            answer = NotAnswered("the engine gave another answer")
        self.answer = answer
        self.answered, self.column, self.row = question.text, 0, 0

    async def ahead(self) -> None:
        """Let the engine read the record before anything is asked: the first query of a long one waits for that."""
        if self._ahead:
            return
        self._ahead = True
        try:
            while isinstance(await self._ask(_NO_QUERY), SqlLoading):
                continue
        finally:
            self._ahead = False

    def forget(self) -> bool:
        """Show the tables again; say whether anything else was shown."""
        shown = self.answer is not None
        self.answer, self.column, self.row = None, 0, 0
        return shown

    # The prompt

    def begin(self) -> str:
        """Return what the prompt begins with: the query in hand."""
        self._back, self._typed = 0, self.text
        return self.text

    def recall(self, by: int, typed: str) -> str:
        """Return the query `by` further back in the history (1) or forth (-1); what was typed is not lost."""
        if self._back == 0:
            self._typed = typed
        former = [one for one in reversed(self.history) if one != self._typed]
        self._back = min(max(self._back + by, 0), len(former))
        return former[self._back - 1] if self._back else self._typed

    # The result

    @property
    def rows(self) -> SqlAnswer | None:
        """The answer when it has rows."""
        return self.answer if isinstance(self.answer, SqlAnswer) and self.answer.rows else None

    def scroll(self, by: int) -> None:
        """Begin with another column."""
        if self.rows is not None:
            self.column = min(max(self.column + by, 0), len(self.rows.columns) - 1)

    def stand_on(self, key: str) -> None:
        """The cursor stands on a row of the result."""
        kind, name = split_key(key)
        if kind == "row" and self.rows is not None:
            self.row = min(int(name), len(self.rows.rows) - 1)


def query_of(key: str) -> str:
    """Return the query of a row of the start: an example, or a table; empty when it is neither."""
    kind, name = split_key(key)
    if kind == "example":
        return EXAMPLES[int(name)][1]
    return f"SELECT * FROM {name} LIMIT 100" if kind == "table" and name in {one.name for one in TABLES} else ""


def thing_in(answer: SqlAnswer, row: int, view: View | None) -> str:
    """Return the key of the thing that a row names first: an incident, alarm, action or notice, else a bot."""
    if view is None:
        return ""
    known = {
        **{one.name: f"bot:{one.name}" for one in view.bots},
        **{one.notice: f"notice:{one.notice}" for one in view.outbox},
        **{one.id: f"action:{one.id}" for one in view.actions},
        **{one.id: f"alarm:{one.id}" for one in view.alarms},
        **{one.id: f"incident:{one.id}" for one in view.incidents},
    }
    named = [known[cell] for cell in answer.rows[row] if isinstance(cell, str) and cell in known]
    return next((key for key in named if not key.startswith("bot:")), next(iter(named), ""))
