"""The example room in which people were told, or were not: one notice in each state."""

from __future__ import annotations

import msgspec

from tests.tui.example import NOW, example_view
from warroom.core.facts import NoticeWritten
from warroom.core.model import ENGINE, Actor, Severity
from warroom.core.notices import Audience, Delivery, DeliveryState, Event, outbox_word
from warroom.core.ports import Entry
from warroom.core.view import View

Whom = tuple[str, Audience, Event]
SECURITY: Whom = ("INC-001", Audience.SECURITY, Event.TRIGGER)
TEXT = """What happened
Prompt injection, data leaves by mail. Severity: SEV1. Bots: mail.

Impact
Not known yet.

What we did
- ACT-002 mail is switched off, verified from outside (by control)

The next word
At 08:57 UTC.
"""


def delivery(
    number: int,
    whom: Whom,
    channel: str,
    state: DeliveryState = DeliveryState.PENDING,
    *,
    created: float = NOW,
    subject: str = "[SEV1] INC-001 opened: prompt injection",
    tries: int = 0,
    next_try: float | None = None,
    error: str = "",
) -> Delivery:
    """Return a row of the outbox, written by the journal's entry `number`."""
    incident, audience, event = whom
    accepted = created + 1 if state is DeliveryState.ACCEPTED else None
    name = f"{incident}-{number}-{audience}-{channel}"
    return Delivery(
        name, incident, audience, channel, event, subject, created, state, tries, next_try, error, accepted
    )  # fmt: skip


def entry_of(
    number: int, whom: Whom, subject: str, text: str, channels: list[str], *, by: Actor | None = None, about: int = 0
) -> Entry:
    """Return the journal's entry that wrote a notice."""
    incident, audience, event = whom
    fact = NoticeWritten(incident, audience, event, Severity.SEV1, subject, text, channels, about)
    return Entry(number, NOW, by or Actor("ana", 1000), "", fact, "", "")


def outbox() -> list[Delivery]:
    """Return notices in each state, oldest first."""
    told, dead, queued = DeliveryState.ACCEPTED, DeliveryState.DEAD, DeliveryState.PENDING
    update = "[SEV1] INC-001 update: prompt injection"
    engineering = ("INC-001", Audience.ENGINEERING, Event.UPDATE)
    executives = ("INC-001", Audience.EXECUTIVES, Event.UPDATE)
    legal = ("INC-001", Audience.LEGAL, Event.UPDATE)
    refused = "connection refused"
    return [
        delivery(33, SECURITY, "chat", told, created=NOW - 870, tries=1, error="202 accepted"),
        delivery(33, SECURITY, "pager", told, created=NOW - 870, tries=2, error="202 Event processed"),
        delivery(41, legal, "mail", dead, created=NOW - 400, subject=update, tries=60, error="550 no such user"),
        delivery(
            44, engineering, "down", queued, created=NOW - 90, subject=update, tries=9, next_try=NOW + 12, error=refused
        ),
        delivery(44, engineering, "chat", DeliveryState.LEASED, created=NOW - 90, subject=update, tries=1),
        delivery(45, executives, "mail", queued, created=NOW - 2, subject=update),
    ]


def entries() -> list[Entry]:
    """Return the journal's entries that wrote them."""
    update = "[SEV1] INC-001 update: prompt injection"
    return [
        entry_of(33, SECURITY, "[SEV1] INC-001 opened: prompt injection", TEXT, ["chat", "pager"], by=ENGINE, about=31),
        entry_of(41, ("INC-001", Audience.LEGAL, Event.UPDATE), update, TEXT, ["mail"], by=Actor("ben", 1001)),
        entry_of(44, ("INC-001", Audience.ENGINEERING, Event.UPDATE), update, TEXT, ["down", "chat"]),
        entry_of(45, ("INC-001", Audience.EXECUTIVES, Event.UPDATE), update, TEXT, ["mail"]),
    ]


def told_view(rows: list[Delivery] | None = None, *, due: float | None = None) -> View:
    """Return the room with these rows in its outbox; `due` is how soon its incident's next update falls due."""
    view = example_view()
    found = outbox() if rows is None else rows
    at = None if due is None else NOW + due
    incident = msgspec.structs.replace(view.incidents[0], update_due=at)
    return msgspec.structs.replace(
        view, outbox=found, outbox_word=outbox_word(found, NOW), incidents=[incident, *view.incidents[1:]]
    )
