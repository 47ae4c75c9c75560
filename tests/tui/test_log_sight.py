"""How a log was looked at comes back: rows, cursor, filters, search, marks; standing still stays standing still."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.tui.test_log_session import HEIGHT, KEYS, first, live, log_of, press, serve
from warroom.core.whereabouts import Sight, Whereabouts, whereabouts_bytes, whereabouts_of
from warroom.tui.log_session import LogSession
from warroom.tui.log_sight import show_again, sight_of
from warroom.tui.log_words import empty_words, title_words


def shown(session: LogSession) -> list[str]:
    """Return the texts on the screen."""
    rows = session.rows
    return [row.entry.text for row in rows.rows[first(session) : rows.last + 1] if row.entry]


def again(sight: Sight) -> LogSession:
    """Return a session of another console that shows a sight, as it was written and read."""
    read = whereabouts_of(whereabouts_bytes(Whereabouts(sights={"stream": sight})))
    assert isinstance(read, Whereabouts)
    session = LogSession()
    show_again(session, read.sights["stream"])
    return session


def at_cursor(session: LogSession) -> str:
    entry = session.rows.at_cursor
    return entry.text if entry else ""


@pytest.mark.parametrize("up", [1, 7, 400, 1500])
def test_the_same_rows_with_the_cursor_on_the_same_line_come_back(up: int) -> None:
    session, log = LogSession(), log_of(1000, 2000)
    session.open("support")
    serve(session, log)
    for _ in range(up):
        session.rows.go_to(session.rows.cursor - 1, HEIGHT, lambda _: 1)
        serve(session, log)
    session.rows.go_to(session.rows.cursor + 3, HEIGHT, lambda _: 1)
    if session.rows.following:
        return
    other = again(sight_of(session))
    assert "PAUSED" in title_words(other)
    assert empty_words(other) == "reading…"
    live(other, log)
    assert not other.rows.following
    assert other.rows.unseen == 0
    serve(other, log)
    assert at_cursor(other) == at_cursor(session)
    assert shown(other) == shown(session)
    assert "PAUSED" in title_words(other)


def test_a_log_that_was_followed_is_followed_from_its_newest_line() -> None:
    session, log = LogSession(), log_of(0, 300)
    session.open("support")
    serve(session, log)
    sight = sight_of(session)
    assert (sight.spots, sight.line) == ([], "")
    other = again(sight)
    serve(other, log_of(0, 900))
    assert other.rows.following
    assert at_cursor(other).endswith(" 900")


def test_how_far_back_one_reads_and_what_is_new_since_is_said_before_anything_is_pressed() -> None:
    session, log = LogSession(), log_of(0, 2000)
    session.open("support")
    serve(session, log)
    session.rows.go_to(200, HEIGHT, lambda _: 1)
    other = again(sight_of(session))
    live(other, log)
    serve(other, log)
    assert other.back_s == pytest.approx(session.back_s)
    assert other.back_s > 0
    live(other, log_of(0, 2029))
    assert other.rows.unseen == 29


def test_filters_search_wrap_and_marks_come_back() -> None:
    session, log = LogSession(), log_of(0, 1000)
    session.open("support")
    session.filter.take("line")
    session.filter.take("!97")
    session.filter.turn_level(2)
    session.filter.on = False
    session.look_for("hit")
    session.wrap = True
    serve(session, log)
    for row in (300, 350):
        session.rows.go_to(row, HEIGHT, lambda _: 1)
        session.turn_mark()
    serve(session, log)
    other = again(sight_of(session))
    assert other.filter.wanted == session.filter.wanted
    assert other.filter.words(0) == session.filter.words(0)
    assert (other.hits.text, other.wrap) == ("hit", True)
    assert other.marks.links() == session.marks.links()
    assert all(len(link.rpartition(":")[2]) == 64 for link in other.marks.links())
    serve(other, log)
    assert list(other.marks.marked) == list(session.marks.marked)
    other.rows.go_to(0, HEIGHT, lambda _: 1)
    found = other.next_mark(1)
    assert found is not None
    other.rows.go_to(found, HEIGHT, lambda _: 1)
    assert at_cursor(other) == next(iter(session.marks.marked.values())).entry.text


def test_a_mark_on_a_log_that_was_rewritten_is_gone_and_that_is_said() -> None:
    session, log = LogSession(), log_of(0, 300)
    session.open("support")
    serve(session, log)
    for row in (100, 110):
        session.rows.go_to(row, HEIGHT, lambda _: 1)
        session.turn_mark()
    serve(session, log)
    entries = [mark.entry for mark in session.marks.marked.values()]
    other = again(sight_of(session))
    log.sums[entries[0].offset] = "f" * 64
    serve(other, log)
    assert [mark.entry.offset for mark in other.marks.marked.values()] == [entries[1].offset]
    assert "1 mark gone: the log was rewritten" in title_words(other)


def test_a_place_to_which_one_has_not_come_yet_is_kept() -> None:
    session, log = LogSession(), log_of(0, 2000)
    session.open("support")
    serve(session, log)
    session.rows.go_to(150, HEIGHT, lambda _: 1)
    sight = sight_of(session)
    assert sight_of(again(sight)) == sight


@settings(max_examples=60, deadline=None)
@given(st.lists(KEYS, max_size=25))
def test_whatever_was_pressed_comes_back_as_it_was(keys: list[str]) -> None:
    session, log = LogSession(), log_of(300, 800)
    session.open("support")
    serve(session, log)
    for key in keys:
        press(session, log, key)
        serve(session, log)
    other = again(sight_of(session))
    serve(other, log)
    live(other, log)
    assert other.filter.wanted == session.filter.wanted
    if not session.rows.following and session.rows.at_cursor is not None:
        assert at_cursor(other) == at_cursor(session)
    assert list(other.marks.marked) == list(session.marks.marked)
