"""What is chosen stays chosen by its id, whatever a new view brings; nothing chosen means the most urgent."""

from __future__ import annotations

from msgspec.structs import replace

from tests.tui.example import example_view
from warroom.tui.chosen import Chosen, pending_alarm, the_alarm, the_incident


def test_a_choice_is_kept_by_id_when_the_order_changes() -> None:
    view = example_view()
    chosen = Chosen()
    assert chosen.take(f"alarm:{view.alarms[0].id}")
    turned = replace(view, alarms=list(reversed(view.alarms)))
    found = the_alarm(turned, chosen)
    assert found is not None
    assert found.id == view.alarms[0].id
    assert not chosen.take(f"alarm:{view.alarms[0].id}"), "choosing it again changes nothing"


def test_what_is_gone_gives_way_to_the_most_urgent() -> None:
    view = example_view()
    chosen = Chosen(ids={"alarm": "AL-gone", "incident": "INC-gone"})
    waiting = [alarm.id for alarm in view.alarms if alarm.acknowledged is None]
    found = the_alarm(view, chosen)
    assert found is not None
    assert not waiting or found.id in waiting
    incident = the_incident(view, chosen)
    assert incident is not None
    assert incident.open == any(one.open for one in view.incidents)


def test_in_an_empty_room_nothing_is_in_question() -> None:
    empty = replace(example_view(), alarms=[], incidents=[])
    assert the_alarm(empty, Chosen()) is None
    assert the_incident(empty, Chosen()) is None


def test_the_loudest_alarm_that_nobody_saw_stands_for_its_bot() -> None:
    view = example_view()
    first = view.alarms[0]
    quiet = replace(first, id="AL-quiet", score=51.0, acknowledged=None)
    loud = replace(first, id="AL-loud", score=99.0, acknowledged=None)
    seen = replace(first, id="AL-seen", score=100.0, acknowledged="ana")
    found = pending_alarm(replace(view, alarms=[quiet, loud, seen, quiet]), first.bot)
    assert found is not None
    assert found.id == "AL-loud"
    assert pending_alarm(view, "nobody") is None
