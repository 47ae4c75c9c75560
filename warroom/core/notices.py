"""Notices to people: what one is, when it is tried again, which goes first, and what to say when nobody was told."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from enum import StrEnum

import msgspec

from warroom.core.clean import clean, clean_lines
from warroom.core.model import Severity
from warroom.core.moments import age_text, clock_text

TRIES = 60
"""Sendings of one notice before it is given up: about fifty minutes with the waits between them."""
FIRST_WAIT_S = 0.1
LONGEST_WAIT_S = 60.0
TEXT_LIMIT = 20_000
"""Characters of a notice's text."""
SUBJECT_LIMIT = 300
DEDUP_LIMIT = 255
"""Characters of the name by which a receiver knows the incident (PagerDuty takes no more)."""
ERROR_LIMIT = 300
"""Characters kept of what went wrong."""
NO_CHANNEL = "no channel is configured"
"""Why nobody of an audience can be told at all."""
_KEY = re.compile(r"[A-Za-z0-9][A-Za-z0-9._:-]{0,127}")


class Audience(StrEnum):
    """Who is told."""

    SECURITY = "security"
    ENGINEERING = "engineering"
    SUPPORT = "support"
    EXECUTIVES = "executives"
    LEGAL = "legal"
    CUSTOMERS = "customers"
    """Outside people: warroom writes a draft, a person sends it."""


class Event(StrEnum):
    """What a notice is about in the life of an incident."""

    TRIGGER = "trigger"
    ACKNOWLEDGE = "acknowledge"
    UPDATE = "update"
    RESOLVE = "resolve"


class DeliveryState(StrEnum):
    """How far a notice has come."""

    PENDING = "pending"
    LEASED = "leased"
    """Somebody is sending it; when their time is over it is pending again."""
    ACCEPTED = "accepted"
    """The receiver took it. Whether a person read it nobody knows."""
    DEAD = "dead"
    """Given up: this receiver will not tell anybody."""


OPEN = frozenset({DeliveryState.PENDING, DeliveryState.LEASED})
"""States in which a later notice of the same incident and channel waits."""


class Notice(msgspec.Struct, frozen=True):
    """One text for one audience on one channel."""

    id: str
    incident: str
    """What it is about: an incident, or an action that belongs to none."""
    audience: Audience
    channel: str
    """Name of the channel in the config."""
    subject: str
    text: str
    created: float
    key: str
    """Idempotency key: a receiver that has seen it drops the repeat."""
    dedup: str
    """Name of the incident for receivers that group by it."""
    event: Event
    severity: Severity
    queue: str = ""
    """What goes in order on a channel; empty: the notices of its incident."""
    round: int = 0
    """How often somebody had it sent again after it was given up. Its id and its key stay."""

    @property
    def lane(self) -> str:
        """By what its order is kept."""
        return self.queue or self.incident


class Delivery(msgspec.Struct, frozen=True):
    """One row of the outbox as people see it."""

    notice: str
    incident: str
    """What it is about: an incident, or an action that belongs to none."""
    audience: Audience
    channel: str
    event: Event
    subject: str
    created: float
    state: DeliveryState
    tries: int
    next_try: float | None
    """When it may be tried next, for a leased one the end of the lease; None when it will not be."""
    error: str
    """What went wrong last, or what the receiver said; cleaned, without secrets."""
    accepted: float | None
    queue: str = ""
    round: int = 0
    """How often somebody had it sent again."""
    again_by: str = ""
    """Who had it sent again last."""
    again_at: float | None = None

    @property
    def lane(self) -> str:
        """By what its order is kept."""
        return self.queue or self.incident


def notices_of(
    *,
    room: str,
    incident: str,
    number: int,
    audience: Audience,
    channels: Iterable[str],
    event: Event,
    severity: Severity,
    subject: str,
    text: str,
    created: float,
    dedup: str = "",
    queue: str = "",
) -> list[Notice]:
    """Return one notice for each channel. `number` is the place in the journal of the fact that asks for them.

    The same call gives the same ids and keys, so asking twice tells people once; `dedup` is the incident's id unless
    given (give another where several rooms share one receiver), `queue` what goes in order unless the incident does.
    """
    subject = clean(subject, SUBJECT_LIMIT)[:SUBJECT_LIMIT] or clean(incident)
    text = "\n".join(clean_lines(text))
    made: list[Notice] = []
    for channel in channels:
        name = f"{incident}-{number}-{audience}-{channel}"
        key = _keyed(f"{room}-{name}-{round(created * 1000)}")
        made.append(
            Notice(
                id=name,
                incident=incident,
                audience=audience,
                channel=channel,
                subject=subject,
                text=text if len(text) <= TEXT_LIMIT else text[: TEXT_LIMIT - 20] + "\n(cut)",
                created=created,
                key=key,
                dedup=clean(dedup or incident)[:DEDUP_LIMIT],
                event=event,
                severity=severity,
                queue=queue,
            )
        )
    return made


