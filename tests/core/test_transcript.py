"""What happened between two views, in sentences."""

from __future__ import annotations

import msgspec
import pytest

from tests.tui.company import company, pointer, said, shared_view
from tests.tui.example import NOW
from warroom.core.company import Company
from warroom.core.next_verbs import NextVerbs
from warroom.core.transcript import FLAP_S, Transcript, sentence_of
from warroom.core.urgency import Urgency
from warroom.core.view import TimelineView, View

VERBS = NextVerbs("acme")


def begun(*, may_act: bool = True) -> tuple[Transcript, View]:
    view = msgspec.structs.replace(shared_view(), now=NOW)
    return Transcript(view, "c1", VERBS, may_act=may_act), view


def later(view: View, *entries: TimelineView, seconds: float = 1.0, **fields: object) -> View:
    """Return the view with entries that follow its record."""
    first = view.chain.length + 1
    numbered = [msgspec.structs.replace(one, seq=first + n) for n, one in enumerate(entries)]
    chain = msgspec.structs.replace(view.chain, length=view.chain.length + len(entries))
    messages = [*view.messages, *numbered][-100:]
    return msgspec.structs.replace(view, now=view.now + seconds, messages=messages, chain=chain, **fields)


def entry(text: str, kind: str, urgency: Urgency = Urgency.INFO, who: str = "engine", **more: str) -> TimelineView:
    return msgspec.structs.replace(said(who, text, kind), urgency=urgency, **more)


def texts(transcript: Transcript, view: View, company: Company | None = None) -> list[str]:
    return [one.text for one in transcript.news(view, company or Company())]


def test_what_stood_at_the_start_is_no_news_and_the_same_view_twice_neither() -> None:
    transcript, view = begun()
    assert texts(transcript, view) == []
    new = later(view, said("ben", "note: legal informed"))
    assert texts(transcript, new) == ["ben: note: legal informed."]
    assert texts(transcript, new) == []


def test_an_alarm_is_urgent_and_followed_by_the_verb_that_answers_it() -> None:
    transcript, view = begun()
    alarm = next(one for one in view.alarms if one.acknowledged is None and one.level in ("alarm", "critical"))
    raised = entry(f"alarm {alarm.id} (alarm) raised for {alarm.bot} at score 92: why", "alarm", Urgency.URGENT)
    raised = msgspec.structs.replace(raised, about=alarm.id)
    (told,) = transcript.news(later(view, raised), Company())
    assert told.urgency is Urgency.URGENT
    assert told.text.startswith(f"Alarm {alarm.id} (alarm) raised")
    assert told.next.startswith(f"warroom incident ack {alarm.id} --room acme")


def test_who_may_not_act_is_told_no_verbs() -> None:
    transcript, view = begun(may_act=False)
    alarm = next(one for one in view.alarms if one.acknowledged is None)
    raised = entry("alarm raised", "alarm", Urgency.URGENT, about=alarm.id)
    assert [one.next for one in transcript.news(later(view, raised), Company())] == [""]


def test_the_same_outcome_of_a_probe_is_told_once_and_a_new_one_again() -> None:
    transcript, view = begun()
    held = entry("containment ACT-002 (disable mail) HELD: 3 of 3", "contain", about="ACT-002", incident="INC-001")
    lost = entry("containment ACT-002 (disable mail) NOT HELD: 3 of 3", "contain", Urgency.URGENT, about="ACT-002")
    view = later(view, held)
    assert texts(transcript, view) == ["INC-001: containment ACT-002 (disable mail) HELD: 3 of 3."]
    view = later(view, held)
    assert texts(transcript, view) == []
    view = later(view, lost)
    assert len(texts(transcript, view)) == 1
    assert len(texts(transcript, later(view, held))) == 1


def test_a_bot_that_flaps_is_told_once_and_then_how_often_it_did() -> None:
    transcript, view = begun()

    def state(word: str, at: float) -> TimelineView:
        return msgspec.structs.replace(entry(f"sales became {word} (score 40)", "bot", about="sales"), at=at)

    view = later(view, state("normal", NOW))
    assert texts(transcript, view) == ["sales became normal (score 40)."]
    for n, word in enumerate(("odd", "normal", "odd"), 1):
        view = later(view, state(word, NOW + n))
        assert texts(transcript, view) == []
    view = later(view, seconds=FLAP_S + 1)
    (told,) = texts(transcript, view)
    assert told.startswith("sales changed its state 3 more times")
    assert told.endswith("and is odd now.")
    assert texts(transcript, later(view, seconds=60)) == []


def test_that_a_bot_is_in_alarm_is_said_by_its_alarm_alone() -> None:
    transcript, view = begun()
    assert texts(transcript, later(view, entry("sales became alarm (score 90)", "bot", about="sales"))) == []


def test_entries_that_no_view_held_are_counted() -> None:
    transcript, view = begun()
    flood = [said("ben", f"note: {n}") for n in range(130)]
    missed, *rest = transcript.news(later(view, *flood), Company())
    assert missed.text.startswith("30 entries of the record")
    assert missed.next == "warroom messages --room acme"
    assert len(rest) == 100


@pytest.mark.parametrize(
    ("kind", "text", "about", "told"),
    [
        ("console", "console c9 attached", "c9", ["ben joined."]),
        ("console", "console c9 attached, read-only", "c9", ["ben joined to watch only."]),
        ("console", "console c9 left: hung up", "c9", ["ben left."]),
        ("console", "console c1 attached", "c1", []),
    ],
)
def test_people_come_and_go_but_our_own_coming_is_no_news(kind: str, text: str, about: str, told: list[str]) -> None:
    transcript, view = begun()
    assert texts(transcript, later(view, entry(text, kind, who="ben", about=about))) == told


def test_after_coming_again_both_our_names_are_ours() -> None:
    transcript, view = begun()
    transcript.is_now("c7")
    joined = entry("console c7 attached", "console", who="ana", about="c7")
    left = entry("console c1 left", "console", who="ana", about="c1")
    assert texts(transcript, later(view, left, joined)) == []


def test_pointers_and_confirmations_of_others_are_told_once() -> None:
    transcript, view = begun()
    together = company(doing="confirming: isolate support", pointer=pointer())
    told = texts(transcript, view, together)
    assert any(text.startswith("ben points at step") for text in told)
    assert "ben is confirming: isolate support." in told
    assert texts(transcript, view, together) == []


def test_what_begins_and_what_is_over_is_told_once_each() -> None:
    transcript, view = begun()
    failing = later(view, banner="the journal cannot be written")
    (told,) = transcript.news(failing, Company())
    assert (told.urgency, told.text) == (Urgency.URGENT, "the journal cannot be written.")
    assert texts(transcript, failing) == []
    assert texts(transcript, later(failing, banner="")) == ["This is over: the journal cannot be written."]


@pytest.mark.parametrize(
    ("kind", "who", "text", "incident", "told"),
    [
        ("note", "ben", "note: ok", "INC-001", "INC-001: ben: note: ok."),
        ("note", "cleo (claimed, as root)", "note: ok!", "", "cleo: note: ok!"),
        ("incident", "engine", "incident INC-001 opened", "INC-001", "Incident INC-001 opened."),
        ("bot", "engine", "support became odd (score 4)", "", "support became odd (score 4)."),
    ],
)
def test_a_sentence_says_who_and_where_and_ends(kind: str, who: str, text: str, incident: str, told: str) -> None:
    assert sentence_of(TimelineView(1, NOW, who, kind, text, incident=incident)) == told
