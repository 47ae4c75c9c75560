"""The query page: SQL over the record; its result in columns, the row under the cursor whole."""

from __future__ import annotations

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Vertical
from textual.content import Content

from warroom.core.queries import Sql, SqlAnswer
from warroom.tui.bar import Bar
from warroom.tui.keys import bindings_for, give_keys_to
from warroom.tui.lines import Line, split_key
from warroom.tui.pages.page import Page
from warroom.tui.pane import Pane
from warroom.tui.scene import Logs, Scene
from warroom.tui.sql_lines import (
    Layout,
    head_line,
    layout,
    none_lines,
    query_title,
    refusal_lines,
    result_rows,
    row_lines,
    start_lines,
)
from warroom.tui.sql_prompt import SqlPrompt
from warroom.tui.sql_session import SqlOutcome, SqlSession, query_of, thing_in
from warroom.tui.theme import Painter

_FRAME = 3
"""Rows of the frame beside those of the result: title, query, heads."""
_AROUND = _FRAME + 1 + 3
"""Rows of the screen beside those of result and row: the frame's, the row's title, the bars."""


class QueryPage(Page):
    """The query above its result; without one, what can be asked."""

    BINDINGS: ClassVar[list[BindingType]] = bindings_for("query")

    def __init__(self, painter: Painter, name: str, logs: Logs) -> None:
        super().__init__(painter, name, logs)
        self._scene: Scene | None = None
        self._drawn: tuple[SqlOutcome | None, int, int] | None = None
        """What the rows were built from: answer, first column, width."""
        self._shape: Layout | None = None

    def compose(self) -> ComposeResult:
        """Make the frame with query, heads and rows, and the row below."""
        self._frame = Vertical(id="sql-frame")
        self._head = Bar(self._painter, [])
        self._list = Pane(self._painter, id="sql-result")
        self._detail = Pane(self._painter, id="sql-row", cursor=False)
        self._prompt = SqlPrompt(self._painter)
        with self._frame:
            yield self._prompt
            yield self._head
            yield self._list
        yield self._detail

    @property
    def _session(self) -> SqlSession:
        assert self._scene is not None, "a page is drawn before it takes keys"
        return self._scene.sql

    def draw(self, scene: Scene) -> None:
        """Draw the query and what came of it."""
        self._scene = scene
        session = scene.sql
        self._prompt.show(session.text)
        wanted = (session.answer, session.column, self._list.inner_width)
        if self._drawn is None or self._drawn[0] is not wanted[0] or self._drawn[1:] != wanted[1:]:
            self._build(session, new=self._drawn is None or self._drawn[0] is not wanted[0])
            self._drawn = wanted
        self._draw_row(scene)
        length = scene.view.chain.length if scene.view else 0
        self._frame.border_title = Content(
            self._painter.text(query_title(session, self._shape, length, max(10, scene.width - 4)))
        )

    def _build(self, session: SqlSession, *, new: bool) -> None:
        width, rows = self._list.inner_width, session.rows
        lines: list[Line]
        self._shape = None
        if rows is not None:
            self._shape = layout(rows, session.column, width)
            lines = result_rows(rows, self._shape)
        elif session.answer is None:
            lines = start_lines(width)
        elif isinstance(session.answer, SqlAnswer):
            lines = none_lines(session.answer, width)
        else:
            lines = refusal_lines(session.answered, session.answer, width)
        self._head.show([head_line(rows, self._shape)] if rows is not None and self._shape is not None else [])
        first = next((one.key for one in lines if one.key), "")
        self._list.show(lines, first if new else self._list.key)

    def _draw_row(self, scene: Scene) -> None:
        rows = scene.sql.rows
        self._detail.display = rows is not None
        if rows is None:
            self._frame.styles.height = "1fr"
            return
        thing = self._thing()
        opens = f" · Enter opens {split_key(thing)[1]}" if thing else ""
        self._detail.title(f"Row {scene.sql.row + 1}{opens}")
        room = max(1, scene.height - _AROUND)
        self._frame.styles.height = _FRAME + min(len(rows.rows), max(room - len(rows.columns), room * 3 // 5, 1))
        self._detail.show(row_lines(rows, scene.sql.row, self._detail.inner_width))

    def enter(self) -> None:
        """Take the focus, and let the engine read the record while the query is typed."""
        super().enter()
        self.run_worker(self._session.ahead(), group="sql ahead")

    def act(self, id: str) -> bool:
        """Type a query, run it again, or show other columns."""
        match id:
            case "sql_again" if self._session.text:
                self._run(self._session.text)
            case "sql" | "sql_again":
                self._prompt.open(self._session)
            case "left" | "right":
                self._session.scroll(1 if id == "right" else -1)
                self._redraw()
            case _:
                return False
        return True

    def stop_looking(self) -> bool:
        """Show the tables again; say whether something else was shown."""
        shown = self._session.forget()
        if shown:
            self._redraw()
            give_keys_to(self._list)
        return shown

    def _redraw(self) -> None:
        if self._scene is not None:
            self.draw(self._scene)

    def on_pane_moved(self, event: Pane.Moved) -> None:
        """The cursor stands on another row."""
        event.stop()
        self._session.stand_on(event.key)
        if self._scene is not None:
            self._draw_row(self._scene)

    def on_pane_opened(self, event: Pane.Opened) -> None:
        """Run an example, change a query, or show the page of the thing that a row names."""
        kind, _ = split_key(event.key)
        if kind not in ("row", "example", "table", "edit"):
            return
        event.stop()
        if query := query_of(event.key):
            self._run(query)
        elif kind == "edit":
            self.act("sql")
        elif thing := self._thing():
            self.screen.post_message(Pane.Opened(thing))

    def _thing(self) -> str:
        """Return the key of what the row under the cursor names."""
        rows = self._session.rows
        return thing_in(rows, self._session.row, self._scene.view) if rows is not None and self._scene else ""

    def on_sql_prompt_closed(self, event: SqlPrompt.Closed) -> None:
        """Give the keys back to the rows."""
        event.stop()
        self._leave_prompt()

    def on_sql_prompt_answered(self, event: SqlPrompt.Answered) -> None:
        """Ask."""
        event.stop()
        self._leave_prompt()
        self._run(event.text)

    def _leave_prompt(self) -> None:
        if self._prompt.close():
            give_keys_to(self._list)

    def _run(self, text: str) -> None:
        question = self._session.begin_asking(text)
        if question is not None:
            self._redraw()
            self.run_worker(self._ask(question), group="sql")

    async def _ask(self, question: Sql) -> None:
        asked: Sql | None = question
        while asked is not None:
            await self._session.ask(asked)
            asked = self._session.next_question()
            self._redraw()
