"""The bell rings for what is new and bad, seldom; the title says what waits."""

from __future__ import annotations

import msgspec

from tests.tui.example import example_view
from tests.tui.fake_room import FakeRoom
from warroom.core.model import ActionState, Mode
from warroom.core.view import View
from warroom.tui.bell import REST_S, Bell, title_text


def with_alarms(*ids: str) -> View:
    view = example_view()
    return msgspec.structs.replace(view, alarms=[msgspec.structs.replace(view.alarms[0], id=id) for id in ids])


def with_action(state: ActionState) -> View:
    view = example_view()
    return msgspec.structs.replace(view, actions=[msgspec.structs.replace(view.actions[0], state=state)])


def test_what_was_there_from_the_start_does_not_ring() -> None:
    bell = Bell()
    assert [bell.due(with_alarms("a", "b"), now) for now in (0.0, 10.0)] == [False, False]


def test_a_new_alarm_rings_once_and_what_comes_at_once_after_it_once_more_later() -> None:
    bell = Bell()
    bell.due(with_alarms("a"), 0.0)
    assert bell.due(with_alarms("a", "b"), 10.0)
    assert not bell.due(with_alarms("a", "b", "c", "d"), 11.0)
    assert not bell.due(with_alarms("a", "b", "c", "d"), 10.0 + REST_S - 0.1)
    assert bell.due(with_alarms("a", "b", "c", "d"), 10.0 + REST_S)
    assert not bell.due(with_alarms("a", "b", "c", "d"), 60.0)


def test_an_alarm_that_left_the_view_and_came_back_is_not_new() -> None:
    bell = Bell()
    bell.due(with_alarms("a", "b"), 0.0)
    bell.due(with_alarms("b"), 1.0)
    assert not bell.due(with_alarms("a", "b"), 2.0)


def test_a_containment_that_does_not_hold_any_more_rings_and_one_that_holds_does_not() -> None:
    bell = Bell()
    bell.due(with_action(ActionState.RUNNING), 0.0)
    assert not bell.due(with_action(ActionState.HELD), 10.0)
    for now, state in ((20.0, ActionState.NOT_HELD), (40.0, ActionState.AMBIGUOUS), (60.0, ActionState.EXPIRED)):
        assert bell.due(with_action(state), now)
        assert not bell.due(with_action(state), now + REST_S)
    assert not bell.due(with_action(ActionState.RELEASED), 80.0)


def test_the_title_counts_what_nobody_acknowledged() -> None:
    room = FakeRoom(None)
    welcome = msgspec.structs.replace(room.welcome, room="prod")
    quiet = msgspec.structs.replace(with_alarms(), actions=[], mode=Mode.LIVE)
    open_alarms = [msgspec.structs.replace(one, acknowledged=None) for one in with_alarms("a", "b").alarms]
    loud = msgspec.structs.replace(quiet, alarms=open_alarms)
    one = msgspec.structs.replace(loud, alarms=loud.alarms[:1], mode=Mode.DRILL)
    assert title_text(welcome, None, "", ascii=False) == "warroom prod"
    assert title_text(welcome, quiet, "", ascii=False) == "warroom prod"
    assert title_text(welcome, loud, "", ascii=False) == "warroom prod · !! 2 alarms"
    assert title_text(welcome, one, "", ascii=True) == "warroom prod - DRILL - !! 1 alarm"
    assert title_text(welcome, loud, "cut", ascii=False) == "warroom prod · engine gone"
    loose = msgspec.structs.replace(quiet, actions=with_action(ActionState.NOT_HELD).actions)
    assert title_text(welcome, loose, "", ascii=False) == "warroom prod · !! 1 not held"


def test_a_title_is_cleaned() -> None:
    welcome = msgspec.structs.replace(FakeRoom(None).welcome, room="a\x1b]0;evil\x07b")
    assert "\x1b" not in title_text(welcome, None, "", ascii=False)
