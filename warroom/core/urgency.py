"""How loud a fact is told where nothing can blink, and what it is about: for whoever hears the record line by line."""

from __future__ import annotations

from enum import StrEnum

from warroom.core import facts as f
from warroom.core.clean import clean
from warroom.core.facts import Fact
from warroom.core.model import AlarmLevel, BotState
from warroom.core.notices import DeliveryState


class Urgency(StrEnum):
    """How soon somebody should do something about it."""

    URGENT = "urgent"
    """Now: there is something to do."""
    WARNING = "warning"
    """Soon, or it explains what one sees."""
    INFO = "info"


_URGENT = (
    f.EngineStopped,
    f.IncidentOpened,
    f.ContainmentNotHeld,
    f.ContainmentFailed,
    f.ContainmentAmbiguous,
    f.ContainmentExpired,
    f.ReleaseFailed,
    f.ApprovalAsked,
    f.ReleaseAsked,
    f.GlassBroken,
    f.ExpiryAnnounced,
    f.UpdateFellDue,
)
_WARNING = (f.SeverityChanged, f.ContainmentReleased, f.ApprovalDenied, f.ApprovalLapsed, f.HandedOver)
_ALARMS = {
    AlarmLevel.CRITICAL: Urgency.URGENT,
    AlarmLevel.ALARM: Urgency.URGENT,
    AlarmLevel.WARNING: Urgency.WARNING,
    AlarmLevel.NOTICE: Urgency.INFO,
}
_ODD_STATES = frozenset({BotState.ODD, BotState.ALARM, BotState.SILENT, BotState.UNKNOWN})


def urgency_of(fact: Fact) -> Urgency:
    """Return how loud a fact is."""
    match fact:
        case f.AlarmRaised(alarm=alarm):
            return _ALARMS[alarm.level]
        case f.BotStateChanged(state=state):
            loud = state in _ODD_STATES
        case f.GapSeen(bytes=size):
            loud = size != 0
        case f.EngineStarted(clean=in_order):
            loud = not in_order
        case f.NoticeWritten(channels=channels):
            loud = not channels
        case f.NoticeSettled(state=DeliveryState.DEAD):
            return Urgency.URGENT
        case _ if isinstance(fact, _URGENT):
            return Urgency.URGENT
        case _:
            loud = isinstance(fact, _WARNING)
    return Urgency.WARNING if loud else Urgency.INFO


def subject_of(fact: Fact) -> str:
    """Return the id or name of what a fact is about: action, alarm, notice, step, bot, console, incident; else empty.

    The most exact one: a step has the incident beside it, a containment its action.
    """
    for name in ("action", "alarm", "notice", "step", "console", "bot", "source", "incident"):
        value = getattr(fact, name, None)
        if value:
            return clean(value if isinstance(value, str) else value.id, 400)
    return ""
