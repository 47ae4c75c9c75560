"""SQL as typed becomes one line that means the same, and what is wrong with it is told with its place."""

from __future__ import annotations

import sqlite3

import pytest

from warroom.core.sql_words import ended, one_line, refused


@pytest.mark.parametrize(
    ("typed", "line"),
    [
        ("SELECT 1", "SELECT 1"),
        ("SELECT 1 -- the one\n, 2", "SELECT 1   , 2"),
        ("SELECT 1 -- one\u240aFROM x", "SELECT 1   FROM x"),
        ("SELECT '--', 1\n--end", "SELECT '--', 1"),
        ("SELECT 'it''s -- so'\r\nFROM x", "SELECT 'it''s -- so'  FROM x"),
        ("SELECT\u240a\t1", "SELECT  1"),
        ("SELECT 'a\u240ab'", "SELECT 'a\u240ab'"),
        ('SELECT "--"\n', 'SELECT "--"'),
        ("SELECT 'open -- end", "SELECT 'open -- end"),
        ("SELECT '\x1b[2J'", "SELECT '\u241b[2J'"),
        ("", ""),
    ],
)
def test_lines_are_joined_and_comments_go(typed: str, line: str) -> None:
    assert one_line(typed) == line
    assert one_line(line) == line


def test_what_follows_a_comment_still_counts() -> None:
    db = sqlite3.connect(":memory:")
    assert db.execute(one_line("SELECT 1 -- one\n + 1")).fetchone() == (2,)
    db.close()


@pytest.mark.parametrize(
    ("text", "message", "at", "advice"),
    [
        ("SELEC 1", 'near "SELEC": syntax error', 0, "did you mean SELECT?"),
        ("SELECT 1 FORM acts", 'near "acts": syntax error', 14, "look just before it"),
        ("SELECT tite FROM incidents", "no such column: tite", 7, "did you mean title?"),
        ("SELECT a.x FROM acts a", "no such column: a.x", 9, "`warroom sql` lists tables and columns"),
        ("SELECT 1 FROM incident", "no such table: incident", 14, "did you mean incidents?"),
        ("SELECT x, x FROM acts", "no such column: x", None, "`warroom sql` lists tables and columns"),
        ("SELECT", "incomplete input", 6, "something is missing at the end"),
        ("SELECT 1; SELECT 2", "You can only execute one statement at a time.", 8, "leave out"),
        ("SELECT ';'; SELECT 2", "You can only execute one statement at a time.", 10, "leave out"),
        ("SELECT bot FROM a, b", "ambiguous column name: bot", 7, "put the table and a dot before it"),
        ("DROP TABLE acts", "not authorized", None, "only SELECT"),
        ("SELECT 1", "something new", None, "`warroom sql`"),
    ],
)
def test_a_refusal_names_the_place_and_what_to_do(text: str, message: str, at: int | None, advice: str) -> None:
    told = refused(text, message)
    assert told.at == at
    assert advice in told.advice
    assert not told.ended


def test_an_unknown_table_far_from_any_lists_them() -> None:
    assert refused("SELECT 1 FROM zzzzzz", "no such table: zzzzzz").advice.startswith("the tables are acts, incidents")


def test_what_sqlite_quotes_of_the_query_is_cleaned() -> None:
    assert "\x1b" not in refused("\x1b[2J", 'near "\x1b[2J": syntax error').reason


def test_a_query_that_was_ended_says_so() -> None:
    told = ended("too long")
    assert told.ended
    assert "WHERE" in told.advice
