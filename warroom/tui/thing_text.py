"""Things of a room as plain text, to be pasted where somebody else reads: id first, times in UTC."""

from __future__ import annotations

from typing import assert_never

from warroom.core.company import Kind, Target
from warroom.core.moments import utc_text
from warroom.core.view import ActionView, AlarmView, BotView, IncidentView, View


def thing_text(view: View, target: Target) -> str:
    """Return a thing as text; only its id when it is not in the view any more. A log line has its own bytes instead."""
    name = target.name
    match target.kind:
        case Kind.ALARM:
            alarm = next((one for one in view.alarms if one.id == name), None)
            return _alarm(alarm) if alarm else name
        case Kind.ACTION:
            action = next((one for one in view.actions if one.id == name), None)
            return _action(action) if action else name
        case Kind.INCIDENT:
            incident = next((one for one in view.incidents if one.id == name), None)
            return _incident(incident) if incident else name
        case Kind.STEP:
            return _step(view, target)
        case Kind.BOT:
            bot = next((one for one in view.bots if one.name == name), None)
            return _bot(bot) if bot else name
        case Kind.NOTICE:
            notice = next((one for one in view.outbox if one.notice == name), None)
            return f"{notice.notice} to {notice.audience.value}: {notice.state.value}" if notice else name
        case Kind.LINE:
            return name
        case _:
            assert_never(target.kind)


def _alarm(alarm: AlarmView) -> str:
    head = f"{alarm.id} {utc_text(alarm.time)} {alarm.level.value} alarm of {alarm.bot}, score {alarm.score:.0f}"
    tail = [f"acknowledged by {alarm.acknowledged}"] if alarm.acknowledged else []
    tail += [f"in {alarm.incident}"] if alarm.incident else []
    return "\n".join([", ".join([head, *tail]), *(f"  {reason.text}" for reason in alarm.reasons)])


def _action(action: ActionView) -> str:
    where = f" in {action.incident}" if action.incident else ""
    head = f"{action.id} {action.verb.value} {action.bot} by {action.adapter}{where}: {action.state.value}"
    rows = [f"  asked by {action.operator} at {utc_text(action.requested)}: {action.reason}"]
    rows += [f"  {action.note}"] if action.note else []
    return "\n".join([head, *rows, f"  plan sha256 {action.plan_sha256}", *(f"  {one}" for one in action.plan.exact)])


def _incident(incident: IncidentView) -> str:
    state = f"{incident.phase.value}, opened {utc_text(incident.opened)}"
    if incident.closed is not None:
        state = f"closed {utc_text(incident.closed)}"
    rows = [f"  bots: {', '.join(incident.bots)}"]
    rows += [f"  next: {incident.next_step}"] if incident.open and incident.next_step else []
    return "\n".join([f"{incident.id} {incident.severity.value} {incident.title} ({state})", *rows])


def _step(view: View, target: Target) -> str:
    incident = next((one for one in view.incidents if one.id == target.incident), None)
    for number, step in enumerate(incident.steps if incident else (), 1):
        if step.id == target.name:
            who = f" by {step.by}" if step.by else ""
            return f"{target.incident} step {number} ({step.id}) {step.title}: {step.state.value}{who}"
    return f"{target.incident}/{target.name}"


def _bot(bot: BotView) -> str:
    score = "no score yet" if bot.score is None else f"score {bot.score:.0f}"
    return f"{bot.name}: {bot.state.value}, {score}" + (f", {bot.why}" if bot.why else "")
