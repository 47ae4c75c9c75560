"""The rules: which facts a command leads to on this desk, or why it is refused. Pure."""

from __future__ import annotations

from typing import assert_never

from warroom.core import commands as c
from warroom.core import facts as f
from warroom.core.access import forbidden
from warroom.core.commands import Command, Refused
from warroom.core.context import Context
from warroom.core.decide_approval import decide_waiting
from warroom.core.decide_containment import decide_contain, decide_release, decide_verify
from warroom.core.decide_notice import decide_again, decide_tell_of_action
from warroom.core.desk import ActionRecord, Desk, IncidentRecord, StepRecord, open_actions
from warroom.core.facts import Fact
from warroom.core.limits import has_control, is_visible, unfit
from warroom.core.model import Phase, Role, Severity, StepState
from warroom.core.moments import utc_text
from warroom.core.reach import out_of_reach

PHASES = list(Phase)
_SEVERITIES = list(Severity)


def decide(desk: Desk, command: Command, context: Context) -> list[Fact] | Refused:
    """Return the facts to record, in order, or the reason why nothing is recorded."""
    fault = unfit(command) or forbidden(command, context.rights)
    if fault is not None:
        return fault
    match command:
        case c.OpenIncident():
            return _open(desk, command, context)
        case c.AcknowledgeAlarm():
            return _acknowledge(desk, command)
        case c.Contain():
            return decide_contain(desk, command, context)
        case c.Release():
            return decide_release(desk, command, context)
        case c.StartAction() | c.ApproveAction() | c.DenyAction() | c.CancelAction() | c.BreakGlass():
            return decide_waiting(desk, command, context)
        case c.VerifyHeld():
            return decide_verify(desk, command)
        case c.AddSource():
            return _add_source(desk, command, context)
        case c.StopEngine():
            return _stop(desk, command, context)
        case c.SendAgain():
            return decide_again(desk, command, context)
        case c.Notify() if command.incident in desk.actions:
            return decide_tell_of_action(desk, command, context)
        case _:
            incident = desk.incidents.get(command.incident)
            if incident is None:
                known = ", ".join(desk.incidents) or "none is open"
                return Refused(f"there is no incident {command.incident}", f"incidents: {known}")
            if not incident.open and not isinstance(command, c.AddNote | c.RecordExport | c.Notify):
                return Refused(f"{incident.id} is closed", "notes, notices and exports still work")
            return _on_incident(incident, command, context, desk)


IncidentCommand = (
    c.CloseIncident
    | c.ChangeSeverity
    | c.EnterPhase
    | c.AssignRole
    | c.AddNote
    | c.RecordDecision
    | c.MarkMoment
    | c.HandOver
    | c.TickStep
    | c.UntickStep
    | c.SkipStep
    | c.RecordExport
    | c.Notify
)


def _on_incident(
    incident: IncidentRecord, command: IncidentCommand, context: Context, desk: Desk
) -> list[Fact] | Refused:
    match command:
        case c.CloseIncident():
            return _close(desk, incident, command)
        case c.ChangeSeverity():
            return _severity(incident, command)
        case c.EnterPhase(phase=phase):
            if phase is incident.phase:
                return Refused(f"{incident.id} is in {phase} already")
            return [f.PhaseEntered(incident.id, phase)]
        case c.AssignRole(role=role, person=person):
            return [f.RoleAssigned(incident.id, role, person or context.actor.label)]
        case c.AddNote(text=text):
            fault = _text_fault(text, "a note")
            return fault or [f.NoteAdded(incident.id, text)]
        case c.RecordDecision(text=text, reason=reason):
            fault = _text_fault(text, "a decision") or _text_fault(reason, "the reason of a decision")
            return fault or [f.DecisionRecorded(incident.id, text, reason)]
        case c.MarkMoment():
            return _mark(incident, command, context)
        case c.HandOver(to=to, note=note):
            return _text_fault(to, "the person who takes over") or [f.HandedOver(incident.id, to, note)]
        case c.TickStep() | c.UntickStep() | c.SkipStep():
            return _step(incident, command)
        case c.Notify():
            if context.written is None:
                return Refused(context.plan_fault or "no notice could be written")
            return [context.written]
        case c.RecordExport():
            return [f.ReportExported(incident.id, command.format, command.sha256)]
        case _:
            assert_never(command)


def _text_fault(text: str, what: str) -> Refused | None:
    if not text.strip():
        return Refused(f"{what} needs words")
    return None


