"""The fold: one fact in, the next desk and the effects that it asks for out. Pure and total."""

from __future__ import annotations

from typing import assert_never

import msgspec
from msgspec.structs import replace

from warroom.core import facts as f
from warroom.core.action_course import after
from warroom.core.action_states import ACTION_FACTS, ActionFact, next_state
from warroom.core.commands import Ack, Refused
from warroom.core.desk import (
    ActionRecord,
    AlarmRecord,
    BotRecord,
    ConsoleRecord,
    Desk,
    IncidentRecord,
    StepRecord,
    incident_of,
)
from warroom.core.model import ActionState, Alarm, Role
from warroom.core.owned import Owned, put, put_last
from warroom.core.ports import Entry
from warroom.core.telling import revived, settled, worth_telling, written

_ANSWERS_KEPT = 2000
_UNTOLD = 200


class RunContainment(msgspec.Struct, frozen=True):
    """Take evidence, apply, probe."""

    action: str


class RunRelease(msgspec.Struct, frozen=True):
    """Undo, probe."""

    action: str


class SendNotices(msgspec.Struct, frozen=True):
    """Give notices to the outbox."""

    notices: list[str]


class TellPeople(msgspec.Struct, frozen=True):
    """Write what an entry means for those who are told without asking."""

    seq: int


Act = RunContainment | RunRelease
"""What is done to a bot."""
Telling = SendNotices | TellPeople
"""What is done for people."""
Effect = Act | Telling


def reduce(desk: Desk, entry: Entry) -> tuple[Desk, list[Effect]]:
    """Return the desk after `entry` and what the effect runner has to do now."""
    before = desk
    desk, effects = _apply(desk, entry)
    desk = replace(desk, length=entry.seq)
    news = worth_telling(before, desk, entry)
    if news is not None:
        desk = replace(desk, to_tell=(*desk.to_tell, news)[-_UNTOLD:])
        effects = [*effects, TellPeople(entry.seq)]
    if entry.command:
        desk = _remember_answer(desk, entry)
    return desk, effects


def fold(entries: list[Entry], desk: Desk | None = None) -> Desk:
    """Return the desk that a journal describes; effects are not run again."""
    desk = desk or Desk()
    # What grows with every entry is copied once here, and not for each of them: nobody sees the desks in between.
    desk = replace(desk, alarms=Owned(desk.alarms), answered=Owned(desk.answered))
    for entry in entries:
        desk, _ = reduce(desk, entry)
    return replace(desk, alarms=dict(desk.alarms), answered=dict(desk.answered))


def _apply(desk: Desk, entry: Entry) -> tuple[Desk, list[Effect]]:
    fact = entry.fact
    if isinstance(fact, ACTION_FACTS):
        begins: list[Effect] = [RunContainment(fact.action)] if isinstance(fact, f.ContainmentStarted) else []
        undoes: list[Effect] = [RunRelease(fact.action)] if isinstance(fact, f.ReleaseRequested) else []
        return _on_action(desk, entry, fact), [*begins, *undoes]
    if isinstance(fact, f.ContainmentRequested):
        runs = fact.begins is ActionState.RUNNING
        return _requested(desk, entry, fact), [RunContainment(fact.action)] if runs else []
    return _beside_actions(desk, entry, fact)


def _beside_actions(desk: Desk, entry: Entry, fact: f.Fact) -> tuple[Desk, list[Effect]]:
    match fact:
        case (
            f.IncidentOpened()
            | f.IncidentClosed()
            | f.SeverityChanged()
            | f.PhaseEntered()
            | f.RoleAssigned()
            | f.MomentMarked()
            | f.HandedOver()
            | f.StepChanged()
            | f.NoteAdded()
            | f.DecisionRecorded()
            | f.ReportExported()
        ):
            return _on_incident(desk, entry, fact), []
        case f.NoticeWritten():
            desk, notices = written(desk, entry, fact)
            return desk, [SendNotices([notice.id for notice in notices])] if notices else []
        case f.NoticeSettled():
            return settled(desk, entry, fact), []
        case f.NoticeRevived():
            return revived(desk, entry, fact), [SendNotices([fact.notice])]
        case f.UpdateFellDue():
            incident = desk.incidents.get(fact.incident)
            return (desk if incident is None else _with_incident(desk, replace(incident, reminded=fact.due))), []
        case (
            f.RoomOpened()
            | f.EngineStarted()
            | f.EngineStopped()
            | f.ConsoleJoined()
            | f.ConsoleLeft()
            | f.CommandRefused()
            | f.SourceAdded()
            | f.GapSeen()
            | f.ModelTrained()
            | f.BotStateChanged()
            | f.AlarmRaised()
            | f.AlarmAcknowledged()
        ):
            return _on_room(desk, entry, fact), []
        case _:
            # Every fact about an action went its way above; the table of tests holds both lists together.
            raise AssertionError(f"{type(fact).__name__} is folded nowhere")


