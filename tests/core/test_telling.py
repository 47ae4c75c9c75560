"""Which entries are news, and what becomes of notices."""

from __future__ import annotations

import pytest

from tests.core.story import Story, plan, proof
from tests.core.test_timeline import FACTS
from warroom.core import commands as c
from warroom.core import facts as f
from warroom.core.access import Rights
from warroom.core.desk import Desk
from warroom.core.model import Actor, Severity, Verb, Verdict
from warroom.core.notices import Audience, DeliveryState, Event
from warroom.core.ports import Entry
from warroom.core.reduce import SendNotices, TellPeople, reduce


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


def test_an_action_without_an_incident_is_nobodys_news() -> None:
    story = Story()
    story.ask(c.Contain("support", Verb.DISABLE), made=plan())
    story.tell(f.ContainmentHeld("ACT-001", proof()))
    assert news(story) == []


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
