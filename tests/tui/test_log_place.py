"""Being led to a line and back: the line is the last one shown, and what was there before is there again."""

from __future__ import annotations

import pytest

from tests.tui.example import example_view
from tests.tui.fake_log import FakeLog, line_at
from tests.tui.test_log_session import HEIGHT, live, log_of, serve
from warroom.core.company import Kind, Target
from warroom.core.permalink import permalink_of
from warroom.core.queries import LogWindow, Spot
from warroom.tui.log_place import line_in_hand, place_in, place_of_line, stand_at, turn_all
from warroom.tui.log_session import LogSession


def reading(up: int) -> tuple[LogSession, str]:
    """Return a session that stands some rows above the newest line, and that row's text."""
    session, log = LogSession(), log_of(0, 2000)
    session.open("support")
    serve(session, log)
    if up:
        session.rows.go_to(len(session.rows.rows) - 1 - up, 20, lambda _: 1)
    entry = session.rows.at_cursor
    assert entry is not None
    return session, entry.text


def test_a_log_that_runs_has_no_line_in_hand() -> None:
    assert line_in_hand(reading(0)[0]) is None


def test_the_line_in_hand_is_found_again_by_somebody_else() -> None:
    session, text = reading(1500 // 4)
    target = line_in_hand(session)
    assert target is not None
    assert (target.kind, target.text, target.bot) == (Kind.LINE, text, "support")
    other = LogSession()
    other.open("sales")
    serve(other, log_of(0, 2000))
    place = place_of_line(example_view(), target)
    stand_at(other, place)
    serve(other, log_of(0, 2000))
    assert other.rows.at_cursor is not None
    assert other.rows.at_cursor.text == text
    assert other.bot == "support"


@pytest.mark.parametrize("up", [0, 300])
def test_the_way_back_leads_to_the_newest_line_or_to_the_row_that_was_read(up: int) -> None:
    session, text = reading(up)
    session.filter.on = True
    was = place_in(session)
    link = "/var/log/support.log#g1@4200+100"
    stand_at(session, place_of_line(example_view(), Target(Kind.LINE, link)))
    serve(session, log_of(0, 2000))
    stand_at(session, was)
    serve(session, log_of(0, 2000))
    assert session.rows.at_cursor is not None
    assert session.rows.at_cursor.text == text
    assert session.filter.on
    assert session.rows.following is (up == 0)


def test_a_line_that_was_named_by_hand_is_looked_for_in_its_own_log() -> None:
    link = "/var/log/support.log#g1@4200+100"
    place = place_of_line(example_view(), Target(Kind.LINE, link))
    assert (place.bot, place.all) == ("support", False)
    assert place.spots == [Spot("/var/log/support.log", 1, permalink_of(link).offset + 100)]


def two_logs(count: int, most: int = 10_000) -> FakeLog:
    """Return lines of two bots by turns."""
    log = FakeLog([line_at(n, f"line {n}", bot="support" if n % 2 else "sales") for n in range(1, count + 1)])
    log.most, log.by_bot = most, True
    return log


def texts(session: LogSession) -> list[str]:
    return [row.entry.text for row in session.rows.rows if row.entry is not None]


@pytest.mark.parametrize("most", [10_000, 700])
def test_whoever_reads_back_stays_at_the_moment_in_the_view_of_all_bots_and_back(most: int) -> None:
    log, session = two_logs(6000, most), LogSession()
    session.open("support")
    serve(session, log)
    session.rows.go_to(session.rows.cursor - 150, HEIGHT, lambda _: 1)
    line = session.rows.at_cursor
    assert line is not None
    assert not session.rows.following
    turn_all(session)
    serve(session, log)
    assert session.rows.at_cursor == line
    assert not session.rows.following
    here = session.rows.cursor
    assert texts(session)[here - 2 : here + 1] == [f"line {n}" for n in range(line.seq - 2, line.seq + 1)]
    live(session, log)
    log.lines.append(line_at(6001, "line 6001"))
    live(session, log)
    assert (session.rows.unseen, session.rows.at_cursor) == (1, line)
    turn_all(session)
    serve(session, log)
    assert (session.rows.at_cursor, session.rows.following) == (line, False)
    assert all(int(text.split()[1]) % 2 for text in texts(session))


def test_two_turns_at_once_lead_back_to_the_line() -> None:
    log, session = two_logs(400), LogSession()
    session.open("support")
    serve(session, log)
    session.rows.go_to(20, HEIGHT, lambda _: 1)
    line = session.rows.at_cursor
    turn_all(session)
    turn_all(session)
    serve(session, log)
    assert (session.all, session.rows.at_cursor) == (False, line)


def test_a_filter_that_hides_the_line_leaves_the_moment() -> None:
    log, session = two_logs(400), LogSession()
    session.open("support")
    serve(session, log)
    session.rows.go_to(20, HEIGHT, lambda _: 1)
    line = session.rows.at_cursor
    assert line is not None
    session.filter.take(f"!{line.text}")
    turn_all(session)
    serve(session, log)
    assert session.rows.at_cursor is not None
    assert session.rows.at_cursor.text == f"line {line.seq - 1}"


def test_who_stops_on_the_way_to_the_moment_is_at_the_newest_lines() -> None:
    log, session = two_logs(6000, 700), LogSession()
    session.open("support")
    serve(session, log)
    session.rows.go_to(10, HEIGHT, lambda _: 1)
    turn_all(session)
    question = session.next_question(0)
    assert isinstance(question, LogWindow)
    session.take(question, log.answer(question), 0)
    assert session.stop()
    serve(session, log)
    assert session.rows.following
    assert texts(session)[-1] == "line 6000"


def test_who_follows_goes_on_following_all() -> None:
    log, session = two_logs(100), LogSession()
    session.open("support")
    serve(session, log)
    turn_all(session)
    serve(session, log)
    assert session.rows.following
    assert texts(session)[-2:] == ["line 99", "line 100"]