RoomFact = (
    f.RoomOpened
    | f.EngineStarted
    | f.EngineStopped
    | f.ConsoleJoined
    | f.ConsoleLeft
    | f.CommandRefused
    | f.SourceAdded
    | f.GapSeen
    | f.ModelTrained
    | f.BotStateChanged
    | f.AlarmRaised
    | f.AlarmAcknowledged
)


_IN_THE_FILE = frozenset({"cut_line", "nul_hole"})
"""Gaps that lie in what a log holds, where they are met again; all others happened to it once."""
_GAPS = 64


def _torn(desk: Desk, gap: f.GapSeen) -> Desk:
    if gap.kind not in _IN_THE_FILE:
        return desk
    places = (*desk.gaps.get(gap.source, ()), gap.place)
    return replace(desk, gaps={**desk.gaps, gap.source: places[-_GAPS:]})


def _on_room(desk: Desk, entry: Entry, fact: RoomFact) -> Desk:
    match fact:
        case f.RoomOpened():
            return replace(desk, room=fact.room, mode=fact.mode, opened=entry.at)
        case f.EngineStarted():
            return replace(desk, running=True, consoles={})
        case f.EngineStopped():
            return replace(desk, running=False, consoles={})
        case f.ConsoleJoined():
            console = ConsoleRecord(entry.actor, entry.at, fact.read_only)
            return replace(desk, consoles={**desk.consoles, fact.console: console})
        case f.ConsoleLeft():
            return replace(desk, consoles={k: v for k, v in desk.consoles.items() if k != fact.console})
        case f.SourceAdded():
            return replace(desk, sources={**desk.sources, fact.pattern: fact.bot})
        case f.BotStateChanged():
            return replace(desk, bots={**desk.bots, fact.bot: BotRecord(fact.state, fact.score)})
        case f.AlarmRaised():
            return _raised(desk, fact.alarm, entry.at)
        case f.AlarmAcknowledged():
            return _acknowledged(desk, fact.alarm, entry)
        case f.GapSeen():
            return _torn(desk, fact)
        case f.CommandRefused() | f.ModelTrained():
            return desk
        case _:
            assert_never(fact)


def _raised(desk: Desk, alarm: Alarm, at: float) -> Desk:
    incident = _incident_of(desk, alarm)
    record = AlarmRecord(alarm, at, incident=incident.id if incident else None)
    desk = replace(desk, alarms=put(desk.alarms, alarm.id, record))
    if incident is None:
        return desk
    return _with_incident(desk, replace(incident, alarms=[*incident.alarms, alarm.id]))


def _incident_of(desk: Desk, alarm: Alarm) -> IncidentRecord | None:
    """Return where an alarm belongs: a containment's to the incident of its action, while that is open."""
    action = desk.actions.get(alarm.action)
    own = desk.incidents.get(action.incident or "") if action is not None else None
    return own if own is not None and own.open else incident_of(desk, alarm.bot)


def _acknowledged(desk: Desk, alarm: str, entry: Entry) -> Desk:
    known = desk.alarms.get(alarm)
    if known is None or known.acknowledged is not None:
        return desk
    desk = replace(desk, alarms=put(desk.alarms, alarm, replace(known, acknowledged=entry.actor.label)))
    incident = desk.incidents.get(known.incident or "")
    if incident is None or "acked" in incident.moments:
        return desk
    return _with_incident(desk, replace(incident, moments={**incident.moments, "acked": entry.at}))


IncidentFact = (
    f.IncidentOpened
    | f.IncidentClosed
    | f.SeverityChanged
    | f.PhaseEntered
    | f.RoleAssigned
    | f.MomentMarked
    | f.HandedOver
    | f.StepChanged
    | f.NoteAdded
    | f.DecisionRecorded
    | f.ReportExported
)


def _on_incident(desk: Desk, entry: Entry, fact: IncidentFact) -> Desk:
    if isinstance(fact, f.IncidentOpened):
        return _opened(desk, entry, fact)
    incident = desk.incidents.get(fact.incident)
    if incident is None:
        return desk
    return _with_incident(desk, _changed(incident, entry, fact))


def _changed(incident: IncidentRecord, entry: Entry, fact: IncidentFact) -> IncidentRecord:
    match fact:
        case f.IncidentClosed():
            moments = {"resolved": entry.at, **incident.moments, "closed": entry.at}
            return replace(incident, closed=entry.at, moments=moments)
        case f.SeverityChanged():
            return replace(incident, severity=fact.severity)
        case f.PhaseEntered():
            return replace(incident, phase=fact.phase)
        case f.RoleAssigned():
            return _with_role(incident, fact, entry.at)
        case f.MomentMarked():
            return replace(incident, moments={**incident.moments, fact.moment: fact.time})
        case f.HandedOver():
            return replace(incident, roles={**incident.roles, Role.INCIDENT_COMMANDER: fact.to})
        case f.StepChanged():
            known = incident.steps.get(fact.step)
            if known is None:
                return incident
            step = StepRecord(known.step, fact.state, entry.actor.label, entry.at, fact.reason)
            return replace(incident, steps={**incident.steps, fact.step: step})
        case f.NoteAdded() | f.DecisionRecorded() | f.ReportExported() | f.IncidentOpened():
            return incident
        case _:
            assert_never(fact)


