"""Presence and pointers: kept while they last, told at a bounded pace, decided by who may."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from tests.tui.example import NOW, example_view
from warroom.core.access import Rights
from warroom.core.commands import Ack, Refused
from warroom.core.company import POINTER_LAPSES_S, Here, Kind, Target
from warroom.core.model import Actor, Level
from warroom.engine.gathering import SHORTEST_S, Gathering

VIEW = example_view()
ANA, BEN = Actor("ana", 1000), Actor("ben", 1001)
STEP = Target(Kind.STEP, "isolate", "INC-001")
BOT = Target(Kind.BOT, "support")
MAY = Rights()


class Hands:
    """A clock that somebody moves."""

    def __init__(self) -> None:
        self.at = NOW

    def now(self) -> float:
        return self.at

    def monotonic(self) -> float:
        return self.at

    async def sleep(self, seconds: float) -> None:
        self.at += seconds


def test_a_console_is_told_of_as_it_says_and_forgotten_when_it_leaves() -> None:
    room = Gathering(Hands())
    room.hear("C1", Here("incident", "confirming: isolate support", True))
    (one,) = room.company.people
    assert (one.console, one.page, one.doing, one.confirms) == ("C1", "incident", "confirming: isolate support", True)
    room.leave("C1")
    assert room.company.people == []


def test_a_console_that_never_stops_talking_is_told_of_five_times_a_second_and_its_last_word_counts() -> None:
    clock = Hands()
    room = Gathering(clock)
    told = set()
    for number in range(10_000):
        clock.at += 0.0002
        room.hear("C1", Here(f"p{number}"))
        told.add(room.version)
    assert len(told) <= 2.0 / SHORTEST_S + 2
    clock.at += SHORTEST_S
    room.settle()
    assert room.company.people[0].page == "p9999"


def test_who_only_says_the_same_again_is_told_of_anew_each_quarter_of_a_minute() -> None:
    clock = Hands()
    room = Gathering(clock)
    for _ in range(60):
        clock.at += 1
        room.hear("C1", Here("overview"))
    assert room.version == 4
    assert clock.at - room.company.people[0].active < 16


@given(st.text(max_size=300), st.text(max_size=300))
def test_words_of_a_console_are_cleaned_and_cut(page: str, doing: str) -> None:
    room = Gathering(Hands())
    room.hear("C1", Here(page, doing))
    (one,) = room.company.people
    for text in (one.page, one.doing):
        assert len(text) <= 80
        assert not {"\n", "\x1b", "\x9b", "\u202e"} & set(text)


def test_the_newest_pointer_counts_and_lapses() -> None:
    clock = Hands()
    room = Gathering(clock)
    assert room.point(STEP, VIEW, ANA, MAY) == Ack(0, "step 4: Disable the bot and prove it from outside")
    clock.at += POINTER_LAPSES_S - 1
    assert isinstance(room.point(BOT, VIEW, BEN, MAY), Ack)
    clock.at += 2
    room.settle()
    pointer = room.company.pointer
    assert pointer is not None
    assert (pointer.by, pointer.words) == ("ben", "the bot support")
    clock.at += POINTER_LAPSES_S
    room.settle()
    assert room.company.pointer is None


def test_a_pointer_is_taken_back_by_pointing_at_nothing() -> None:
    room = Gathering(Hands())
    room.point(STEP, VIEW, ANA, MAY)
    assert isinstance(room.point(None, VIEW, ANA, MAY), Ack)
    assert room.company.pointer is None


def test_nobody_points_who_may_not_act_or_at_what_is_not_there() -> None:
    room = Gathering(Hands())
    for rights in (Rights(Level.VIEWER), Rights(None), Rights(must_name=True)):
        answer = room.point(STEP, VIEW, BEN, rights)
        assert isinstance(answer, Refused), rights
    for target in (Target(Kind.STEP, "isolate", "INC-9"), Target(Kind.LINE, "/etc/passwd#g0@0"), Target(Kind.BOT, "x")):
        assert isinstance(room.point(target, VIEW, ANA, MAY), Refused)
    assert room.company.pointer is None
