"""What keys do is a table: every act has its action, and each console act has its plain twin."""

from __future__ import annotations

import inspect

import pytest
from msgspec.structs import replace

from tests.tui.example import example_view
from tests.tui.fake_room import FakeRoom
from tests.tui.running import console
from tests.waiting import eventually
from warroom.core import commands as c
from warroom.core.view import View
from warroom.tui.actions import ACTIONS
from warroom.tui.acts import ACTS


def test_every_act_belongs_to_an_action_of_the_table() -> None:
    assert set(ACTS) <= {action.id for action in ACTIONS}


def test_every_act_waits_for_its_answer_and_says_what_it_does() -> None:
    for name, act in ACTS.items():
        assert inspect.iscoroutinefunction(act), name
        assert act.__doc__, name


def test_what_is_dangerous_is_never_a_direct_command() -> None:
    dangerous = {action.id for action in ACTIONS if action.dangerous}
    assert {"contain", "release"} <= dangerous


def flood(first: int) -> View:
    """Return a room whose newest hundred alarms begin with this one."""
    view = example_view()
    alarms = [replace(view.alarms[0], id=f"AL-{n:04d}", acknowledged=None) for n in range(first, first + 100)]
    return replace(view, version=view.version + 1 + first, alarms=alarms)


@pytest.mark.parametrize("keys", [("3",), ("1", "tab")], ids=["alarms", "board"])
async def test_an_alarm_that_a_flood_has_swept_away_is_not_acknowledged_in_anothers_name(keys: tuple[str, ...]) -> None:
    room = FakeRoom(flood(0), [])
    async with console(room=room) as session:
        await session.press(*keys, "G")
        scene = session.app.get_default_screen().scene
        assert scene.chosen.ids["alarm"] == "AL-0000"
        room.show(flood(1))
        await eventually(lambda: scene.view is not None and scene.view.alarms[-1].id == "AL-0100")
        await session.pilot.pause()
        await session.press("a")
        await session.see("not sent: alarm AL-0000 is not among the newest 100 any more; choose another")
        assert room.submitted == []
        await session.press("k", "a")
        await session.see("acknowledged AL-00")
        assert room.submitted == [c.AcknowledgeAlarm(scene.chosen.ids["alarm"])]


async def test_what_is_acknowledged_on_the_board_is_the_cursors_and_is_named() -> None:
    async with console() as session:
        await session.press("j", "j")
        await session.press("a")
        await session.see("no alarm here that nobody has seen")
        assert session.room.submitted == []
        await session.press("k", "a")
        await session.see("saved #101 · acknowledged AL-0008 of sales")
