"""One leader at a time, a commander at least; who is gone leaves a board that says so."""

from __future__ import annotations

from tests.engine.test_gathering import Hands
from tests.tui.example import NOW
from warroom.core.access import Rights
from warroom.core.commands import Ack, Refused
from warroom.core.exercise import Exercise, Goal, Mark
from warroom.core.model import Level
from warroom.engine.noticeboard import Noticeboard

BOARD = Exercise("a drill", "what is known", NOW, [Goal("see it", Mark.OPEN)])
MAY = Rights()


def test_a_board_is_shown_as_posted_and_only_a_change_is_news() -> None:
    room = Noticeboard(Hands())
    assert room.post(BOARD, "C1", MAY) == Ack(0)
    assert (room.exercise, room.version) == (BOARD, 1)
    room.post(BOARD, "C1", MAY)
    assert room.version == 1


def test_nobody_posts_below_a_commander_or_over_somebody_else() -> None:
    room = Noticeboard(Hands())
    for rights in (Rights(Level.RESPONDER), Rights(Level.VIEWER), Rights(None)):
        assert isinstance(room.post(BOARD, "C1", rights), Refused)
    assert room.exercise is None
    room.post(BOARD, "C1", MAY)
    assert isinstance(room.post(None, "C2", MAY), Refused)
    assert room.exercise == BOARD


def test_a_board_whose_leader_is_gone_says_since_when_and_makes_room_for_another() -> None:
    clock = Hands()
    room = Noticeboard(clock)
    room.post(BOARD, "C1", MAY)
    room.leave("C2")
    assert room.exercise == BOARD
    clock.at += 5
    room.leave("C1")
    assert room.exercise is not None
    assert room.exercise.left == NOW + 5
    assert isinstance(room.post(BOARD, "C2", MAY), Ack)
    assert room.exercise == BOARD


def test_a_board_can_be_taken_down() -> None:
    room = Noticeboard(Hands())
    room.post(BOARD, "C1", MAY)
    room.post(None, "C1", MAY)
    assert room.exercise is None
    room.leave("C1")
    assert room.exercise is None
