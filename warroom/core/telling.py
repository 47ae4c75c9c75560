"""What people are told: which entries are news, and what becomes of the notices that are written. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import takewhile

from msgspec.structs import replace

from warroom.core import facts as f
from warroom.core.desk import ActionRecord, DeliveryRecord, Desk, ToTell
from warroom.core.expiry import expired
from warroom.core.facts import Fact
from warroom.core.model import ActionState, Severity, Verb
from warroom.core.notices import (
    OPEN,
    Audience,
    Delivery,
    DeliveryState,
    Event,
    Notice,
    honest_word,
    notices_of,
)
from warroom.core.ports import Entry

_KEPT = 500
"""Notices remembered; the oldest settled ones go first."""
_OVER = frozenset({ActionState.RELEASED, ActionState.EXPIRED})
_LOOSE = frozenset({ActionState.NOT_HELD, ActionState.AMBIGUOUS, ActionState.FAILED})
_NEVER_BEGAN = frozenset({ActionState.DENIED, ActionState.CANCELLED, ActionState.LAPSED})
_OVER_S = 3600.0
"""For how long it is said who was told of an end."""
_TOLD_OF = _OVER | _LOOSE | {ActionState.HELD, ActionState.RELEASING, ActionState.PENDING_APPROVAL}
"""States that people are told of by themselves."""


def worth_telling(before: Desk, after: Desk, entry: Entry) -> ToTell | None:
    """Return the news that an entry is to those who are told without asking: of which incident or action, what kind."""
    match entry.fact:
        case f.IncidentOpened(incident=incident):
            return ToTell(entry.seq, entry.at, incident, Event.TRIGGER)
        case f.IncidentClosed(incident=incident):
            return ToTell(entry.seq, entry.at, incident, Event.RESOLVE)
        case f.SeverityChanged(incident=incident):
            return ToTell(entry.seq, entry.at, incident, Event.UPDATE)
        case f.RoleAssigned(incident=incident, role=role) if role == "incident_commander":
            # Who opens an incident takes it: that is no news.
            known = before.incidents.get(incident)
            news = known is not None and bool(known.roles)
            return ToTell(entry.seq, entry.at, incident, Event.ACKNOWLEDGE) if news else None
        case fact:
            return _of_action(before, after, entry, fact)


_NEWS = (
    f.ContainmentHeld,
    f.ContainmentNotHeld,
    f.ContainmentAmbiguous,
    f.ContainmentFailed,
    f.ContainmentReleased,
    f.ContainmentExpired,
    f.ReleaseFailed,
    f.GlassBroken,
    f.ApprovalAsked,
    f.ReleaseAsked,
    f.ExpiryAnnounced,
    f.ApprovalDenied,
    f.ApprovalLapsed,
    f.ContainmentCancelled,
)
_ALWAYS = (f.GlassBroken, f.ApprovalAsked, f.ReleaseAsked, f.ExpiryAnnounced)


def _of_action(before: Desk, after: Desk, entry: Entry, fact: Fact) -> ToTell | None:
    if not isinstance(fact, _NEWS):
        return None
    action = after.actions.get(fact.action)
    if action is None:
        return None
    known = before.actions.get(fact.action)
    unchanged = known is not None and known.state is action.state
    if unchanged and not isinstance(fact, _ALWAYS):
        return None
    if action.state in _NEVER_BEGAN and (known is None or known.state is not ActionState.PENDING_APPROVAL):
        # A draft that is called off was told to nobody.
        return None
    if action.state is ActionState.DONE or _told_of_failing(action, entry.at, fact):
        return None
    incident = after.incidents.get(action.incident or "")
    if incident is not None and incident.open:
        # News of an incident do not speak of what never began, and end with the incident.
        over = action.state in _NEVER_BEGAN
        return None if over else ToTell(entry.seq, entry.at, incident.id, Event.UPDATE)
    # An act outside any incident is news of its own: what it does to its bot is the same.
    return ToTell(entry.seq, entry.at, "", event_of(after, action), action.id)


def _told_of_failing(action: ActionRecord, now: float, fact: Fact) -> bool:
    """Whether this is one more round of an end that fails again and again: people heard of the first."""
    again = isinstance(fact, f.ReleaseFailed | f.ContainmentHeld | f.ContainmentAmbiguous)
    return again and action.failed_releases > 1 and expired(action, now)


def event_of(desk: Desk, action: ActionRecord) -> Event:
    """Return what an action without an incident is news of: its end, or how it stands."""
    if action.state in _NEVER_BEGAN:
        before = _before(desk, action)
        return Event.UPDATE if before is not None and before.open else Event.RESOLVE
    return Event.RESOLVE if action.state in _OVER else Event.UPDATE


def severity_of(action: ActionRecord) -> Severity:
    """Return how bad the news of an action without an incident is."""
    return severity_of_state(action.state)


def severity_of_state(state: ActionState) -> Severity:
    """Return how bad it is that an action stands like this."""
    return Severity.SEV2 if state in _LOOSE else Severity.SEV3


def told_word(action: ActionRecord, channels: Sequence[str], deliveries: Sequence[Delivery], now: float) -> str:
    """Return in one sentence who of security was told how an action stands now; empty where that is no news.

    News of an incident tell of all its actions, so any that was written since counts.
    """
    if action.state not in _TOLD_OF or action.plan.verb is Verb.SNAPSHOT:
        return ""
    since, places = action.settled or action.requested, {action.incident, action.id}
    if not (action.open or action.waiting) and now - since > _OVER_S:
        return ""
    if len(deliveries) >= _KEPT and deliveries[0].created > since:
        # What was told then is in the record alone.
        return ""
    best: dict[str, Delivery] = {}
    for one in deliveries:
        if one.incident in places and one.audience is Audience.SECURITY and one.created >= since:
            known = best.get(one.channel)
            if known is None or known.state is not DeliveryState.ACCEPTED:
                best[one.channel] = one
    return honest_word(Audience.SECURITY, channels, list(best.values()), now)


def story_of(desk: Desk, action: ActionRecord) -> str:
    """Return the first of the actions that this one follows: receivers that group see them as one."""
    while (before := _before(desk, action)) is not None:
        action = before
    return action.id


def _before(desk: Desk, action: ActionRecord) -> ActionRecord | None:
    """Return the action whose story this one goes on with; None where it begins its own.

    That is the one in whose place it stands, or would stand if it had begun. What failed has no end of its own: the
    next act on its bot goes on with its story and ends it.
    """
    if action.supersedes in desk.actions:
        return desk.actions[action.supersedes]
    earlier = _earlier(desk, action)
    if action.waiting or action.state in _NEVER_BEGAN:
        holders = [one for one in earlier if one.open and one.plan.adapter == action.plan.adapter]
        if holders:
            return holders[-1]
    last = earlier[-1] if earlier else None
    failed = last is not None and last.state is ActionState.FAILED and (last.settled or 0.0) <= action.requested
    return last if failed else None


def _earlier(desk: Desk, action: ActionRecord) -> list[ActionRecord]:
    """Return the acts on its bot before it that belong to no incident either, oldest first."""
    if action.incident is not None:
        return []
    earlier = takewhile(lambda one: one.id != action.id, desk.actions.values())
    mine = [one for one in earlier if one.plan.bot == action.plan.bot and one.incident is None]
    return [one for one in mine if one.plan.verb is not Verb.SNAPSHOT]


def known_as(desk: Desk, story: str) -> str:
    """Return the name by which receivers know a story: other rooms, and this one made anew, count from INC-001 too."""
    return f"{desk.room}-{round(desk.opened * 1000)}-{story}"


def written(desk: Desk, entry: Entry, fact: f.NoticeWritten) -> tuple[Desk, list[Notice]]:
    """Return the desk with a notice for each channel, and those notices.

    Those of an action without an incident go in the order of its bot: a milder action and the harder one after it are
    told one after the other.
    """
    action = desk.actions.get(fact.action)
    notices = notices_of(
        room=desk.room,
        incident=fact.place,
        number=entry.seq,
        audience=fact.audience,
        channels=fact.channels,
        event=fact.event,
        severity=fact.severity,
        subject=fact.subject,
        text=fact.text,
        created=entry.at,
        dedup=known_as(desk, fact.place if action is None else story_of(desk, action)),
        queue="" if action is None else f"bot {action.plan.bot}",
    )
    deliveries = desk.deliveries | {notice.id: DeliveryRecord(notice) for notice in notices}
    desk = replace(
        desk, deliveries=_bounded(deliveries), to_tell=tuple(one for one in desk.to_tell if one.seq != fact.about)
    )
    incident = desk.incidents.get(fact.incident)
    if incident is not None and fact.audience is not Audience.SECURITY:
        desk = replace(desk, incidents={**desk.incidents, incident.id: replace(incident, told=entry.at)})
    return desk, notices


def settled(desk: Desk, entry: Entry, fact: f.NoticeSettled) -> Desk:
    """Return the desk with a delivery's end."""
    known = desk.deliveries.get(fact.notice)
    if known is None:
        return desk
    record = replace(known, state=fact.state, tries=fact.tries, text=fact.text, settled=entry.at)
    return replace(desk, deliveries={**desk.deliveries, fact.notice: record})


def revived(desk: Desk, entry: Entry, fact: f.NoticeRevived) -> Desk:
    """Return the desk with a notice on its way again that was given up."""
    known = desk.deliveries.get(fact.notice)
    if known is None:
        return desk
    record = DeliveryRecord(
        replace(known.notice, round=fact.round), text=known.text, again_by=entry.actor.label, again_at=entry.at
    )
    return replace(desk, deliveries={**desk.deliveries, fact.notice: record})


def _bounded(deliveries: dict[str, DeliveryRecord]) -> dict[str, DeliveryRecord]:
    over = len(deliveries) - _KEPT
    if over <= 0:
        return deliveries
    done = [name for name, one in deliveries.items() if one.state not in OPEN][:over]
    return {name: one for name, one in deliveries.items() if name not in set(done)}
