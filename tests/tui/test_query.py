"""The query page by its keys: ask, walk, change, go on; and nothing that an answer holds acts on the screen."""

from __future__ import annotations

import msgspec
import pytest
from textual import events
from textual.widgets import Input

from tests.tui.asking_room import asking
from tests.tui.hostile import CONTROLS, CORPUS, FORBIDDEN, INVISIBLE, PILES, SEQUENCES
from tests.tui.looks import SIZES, assert_looks, size_id
from tests.tui.running import Session
from tests.waiting import eventually
from warroom.core.queries import NotAnswered, QueryAnswer, SqlAnswer, SqlLoading, SqlRefused
from warroom.core.record_tables import TABLES
from warroom.core.sql_words import EXAMPLES

ACTS = "SELECT seq, at, operator, text FROM acts ORDER BY seq DESC LIMIT 50"


def the_line(session: Session) -> Input:
    return session.app.screen.query_one("#page-query Input", Input)


async def ask(session: Session, text: str) -> None:
    await session.press("s", "ctrl+u")
    session.app.post_message(events.Paste(text))
    await eventually(lambda: the_line(session).value != "")
    await session.press("enter")


SCREENS = {
    "query": (("end", "up"), "", "gaps"),
    "query-rows": (("enter",), "", "Row 1"),
    "query-wide": (("right", "right", "down"), "SELECT * FROM actions", "Row 2"),
    "query-wrong": ((), "SELECT id, titel FROM incidents WHERE state = 'open'", "did you mean title?"),
    "query-none": ((), "SELECT id, title FROM incidents WHERE severity = 'SEV4'", "No row is like that"),
    "query-ended": ((), "SELECT count(*) FROM acts a, acts b, acts c, acts d, acts e", "ask for less"),
    "query-help": (("question_mark",), "", "ON THIS PAGE: Query"),
}


@pytest.mark.parametrize("name", SCREENS)
@pytest.mark.parametrize("size", SIZES, ids=size_id)
async def test_the_page_is_as_drawn(name: str, size: tuple[int, int]) -> None:
    keys, text, seen = SCREENS[name]
    async with asking(size) as (session, room):
        if name == "query-ended":
            room.most_s = 0.2
        if text:
            await ask(session, text)
            await session.see("Query · ")
        await session.press(*keys)
        await session.see(seen)
        await assert_looks(session, name)


async def test_enter_runs_each_example_and_shows_each_table() -> None:
    async with asking() as (session, room):
        for number in range(len(EXAMPLES) + len(TABLES)):
            await session.press("home", *["down"] * number, "enter")
            await eventually(lambda wanted=number + 1: len(room.asked_sql) == wanted)  # type: ignore[misc]  # bound now
            await session.see("in 0.012 s")
            await session.press("escape")
            await session.see("Query the record")
        assert room.asked_sql[: len(EXAMPLES)] == [query for _, query in EXAMPLES]
        assert room.asked_sql[len(EXAMPLES) :] == [f"SELECT * FROM {table.name} LIMIT 100" for table in TABLES]


async def test_a_query_is_typed_refused_changed_and_answered() -> None:
    async with asking() as (session, room):
        await session.press("s", *"SELEC", "space", "1", "enter")
        await session.see("Query · refused", "did you mean SELECT?", "  ^")
        await session.press("enter", "home", *["right"] * 5, "T", "enter")
        await session.see("1 row in 0.012 s")
        assert room.asked_sql == ["SELEC 1", "SELECT 1"]
        assert room.submitted == []


async def test_letters_of_a_query_are_no_commands_and_escape_leaves_the_page_as_it_was() -> None:
    async with asking() as (session, room):
        await session.press("s", *"xaCq19?", "escape")
        await session.see("Query the record", "s types a query")
        assert session.app.is_running
        assert (room.submitted, room.asked_sql) == ([], [])
        await session.press("down")
        await session.press("escape")
        await session.see("Attention")


async def test_up_and_down_bring_former_queries_and_keep_what_was_typed() -> None:
    async with asking() as (session, room):
        await ask(session, "SELECT 1")
        await ask(session, "SELECT 2")
        await eventually(lambda: len(room.asked_sql) == 2)
        await session.press("s", "ctrl+u", *"half", "up")
        line = the_line(session)
        assert line.value == "SELECT 2"
        await session.press("up", "up")
        assert line.value == "SELECT 1"
        await session.press("down", "down")
        assert line.value == "half"
        await session.press("up", "enter")
        await eventually(lambda: room.asked_sql[-1] == "SELECT 2" and len(room.asked_sql) == 3)


async def test_several_lines_are_pasted_as_one_and_comments_take_nothing_with_them() -> None:
    async with asking() as (session, room):
        await ask(session, "SELECT id -- the id\nFROM incidents\n")
        await session.see("INC-001", "1 row in")
        assert " ".join(room.asked_sql[0].split()) == "SELECT id FROM incidents"


