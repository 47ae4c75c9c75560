"""Marks stay, know their bytes, and are found on either side."""

from __future__ import annotations

from tests.tui.fake_log import line_at
from warroom.core.permalink import permalink_of
from warroom.core.queries import NotAnswered, RawLine, RawLineAnswer
from warroom.tui.log_marks import Marks
from warroom.tui.log_rows import identity_of


def test_a_mark_is_taken_away_by_a_second_press_and_asks_for_its_bytes_once() -> None:
    marks, entry = Marks(), line_at(7, "x")
    marks.turn(entry, [])
    question = marks.question(None)
    assert question == RawLine(entry.source, entry.generation, entry.offset, 100)
    assert marks.known(entry) == ("", "")
    marks.take(question, RawLineAnswer(entry.source, 1, entry.offset, 100, "9f" * 32, "x"))
    assert marks.question(entry) is None
    assert permalink_of(marks.links()[0]).sha256 == "9f" * 32
    marks.turn(entry, [])
    assert marks.links() == []


def test_bytes_that_cannot_be_read_leave_a_link_without_a_sum_and_the_reason() -> None:
    marks, entry = Marks(), line_at(7, "x")
    marks.take(RawLine(*identity_of(entry), 100), NotAnswered("it is gone"))
    assert marks.known(entry) == ("", "it is gone")
    assert permalink_of(marks.link(entry)).sha256 == ""


def test_the_nearest_mark_that_is_not_held_is_found_on_either_side() -> None:
    marks = Marks()
    entries = [line_at(n, "x") for n in (10, 20, 30)]
    for entry in reversed(entries):
        marks.turn(entry, [])
    here = line_at(25, "x").at
    up, down = marks.nearest(here, -1, []), marks.nearest(here, 1, [])
    assert (up and up.entry.seq, down and down.entry.seq) == (20, 30)
    beyond = marks.nearest(here, -1, [identity_of(entries[1])])
    assert beyond is not None
    assert beyond.entry.seq == 10
    assert marks.nearest(line_at(5, "x").at, -1, []) is None
    assert [permalink_of(link).offset for link in marks.links()] == [entry.offset for entry in entries]


def test_what_is_known_of_bytes_is_bounded_and_that_of_marks_stays() -> None:
    marks, marked = Marks(), line_at(0, "x")
    marks.turn(marked, [])
    for n in range(1500):
        entry = line_at(n, "x")
        marks.take(RawLine(*identity_of(entry), 100), RawLineAnswer(entry.source, 1, entry.offset, 100, "ab" * 32, ""))
    assert len(marks._raw) <= 501
    assert marks.known(marked)[0]
