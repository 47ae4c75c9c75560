"""A session keeps former queries and the newest answer, whatever comes when."""

from __future__ import annotations

import asyncio

import msgspec
import pytest

from tests.tui.example import example_view
from warroom.core.queries import EvidenceAnswer, NotAnswered, Query, QueryAnswer, Sql, SqlAnswer, SqlLoading, SqlRefused
from warroom.core.record_tables import TABLES
from warroom.core.sql_words import EXAMPLES
from warroom.tui.sql_session import KEPT, SqlSession, query_of, thing_in

ROWS = SqlAnswer(["id", "n"], [["a", 1], ["b", 2], ["c", 3]], "", 0.1, 9)


def answering(*answers: QueryAnswer) -> SqlSession:
    waiting = list(answers)

    async def ask(query: Query) -> QueryAnswer:
        return waiting.pop(0)

    return SqlSession(ask)


async def asked(session: SqlSession, text: str) -> None:
    question = session.begin_asking(text)
    assert question is not None
    await session.ask(question)


async def test_a_query_is_made_one_line_asked_and_remembered_once() -> None:
    session = answering(ROWS, SqlRefused("no"), ROWS)
    await asked(session, "SELECT 1 -- one\n, 2")
    assert (session.text, session.answer) == ("SELECT 1   , 2", ROWS)
    await asked(session, "SELEC")
    assert session.answer == SqlRefused("no")
    await asked(session, "SELECT 1   , 2")
    assert session.history == ["SELEC", "SELECT 1   , 2"]


async def test_nothing_is_asked_twice_at_once_and_nothing_is_no_query() -> None:
    session = answering(ROWS)
    assert session.begin_asking(" \n -- only a comment") is None
    assert session.begin_asking("SELECT 1") == Sql("SELECT 1")
    assert session.begin_asking("SELECT 1") is None
    await session.ask(Sql("SELECT 1"))
    assert session.next_question() is None
    assert session.begin_asking("SELECT 1") == Sql("SELECT 1")


async def test_of_queries_that_come_while_one_is_asked_the_newest_is_next() -> None:
    session = answering(ROWS, ROWS)
    question = session.begin_asking("SELECT 1")
    assert question is not None
    assert session.begin_asking("SELECT 2") is None
    assert session.begin_asking("SELECT 3") is None
    assert session.next_question() is None
    await session.ask(question)
    assert session.next_question() == Sql("SELECT 3")
    assert session.asking
    await session.ask(Sql("SELECT 3"))
    assert (session.answered, session.next_question()) == ("SELECT 3", None)
    assert session.history == ["SELECT 1", "SELECT 2", "SELECT 3"]


async def test_a_question_that_is_cancelled_leaves_the_session_free() -> None:
    async def never(query: Query) -> QueryAnswer:
        await asyncio.Event().wait()
        raise AssertionError

    session = SqlSession(never)
    question = session.begin_asking("SELECT 1")
    assert question is not None
    asking = asyncio.ensure_future(session.ask(question))
    await asyncio.sleep(0)
    asking.cancel()
    await asyncio.wait([asking])
    assert session.begin_asking("SELECT 1") is not None


async def test_an_answer_of_another_kind_is_none() -> None:
    session = answering(EvidenceAnswer([]))
    await asked(session, "SELECT 1")
    assert isinstance(session.answer, NotAnswered)


async def test_the_history_is_bounded_and_walked_both_ways() -> None:
    session = answering(*[ROWS] * (KEPT + 5))
    for number in range(KEPT + 5):
        await asked(session, f"SELECT {number}")
    assert len(session.history) == KEPT
    assert session.begin() == f"SELECT {KEPT + 4}"
    assert session.recall(1, "typed") == f"SELECT {KEPT + 4}"
    assert session.recall(1, "") == f"SELECT {KEPT + 3}"
    assert session.recall(-1, "") == f"SELECT {KEPT + 4}"
    assert session.recall(-1, "") == "typed"
    assert session.recall(-1, "typed") == "typed"
    assert session.recall(500, "typed") == "SELECT 5"


async def test_the_query_in_hand_is_not_brought_back_a_second_time() -> None:
    session = answering(ROWS, ROWS)
    await asked(session, "SELECT 1")
    await asked(session, "SELECT 2")
    assert session.recall(1, session.begin()) == "SELECT 1"


async def test_columns_and_rows_stay_inside_the_result() -> None:
    session = answering(ROWS)
    session.scroll(1)
    assert session.column == 0
    await asked(session, "SELECT 1")
    session.scroll(9)
    assert session.column == 1
    session.scroll(-9)
    assert session.column == 0
    session.stand_on("row:2")
    assert session.row == 2
    session.stand_on("row:99")
    assert session.row == 2
    session.stand_on("bot:support")
    assert session.row == 2
    assert session.forget()
    assert (session.rows, session.row) == (None, 0)
    assert not session.forget()


@pytest.mark.parametrize(
    ("key", "query"),
    [
        ("example:0", EXAMPLES[0][1]),
        *((f"table:{table.name}", f"SELECT * FROM {table.name} LIMIT 100") for table in TABLES),
        ("table:x; DROP TABLE acts", ""),
        ("row:1", ""),
        ("edit:sql", ""),
    ],
)
def test_a_row_of_the_start_stands_for_a_query(key: str, query: str) -> None:
    assert query_of(key) == query


def test_a_row_names_the_first_thing_that_the_room_knows_and_a_bot_last() -> None:
    view = example_view()
    incident, action = view.incidents[0].id, view.actions[0].id
    rows = msgspec.structs.replace(
        ROWS, rows=[["mail", action], ["mail", incident, action], ["mail", "x"], ["x", 1], [None, 2.5]]
    )
    named = [thing_in(rows, row, view) for row in range(5)]
    assert named == [f"action:{action}", f"incident:{incident}", "bot:mail", "", ""]
    assert thing_in(rows, 0, None) == ""


async def test_while_the_record_is_read_it_asks_again_and_knows_how_far_that_is() -> None:
    far: list[SqlLoading | None] = []
    waiting: list[QueryAnswer] = [SqlLoading(1000, 3000), SqlLoading(2000, 3000), ROWS]

    async def ask(query: Query) -> QueryAnswer:
        assert query == Sql("SELECT 1")
        far.append(session.loading)
        return waiting.pop(0)

    session = SqlSession(ask)
    await asked(session, "SELECT 1")
    assert far == [None, SqlLoading(1000, 3000), SqlLoading(2000, 3000)]
    assert (session.answer, session.loading) == (ROWS, None)


async def test_reading_ahead_ends_when_the_record_is_read_and_answers_nothing() -> None:
    session = answering(SqlLoading(1, 2), SqlRefused("this is no SELECT"))
    await session.ahead()
    assert (session.answer, session.asking) == (None, False)
