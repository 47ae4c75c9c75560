"""The texts that come with warroom: every pair has its six parts, and no more than its reader should know."""

from __future__ import annotations

import itertools

import pytest

from warroom.core.notices import Audience, Event
from warroom.reports.notice_texts import source_of

PARTS = ["What happened", "Impact", "What we did", "What we do next", "Next update", "Contact"]
PAIRS = list(itertools.product(Audience, Event))


@pytest.mark.parametrize(("audience", "event"), PAIRS)
def test_each_text_has_a_subject_and_the_six_parts_in_order(audience: Audience, event: Event) -> None:
    lines = source_of(audience, event).splitlines()
    assert lines[0].startswith("Subject: ")
    assert [line for line in lines if line in PARTS] == PARTS


def test_no_two_events_of_an_audience_have_the_same_subject() -> None:
    subjects = {(audience, source_of(audience, event).splitlines()[0]) for audience, event in PAIRS}
    assert len(subjects) == len(PAIRS)


@pytest.mark.parametrize("event", list(Event))
def test_what_goes_outside_says_that_it_is_a_draft_and_names_nothing_inside(event: Event) -> None:
    source = source_of(Audience.CUSTOMERS, event)
    assert "DRAFT" in source
    for inside in ("incident.id", "severity", "bots", "deed.", "kind"):
        assert inside not in source


@pytest.mark.parametrize("event", list(Event))
def test_what_happened_is_more_than_the_subject_again(event: Event) -> None:
    subject, _, text = source_of(Audience.CUSTOMERS, event).partition("\n")
    assert subject.removeprefix("Subject: ") not in text
    assert "a problem with our assistant" in text
