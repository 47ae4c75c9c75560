"""Rules of notices: how long to wait, which goes first, and the honest word when nobody was told."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from warroom.core.model import Severity
from warroom.core.notices import (
    DEDUP_LIMIT,
    OPEN,
    SUBJECT_LIMIT,
    TEXT_LIMIT,
    Audience,
    Delivery,
    DeliveryState,
    Event,
    Notice,
    backoff_s,
    honest_word,
    may_go,
    notice_fault,
    notices_of,
    outbox_word,
)

NOW = 1_764_000_000.0
"""16:00 UTC."""


def made(**changes: Any) -> list[Notice]:
    values: dict[str, Any] = {
        "room": "shop",
        "incident": "INC-001",
        "number": 17,
        "audience": Audience.SECURITY,
        "channels": ["chat", "mail"],
        "event": Event.TRIGGER,
        "severity": Severity.SEV2,
        "subject": "a subject",
        "text": "a text",
        "created": NOW,
    }
    return notices_of(**{**values, **changes})


def row(channel: str, state: DeliveryState, **changes: Any) -> Delivery:
    one = Delivery(
        notice=f"n-{channel}",
        incident="INC-001",
        audience=Audience.EXECUTIVES,
        channel=channel,
        event=Event.TRIGGER,
        subject="a subject",
        created=NOW - 240,
        state=state,
        tries=3,
        next_try=NOW if state in OPEN else None,
        error="",
        accepted=NOW if state is DeliveryState.ACCEPTED else None,
    )
    return msgspec.structs.replace(one, **changes)


def test_the_waits_double_up_to_a_minute() -> None:
    waits = [backoff_s(tries, 0.0) for tries in range(1, 13)]
    assert waits == [0.1, 0.2, 0.4, 0.8, 1.6, 3.2, 6.4, 12.8, 25.6, 51.2, 60.0, 60.0]


@given(st.integers(-5, 10**9), st.floats(allow_nan=False))
def test_a_wait_is_never_longer_than_a_minute_nor_shorter_than_half_of_the_first(tries: int, jitter: float) -> None:
    assert 0.05 <= backoff_s(tries, jitter) <= 60.0


def test_chance_takes_up_to_half_of_a_wait_away() -> None:
    assert backoff_s(4, 1.0) == pytest.approx(0.4)
    assert backoff_s(4, 0.5) == pytest.approx(0.6)


def test_the_same_call_makes_the_same_notices_so_that_people_are_told_once() -> None:
    assert made() == made()
    assert [one.id for one in made()] == ["INC-001-17-security-chat", "INC-001-17-security-mail"]
    assert len({one.key for one in made() + made(number=18) + made(room="other") + made(created=NOW + 1)}) == 8


def test_notices_hold_no_character_that_a_screen_or_a_header_would_act_on() -> None:
    (one,) = made(channels=["chat"], subject="a\r\nBcc: b@c\x1b[2J", text="x\n\x1b[2Jy\u202e\n" + "z" * 30_000)
    assert notice_fault(one) == ""
    assert one.subject == "a␍␊Bcc: b@c␛[2J"
    assert one.text.startswith("x\n␛[2Jy<U+202E>\n")


@given(st.text(max_size=400), st.text(max_size=200), st.text(max_size=200))
def test_whatever_the_words_are_the_notice_may_be_sent(text: str, name: str, room: str) -> None:
    for one in made(subject="s" + text, text=text * 100, incident="INC-1", channels=["chat"], room=room + name):
        assert notice_fault(one) == ""


def test_a_very_long_room_keeps_what_tells_notices_apart() -> None:
    keys = {one.key for number in range(10) for one in made(room="r" * 300, number=number)}
    assert len(keys) == 20


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"audience": Audience.CUSTOMERS}, "a person sends it"),
        ({"key": ""}, "key"),
        ({"key": "a\r\nx: y"}, "key"),
        ({"key": "k" * 129}, "key"),
        ({"subject": ""}, "subject"),
        ({"subject": "a\nb"}, "subject"),
        ({"subject": "s" * (SUBJECT_LIMIT + 1)}, "subject"),
        ({"text": "t" * (TEXT_LIMIT + 1)}, "text"),
        ({"text": "a\rb"}, "text"),
        ({"dedup": "d" * (DEDUP_LIMIT + 1)}, "incident's name"),
        ({"dedup": ""}, "incident's name"),
    ],
)
def test_what_no_machine_may_send_is_named(changes: dict[str, Any], words: str) -> None:
    (one,) = made(channels=["chat"])
    assert notice_fault(one) == ""
    assert words in notice_fault(msgspec.structs.replace(one, **changes))


def test_a_notice_waits_for_the_earlier_ones_of_its_incident_and_channel_alone() -> None:
    waiting, done = DeliveryState.PENDING, DeliveryState.ACCEPTED
    rows = [
        row("chat", done, notice="1"),
        row("chat", waiting, notice="2", next_try=NOW + 5),
        row("chat", waiting, notice="3"),
        row("mail", waiting, notice="4"),
        row("chat", waiting, notice="5", incident="INC-002"),
        row("mail", DeliveryState.LEASED, notice="6", incident="INC-002", next_try=NOW + 1),
        row("mail", DeliveryState.DEAD, notice="7", incident="INC-003"),
        row("mail", waiting, notice="8", incident="INC-003"),
    ]
    assert may_go(rows, NOW) == ["4", "5", "8"]
    assert may_go(rows, NOW + 5) == ["2", "4", "5", "6", "8"]


@pytest.mark.parametrize(
    ("channels", "rows", "said"),
    [
        ([], [], "nobody was told: no channel is configured for executives; read it out by phone"),
        (["chat"], [], "nobody was told: nothing was sent to executives yet"),
        (["chat"], [row("chat", DeliveryState.ACCEPTED)], "told: accepted by chat"),
        (
            ["chat", "mail"],
            [row("chat", DeliveryState.DEAD, error="answers 400"), row("mail", DeliveryState.DEAD, tries=12)],
            "nobody was told: chat gave up after 3 tries (answers 400); mail gave up after 12 tries; "
            "read it out by phone",
        ),
        (
            ["chat", "mail"],
            [row("chat", DeliveryState.ACCEPTED), row("mail", DeliveryState.DEAD, tries=1)],
            "partly told: accepted by chat; NOT by mail gave up after 1 try",
        ),
        (
            ["chat", "mail"],
            [row("chat", DeliveryState.PENDING, error="no contact"), row("mail", DeliveryState.DEAD)],
            "nobody was told yet: mail gave up after 3 tries; "
            "chat still waiting since 15:56 UTC (4m), 3 tries (no contact)",
        ),
        (
            ["chat", "pager"],
            [row("chat", DeliveryState.ACCEPTED)],
            "partly told: accepted by chat; NOT by pager was not asked",
        ),
    ],
)
def test_the_honest_word(channels: list[str], rows: list[Delivery], said: str) -> None:
    assert honest_word(Audience.EXECUTIVES, channels, rows, NOW) == said


def test_customers_are_never_said_to_be_told() -> None:
    rows = [row("chat", DeliveryState.ACCEPTED)]
    assert "a person sends it" in honest_word(Audience.CUSTOMERS, ["chat"], rows, NOW)


STATES = st.lists(st.tuples(st.sampled_from(["a", "b", "c"]), st.sampled_from(DeliveryState)), max_size=5)


@given(STATES)
def test_only_who_was_all_told_counts_as_told(states: list[tuple[str, DeliveryState]]) -> None:
    rows = [row(channel, state) for channel, state in states]
    word = honest_word(Audience.LEGAL, ["a", "b"], rows, NOW)
    accepted = [one for one in rows if one.state is DeliveryState.ACCEPTED]
    whole = bool(rows) and len(accepted) == len(rows) and {"a", "b"} <= {one.channel for one in rows}
    assert word.startswith("told:") == whole
    assert word.startswith("nobody was told") == (not accepted)


def test_the_status_bar_counts_what_is_unsent_and_given_up() -> None:
    assert outbox_word([row("a", DeliveryState.ACCEPTED)], NOW) == ""
    rows = [row("a", DeliveryState.PENDING), row("b", DeliveryState.LEASED, created=NOW - 5)]
    assert outbox_word(rows, NOW) == "2 notices unsent, oldest 4m"
    assert outbox_word([*rows, row("c", DeliveryState.DEAD)], NOW) == "2 notices unsent, oldest 4m, 1 notice given up"