def _keyed(text: str) -> str:
    return re.sub(r"[^A-Za-z0-9._:-]", "-", text)[-128:].lstrip("._:-")


def notice_fault(notice: Notice) -> str:
    """Return why a notice must not be sent by a machine, or the empty text."""
    if notice.audience is Audience.CUSTOMERS:
        return "what goes to customers is a draft: a person sends it"
    if not _KEY.fullmatch(notice.key):
        return "its key has 1 to 128 letters, digits and . _ : -"
    if not 0 < len(notice.subject) <= SUBJECT_LIMIT or clean(notice.subject) != notice.subject:
        return f"its subject is one line of 1 to {SUBJECT_LIMIT} visible characters"
    if len(notice.text) > TEXT_LIMIT or clean_lines(notice.text, TEXT_LIMIT) != notice.text.split("\n"):
        return f"its text has up to {TEXT_LIMIT} visible characters"
    if not 0 < len(notice.dedup) <= DEDUP_LIMIT or clean(notice.dedup) != notice.dedup:
        return f"the incident's name has 1 to {DEDUP_LIMIT} visible characters"
    return ""


def backoff_s(tries: int, jitter: float) -> float:
    """Return how long to wait after the given number of tries (1 or more): 0.1·2^n s, at most 60 s.

    `jitter`, 0 to 1, is the caller's chance: it takes away up to half, so that many do not come back at once.
    """
    whole = min(LONGEST_WAIT_S, FIRST_WAIT_S * 2.0 ** min(max(0, tries - 1), 30))
    return whole * (1.0 - 0.5 * min(1.0, max(0.0, jitter)))


def may_go(deliveries: Sequence[Delivery], now: float) -> list[str]:
    """Return the ids of the notices that may be sent now; `deliveries` in the order in which they were written.

    A notice waits while an earlier one of the same lane and channel is neither accepted nor dead, so nobody reads
    "resolved" before "opened". A lease that ran out counts as none.
    """
    ahead: set[tuple[str, str]] = set()
    going: list[str] = []
    for one in deliveries:
        place = (one.lane, one.channel)
        if one.state not in OPEN:
            continue
        if place not in ahead and one.next_try is not None and one.next_try <= now:
            going.append(one.notice)
        ahead.add(place)
    return going


def honest_word(audience: Audience, channels: Sequence[str], deliveries: Sequence[Delivery], now: float) -> str:
    """Return in one sentence who of an audience was told, and who was not and why.

    `channels` are those configured for the audience, `deliveries` the rows of the notice in question. A channel counts
    as told when its receiver accepted; nothing here claims that somebody read it.
    """
    if audience is Audience.CUSTOMERS:
        return "customers were told nothing: this is a draft, a person sends it"
    if not channels and not deliveries:
        return f"nobody was told: {NO_CHANNEL} for {audience}; read it out by phone"
    if not deliveries:
        return f"nobody was told: nothing was sent to {audience} yet"
    told = [one for one in deliveries if one.state is DeliveryState.ACCEPTED]
    dead = [one for one in deliveries if one.state is DeliveryState.DEAD]
    waiting = [one for one in deliveries if one.state in OPEN]
    missed = [name for name in channels if name not in {one.channel for one in deliveries}]
    unsaid = [
        *(f"{one.channel} gave up after {_tries(one.tries)}{_why(one)}" for one in dead),
        *(f"{one.channel} still waiting since {_since(one, now)}, {_tries(one.tries)}{_why(one)}" for one in waiting),
        *(f"{clean(name)} was not asked" for name in missed),
    ]
    if told and not unsaid:
        return f"told: accepted by {_names(told)}"
    if told:
        return f"partly told: accepted by {_names(told)}; NOT by {'; '.join(unsaid)}"
    if waiting:
        return f"nobody was told yet: {'; '.join(unsaid)}"
    return f"nobody was told: {'; '.join(unsaid)}; read it out by phone"


def outbox_word(deliveries: Sequence[Delivery], now: float) -> str:
    """Return what a status bar says: how many are unsent and since when, how many were given up; empty when none."""
    waiting = [one for one in deliveries if one.state in OPEN]
    dead = sum(one.state is DeliveryState.DEAD for one in deliveries)
    words: list[str] = []
    if waiting:
        oldest = min(one.created for one in waiting)
        words.append(f"{_count(len(waiting))} unsent, oldest {age_text(now - oldest)}")
    if dead:
        words.append(f"{_count(dead)} given up")
    return ", ".join(words)


def _count(number: int) -> str:
    return f"{number} notice" if number == 1 else f"{number} notices"


def _tries(number: int) -> str:
    return f"{number} try" if number == 1 else f"{number} tries"


def _why(one: Delivery) -> str:
    return f" ({clean(one.error, ERROR_LIMIT)})" if one.error else ""


def _since(one: Delivery, now: float) -> str:
    return f"{clock_text(one.created)[:5]} UTC ({age_text(now - one.created)})"


def _names(told: Sequence[Delivery]) -> str:
    return ", ".join(dict.fromkeys(clean(one.channel) for one in told))
