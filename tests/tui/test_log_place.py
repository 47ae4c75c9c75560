"""Being led to a line and back: the line is the last one shown, and what was there before is there again."""

from __future__ import annotations

import pytest

from tests.tui.example import example_view
from tests.tui.test_log_session import log_of, serve
from warroom.core.company import Kind, Target
from warroom.core.permalink import permalink_of
from warroom.core.queries import Spot
from warroom.tui.log_place import line_in_hand, place_in, place_of_line, stand_at
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
