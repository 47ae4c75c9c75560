"""Which entries are news, and what becomes of notices."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from tests.core.story import Story, plan, proof
from tests.core.test_timeline import FACTS
from warroom.core import commands as c
from warroom.core import facts as f
from warroom.core.access import Rights
from warroom.core.desk import Desk
from warroom.core.model import Actor, Mode, Severity, Verb, Verdict
from warroom.core.notices import Audience, Delivery, DeliveryState, Event
from warroom.core.ports import Entry
from warroom.core.reduce import SendNotices, TellPeople, fold, reduce
from warroom.core.telling import severity_of, told_word


def opened(rights: Rights | None = None) -> Story:
    story = Story(rights=rights)
    story.raise_alarm()
    story.ask(c.OpenIncident("support", "prompt-injection", "Injection", alarm="AL-1"))
    return story


def news(story: Story) -> list[Event]:
    return [one.event for one in story.desk.to_tell]


def notice(channels: list[str], *, audience: Audience = Audience.SECURITY, about: int = 0) -> f.NoticeWritten:
    return f.NoticeWritten("INC-001", audience, Event.UPDATE, Severity.SEV2, "subject", "text", channels, about)


@pytest.mark.parametrize("fact", [one[0] for one in FACTS], ids=lambda fact: type(fact).__name__)
def test_every_fact_is_folded_somewhere(fact: f.Fact) -> None:
    desk, _ = reduce(Desk(), Entry(1, 0.0, Actor("kim"), "", fact, "", ""))
    assert desk.length == 1


def test_an_incident_is_news_when_it_opens_changes_and_closes() -> None:
    story = opened()
    story.ask(c.ChangeSeverity("INC-001", Severity.SEV1))
    story.ask(c.CloseIncident("INC-001", "done"))
    assert news(story) == [Event.TRIGGER, Event.UPDATE, Event.RESOLVE]
    assert [type(one) for one in story.tellings] == [TellPeople] * 3


def test_what_changes_how_an_action_stands_is_news_and_a_repeat_is_not() -> None:
    story = opened()
    story.ask(c.Contain("support", Verb.DISABLE), made=plan())
    assert news(story) == [Event.TRIGGER]
    story.tell(f.ContainmentHeld("ACT-001", proof()))
    story.tell(f.ContainmentHeld("ACT-001", proof()))
    assert len(news(story)) == 2
    story.tell(f.ContainmentNotHeld("ACT-001", proof(Verdict.OPEN)))
    assert len(news(story)) == 3


def test_broken_glass_and_a_second_person_that_is_asked_for_are_news_at_once() -> None:
    story = opened(Rights(second_person=True))
    story.ask(c.Contain("support", Verb.FREEZE), made=plan(Verb.FREEZE))
    assert len(news(story)) == 2
    story.ask(c.BreakGlass("ACT-001", "nobody answers"), made=plan(Verb.FREEZE))
    assert len(news(story)) == 3


def alone(rights: Rights | None = None, expires_s: float | None = None) -> Story:
    story = Story(rights=rights)
    story.ask(c.Contain("support", Verb.LIMIT), made=replace(plan(Verb.LIMIT), expires_s=expires_s))
    return story


def of_action(
    name: str, channels: list[str], *, event: Event = Event.UPDATE, audience: Audience = Audience.SECURITY
) -> f.NoticeWritten:
    return f.NoticeWritten("", audience, event, Severity.SEV3, "subject", "text", channels, 0, name)


def test_an_action_without_an_incident_is_news_of_its_own_from_its_proof_to_its_end() -> None:
    story = alone(expires_s=1200.0)
    assert news(story) == []
    story.tell(f.ContainmentHeld("ACT-001", proof()))
    story.tell(f.ContainmentHeld("ACT-001", proof()))
    story.tell(f.ExpiryAnnounced("ACT-001", 600.0))
    story.tell(f.ContainmentNotHeld("ACT-001", proof(Verdict.OPEN)))
    story.tell(f.ReleaseRequested("ACT-001", "enough"))
    story.tell(f.ContainmentReleased("ACT-001", proof(Verdict.OPEN)))
    assert news(story) == [Event.UPDATE] * 3 + [Event.RESOLVE]
    assert {(one.incident, one.action) for one in story.desk.to_tell} == {("", "ACT-001")}


def test_an_action_whose_incident_is_closed_is_told_for_itself() -> None:
    story = opened()
    story.ask(c.Contain("support", Verb.DISABLE, draft=True), made=plan())
    story.ask(c.CloseIncident("INC-001", "over"))
    story.ask(c.StartAction("ACT-001", plan().sha256), made=plan())
    story.tell(f.ContainmentHeld("ACT-001", proof()))
    assert (story.desk.to_tell[-1].incident, story.desk.to_tell[-1].action) == ("", "ACT-001")


def test_news_of_an_action_are_worse_when_it_does_not_hold() -> None:
    story = alone()
    story.tell(f.ContainmentHeld("ACT-001", proof()))
    assert severity_of(story.desk.actions["ACT-001"]) is Severity.SEV3
    story.tell(f.ContainmentNotHeld("ACT-001", proof(Verdict.OPEN)))
    assert severity_of(story.desk.actions["ACT-001"]) is Severity.SEV2


def test_a_harder_action_goes_on_with_the_story_of_the_milder_one_and_in_the_order_of_its_bot() -> None:
    story = alone()
    story.tell(f.ContainmentHeld("ACT-001", proof()))
    story.tell(of_action("ACT-001", ["chat"]))
    story.ask(c.Contain("support", Verb.DISABLE), made=plan())
    story.tell(f.ContainmentHeld("ACT-002", proof()))
    story.tell(of_action("ACT-002", ["chat"]))
    first, second = (one.notice for one in story.desk.deliveries.values())
    assert (first.incident, second.incident) == ("ACT-001", "ACT-002")
    assert first.dedup == second.dedup == f"test-{round(story.entries[0].at * 1000)}-ACT-001"
    assert first.lane == second.lane == "bot support"


def delivered(story: Story) -> list[Delivery]:
    return [
        Delivery(
            one.notice.id,
            one.notice.incident,
            one.notice.audience,
            one.notice.channel,
            one.notice.event,
            one.notice.subject,
            one.notice.created,
            one.state,
            one.tries,
            None,
            one.text,
            one.settled,
        )
        for one in story.desk.deliveries.values()
    ]


def word(story: Story, channels: list[str], later_s: float = 0.0) -> str:
    return told_word(story.desk.actions["ACT-001"], channels, delivered(story), story.now + later_s)


def test_it_is_said_of_each_action_who_was_told_and_that_nobody_was() -> None:
    story = alone()
    assert word(story, ["chat"]) == ""
    story.tell(f.ContainmentHeld("ACT-001", proof()))
    assert word(story, []) == "nobody was told: no channel is configured for security; read it out by phone"
    assert word(story, ["chat"]) == "nobody was told: nothing was sent to security yet"
    story.tell(of_action("ACT-001", ["chat"]))
    assert word(story, ["chat"]).startswith("nobody was told yet: chat still waiting")
    (name,) = story.desk.deliveries
    story.tell(f.NoticeSettled(name, "ACT-001", "chat", DeliveryState.DEAD, 60, "no contact"))
    assert word(story, ["chat"]).startswith("nobody was told: chat gave up after 60 tries")
    story.ask(c.SendAgain(name))
    story.tell(f.NoticeSettled(name, "ACT-001", "chat", DeliveryState.ACCEPTED, 1, "202", 1))
    assert word(story, ["chat"]) == "told: accepted by chat"
    # What was told before it flipped tells nothing of the flip.
    story.tell(f.ContainmentNotHeld("ACT-001", proof(Verdict.OPEN)))
    assert word(story, ["chat"]) == "nobody was told: nothing was sent to security yet"


def test_what_other_audiences_read_is_no_word_about_security() -> None:
    story = alone()
    story.tell(f.ContainmentHeld("ACT-001", proof()))
    story.tell(of_action("ACT-001", ["mail"], audience=Audience.EXECUTIVES))
    assert word(story, ["chat"]) == "nobody was told: nothing was sent to security yet"


def test_who_was_told_of_an_end_is_said_for_an_hour() -> None:
    story = alone()
    story.tell(f.ContainmentHeld("ACT-001", proof()))
    story.tell(f.ReleaseRequested("ACT-001", ""))
    story.tell(f.ContainmentReleased("ACT-001", proof(Verdict.OPEN)))
    assert word(story, ["chat"])
    assert word(story, ["chat"], 3700.0) == ""


def test_news_of_an_incident_count_for_its_actions() -> None:
    story = opened()
    story.ask(c.Contain("support", Verb.DISABLE), made=plan())
    story.tell(f.ContainmentHeld("ACT-001", proof()))
    story.tell(notice(["chat"]))
    (name,) = story.desk.deliveries
    story.tell(f.NoticeSettled(name, "INC-001", "chat", DeliveryState.ACCEPTED, 1, "202"))
    assert word(story, ["chat"]) == "told: accepted by chat"


def test_a_notice_goes_to_each_channel_once_and_settles_what_it_tells_of() -> None:
    story = opened()
    (first,) = story.desk.to_tell
    story.tell(notice(["mail", "chat"], about=first.seq))
    assert story.desk.to_tell == ()
    names = list(story.desk.deliveries)
    assert [story.desk.deliveries[name].notice.channel for name in names] == ["mail", "chat"]
    assert story.tellings[-1] == SendNotices(names)


def test_an_end_is_taken_once() -> None:
    story = opened()
    story.tell(notice(["mail"]))
    (name,) = story.desk.deliveries
    end = f.NoticeSettled(name, "INC-001", "mail", DeliveryState.ACCEPTED, 2, "202")
    story.tell(end)
    length = story.desk.length
    story.tell(end)
    story.tell(f.NoticeSettled("nobody", "INC-001", "mail", DeliveryState.DEAD, 1, ""))
    assert story.desk.length == length
    assert story.desk.deliveries[name].state is DeliveryState.ACCEPTED


def test_only_what_others_than_security_are_told_counts_as_an_update() -> None:
    story = opened()
    story.tell(notice(["mail"]))
    before = story.desk.incidents["INC-001"]
    story.tell(notice([], audience=Audience.EXECUTIVES))
    story.tell(f.UpdateFellDue("INC-001", 5.0))
    after = story.desk.incidents["INC-001"]
    assert (before.told, after.told, after.reminded) == (None, story.now - 1.0, 5.0)


def test_old_notices_are_forgotten_and_open_ones_never() -> None:
    story = opened()
    story.tell(notice(["mail"]))
    (kept,) = story.desk.deliveries
    for _ in range(520):
        story.tell(notice(["chat"]))
        name = list(story.desk.deliveries)[-1]
        story.tell(f.NoticeSettled(name, "INC-001", "chat", DeliveryState.ACCEPTED, 1, ""))
    assert len(story.desk.deliveries) <= 501
    assert kept in story.desk.deliveries


def test_an_end_that_fails_again_and_again_is_told_once_until_somebody_asks_for_it_themselves() -> None:
    story = alone(expires_s=5.0)
    story.tell(f.ContainmentHeld("ACT-001", proof()))
    story.now += 10.0
    for _ in range(4):
        story.tell(f.ReleaseRequested("ACT-001", "it expired"))
        story.tell(f.ReleaseFailed("ACT-001", "the flag was changed by hand", None))
        story.tell(f.ContainmentHeld("ACT-001", proof()))
    told = [type(story.entries[one.seq - 1].fact).__name__ for one in story.desk.to_tell]
    assert told == ["ContainmentHeld", "ReleaseFailed", "ContainmentHeld"], "that it holds still is news once"
    story.ask(c.Release("ACT-001", "I mended the flag"))
    story.tell(f.ReleaseFailed("ACT-001", "not quite", None))
    assert len(news(story)) == 4, "who asks for it hears how it went"


TWO = Rights(second_person=True)
REFUSED = plan(Verb.REVOKE)


def asked(story: Story, name: str = "ACT-001") -> None:
    """A containment that waits for a second person, and that people are told of."""
    story.ask(c.Contain("support", Verb.REVOKE), made=REFUSED, rights=TWO)
    story.tell(of_action(name, ["page"]))


def pages(story: Story) -> list[tuple[Event, str]]:
    """What a receiver gets that groups by `dedup`: the event and the story."""
    for one in story.desk.to_tell:
        story.tell(of_action(one.action, ["page"], event=one.event))
    told = [one.notice for one in story.desk.deliveries.values()]
    return [(one.event, one.dedup.rpartition("-ACT-")[2]) for one in told]


@pytest.mark.parametrize("how", ["called off", "denied", "lapsed"])
def test_a_request_that_comes_to_nothing_ends_what_people_were_told_of_it(how: str) -> None:
    story = Story()
    asked(story)
    match how:
        case "called off":
            story.ask(c.CancelAction("ACT-001", "false alarm"))
        case "denied":
            story.ask(c.DenyAction("ACT-001", "not on a Friday"), Actor("ben", 1001), rights=TWO)
        case _:
            story.tell(f.ApprovalLapsed("ACT-001"))
    assert news(story)[-1] is Event.RESOLVE
    assert set(pages(story)) == {(Event.UPDATE, "001"), (Event.RESOLVE, "001")}


def test_in_an_incident_a_request_that_comes_to_nothing_is_no_news() -> None:
    story = opened(TWO)
    story.ask(c.Contain("support", Verb.REVOKE), made=REFUSED)
    story.ask(c.CancelAction("ACT-001", "false alarm"))
    assert news(story) == [Event.TRIGGER, Event.UPDATE]


def test_a_draft_that_is_called_off_is_no_news() -> None:
    story = Story()
    story.ask(c.Contain("support", Verb.DISABLE, draft=True), made=plan())
    story.ask(c.CancelAction("ACT-001", "no"))
    assert news(story) == []


def test_a_release_that_is_denied_ends_nothing() -> None:
    story = alone()
    story.tell(f.ContainmentHeld("ACT-001", proof()))
    story.ask(c.Release("ACT-001", "patched"), rights=TWO)
    before = news(story)
    story.ask(c.DenyAction("ACT-001", "not yet"), Actor("ben", 1001), rights=TWO)
    assert news(story) == before == [Event.UPDATE] * 2


def test_a_harder_request_that_is_called_off_ends_nothing_while_the_milder_one_stands() -> None:
    story = alone()
    story.tell(f.ContainmentHeld("ACT-001", proof()))
    asked(story, "ACT-002")
    story.ask(c.CancelAction("ACT-002", "no"))
    assert news(story)[-1] is Event.UPDATE
    assert {number for _, number in pages(story)} == {"001"}


def test_the_next_act_on_a_bot_goes_on_with_the_story_of_one_that_failed_and_ends_it() -> None:
    story = alone()
    story.tell(f.ContainmentFailed("ACT-001", "the endpoint answers 409"))
    story.ask(c.Contain("support", Verb.SNAPSHOT), made=plan(Verb.SNAPSHOT))
    story.tell(f.ActionDone("ACT-002"))
    story.ask(c.Contain("support", Verb.FREEZE), made=plan(Verb.FREEZE))
    story.tell(f.ContainmentHeld("ACT-003", proof()))
    story.ask(c.Release("ACT-003", "patched"))
    story.tell(f.ContainmentReleased("ACT-003", proof(Verdict.OPEN)))
    story.ask(c.Contain("support", Verb.FREEZE), made=plan(Verb.FREEZE))
    story.tell(f.ContainmentHeld("ACT-004", proof()))
    assert pages(story) == [
        (Event.UPDATE, "001"),
        (Event.UPDATE, "001"),
        (Event.RESOLVE, "001"),
        (Event.UPDATE, "004"),
    ]


def test_what_failed_after_the_next_act_was_asked_for_is_a_story_of_its_own() -> None:
    story = alone()
    story.ask(c.Contain("support", Verb.FREEZE), made=plan(Verb.FREEZE))
    story.tell(f.ContainmentHeld("ACT-002", proof()))
    story.tell(f.ContainmentFailed("ACT-001", "no answer"))
    story.tell(f.ReleaseRequested("ACT-002", "enough"))
    story.tell(f.ContainmentReleased("ACT-002", proof(Verdict.OPEN)))
    assert pages(story) == [(Event.UPDATE, "002"), (Event.UPDATE, "001"), (Event.RESOLVE, "002")]


def test_rooms_that_share_a_receiver_and_a_room_made_anew_know_each_incident_by_another_name() -> None:
    def name_in(room: str, later_s: float) -> str:
        story = Story()
        story.now += later_s
        story.tell(f.RoomOpened(room, Mode.LIVE))
        story.ask(c.OpenIncident("support", "prompt-injection", "Injection"))
        story.tell(notice(["page"]))
        (name,) = {one.notice.dedup for one in story.desk.deliveries.values()}
        (again,) = {one.notice.dedup for one in fold(story.entries).deliveries.values()}
        assert name == again, "a restart finds the same name"
        return name

    names = [name_in("shop", 0.0), name_in("bank", 0.0), name_in("shop", 100.0)]
    assert len(set(names)) == 3
    assert all(name.endswith("-INC-001") for name in names)
