"""The fake room with the real tables of the example incident behind it: its SQL is answered by SQLite."""

from __future__ import annotations

import contextlib
import tempfile
from collections.abc import AsyncIterator
from pathlib import Path

import msgspec

from tests.adapters.asked import write_example
from tests.tui.example import example_view, log_lines
from tests.tui.fake_room import FakeRoom
from tests.tui.running import Session, console
from warroom.adapters.records_db import RecordsDb
from warroom.core.queries import Query, QueryAnswer, Sql, SqlAnswer, SqlLoading
from warroom.core.sql_words import NO_SELECT


class AskingRoom(FakeRoom):
    """Answers SQL; a test may give the next answers by itself."""

    def __init__(self, db: RecordsDb, *, read_only: bool = False) -> None:
        super().__init__(example_view(), log_lines(), read_only=read_only)
        self._db = db
        self.asked_sql: list[str] = []
        self.answers: list[QueryAnswer] = []
        self.most_s = 60.0
        """Time that a query may take."""
        self.read_ahead = 0
        self.loading: list[QueryAnswer] = []
        """What is answered to whoever lets the record be read, before that is done."""

    async def query(self, query: Query) -> QueryAnswer:
        if not isinstance(query, Sql) or self.lost:
            return await super().query(query)
        if not query.text:
            # The page lets the record be read while the query is typed.
            self.read_ahead += 1
            return self.loading.pop(0) if self.loading else NO_SELECT
        self.asked_sql.append(query.text)
        await self.answering.wait()
        if self.answers:
            answer = self.answers.pop(0)
            if isinstance(answer, SqlLoading):
                # The test looks at the screen, then lets it go on.
                self.answering.clear()
            return answer
        answer = await self._db.ask(query, most_s=self.most_s)
        if not isinstance(answer, SqlAnswer):
            return answer
        length = self.latest.chain.length if self.latest else 0
        return msgspec.structs.replace(answer, seconds=0.012, length=length)


@contextlib.asynccontextmanager
async def asking(
    size: tuple[int, int] = (80, 24), *, ascii: bool = False, read_only: bool = False
) -> AsyncIterator[tuple[Session, AskingRoom]]:
    """Run a console on the query page over such a room."""
    with tempfile.TemporaryDirectory() as folder:
        await write_example(Path(folder) / "journal.db")
        async with RecordsDb(Path(folder) / "journal.db") as db:
            await db.refresh()
            room = AskingRoom(db, read_only=read_only)
            async with console(size, room=room, ascii=ascii) as session:
                await session.press("9")
                await session.see("Query the record")
                yield session, room