async def test_the_row_under_the_cursor_is_whole_below_and_enter_goes_to_what_it_names() -> None:
    async with asking((120, 36)) as (session, _):
        await ask(session, "SELECT 'ACT-001' AS action, printf('%.100c', 'x') AS long UNION ALL SELECT 'none', 'short'")
        await session.see("Row 1 · Enter opens ACT-001", "x" * 90)
        await session.press("down")
        await session.see("Row 2", "short")
        assert "Enter opens" not in session.text
        await session.press("enter")
        assert "9 Query" in session.text
        await session.press("up", "enter")
        await session.see("4 Actions", "PROOF FROM OUTSIDE")
        await session.press("escape")
        await session.see("Row 1 · Enter opens ACT-001")


async def test_columns_are_scrolled_one_by_one_to_the_last_and_back() -> None:
    async with asking() as (session, _):
        await ask(session, "SELECT * FROM actions")
        await session.see("columns 1 to", "VERB")
        await session.press(*["right"] * 40)
        await session.see("columns 25 to 25 of 25", "PLAN_SHA256")
        await session.press(*["left"] * 40)
        await session.see("columns 1 to")


async def test_while_it_is_asked_the_answer_before_stays_and_says_so() -> None:
    async with asking() as (session, room):
        await ask(session, "SELECT 'first' AS one")
        await session.see("first")
        room.answering.clear()
        await ask(session, "SELECT 'second' AS one")
        await session.see("Query · asking…")
        assert "first" in session.text
        await session.press("r")
        await ask(session, "SELECT 'third' AS one")
        room.answering.set()
        await session.see("third", "1 row in")
        assert [text.split("'")[1] for text in room.asked_sql] == ["first", "second", "third"]


async def test_what_happened_since_is_said_and_r_asks_again() -> None:
    async with asking() as (session, room):
        view = room.latest
        assert view is not None
        room.answers = [SqlAnswer(["n"], [[1]], "", 0.012, view.chain.length)]
        await ask(session, "SELECT 1 AS n")
        await session.see("1 row in")
        assert "since" not in session.text
        chain = msgspec.structs.replace(view.chain, length=view.chain.length + 3)
        room.show(msgspec.structs.replace(view, chain=chain))
        await session.see("3 entries since, r asks again")
        await session.press("r")
        await eventually(lambda: len(room.asked_sql) == 2)


async def test_rows_that_are_missing_and_an_engine_that_is_gone_are_said() -> None:
    async with asking() as (session, room):
        await ask(session, "WITH n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n) SELECT x FROM n")
        await session.see("the first 1,000 rows are shown")
        await session.press("end")
        await session.see("Row 1000")
        room.lose("it was stopped")
        await session.press("r")
        await session.see("Query · not answered", "the engine is gone: it was stopped")


@pytest.mark.parametrize("size", [SIZES[0], pytest.param(SIZES[1], marks=pytest.mark.long)], ids=str)
async def test_no_answer_reaches_the_screen_raw(size: tuple[int, int]) -> None:
    evil = "".join((*CONTROLS, *SEQUENCES, *INVISIBLE))
    rows = list[list[str | int | float | None]]([[one, f"before {one} after", None] for one in CORPUS])
    answers: list[QueryAnswer] = [
        SqlAnswer([evil, "b", "".join(PILES)], rows, evil, 0.1, 1),
        SqlRefused(evil, 5, evil),
        SqlRefused(evil, None, evil, ended=True),
        NotAnswered(evil),
        SqlAnswer([evil, "".join(PILES)], [], evil, 0.1, 1),
    ]
    async with asking(size) as (session, room):
        for answer in answers:
            room.answers = [answer]
            await ask(session, f"SELECT '{evil}'")
            await eventually(lambda: not room.answers)
            for key in ("end", "right", "right", "home", "tab", "end", "shift+tab"):
                await session.press(key)
                _assert_harmless(session)
        await session.press("s", "up", "up", "down")
        _assert_harmless(session)
        assert not FORBIDDEN.search(the_line(session).value)


def _assert_harmless(session: Session) -> None:
    found = FORBIDDEN.findall(session.text.replace("\n", ""))
    assert not found, [hex(ord(c[0])) for c in found]


async def test_ascii_mode_paints_the_page_in_ascii() -> None:
    async with asking(ascii=True) as (session, _):
        assert session.text.isascii()
        for text in (ACTS, "SELEC 1", "SELECT 1 WHERE 0"):
            await ask(session, text)
            await session.see("Query | ")
            await session.press("right")
            assert session.text.isascii(), [c for c in session.text if not c.isascii()]


async def test_a_viewer_may_ask() -> None:
    async with asking(read_only=True) as (session, _):
        await ask(session, "SELECT id FROM incidents")
        await session.see("1 row in", "s SQL", "READ-ONLY")


async def test_the_record_is_read_while_the_query_is_typed() -> None:
    async with asking() as (session, room):
        room.loading = [SqlLoading(1000, 2000)]
        await session.press("1", "9")
        await eventually(lambda: room.read_ahead >= 3)
        assert room.asked_sql == []
        assert "Query the record" in session.text


async def test_how_far_the_record_is_read_is_said() -> None:
    async with asking() as (session, room):
        room.answers = [SqlLoading(12_000, 30_000)]
        await session.press("s", *"select 1", "enter")
        session.clock.now += 1
        await session.see("reading the record: 12,000 of 30,000 entries…")
        room.answering.set()
        await session.see("1 row in")