def _with_role(incident: IncidentRecord, fact: f.RoleAssigned, at: float) -> IncidentRecord:
    moments = incident.moments
    if fact.role is Role.INCIDENT_COMMANDER:
        moments = {"commanded": at, **moments}
    return replace(incident, roles={**incident.roles, fact.role: fact.person}, moments=moments)


def _opened(desk: Desk, entry: Entry, fact: f.IncidentOpened) -> Desk:
    """Open it with every alarm of its bots that belongs to no incident yet: whoever opens it has seen them."""
    mine = [a for a in desk.alarms.values() if a.incident is None and a.alarm.bot in fact.bots]
    moments: dict[str, float] = {"acked": entry.at}
    if mine:
        detected = min(record.raised for record in mine)
        first = min(min((s.moment for s in a.alarm.samples), default=a.alarm.window_start) for a in mine)
        moments = {"started": min(first, detected), "detected": detected, "acked": entry.at}
    owned = {
        record.alarm.id: replace(record, incident=fact.incident, acknowledged=record.acknowledged or entry.actor.label)
        for record in mine
    }
    for id, record in owned.items():
        desk = replace(desk, alarms=put(desk.alarms, id, record))
    incident = IncidentRecord(
        id=fact.incident,
        title=fact.title,
        severity=fact.severity,
        bots=fact.bots,
        playbook=fact.playbook,
        opened=entry.at,
        moments=moments,
        steps={step.id: StepRecord(step) for step in fact.playbook.steps},
        alarms=list(owned),
    )
    return _with_incident(desk, incident)


def _requested(desk: Desk, entry: Entry, fact: f.ContainmentRequested) -> Desk:
    action = ActionRecord(
        id=fact.action,
        incident=fact.incident,
        plan=fact.plan,
        reason=fact.reason,
        operator=entry.actor,
        requested=entry.at,
        state=fact.begins,
        supersedes=fact.supersedes,
        started=entry.at if fact.begins is ActionState.RUNNING else None,
    )
    desk = replace(desk, actions={**desk.actions, action.id: action})
    incident = desk.incidents.get(fact.incident or "")
    if incident is None:
        return desk
    return _with_incident(desk, replace(incident, actions=[*incident.actions, action.id]))


def _on_action(desk: Desk, entry: Entry, fact: ActionFact) -> Desk:
    action = desk.actions.get(fact.action)
    if action is None:
        return desk
    state = next_state(action.state, fact)
    if state is None:
        return desk
    action = after(action, entry, state, fact)
    desk = replace(desk, actions={**desk.actions, action.id: action})
    if isinstance(fact, f.ContainmentHeld) and action.supersedes in desk.actions:
        desk = _let_go(desk, desk.actions[action.supersedes], action.id, entry.at)
    return _with_moments(desk, action, entry.at)


def _let_go(desk: Desk, weaker: ActionRecord, stronger: str, at: float) -> Desk:
    """End the weaker action that a stronger one now holds in its place."""
    ended = replace(weaker, state=ActionState.RELEASED, settled=at, note=f"superseded by {stronger}")
    return replace(desk, actions={**desk.actions, weaker.id: ended})


def _with_moments(desk: Desk, action: ActionRecord, at: float) -> Desk:
    incident = desk.incidents.get(action.incident or "")
    if incident is None:
        return desk
    moments = dict(incident.moments)
    match action.state:
        case ActionState.HELD:
            moments.setdefault("contained", at)
        case ActionState.NOT_HELD:
            moments.pop("contained", None)
        case ActionState.RELEASED | ActionState.EXPIRED:
            moments["resolved"] = at
        case _:
            return desk
    return _with_incident(desk, replace(incident, moments=moments))


def _with_incident(desk: Desk, incident: IncidentRecord) -> Desk:
    return replace(desk, incidents={**desk.incidents, incident.id: incident})


def _remember_answer(desk: Desk, entry: Entry) -> Desk:
    before = desk.answered.get(entry.command)
    answer: Ack | Refused
    match entry.fact:
        case f.CommandRefused(reason=reason):
            answer = Refused(reason)
        case f.IncidentOpened(incident=ref):
            answer = Ack(entry.seq, ref)
        case f.ContainmentRequested(action=ref) | f.NoticeRevived(notice=ref):
            answer = Ack(entry.seq, ref)
        case f.NoticeWritten():
            answer = Ack(entry.seq, str(entry.seq))
        case _:
            answer = Ack(entry.seq, before.ref if isinstance(before, Ack) else "")
    return replace(desk, answered=put_last(desk.answered, entry.command, answer, _ANSWERS_KEPT))
