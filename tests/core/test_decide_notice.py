"""What may be told of, and what may be sent again: only what was given up, and never after the end was read."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from tests.core.story import BEN, Story, plan, proof
from warroom.core import commands as c
from warroom.core import facts as f
from warroom.core.access import Rights
from warroom.core.clean import clean
from warroom.core.commands import Ack, Refused
from warroom.core.model import Level, Severity, Verb
from warroom.core.notices import Audience, DeliveryState, Event
from warroom.core.reduce import SendNotices, fold


def notice(channel: str = "chat", event: Event = Event.UPDATE) -> f.NoticeWritten:
    return f.NoticeWritten("INC-001", Audience.SECURITY, event, Severity.SEV2, "subject", "text", [channel])


def given_up(event: Event = Event.UPDATE) -> tuple[Story, str]:
    story = Story()
    story.ask(c.OpenIncident("support", "prompt-injection", "Injection"))
    return story, wrote(story, DeliveryState.DEAD, event)


def wrote(story: Story, state: DeliveryState | None, event: Event = Event.UPDATE, channel: str = "chat") -> str:
    story.tell(notice(channel, event))
    name = list(story.desk.deliveries)[-1]
    if state is not None:
        story.tell(f.NoticeSettled(name, "INC-001", channel, state, 60, "no contact"))
    return name


def test_what_was_given_up_goes_again_under_its_own_key_and_the_record_says_who_asked() -> None:
    story, name = given_up()
    key = story.desk.deliveries[name].notice.key
    answer = story.ask(c.SendAgain(name), BEN)
    assert isinstance(answer, Ack)
    assert answer.ref == name
    assert story.entries[-1].fact == f.NoticeRevived(name, "INC-001", "chat", 1)
    assert story.entries[-1].actor == BEN
    record = story.desk.deliveries[name]
    assert (record.state, record.tries, record.again_by) == (DeliveryState.PENDING, 0, "ben")
    assert (record.notice.key, record.notice.round) == (key, 1)
    assert story.tellings[-1] == SendNotices([name])
    assert fold(story.entries) == story.desk


def test_it_can_be_asked_for_once_more_when_it_was_given_up_again() -> None:
    story, name = given_up()
    story.ask(c.SendAgain(name))
    # The end of the first round, reported late by an engine that was killed, is not the end of this one.
    story.tell(f.NoticeSettled(name, "INC-001", "chat", DeliveryState.DEAD, 60, "no contact"))
    assert story.desk.deliveries[name].state is DeliveryState.PENDING
    story.tell(f.NoticeSettled(name, "INC-001", "chat", DeliveryState.DEAD, 60, "no contact", 1))
    assert story.desk.deliveries[name].state is DeliveryState.DEAD
    assert isinstance(story.ask(c.SendAgain(name)), Ack)
    assert story.desk.deliveries[name].notice.round == 2


@pytest.mark.parametrize(
    ("state", "words"),
    [(None, "is on its way to chat already"), (DeliveryState.ACCEPTED, "was accepted by chat: it is not sent twice")],
)
def test_what_was_not_given_up_does_not_go_again(state: DeliveryState | None, words: str) -> None:
    story, _ = given_up()
    refused = story.ask(c.SendAgain(wrote(story, state)))
    assert isinstance(refused, Refused)
    assert words in refused.reason


def test_of_two_who_ask_one_sends_and_the_other_is_told() -> None:
    story, name = given_up()
    first, second = story.ask(c.SendAgain(name)), story.ask(c.SendAgain(name), BEN)
    assert isinstance(first, Ack)
    assert isinstance(second, Refused)
    assert "on its way" in second.reason
    assert [type(entry.fact) for entry in story.entries].count(f.NoticeRevived) == 1


@pytest.mark.parametrize(
    "name", ["", "INC-001-9-security-chat", ";id", "$(id)", "--all", "../../x", "a\nb", "\x1b[2J\u202e", "x" * 3000]
)
def test_an_id_that_nobody_knows_is_refused_in_words_that_do_nothing(name: str) -> None:
    story, _ = given_up()
    refused = story.ask(c.SendAgain(name))
    assert isinstance(refused, Refused)
    assert "there is no notice" in refused.reason
    assert clean(refused.reason) == refused.reason
    assert len(refused.reason) < 200


def test_an_id_without_end_is_refused() -> None:
    story, _ = given_up()
    assert isinstance(story.ask(c.SendAgain("x" * 5000)), Refused)


def test_a_viewer_sends_nothing_again_and_a_responder_does() -> None:
    story, name = given_up()
    refused = story.ask(c.SendAgain(name), rights=Rights(Level.VIEWER))
    assert isinstance(refused, Refused)
    assert "access level responder" in refused.reason
    assert isinstance(story.ask(c.SendAgain(name), rights=Rights(Level.RESPONDER)), Ack)


def test_without_its_channel_nothing_goes_again() -> None:
    story, name = given_up()
    refused = story.ask(c.SendAgain(name), fault="there is no channel chat in the config any more")
    assert isinstance(refused, Refused)
    assert "no channel chat" in refused.reason


def test_nobody_reads_that_it_goes_on_after_they_read_that_it_is_over() -> None:
    story, name = given_up()
    over = wrote(story, DeliveryState.ACCEPTED, Event.RESOLVE)
    refused = story.ask(c.SendAgain(name))
    assert isinstance(refused, Refused)
    assert over in refused.reason
    elsewhere = wrote(story, DeliveryState.DEAD, channel="mail")
    assert isinstance(story.ask(c.SendAgain(elsewhere)), Ack)


def test_nothing_overtakes_the_word_that_it_is_over_while_that_is_under_way() -> None:
    story, name = given_up()
    over = wrote(story, None, Event.RESOLVE)
    refused = story.ask(c.SendAgain(name))
    assert isinstance(refused, Refused)
    assert f"{over} is on its way to chat" in refused.reason
    story.tell(f.NoticeSettled(over, "INC-001", "chat", DeliveryState.DEAD, 60, "no contact"))
    assert isinstance(story.ask(c.SendAgain(name)), Ack)


def test_the_end_itself_may_go_again() -> None:
    story, name = given_up(Event.RESOLVE)
    assert isinstance(story.ask(c.SendAgain(name)), Ack)


def written() -> f.NoticeWritten:
    return f.NoticeWritten("", Audience.ENGINEERING, Event.UPDATE, Severity.SEV3, "s", "t", ["chat"], 0, "ACT-001")


def test_people_may_be_told_of_an_action_without_an_incident() -> None:
    story = Story()
    story.ask(c.Contain("support", Verb.DISABLE), made=plan())
    story.tell(f.ContainmentHeld("ACT-001", proof()))
    answer = story.ask(c.Notify("ACT-001", Audience.ENGINEERING), written=written())
    assert isinstance(answer, Ack)
    (record,) = story.desk.deliveries.values()
    assert (record.notice.incident, record.notice.id) == ("ACT-001", f"ACT-001-{answer.seq}-engineering-chat")


def test_an_action_of_an_incident_is_told_with_it_and_nothing_is_told_of_what_was_not_done() -> None:
    story, _ = given_up()
    story.ask(c.Contain("support", Verb.DISABLE), made=plan())
    refused = story.ask(c.Notify("ACT-001", Audience.ENGINEERING), written=written())
    assert isinstance(refused, Refused)
    assert "belongs to INC-001" in refused.reason
    fresh = Story()
    fresh.ask(c.Contain("support", Verb.DISABLE, draft=True), made=replace(plan(), expires_s=None))
    refused = fresh.ask(c.Notify("ACT-001", Audience.ENGINEERING), written=written())
    assert isinstance(refused, Refused)
    assert "nothing was done" in refused.reason
