"""What people are told: which entries are news, and what becomes of the notices that are written. Pure."""

from __future__ import annotations

from msgspec.structs import replace

from warroom.core import facts as f
from warroom.core.desk import DeliveryRecord, Desk, ToTell
from warroom.core.facts import Fact
from warroom.core.model import ActionState
from warroom.core.notices import OPEN, Audience, Event, Notice, notices_of
from warroom.core.ports import Entry

_KEPT = 500
"""Notices remembered; the oldest settled ones go first."""


def worth_telling(before: Desk, after: Desk, entry: Entry) -> ToTell | None:
    """Return the news that an entry is to those who are told without asking: its incident and what kind it is."""
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
)
_ALWAYS = (f.GlassBroken, f.ApprovalAsked, f.ReleaseAsked, f.ExpiryAnnounced)


def _of_action(before: Desk, after: Desk, entry: Entry, fact: Fact) -> ToTell | None:
    if not isinstance(fact, _NEWS):
        return None
    action = after.actions.get(fact.action)
    incident = after.incidents.get(action.incident or "") if action is not None else None
    if action is None or incident is None or not incident.open:
        return None
    known = before.actions.get(fact.action)
    unchanged = known is not None and known.state is action.state
    if unchanged and not isinstance(fact, _ALWAYS):
        return None
    if action.state is ActionState.DONE:
        return None
    return ToTell(entry.seq, entry.at, incident.id, Event.UPDATE)


def written(desk: Desk, entry: Entry, fact: f.NoticeWritten) -> tuple[Desk, list[Notice]]:
    """Return the desk with a notice for each channel, and those notices."""
    notices = notices_of(
        room=desk.room,
        incident=fact.incident,
        number=entry.seq,
        audience=fact.audience,
        channels=fact.channels,
        event=fact.event,
        severity=fact.severity,
        subject=fact.subject,
        text=fact.text,
        created=entry.at,
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


def _bounded(deliveries: dict[str, DeliveryRecord]) -> dict[str, DeliveryRecord]:
    over = len(deliveries) - _KEPT
    if over <= 0:
        return deliveries
    done = [name for name, one in deliveries.items() if one.state not in OPEN][:over]
    return {name: one for name, one in deliveries.items() if name not in set(done)}
