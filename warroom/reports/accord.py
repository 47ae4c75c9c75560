"""Who agreed to what, who acted alone where two were asked for, who was told: from the record, never from memory."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from warroom.core import facts_contain
from warroom.core.clean import clean
from warroom.core.facts_notice import NoticeRevived, NoticeSettled, NoticeWritten
from warroom.core.notices import DeliveryState
from warroom.core.ports import Entry

_TEXT = 400


class Accord(msgspec.Struct, frozen=True):
    """A second person's word: asked for, given, refused, never given, or done without."""

    at: float
    action: str
    who: str
    word: str
    """asked, asked to release, agreed, said no, nobody answered, broke the glass"""
    why: str
    plan_sha256: str
    """The plan that it is about; empty where the record does not name one."""


class Sent(msgspec.Struct, frozen=True):
    """What became of a notice on one channel."""

    channel: str
    word: str
    """accepted, given up, or not settled when this was written"""
    tries: int
    text: str


class Told(msgspec.Struct, frozen=True):
    """One notice and where it went."""

    at: float
    who: str
    audience: str
    event: str
    subject: str
    sent: list[Sent]

    @property
    def word(self) -> str:
        """What may be claimed: that a receiver took it, never that somebody read it."""
        if not self.sent:
            return "a draft, sent by nobody here"
        taken = sum(one.word == "accepted" for one in self.sent)
        if taken == len(self.sent):
            return "accepted"
        return f"accepted by {taken} of {len(self.sent)} channels" if taken else "NOBODY WAS TOLD"


def accords_of(mine: Sequence[Entry]) -> list[Accord]:
    """Return every asking for a second person and every answer, in order; broken glass too."""
    found: list[Accord] = []
    for entry in mine:
        match entry.fact:
            case facts_contain.ApprovalAsked(action=action, plan_sha256=plan, why=why):
                told = ("asked", why, plan)
            case facts_contain.ReleaseAsked(action=action, reason=reason, why=why, plan_sha256=plan):
                told = ("asked to release", f"{why}: {reason}" if reason else why, plan)
            case facts_contain.ApprovalGiven(action=action, plan_sha256=plan):
                told = ("agreed", "", plan)
            case facts_contain.ApprovalDenied(action=action, reason=reason):
                told = ("said no", reason, "")
            case facts_contain.ApprovalLapsed(action=action):
                told = ("nobody answered", "", "")
            case facts_contain.GlassBroken(action=action, reason=reason):
                told = ("broke the glass", reason, "")
            case _:
                continue
        word, why, plan = told
        found.append(Accord(entry.at, action, clean(entry.actor.label, 64), word, clean(why, _TEXT), plan))
    return found


def told_of(mine: Sequence[Entry]) -> list[Told]:
    """Return every notice of the incident with what each channel answered, in order."""
    settled: dict[tuple[str, str], NoticeSettled] = {}
    for entry in mine:
        if isinstance(entry.fact, NoticeSettled):
            settled[(entry.fact.notice, entry.fact.channel)] = entry.fact
        elif isinstance(entry.fact, NoticeRevived):
            # It was sent again: how that ended counts, not how it ended before.
            settled.pop((entry.fact.notice, entry.fact.channel), None)
    found: list[Told] = []
    for entry in mine:
        fact = entry.fact
        if not isinstance(fact, NoticeWritten):
            continue
        sent = []
        for channel in fact.channels:
            # The id of a notice is made by core.notices.notices_of from the place of this fact.
            name = f"{fact.place}-{entry.seq}-{fact.audience}-{channel}"
            sent.append(_sent(channel, settled.get((name, channel))))
        who = "warroom by itself" if fact.about else clean(entry.actor.label, 64)
        subject = clean(fact.subject, _TEXT)
        found.append(Told(entry.at, who, fact.audience.value, fact.event.value, subject, sent))
    return found


def _sent(channel: str, fact: NoticeSettled | None) -> Sent:
    if fact is None:
        return Sent(clean(channel, 64), "not settled when this was written", 0, "")
    word = "accepted" if fact.state is DeliveryState.ACCEPTED else "given up"
    return Sent(clean(channel, 64), word, fact.tries, clean(fact.text, _TEXT))
