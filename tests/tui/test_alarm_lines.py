"""The alarm of a containment that flipped: what was sent and came back, and no score that nobody estimated."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from tests.core.story import START
from tests.core.test_flips import flip, held
from tests.tui.example import example_view
from tests.tui.hostile import FORBIDDEN
from warroom.core.view import AlarmView
from warroom.tui.alarm_lines import alarm_lines
from warroom.tui.board import alarm_row
from warroom.tui.cells import width_of


def flipped() -> AlarmView:
    story = held()
    flip(story)
    (record,) = story.desk.alarms.values()
    alarm = record.alarm
    return AlarmView(
        id=alarm.id,
        bot=alarm.bot,
        time=START,
        score=alarm.score,
        p=alarm.p,
        level=alarm.level,
        cause=alarm.cause,
        reasons=alarm.reasons,
        samples=[],
        taxonomy=[],
        acknowledged=None,
        incident=None,
        action=alarm.action,
    )


@pytest.mark.parametrize("width", [58, 78, 118])
def test_it_says_what_was_sent_and_what_came_back(width: int) -> None:
    rows = alarm_lines(flipped(), example_view(), width)
    text = " ".join(row.text.strip() for row in rows)
    assert "NOT HELD: ACT-001" in text
    assert "sent POST /v1/chat; came back: 200 ␛[2Jleaked" in text
    assert "acts harder" in text
    assert "score" not in text.partition("SIMILAR")[0]
    assert "LINES THAT SHOW IT" not in text
    assert FORBIDDEN.search(text) is None
    assert max(width_of(row.text) for row in rows) <= width


def test_it_is_a_row_among_the_alarms_that_can_be_seen_to_be_acknowledged() -> None:
    row = alarm_row(flipped(), 118).text
    assert "CRITICAL" in row
    assert "NOT HELD any more: disable support (ACT-001)" in row
    assert "not acknowledged" in row
    seen = alarm_lines(replace(flipped(), acknowledged="ana"), example_view(), 118)
    assert any("seen by ana" in one.text for one in seen)


def test_no_chance_is_shown_where_nobody_can_say_how_rare_it_is() -> None:
    def head(p: float) -> str:
        alarm = replace(example_view().alarms[0], p=p)
        return "\n".join(row.text for row in alarm_lines(alarm, example_view(), 118))

    assert "  p 0.002" in head(0.002)
    assert "  p 1" not in head(1.0)
