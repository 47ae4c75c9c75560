"""Who agreed and who was told: every word of the record, and nothing claimed beyond it."""

from __future__ import annotations

import msgspec

from tests.reports.example import INCIDENT, example_entries, example_evidence, example_view
from tests.reports.example_journal import KIM, LEE
from warroom.core import facts_contain as c
from warroom.core.facts import Fact
from warroom.core.facts_notice import NoticeRevived, NoticeSettled, NoticeWritten
from warroom.core.model import ENGINE, Actor, Severity
from warroom.core.notices import Audience, DeliveryState, Event, notices_of
from warroom.core.ports import Entry
from warroom.reports.accord import accords_of, told_of
from warroom.reports.dossier import dossier_of
from warroom.reports.html import page
from warroom.reports.json_report import document
from warroom.reports.markdown import markdown

PLAN = "ab" * 32


def entry(seq: int, fact: Fact, actor: Actor = KIM) -> Entry:
    return Entry(seq, 1000.0 + seq, actor, "", fact, "", "")


AGREED = [
    entry(1, c.ApprovalAsked("ACT-001", PLAN, "a hard verb")),
    entry(2, c.ApprovalDenied("ACT-001", "wrong bot"), LEE),
    entry(3, c.ApprovalAsked("ACT-002", PLAN, "a hard verb")),
    entry(4, c.ApprovalGiven("ACT-002", PLAN), LEE),
    entry(5, c.ApprovalAsked("ACT-003", PLAN, "a hard verb")),
    entry(6, c.ApprovalLapsed("ACT-003"), ENGINE),
    entry(7, c.GlassBroken("ACT-003", "nobody answers <script>\x1b[2J")),
    entry(8, c.ReleaseAsked("ACT-002", "all quiet", PLAN, "a hard verb")),
]
WRITTEN = NoticeWritten(
    INCIDENT, Audience.SECURITY, Event.TRIGGER, Severity.SEV2, "Bot leaks | now", "words", ["pager", "mail"], 4
)


def settled(seq: int, channel: str, state: DeliveryState, tries: int, text: str = "") -> Entry:
    """What the courier reports of a notice of row 9, under the id that the outbox gives it."""
    [made] = notices_of(
        room="r", incident=INCIDENT, number=9, audience=WRITTEN.audience, channels=[channel], event=WRITTEN.event,
        severity=WRITTEN.severity, subject="s", text="t", created=1.0,
    )  # fmt: skip
    return entry(seq, NoticeSettled(made.id, INCIDENT, channel, state, tries, text), ENGINE)


TOLD = [
    entry(9, WRITTEN, ENGINE),
    settled(10, "mail", DeliveryState.DEAD, 60, "550 no such user"),
    settled(11, "pager", DeliveryState.ACCEPTED, 1),
]


def test_every_word_of_a_second_person_is_listed_in_order() -> None:
    found = accords_of(AGREED)
    assert [(one.action, one.word) for one in found] == [
        ("ACT-001", "asked"),
        ("ACT-001", "said no"),
        ("ACT-002", "asked"),
        ("ACT-002", "agreed"),
        ("ACT-003", "asked"),
        ("ACT-003", "nobody answered"),
        ("ACT-003", "broke the glass"),
        ("ACT-002", "asked to release"),
    ]
    assert (found[3].who, found[3].plan_sha256) == ("lee", PLAN)
    assert found[7].why == "a hard verb: all quiet"
    assert "\x1b" not in found[6].why


def test_what_each_channel_answered_stands_beside_the_notice() -> None:
    [told] = told_of(TOLD)
    assert [(one.channel, one.word, one.tries) for one in told.sent] == [
        ("pager", "accepted", 1),
        ("mail", "given up", 60),
    ]
    assert told.word == "accepted by 1 of 2 channels"
    assert told.who == "warroom by itself"


def test_nobody_is_called_told_whom_no_receiver_took_word_for() -> None:
    assert told_of(TOLD[:2])[0].word == "NOBODY WAS TOLD"
    assert told_of(TOLD[:1])[0].sent[0].word == "not settled when this was written"
    draft = msgspec.structs.replace(WRITTEN, audience=Audience.CUSTOMERS, channels=[], about=0)
    [told] = told_of([entry(9, draft)])
    assert (told.word, told.who) == ("a draft, sent by nobody here", "kim")


def test_the_post_mortem_says_so_in_every_form() -> None:
    view, entries = example_view(), example_entries()
    action = view.incidents[0].actions[0]
    last = entries[-1].seq
    more = [
        entry(last + 1, c.GlassBroken(action, "nobody answers")),
        entry(last + 2, msgspec.structs.replace(WRITTEN, channels=["pager"])),
    ]
    dossier = dossier_of(view, INCIDENT, [*entries, *more], example_evidence(), entries[-1].at + 60, "0.1.0")
    for text in (markdown(dossier), page(dossier)):
        assert "broke the glass" in text
        assert "NOBODY WAS TOLD" in text
    found = document(dossier)
    assert [one["word"] for one in found["agreed"]] == ["broke the glass"]
    assert [one["word"] for one in found["told"]] == ["NOBODY WAS TOLD"]


def test_a_lone_engineer_reads_that_nobody_was_asked_or_told() -> None:
    view, entries = example_view(), example_entries()
    text = markdown(dossier_of(view, INCIDENT, entries, example_evidence(), entries[-1].at + 60, "0.1.0"))
    assert "No second person was asked for." in text
    assert "Nobody was told by warroom." in text


def test_what_was_sent_again_counts_by_how_that_ended() -> None:
    (mail,) = [one.fact for one in TOLD if isinstance(one.fact, NoticeSettled) and one.fact.channel == "mail"]
    again = entry(20, NoticeRevived(mail.notice, INCIDENT, "mail", 1))
    [told] = told_of([*TOLD, again])
    assert [one.word for one in told.sent] == ["accepted", "not settled when this was written"]
    taken = entry(21, msgspec.structs.replace(mail, state=DeliveryState.ACCEPTED, tries=1, round=1))
    [told] = told_of([*TOLD, again, taken])
    assert told.word == "accepted"