def _open(desk: Desk, command: c.OpenIncident, context: Context) -> list[Fact] | Refused:
    if command.bot not in context.bots:
        return Refused(f"there is no bot {command.bot}", f"bots: {', '.join(context.bots) or 'none yet'}")
    playbook = context.playbooks.get(command.playbook)
    if playbook is None:
        return Refused(f"there is no playbook {command.playbook}", f"playbooks: {', '.join(context.playbooks)}")
    fault = _text_fault(command.title, "a title")
    if fault:
        return fault
    if command.alarm is not None:
        raised = desk.alarms.get(command.alarm)
        if raised is None:
            return Refused(f"there is no alarm {command.alarm}")
        if raised.incident is not None:
            return Refused(f"{command.alarm} belongs to {raised.incident}", f"open {raised.incident}")
    number = f"INC-{len(desk.incidents) + 1:03d}"
    severity = command.severity or playbook.severity
    waiting = [a for a in desk.alarms.values() if a.alarm.bot == command.bot and a.incident is None]
    alarm = command.alarm or (waiting[0].alarm.id if waiting else None)
    facts: list[Fact] = [f.AlarmAcknowledged(a.alarm.id) for a in waiting if a.acknowledged is None]
    facts.append(f.IncidentOpened(number, command.title, severity, [command.bot], playbook, alarm))
    facts.append(f.RoleAssigned(number, Role.INCIDENT_COMMANDER, context.actor.label))
    return facts


def _close(desk: Desk, incident: IncidentRecord, command: c.CloseIncident) -> list[Fact] | Refused:
    fault = _text_fault(command.reason, "the reason for closing")
    if fault:
        return fault
    held = [a for a in open_actions(desk) if a.incident == incident.id]
    if held:
        names = ", ".join(f"{a.id} ({a.plan.verb} {a.plan.bot}: {a.state})" for a in held)
        return Refused(f"{incident.id} still has open actions: {names}", "release them first")
    return [f.IncidentClosed(incident.id, command.reason)]


def _severity(incident: IncidentRecord, command: c.ChangeSeverity) -> list[Fact] | Refused:
    if command.severity is incident.severity:
        return Refused(f"{incident.id} is {incident.severity} already")
    lowered = _SEVERITIES.index(command.severity) > _SEVERITIES.index(incident.severity)
    if lowered and not command.reason.strip():
        return Refused("lowering the severity needs a reason")
    return [f.SeverityChanged(incident.id, command.severity, command.reason)]


def _mark(incident: IncidentRecord, command: c.MarkMoment, context: Context) -> list[Fact] | Refused:
    if not command.moment.isidentifier() or len(command.moment) > 40:
        return Refused(f"{command.moment!r} is no name for a moment", "letters, digits and _, such as started or aware")
    return [f.MomentMarked(incident.id, command.moment, context.now if command.time is None else command.time)]


def _step(incident: IncidentRecord, command: c.TickStep | c.UntickStep | c.SkipStep) -> list[Fact] | Refused:
    known: StepRecord | None = incident.steps.get(command.step)
    if known is None:
        return Refused(f"{incident.id} has no step {command.step}", f"steps: {', '.join(incident.steps)}")
    settled = known.state in (StepState.DONE, StepState.SKIPPED, StepState.NOT_APPLICABLE)
    match command:
        case c.TickStep(note=note):
            if known.state is StepState.DONE:
                return Refused(f"{command.step} is done already, by {known.by}")
            return [f.StepChanged(incident.id, command.step, StepState.DONE, note)]
        case c.UntickStep(reason=reason):
            if not settled:
                return Refused(f"{command.step} is not ticked")
            return _text_fault(reason, "taking a tick back") or [
                f.StepChanged(incident.id, command.step, StepState.TODO, reason)
            ]
        case c.SkipStep(reason=reason):
            if settled:
                return Refused(f"{command.step} is {known.state} already")
            return _text_fault(reason, "skipping a step") or [
                f.StepChanged(incident.id, command.step, StepState.SKIPPED, reason)
            ]
        case _:
            assert_never(command)


def _acknowledge(desk: Desk, command: c.AcknowledgeAlarm) -> list[Fact] | Refused:
    known = desk.alarms.get(command.alarm)
    if known is None:
        return Refused(f"there is no alarm {command.alarm}")
    if known.acknowledged is not None:
        return Refused(f"{command.alarm} was acknowledged by {known.acknowledged}")
    return [f.AlarmAcknowledged(command.alarm)]


def _add_source(desk: Desk, command: c.AddSource, context: Context) -> list[Fact] | Refused:
    if not command.pattern.startswith("/"):
        return Refused(f"{command.pattern!r} is not an absolute path")
    if has_control(command.pattern):
        return Refused("the path of a log holds a NUL or another control character", "name the file as `ls` shows it")
    if not is_visible(command.bot):
        return Refused("a bot's name needs visible characters, and no others")
    if fault := out_of_reach(command.pattern, context.reach, own=context.rights.own):
        return fault
    if desk.sources.get(command.pattern) == command.bot:
        return Refused(f"{command.pattern} is watched for {command.bot} already")
    return [f.SourceAdded(command.pattern, command.bot)]


def _stop(desk: Desk, command: c.StopEngine, context: Context) -> list[Fact] | Refused:
    held = open_actions(desk)
    if held and not command.force:
        names = ", ".join(f"{a.id} ({a.plan.verb} {a.plan.bot}, {a.state}{_until(a)})" for a in held)
        return Refused(
            f"what is contained stays so, but nobody looks whether it does, and no expiry is kept here: {names}",
            "release them, or stop with --force",
        )
    return [f.EngineStopped(f"asked by {context.actor.label}")]


def _until(action: ActionRecord) -> str:
    return "" if action.expires is None else f" until {utc_text(action.expires)}"
