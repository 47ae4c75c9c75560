"""Log lines in a transcript: the newest few, the others counted."""

from __future__ import annotations

from tests.tui.example import NOW, log_lines
from warroom.core.line_ration import LineRation
from warroom.core.next_verbs import NextVerbs
from warroom.core.queries import LinesAnswer


def test_the_first_answer_only_says_where_to_begin() -> None:
    ration = LineRation(5.0, NextVerbs("acme"))
    assert ration.after("support") is None
    assert ration.take("support", LinesAnswer(log_lines(1), 0, last=60), NOW) == []
    assert ration.after("support") == 60


def test_lines_are_told_with_bot_level_and_rule() -> None:
    ration = LineRation(5.0, NextVerbs("acme"))
    ration.take("support", LinesAnswer([], 0, last=0), NOW)
    told = ration.take("support", LinesAnswer(log_lines(3)[1:], 0, last=3), NOW)
    assert told[0].endswith("Z LINE support ERROR tool call send_email denied user=u-41")
    assert "(rule R12-injection-phrase)" in told[1]


def test_a_flood_shows_the_newest_and_counts_the_rest_with_those_that_the_ring_dropped() -> None:
    ration = LineRation(4.0, NextVerbs("acme"))
    ration.take("all", LinesAnswer([], 0, last=0), NOW)
    counted, *told = ration.take("all", LinesAnswer(log_lines(60), 40, last=100), NOW)
    assert len(told) == 4
    assert "96 lines left out" in counted
    assert counted.endswith("warroom lines --room acme")
    again = ration.take("all", LinesAnswer(log_lines(60), 0, last=160), NOW + 1)
    assert not [line for line in again if "left out" in line], "a count every two seconds is enough"
    assert "112 lines left out" in ration.take("all", LinesAnswer(log_lines(60), 0, last=220), NOW + 2.5)[0]
