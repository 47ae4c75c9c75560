"""The footer offers what can be done now, and nothing that would only be refused."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from tests.tui.company import scene
from tests.tui.example import example_view
from tests.tui.example_outbox import told_view
from tests.tui.waiting import draft_action, waiting_action, waiting_view
from warroom.core.model import ActionState
from warroom.core.notices import DeliveryState
from warroom.core.view import View
from warroom.tui.frame_lines import footer_line


def footer(view: View, page: str, **chosen: str) -> str:
    """Return the footer of a page on a very wide screen, the cursor on what is chosen."""
    drawn = scene(view, width=300, page=page)
    for kind, name in chosen.items():
        drawn.chosen.take(f"{kind}:{name}")
    return footer_line(drawn, enter=False).text


@pytest.mark.parametrize(
    ("state", "offered", "missing"),
    [
        (ActionState.DRAFT, ("b begin", "K call off"), ("A approve", "r release", "v verify", "B break glass")),
        (ActionState.HELD, ("r release", "v verify"), ("b begin", "A approve", "D say no", "K call off")),
        (ActionState.DONE, ("x contain",), ("b begin", "A approve", "r release", "v verify", "K call off")),
    ],
)
def test_an_action_is_offered_what_its_state_allows(
    state: ActionState, offered: tuple[str, ...], missing: tuple[str, ...]
) -> None:
    view = replace(example_view(), actions=[replace(draft_action(), state=state)])
    told = footer(view, "actions", action="ACT-004")
    assert all(words in told for words in offered), told
    assert not [words for words in missing if words in told], told


def test_who_asked_is_not_offered_to_approve() -> None:
    theirs, own = waiting_view(uid=1001), waiting_view(waiting_action(uid=1000), uid=1000)
    assert "A approve" in footer(theirs, "actions", action="ACT-003")
    assert "A approve" not in footer(own, "actions", action="ACT-003")
    assert "B break glass" in footer(own, "actions", action="ACT-003")


def test_a_closed_incident_is_offered_its_report_and_no_work() -> None:
    view = example_view()
    closed = replace(view, incidents=[replace(view.incidents[0], open=False)], actions=[])
    told = footer(closed, "incident")
    assert "P post-mortem" in told
    assert not [words for words in ("tick", "x contain", "S skip", "p phase", "d decision") if words in told], told
    assert "Space tick" in footer(view, "incident")


def test_without_an_incident_nothing_of_one_is_offered() -> None:
    told = footer(replace(example_view(), incidents=[]), "incident")
    assert not [words for words in ("tick", "t note", "p phase", "R role", "P post-mortem") if words in told], told


def test_a_settled_step_is_not_offered_to_be_skipped() -> None:
    assert "S skip" not in footer(example_view(), "incident", step="declare")
    assert "S skip" in footer(example_view(), "incident", step="tokens")


def test_only_what_was_given_up_is_sent_again_and_only_what_is_new_acknowledged() -> None:
    view = told_view()
    for one in view.outbox:
        assert ("send again" in footer(view, "outbox", notice=one.notice)) is (one.state is DeliveryState.DEAD)
    for alarm in view.alarms:
        assert ("a ack" in footer(view, "alarms", alarm=alarm.id)) is (alarm.acknowledged is None)
