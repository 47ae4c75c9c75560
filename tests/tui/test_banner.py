"""The loud words above every page come when they must, go when they may, and stay within two rows."""

from __future__ import annotations

from msgspec.structs import replace

from tests.tui.example import NOW, example_view
from tests.tui.example_outbox import delivery, told_view
from tests.tui.waiting import asked, draft_action, waiting_action, waiting_view
from warroom.core.model import ActionState, Verb
from warroom.core.notices import Audience, DeliveryState, Event
from warroom.core.view import ActionView, View
from warroom.tui.banner import alarm_banner, headline

HELD = example_view().actions[1]


def _room(*actions: ActionView) -> View:
    return replace(example_view(), actions=list(actions))


def test_a_quiet_room_has_no_banner() -> None:
    assert alarm_banner(example_view(), NOW) == []
    assert alarm_banner(_room(draft_action()), NOW) == []


def test_nobody_was_told_is_loud_until_somebody_is() -> None:
    whom = ("INC-001", Audience.LEGAL, Event.UPDATE)
    lost = delivery(41, whom, "mail", DeliveryState.DEAD, created=NOW - 400, tries=60)
    so = "legal of INC-001, mail gave up: read it out by phone. 6 shows why"
    loud = f"NOBODY WAS TOLD: {so}"
    assert alarm_banner(told_view([lost]), NOW) == [loud]
    other = delivery(41, whom, "pager", DeliveryState.ACCEPTED, created=NOW - 400)
    assert alarm_banner(told_view([lost, other]), NOW) == []
    later = delivery(45, whom, "mail", DeliveryState.ACCEPTED, created=NOW - 10)
    assert alarm_banner(told_view([lost, later]), NOW) == []
    earlier = delivery(31, whom, "mail", DeliveryState.ACCEPTED, created=NOW - 800)
    assert alarm_banner(told_view([earlier, lost]), NOW) == [f"NOT TOLD: {so}"]
    security = delivery(45, ("INC-001", Audience.SECURITY, Event.UPDATE), "mail", DeliveryState.ACCEPTED)
    assert alarm_banner(told_view([lost, security]), NOW) == [f"NOT TOLD: {so}"]
    elsewhere = delivery(45, ("INC-002", Audience.SECURITY, Event.UPDATE), "mail", DeliveryState.ACCEPTED)
    assert alarm_banner(told_view([lost, elsewhere]), NOW) == [loud]


def test_once_the_incident_is_closed_it_is_loud_for_an_hour() -> None:
    view = told_view([delivery(41, ("INC-001", Audience.LEGAL, Event.RESOLVE), "mail", DeliveryState.DEAD)])
    view = replace(view, actions=[])
    closed = replace(view, incidents=[replace(view.incidents[0], open=False)])
    assert alarm_banner(closed, NOW + 3599)
    assert alarm_banner(closed, NOW + 3600) == []
    assert alarm_banner(view, NOW + 36000)


def test_a_notice_that_waits_is_told_after_a_minute() -> None:
    waiting = replace(told_view([delivery(44, ("INC-001", Audience.LEGAL, Event.UPDATE), "mail")]), actions=[])
    assert alarm_banner(waiting, NOW + 59) == []
    [text] = alarm_banner(waiting, NOW + 60)
    assert text == "NOBODY WAS TOLD YET: legal of INC-001: 1 notice unsent for 1m. 6 shows why"


def test_an_audience_that_waits_is_named_and_is_not_everybody() -> None:
    late = [
        delivery(44, ("INC-001", Audience.EXECUTIVES, Event.UPDATE), "mail", created=NOW - 500),
        delivery(45, ("INC-001", Audience.LEGAL, Event.UPDATE), "mail", created=NOW - 300),
    ]
    told = delivery(43, ("INC-001", Audience.SECURITY, Event.UPDATE), "mail", DeliveryState.ACCEPTED)
    [text] = alarm_banner(replace(told_view([told, *late]), actions=[]), NOW)
    assert text == "NOT TOLD YET: executives of INC-001, legal of INC-001: 2 notices unsent for 8m. 6 shows why"


