"""Which lines are requests: each counts once, tool calls never."""

from __future__ import annotations

import pytest

from tests.core.records import T0, chat, line, tool
from warroom.core.model import Alarm, AlarmLevel
from warroom.core.record import Gap, Record
from warroom.core.request_lines import hostile_by, is_request, is_tool_call, placed, was_refused


@pytest.mark.parametrize(
    ("record", "request_", "tool_"),
    [
        (chat(0), True, False),
        (chat(0, event="chat.refused", status=503), True, False),
        (line(0, status=200), True, False),
        (line(0, event="chat.completed"), True, False),
        (line(0, event="Request finished"), True, False),
        (line(0, event="gen_ai.inference.completed"), True, False),
        (tool(0), False, True),
        (tool(0, status=200), False, True),
        (tool(0, tool=None, status=200), False, True),
        (tool(0, event="tool.request.completed"), False, True),
        (chat(0, tool="refund"), True, True),
        (line(0, tool="refund", status=200), False, True),
        (line(0, event="chat.started"), False, False),
        (line(0, event="request received"), False, False),
        (line(0, event="control.refused"), False, False),
        (line(0, event="completed"), False, False),
        (line(0, event="bot.started"), False, False),
        (line(0, event=""), False, False),
        (line(0, event="\u202e" * 5000 + ".chat.completed"), False, False),
        (line(0, status=200, gap=Gap("cut_line", "long")), False, False),
    ],
)
def test_a_request_is_a_status_or_the_end_of_one_and_a_tool_call_is_none(
    record: Record, request_: bool, tool_: bool
) -> None:
    assert (is_request(record), is_tool_call(record)) == (request_, tool_)


def test_the_bot_refused_by_status_and_without_one_by_event() -> None:
    assert [was_refused(chat(0, status=status)) for status in (200, 400, 401, 403, 429, 500, 503)] == [
        *[False, False, True],
        *[True, True, False, True],
    ]
    assert was_refused(chat(0, status=None, event="chat.refused"))
    assert not was_refused(chat(0, status=None, event="chat.failed"))
    assert not was_refused(chat(0, status=None, event=None))


def test_a_line_counts_at_its_own_time_unless_that_cannot_be() -> None:
    assert placed(line(5, received=T0 + 10)) == T0 + 5
    assert placed(line(-3600, received=T0)) == T0
    assert placed(line(3600, received=T0)) == T0
    assert placed(line(None, received=T0 + 7)) == T0 + 7


def alarm(start: float, end: float, *users: str | None, cause: str = "rule: injection") -> Alarm:
    samples = [chat(start, user) for user in users]
    level = AlarmLevel.ALARM
    return Alarm("AL-1", "bot", T0 + end, 80.0, 0.001, level, cause, T0 + start, T0 + end, [], samples)


def test_hostile_is_who_an_alarm_names_from_its_window_on_and_what_a_rule_matches() -> None:
    hostile = hostile_by([alarm(100, 160, "x-1", None), alarm(900, 960, "x-2")], lasting_s=40)
    seen = [
        (user, at) for user in ("x-1", "x-2", "u-1") for at in (99, 100, 160, 200, 201) if hostile(chat(at, user), ())
    ]
    assert seen == [("x-1", 100), ("x-1", 160), ("x-1", 200)]
    assert not hostile(chat(120, None), ())
    assert hostile(chat(0, "u-1"), ["R01"])


def test_an_alarm_about_behaviour_names_nobody_unless_that_is_wanted() -> None:
    alarms = [alarm(0, 60, "u-1", cause="behaviour: requests"), alarm(0, 60, "x-1", cause="new tool: shell")]
    asked = [chat(30, "u-1"), chat(30, "x-1")]
    assert [hostile_by(alarms)(one, ()) for one in asked] == [False, True]
    assert [hostile_by(alarms, behaviour=True)(one, ()) for one in asked] == [True, True]
