"""Hits are counted among the rows that are held, and say when there may be more."""

from __future__ import annotations

from tests.tui.fake_log import line_at
from warroom.tui.log_hits import Hits
from warroom.tui.log_rows import LogRows


def test_place_and_count_are_told_and_rows_that_come_are_looked_at() -> None:
    rows, hits = LogRows(), Hits()
    rows.replace([line_at(n, "hit" if n % 2 else "miss") for n in range(6)], [], [], attached=True)
    assert hits.words(rows.rows, 5, whole=True) == ""
    assert hits.look_for("hit") == ""
    hits.add(rows.rows)
    assert hits.words(rows.rows, 3, whole=True) == "/hit 2/3"
    assert hits.words(rows.rows, 2, whole=False) == "/hit 3+"
    rows.append([line_at(7, "HIT")], merge=False)
    hits.add(rows.rows[-1:])
    assert hits.words(rows.rows, 6, whole=True) == "/hit 4/4"
    assert [hits.has(row) for row in rows.rows[-2:]] == [True, True]


def test_a_text_without_sense_is_told_and_ends_the_search() -> None:
    hits = Hits()
    assert "more than" in hits.look_for("*")
    assert hits.term is None
    assert hits.look_for("") == ""