def test_a_second_person_is_wanted_until_somebody_answers() -> None:
    [text] = alarm_banner(_room(waiting_action()), NOW)
    assert text == "2ND PERSON WANTED: freeze sales, ACT-003, lapses in 12m: A on page 4"
    [back] = alarm_banner(_room(replace(HELD, approval=asked(HELD, release=True))), NOW)
    assert back.startswith("2ND PERSON WANTED: let mail back, ACT-002")
    assert alarm_banner(_room(replace(waiting_action(), state=ActionState.RUNNING)), NOW) == []
    assert alarm_banner(_room(replace(waiting_action(), state=ActionState.DENIED, approval=None)), NOW) == []


def test_broken_glass_is_told_for_five_minutes() -> None:
    broken = replace(HELD, started=NOW - 10, broken_glass="nobody answers")
    assert "GLASS BROKEN: disable mail by one person alone" in alarm_banner(_room(broken), NOW)[0]
    assert alarm_banner(_room(broken), NOW + 289)
    assert alarm_banner(_room(broken), NOW + 290) == []


def test_an_end_is_told_ten_minutes_before() -> None:
    assert HELD.expires is not None
    assert alarm_banner(_room(HELD), HELD.expires - 600) == []
    [text] = alarm_banner(_room(HELD), HELD.expires - 599)
    assert text.startswith("ENDS IN 9m: disable mail lets the bot back by itself")
    assert "<1m" in alarm_banner(_room(HELD), HELD.expires - 5)[0]
    assert alarm_banner(_room(replace(HELD, state=ActionState.EXPIRED)), HELD.expires) == []


def test_what_does_not_hold_stays_loud_whatever_is_only_prepared_or_failed_after_it() -> None:
    open_one = replace(HELD, state=ActionState.NOT_HELD)
    for state in (ActionState.DRAFT, ActionState.DENIED, ActionState.LAPSED, ActionState.FAILED, ActionState.DONE):
        later = replace(draft_action(), bot="mail", state=state)
        assert alarm_banner(_room(open_one, later), NOW)[0].startswith("NOT HELD: disable mail")
    assert alarm_banner(_room(open_one, replace(HELD, id="ACT-009")), NOW) == []


def test_what_stops_holding_is_loud_whatever_was_let_go_over_it() -> None:
    flipped = replace(HELD, state=ActionState.NOT_HELD)
    for state in (ActionState.RELEASED, ActionState.EXPIRED):
        later = replace(HELD, id="ACT-009", verb=Verb.FREEZE, state=state)
        assert alarm_banner(_room(flipped, later), NOW)[0].startswith("NOT HELD: disable mail")


def test_taking_evidence_quiets_nothing() -> None:
    taking = replace(HELD, id="ACT-009", verb=Verb.SNAPSHOT, state=ActionState.RUNNING)
    assert alarm_banner(_room(replace(HELD, state=ActionState.NOT_HELD), taking), NOW)


def test_a_milder_action_quiets_a_harder_one_only_when_it_was_proved_later() -> None:
    flipped = replace(HELD, state=ActionState.NOT_HELD, settled=NOW - 10)
    for settled, loud in ((NOW - 100, True), (NOW - 5, False)):
        limit = replace(HELD, id="ACT-009", verb=Verb.LIMIT, settled=settled)
        assert bool(alarm_banner(_room(flipped, limit), NOW)) is loud
    harder = replace(HELD, id="ACT-001", verb=Verb.FREEZE, settled=NOW - 100)
    assert alarm_banner(_room(harder, flipped), NOW) == []


def test_the_worst_comes_first_and_the_rest_is_counted() -> None:
    view = waiting_view(
        replace(HELD, state=ActionState.NOT_HELD, expires=NOW + 60),
        replace(HELD, id="ACT-009", bot="code", started=NOW, broken_glass="leak"),
    )
    first, second = alarm_banner(view, NOW)
    assert first.startswith("NOT HELD")
    assert second.startswith("2ND PERSON WANTED")
    assert second.endswith("· 2 more")


def test_no_sentence_about_names_of_usual_length_needs_two_rows_of_eighty_columns() -> None:
    view = waiting_view(
        replace(HELD, state=ActionState.AMBIGUOUS),
        replace(HELD, id="ACT-009", bot="rag-search", started=NOW, broken_glass="x"),
    )
    for text in alarm_banner(view, NOW) + alarm_banner(_room(HELD), NOW + 1300):
        assert len(headline(text, 80)) == 1, text
