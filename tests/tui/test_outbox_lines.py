"""What is said of notices: how far they came, and never more than a receiver said."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from tests.tui.example import NOW
from tests.tui.example_notices import OUTBOX, delivery, telling_view
from tests.tui.example_outbox import entries, outbox, told_view
from tests.tui.hostile import CORPUS, FORBIDDEN, poison
from warroom.core.notices import Audience, DeliveryState
from warroom.core.queries import NoticeAnswer
from warroom.tui.cells import width_of
from warroom.tui.letters import Letters
from warroom.tui.outbox_lines import (
    delivery_lines,
    delivery_state,
    due_words,
    notice_lines,
    outbox_rows,
    outbox_title,
    text_lines,
    told_so_far,
    tries_words,
)


def text(rows: object) -> str:
    return "\n".join(row.text for row in rows)  # type: ignore[attr-defined]


def test_each_state_is_symbol_word_and_colour() -> None:
    assert [delivery_state(one, NOW)[0] for one in OUTBOX] == [
        "## ACCEPTED",
        "!! GIVEN UP",
        "?? RETRY 4",
        ".. QUEUED",
        ".. SENDING",
    ]
    assert len({delivery_state(one, NOW)[1] for one in OUTBOX}) == 5


def test_the_newest_comes_last_and_counts_stand_above() -> None:
    rows = outbox_rows(OUTBOX, Letters(), 116, NOW)
    assert rows[-1].key == f"notice:{OUTBOX[-1].notice}"
    assert outbox_title(OUTBOX) == "Told · 1 accepted · 3 on their way · 1 given up"
    assert "security/pager" in rows[0].text


@pytest.mark.parametrize("width", [58, 78, 118])
def test_no_row_is_wider_than_its_pane(width: int) -> None:
    rows = outbox_rows(OUTBOX, Letters(), width, NOW)
    for one in OUTBOX:
        rows += delivery_lines(one, telling_view(), Letters(), width, NOW)
    assert max(width_of(row.text) for row in rows) <= width


def test_an_empty_outbox_says_what_to_do() -> None:
    told = text(outbox_rows([], Letters(), 70, NOW))
    assert "T tells people" in told
    assert "[notify]" in told


def test_nothing_is_claimed_beyond_what_a_receiver_said() -> None:
    accepted, dead, waiting = (text(delivery_lines(one, telling_view(), Letters(), 100, NOW)) for one in OUTBOX[:3])
    assert "Whether a person read it nobody knows" in accepted
    assert "nobody was told" in dead
    assert "550 no such user" in dead
    assert "4 tries, next in 30s" in waiting


def _letters() -> Letters:
    letters = Letters()
    letters.take(entries())
    return letters


def _whole(number: int, letters: Letters | None = None) -> str:
    return text(delivery_lines(outbox()[number], told_view(), letters or _letters(), 100, NOW))


def test_rows_say_when_it_is_tried_next_and_who_asked() -> None:
    rows = [row.text for row in outbox_rows(outbox(), _letters(), 118, NOW)]
    assert "9 tries, next in 12s · connection refused · by ana" in rows[3]
    assert "after 60 tries · 550 no such user · by ben" in rows[2]
    assert "at 08:26:10Z · by itself" in rows[0]
    narrow = [row.text for row in outbox_rows(outbox(), _letters(), 77, NOW)]
    assert "next in 12s" in narrow[3]
    assert not [row for row in outbox_rows(outbox(), Letters(), 118, NOW) if " by " in row.text]


@pytest.mark.parametrize(
    ("state", "tries", "after", "words"),
    [
        (DeliveryState.PENDING, 0, None, ""),
        (DeliveryState.PENDING, 1, 0.4, "1 try, next now"),
        (DeliveryState.PENDING, 4, 59.0, "4 tries, next in 59s"),
        (DeliveryState.LEASED, 0, None, "try 1 under way"),
        (DeliveryState.LEASED, 3, 100.0, "try 3 under way"),
        (DeliveryState.DEAD, 60, None, "after 60 tries"),
    ],
)
def test_tries_are_told_for_people(state: DeliveryState, tries: int, after: float | None, words: str) -> None:
    at = None if after is None else NOW + after
    assert tries_words(delivery(1, state, tries=tries, next_try=at), NOW) == words


def test_a_notice_that_was_given_up_says_why_and_who_asked() -> None:
    told = _whole(2)
    assert "nobody was told: mail gave up after 60 tries (550 no such user); read it out by phone" in told
    assert "error     550 no such user" in told
    assert "asked     by ben, written 08:33:59Z" in told


def test_a_notice_is_shown_with_its_words_as_they_left() -> None:
    told = _whole(0)
    assert "told: accepted by chat, pager" in told
    assert "by itself, because of entry #31" in told
    assert told.endswith("At 08:57 UTC.")
    assert "is being read from the record" in _whole(0, Letters())
    assert "cannot be read: the engine is gone" in _whole(0, Letters(fault="the engine is gone"))


def test_who_was_not_told_is_named_beside_who_was() -> None:
    rows = [replace(outbox()[0], state=DeliveryState.DEAD, error="410 gone"), outbox()[1]]
    told = text(delivery_lines(rows[1], told_view(rows), Letters(), 100, NOW))
    assert "partly told: accepted by pager; NOT by chat gave up after 1 try (410 gone)" in told
    other = text(
        delivery_lines(
            rows[1], told_view([rows[1], replace(rows[0], notice="INC-001-50-security-chat")]), Letters(), 100, NOW
        )
    )
    assert "told: accepted by pager" in other
    assert "gave up" not in other, "other news is not mixed in"


def test_a_receiver_is_shown_with_its_place() -> None:
    letters = _letters()
    letters.places["chat"] = "POST https://hooks.example.org"
    assert "receiver  chat: POST https://hooks.example.org" in _whole(0, letters)
    assert "receiver  pager\n" in _whole(1, letters)


def test_a_text_keeps_its_rows_and_loses_only_the_blank_ones_at_its_end() -> None:
    rows = text_lines(["one", "", "two " * 10, "", ""], 20)
    assert [row.text for row in rows][:3] == ["one", "", "two two two two two"]
    assert rows[-1].text


def test_an_update_that_people_wait_for_is_counted_down_and_then_late() -> None:
    incident = telling_view(540.0).incidents[-1]
    assert due_words(incident, NOW) == ("update due in 9m", "dim")
    assert due_words(incident, NOW + 300) == ("update due in 4m", "warn")
    assert due_words(incident, NOW + 840) == ("UPDATE LATE 5m: T tells people", "bad")
    assert due_words(replace(incident, open=False), NOW) is None
    assert due_words(telling_view().incidents[-1], NOW) is None


def test_a_notice_is_shown_whole_with_whom_it_reaches() -> None:
    answer = NoticeAnswer("Bot leaks", "one\n\nthree", ["pager (https)", "mail"], "")
    rows = text(notice_lines(answer, Audience.SECURITY, 60)).split("\n")
    assert [row.split()[-1] if row.split() else "" for row in rows] == ["(https)", "mail", "leaks", "one", "", "three"]
    nobody = replace(answer, channels=[], word="nobody was told: no channel is configured")
    assert "no channel is configured" in text(notice_lines(nobody, Audience.LEGAL, 60))
    assert "a draft that a person sends" in text(notice_lines(answer, Audience.CUSTOMERS, 110))


@pytest.mark.parametrize("hostile", CORPUS)
def test_hostile_text_in_a_notice_is_only_text(hostile: str) -> None:
    rows = outbox_rows([poison(one, hostile) for one in OUTBOX], Letters(), 100, NOW)
    for one in OUTBOX:
        rows += delivery_lines(poison(one, hostile), telling_view(), Letters(fault=hostile), 100, NOW)
    rows += notice_lines(NoticeAnswer(hostile, f"{hostile}\n{hostile}", [hostile], hostile), Audience.LEGAL, 60)
    assert not FORBIDDEN.search(text(rows).replace("\n", ""))


def test_what_an_audience_was_told_so_far_is_said_where_it_is_chosen() -> None:
    said = {one.value: told_so_far(told_view(), "INC-001", one, NOW) for one in Audience}
    assert said == {
        "security": "last told 14m ago",
        "engineering": "not told yet, a notice is on its way",
        "support": "not told so far",
        "executives": "not told yet, a notice is on its way",
        "legal": "NOT told: given up",
        "customers": "a draft: a person sends it",
    }
    assert told_so_far(told_view(), "INC-009", Audience.SECURITY, NOW) == "not told so far"
