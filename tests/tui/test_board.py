"""What needs attention says all that does, and never that nothing does while something else on the screen says so."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from tests.tui.example import NOW, example_view
from tests.tui.running import console
from warroom.core.model import ActionState, BotState
from warroom.core.view import SourceView, View
from warroom.tui.board import attention_lines, attention_title


def quiet_view() -> View:
    """Return the example room in which all is well."""
    view = example_view()
    bots = [replace(bot, state=BotState.NORMAL, alarms=0) for bot in view.bots]
    return replace(view, bots=bots, alarms=[], incidents=[], actions=[])


def unheld_view() -> View:
    """Return the quiet room with a containment that does not hold and belongs to no incident."""
    action = replace(example_view().actions[1], state=ActionState.NOT_HELD, incident=None, expires=None)
    return replace(quiet_view(), actions=[action])


def texts(view: View) -> list[str]:
    return [row.text.rstrip() for row in attention_lines(view, 120, NOW)]


def test_where_all_is_well_nothing_needs_attention() -> None:
    assert texts(quiet_view()) == ["nothing needs attention: no alarm, no open incident"]


@pytest.mark.parametrize("state", [BotState.ODD, BotState.SILENT])
def test_nothing_contradicts_a_bot_that_needs_a_look(state: BotState) -> None:
    view = quiet_view()
    odd = replace(view, bots=[replace(view.bots[0], state=state), *view.bots[1:]])
    assert texts(odd) == ["no alarm, no open incident"]


def test_nothing_contradicts_the_words_above_the_page() -> None:
    assert texts(replace(quiet_view(), banner="the journal cannot be written")) == ["no alarm, no open incident"]


@pytest.mark.parametrize(
    ("state", "words"),
    [("waiting", "does not exist yet"), ("unreadable", "cannot be read"), ("not_a_log", "is no log")],
)
def test_a_log_that_gives_no_lines_is_told_with_its_path(state: str, words: str) -> None:
    log = SourceView("/tmp/x/nothere.log", "support", state, 0, 0, 0, 1, 0, None)
    view = replace(quiet_view(), sources=[log])
    assert texts(view) == [f"?? NO LINES  support /tmp/x/nothere.log {words}; it is watched until it can be read"]
    assert attention_title(view) == "Attention · 0 open incidents · 1 log not read · 0 alarms not acknowledged"


def test_a_containment_that_does_not_hold_is_told_without_an_incident_too() -> None:
    view = unheld_view()
    assert texts(view) == ["!! NOT HELD  disable mail ACT-002: the bot still answers"]
    assert "1 NOT PROVEN" in attention_title(view)
    led = replace(view, incidents=example_view().incidents)
    led = replace(led, actions=[replace(view.actions[0], incident="INC-001")])
    assert not [text for text in texts(led) if "NOT HELD" in text], "its incident stands for it"


async def test_to_contain_from_such_a_row_is_about_its_bot() -> None:
    async with console((80, 24), view=unheld_view()) as session:
        await session.see("NOT HELD  disable mail")
        await session.press("tab", "j", "x")
        await session.see("Contain mail")


async def test_a_smaller_window_keeps_the_incident_in_sight() -> None:
    async with console((80, 24)) as session:
        await session.see("SEV1 INC-001", "seen by ana")
        await session.pilot.resize_terminal(60, 18)
        await session.see("Attention", "SEV1 INC-001")
        session.room.show(replace(example_view(), version=9))
        await session.pilot.pause(0.3)
        assert "SEV1 INC-001" in session.text
