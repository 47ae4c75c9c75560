"""What stands in a room is said when it begins and when it is over."""

from __future__ import annotations

import msgspec

from tests.tui.example import NOW, OPENED, example_view
from warroom.core.model import Severity
from warroom.core.next_verbs import NextVerbs
from warroom.core.notices import Audience, Delivery, DeliveryState, Event
from warroom.core.standing import Stand, standing
from warroom.core.view import View

VERBS = NextVerbs("acme")


def stands(view: View, before: dict[str, Stand] | None = None) -> dict[str, Stand]:
    return standing(view, VERBS, before)


def behind(size: int, state: str = "reading") -> View:
    view = example_view()
    sources = [msgspec.structs.replace(one, behind_bytes=size, state=state) for one in view.sources]
    return msgspec.structs.replace(view, sources=sources, incidents=[])


def test_reading_is_behind_from_a_megabyte_until_it_has_caught_up() -> None:
    assert stands(behind(900_000)) == {}
    first = stands(behind(2_000_000))
    assert [one.text for one in first.values()] == [
        "Reading falls behind: 2.0 MB of /var/log/support.log wait to be read; alarms of support come late."
    ]
    assert stands(behind(500_000), first).keys() == first.keys(), "half way is not caught up"
    assert stands(behind(50_000), first) == {}


def test_a_log_that_cannot_be_read_is_said() -> None:
    (told,) = stands(behind(0, "unreadable")).values()
    assert "cannot be read" in told.text


def test_a_step_is_late_from_its_moment_on_with_its_owner_and_the_verb_for_it() -> None:
    view = msgspec.structs.replace(example_view(), sources=[])
    due = {step.id: step.due for step in view.incidents[0].steps if step.due is not None}
    assert due
    early = msgspec.structs.replace(view, now=OPENED)
    assert stands(early) == {}
    late = stands(msgspec.structs.replace(view, now=max(due.values()) + 60))
    open_steps = [s.id for s in view.incidents[0].steps if s.due and s.state in ("todo", "doing", "blocked")]
    assert [key.split()[2] for key in late] == open_steps
    for one in late.values():
        assert "is late by" in one.text
        assert one.next.startswith("warroom ")
    much_later = stands(msgspec.structs.replace(view, now=max(due.values()) + 900), late)
    assert much_later.keys() == late.keys(), "the same lateness has the same key"


def delivery(state: DeliveryState, created: float = NOW - 100) -> Delivery:
    return Delivery(
        f"N-{created}",
        "INC-001",
        Audience.EXECUTIVES,
        "mail",
        Event.UPDATE,
        "s",
        created,
        state,
        3,
        None,
        "no route",
        None,
    )


def test_nobody_told_for_a_minute_is_urgent_until_somebody_took_it() -> None:
    view = msgspec.structs.replace(example_view(), now=NOW, incidents=[], outbox=[delivery(DeliveryState.PENDING)])
    (told,) = stands(view).values()
    assert told.text.startswith("Nobody was told yet: the notice for executives of INC-001")
    assert "phone" in told.next
    taken = msgspec.structs.replace(view, outbox=[*view.outbox, delivery(DeliveryState.ACCEPTED, NOW - 50)])
    assert stands(taken) == {}
    later = msgspec.structs.replace(view, outbox=[delivery(DeliveryState.PENDING, NOW + 3600)])
    assert any("Nobody was told yet" in one.text for one in stands(later).values()), "the clock was set back"
    fresh = msgspec.structs.replace(view, outbox=[delivery(DeliveryState.PENDING, NOW - 5)])
    assert stands(fresh) == {}


def test_a_promised_update_is_warned_of_before_it_falls_due() -> None:
    view = example_view()
    incident = msgspec.structs.replace(view.incidents[0], steps=[], update_due=NOW + 200, severity=Severity.SEV1)
    view = msgspec.structs.replace(view, incidents=[incident])
    (told,) = stands(view).values()
    assert told.next == "warroom notify INC-001 --to AUDIENCE --room acme"
    assert stands(msgspec.structs.replace(view, now=NOW - 600)) == {}
