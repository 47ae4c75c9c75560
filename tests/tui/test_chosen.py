"""What is chosen stays chosen by its id, whatever a new view brings; nothing chosen means the most urgent."""

from __future__ import annotations

from msgspec.structs import replace

from tests.tui.example import example_view
from tests.tui.example_outbox import SECURITY, delivery, told_view
from warroom.tui.chosen import (
    Chosen,
    alarm_to_see,
    bot_in_question,
    gone_alarm,
    incident_in_question,
    pending_alarm,
    the_alarm,
    the_incident,
    the_notice,
)


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
    chosen = Chosen(ids={"incident": "INC-gone"})
    waiting = [alarm.id for alarm in view.alarms if alarm.acknowledged is None]
    found = the_alarm(view, chosen)
    assert found is not None
    assert not waiting or found.id in waiting
    incident = the_incident(view, chosen)
    assert incident is not None
    assert incident.open == any(one.open for one in view.incidents)


def test_the_newest_notice_is_in_question_until_another_is_chosen() -> None:
    view, chosen = told_view(), Chosen()
    assert the_notice(view, chosen) == view.outbox[-1]
    chosen.take(f"notice:{view.outbox[0].notice}")
    assert the_notice(view, chosen) == view.outbox[0]
    assert the_notice(example_view(), chosen) is None


def test_an_act_is_about_the_incident_of_the_row_under_the_cursor() -> None:
    other = replace(example_view().incidents[0], id="INC-002")
    rows = [delivery(33, SECURITY, "chat"), delivery(50, ("INC-002", *SECURITY[1:]), "chat")]
    view = replace(told_view(rows), incidents=[*example_view().incidents, other])
    chosen = Chosen(ids={"incident": "INC-002", "alarm": "AL-0007", "action": "ACT-002", "notice": rows[0].notice})
    asked = {page: incident_in_question(view, chosen, page) for page in ("outbox", "actions", "alarms", "incident")}
    assert {page: found.id for page, found in asked.items() if found} == {
        "outbox": "INC-001",
        "actions": "INC-001",
        "alarms": "INC-001",
        "incident": "INC-002",
    }
    loose = Chosen(ids={"incident": "INC-002", "alarm": "AL-0009"})
    assert incident_in_question(view, loose, "alarms") == other, "its alarm belongs to no incident yet"


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


def test_an_alarm_that_is_gone_gives_way_to_none_that_nobody_pointed_at() -> None:
    view, chosen = example_view(), Chosen(ids={"alarm": "AL-gone", "bot": "mail"}, kind="alarm")
    assert the_alarm(view, chosen) is None
    assert gone_alarm(view, chosen) == "alarm AL-gone is not among the newest 3 any more"
    assert alarm_to_see(view, chosen, "overview") is None
    assert bot_in_question(view, chosen, "alarms") is None, "nobody pointed at the bot of another alarm"


def test_on_the_board_the_alarm_of_the_bot_under_the_cursor_is_in_question_and_of_no_other() -> None:
    view = example_view()
    seen = {bot.name: alarm_to_see(view, Chosen({"bot": bot.name}, "bot"), "overview") for bot in view.bots}
    assert {name: alarm.bot for name, alarm in seen.items() if alarm} == {"support": "support", "sales": "sales"}
    assert alarm_to_see(view, Chosen({"bot": "support", "incident": "INC-001"}, "incident"), "overview") is None
