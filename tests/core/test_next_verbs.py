"""What to do next, as command lines."""

from __future__ import annotations

import msgspec
import pytest

from tests.tui.example import NOW, example_view
from warroom.core.model import ActionState, Verb
from warroom.core.next_verbs import NextVerbs, next_step, waits
from warroom.core.notices import Audience, Delivery, DeliveryState, Event
from warroom.core.view import ActionView, ApprovalView, TimelineView, View

VERBS = NextVerbs("acme")


def action(**fields: object) -> ActionView:
    return msgspec.structs.replace(example_view().actions[1], **fields)


def asked(*, release: bool = False) -> ApprovalView:
    return ApprovalView("two", "ben", 1001, NOW, NOW + 900, release, "", None, "ab")


def of(one: ActionView, view: View | None = None) -> str:
    return VERBS.of_action(one, view or example_view())


@pytest.mark.parametrize(
    ("fields", "told"),
    [
        (
            {"state": ActionState.NOT_HELD},
            "warroom contain mail freeze --incident INC-001 --room acme, or look again: "
            "warroom verify-held ACT-002 --room acme",
        ),
        ({"state": ActionState.NOT_HELD, "verb": Verb.FREEZE}, "warroom verify-held ACT-002 --room acme"),
        ({"state": ActionState.AMBIGUOUS}, "warroom verify-held ACT-002 --room acme"),
        ({"state": ActionState.DRAFT}, "warroom begin ACT-002 --room acme"),
        ({"state": ActionState.RELEASED}, ""),
        ({"state": ActionState.HELD, "expires": None}, ""),
    ],
)
def test_an_action_is_answered_by_what_its_state_asks_for(fields: dict[str, object], told: str) -> None:
    assert of(action(**fields)) == told


def test_what_ends_soon_is_extended_and_what_ended_contained_anew() -> None:
    assert of(action(expires=NOW + 100)).endswith("--room acme --expires 1h")
    assert "contain it anew: warroom contain mail disable" in of(action(state=ActionState.EXPIRED))


@pytest.mark.parametrize(("state", "release"), [(ActionState.PENDING_APPROVAL, False), (ActionState.HELD, True)])
def test_a_second_person_is_told_how_to_agree_and_how_not(state: ActionState, release: bool) -> None:
    one = action(state=state, approval=asked(release=release))
    assert waits(one)
    assert of(one) == (
        "somebody else than ben: warroom approve ACT-002 --room acme, "
        "or warroom deny ACT-002 --reason REASON --room acme"
    )


def test_names_are_quoted_as_a_shell_wants_them() -> None:
    verbs = NextVerbs("/run/a room.sock")
    one = action(bot="mail; rm -rf ~", state=ActionState.EXPIRED)
    assert verbs.of_action(one, example_view()).endswith(
        "warroom contain 'mail; rm -rf ~' disable --incident INC-001 --room '/run/a room.sock'"
    )


def test_an_incident_leads_to_its_first_required_step_and_then_to_its_end() -> None:
    view = example_view()
    incident = view.incidents[0]
    step = next_step(incident)
    assert step is not None
    assert step.id in VERBS.of_incident(incident, view) or str(step.verb) in VERBS.of_incident(incident, view)
    done = msgspec.structs.replace(incident, steps=[])
    assert VERBS.of_incident(done, view) == "warroom incident close INC-001 --reason REASON --room acme"
    assert VERBS.of_incident(msgspec.structs.replace(incident, open=False), view) == ""


def test_an_alarm_in_an_open_incident_is_only_acknowledged() -> None:
    view = example_view()
    alarm = msgspec.structs.replace(view.alarms[0], acknowledged=None, incident=None)
    assert VERBS.of_alarm(alarm, view) == f"warroom incident ack {alarm.id} --room acme"
    elsewhere = msgspec.structs.replace(view, incidents=[])
    assert f"incident open --bot mail --alarm {alarm.id}" in VERBS.of_alarm(alarm, elsewhere)


@pytest.mark.parametrize("kind", ["alarm", "contain", "approval", "incident", "step", "notice", "note", "room", "gap"])
def test_an_entry_about_what_is_gone_asks_for_nothing(kind: str) -> None:
    entry = TimelineView(1, NOW, "engine", kind, "text", about="nothing")
    assert VERBS.of_entry(entry, example_view()) == ""


def test_what_was_given_up_can_be_sent_again_and_what_waits_is_told_anew() -> None:
    dead = Delivery(
        "INC-001-7-legal-mail", "INC-001", Audience.LEGAL, "mail", Event.UPDATE, "s", NOW, DeliveryState.DEAD, 60, None,
        "550", None,
    )  # fmt: skip
    entry = TimelineView(9, NOW, "engine", "notice", "given up", about=dead.notice, incident="INC-001")
    view = msgspec.structs.replace(example_view(), outbox=[dead])
    assert VERBS.of_entry(entry, view).endswith("warroom outbox --again INC-001-7-legal-mail --room acme")
    waiting = msgspec.structs.replace(view, outbox=[msgspec.structs.replace(dead, state=DeliveryState.PENDING)])
    assert VERBS.of_entry(entry, waiting).endswith("warroom notify INC-001 --to legal --room acme")


def test_a_flip_is_seen_and_answered_by_what_its_action_asks_for() -> None:
    loose = action(state=ActionState.NOT_HELD)
    view = msgspec.structs.replace(example_view(), actions=[loose])
    flip = msgspec.structs.replace(view.alarms[0], id="AL-9", action=loose.id, acknowledged=None, incident=None)
    assert VERBS.of_alarm(flip, view) == (
        "warroom incident ack AL-9 --room acme, then "
        "warroom contain mail freeze --incident INC-001 --room acme, or look again: "
        "warroom verify-held ACT-002 --room acme"
    )
    mended = msgspec.structs.replace(view, actions=[action(state=ActionState.HELD, expires=None)])
    assert VERBS.of_alarm(flip, mended) == "warroom incident ack AL-9 --room acme"
    assert VERBS.of_alarm(msgspec.structs.replace(flip, acknowledged="ana"), mended) == ""
