"""The JSON that scripts read: record, alarm, incident, action, status, in the shapes that are promised to stay.

Times are UTC RFC 3339 with milliseconds, durations seconds, sizes bytes. Text that a log or a bot wrote is cleaned.
"""

from __future__ import annotations

import base64
from typing import Any

import msgspec

from warroom.core.clean import clean
from warroom.core.model import ActionState, Alarm, BotState, Proof, Reason
from warroom.core.moments import utc_text
from warroom.core.notices import OPEN, Delivery, DeliveryState
from warroom.core.permalink import Permalink, permalink_text
from warroom.core.record import UNTIMED, Record
from warroom.core.view import (
    ActionView,
    AlarmView,
    ApprovalView,
    BotView,
    IncidentView,
    LogLine,
    SourceView,
    StepView,
    TimelineView,
    View,
)

Json = dict[str, Any]

_OPEN_ACTIONS = frozenset(
    {ActionState.RUNNING, ActionState.HELD, ActionState.NOT_HELD, ActionState.AMBIGUOUS, ActionState.RELEASING}
)
_REASON_KEYS = {"rule": "rule", "new": "template"}
_FIELDS = [
    "format",
    "level",
    "logger",
    "bot",
    "event",
    "message",
    "user",
    "session",
    "address",
    "tool",
    "tokens_in",
    "tokens_out",
    "latency_ms",
    "status",
    "error",
]
_DEPTH = 8


def record_json(record: Record, raw: bytes | None = None) -> Json:
    """Return one log record; `raw`, the bytes as they lie in the file, adds `raw_b64`."""
    told: Json = {
        "source": clean(record.source),
        "generation": record.generation,
        "offset": record.offset,
        "length": record.length,
        "line": record.line,
        "time": time_text(record.time),
        "time_source": record.time_source,
        "received": utc_text(record.received),
    }
    for name in _FIELDS:
        value = getattr(record, name)
        told[name] = clean(value) if isinstance(value, str) else value
    told["attrs"] = _plain(record.attrs, _DEPTH)
    if record.gap is not None:
        told["gap"] = {"kind": record.gap.kind, "reason": clean(record.gap.reason), "bytes": record.gap.bytes}
    if raw is not None:
        told["raw_b64"] = base64.b64encode(raw).decode("ascii")
    return told


def line_json(one: LogLine) -> Json:
    """Return one line as a room shows it: the names of a record, its text as people read it, rules and permalink."""
    gap = one.level == "GAP"
    link = Permalink(one.source, one.generation, one.offset, one.length)
    return {
        "source": clean(one.source),
        "generation": one.generation,
        "offset": one.offset,
        "length": one.length,
        "time": None if one.time_source in UNTIMED else utc_text(one.at),
        "time_source": clean(one.time_source),
        "received": utc_text(one.came),
        "bot": clean(one.bot) or None,
        "level": None if gap else one.level or None,
        "message": clean(one.text),
        "rules": [clean(rule) for rule in one.marks],
        "gap": gap,
        "permalink": None if gap else permalink_text(link),
    }


def message_json(one: TimelineView) -> Json:
    """Return one entry of the record in words; `about` is the id or name of what it is about."""
    return {
        "seq": one.seq,
        "time": utc_text(one.at),
        "who": clean(one.who),
        "kind": one.kind,
        "urgency": one.urgency.value,
        "about": clean(one.about) or None,
        "incident": clean(one.incident) or None,
        "text": clean(one.text),
    }


def scored_alarm_json(alarm: Alarm) -> Json:
    """Return an alarm as the detectors raised it, with its window, model and whole sample records."""
    return {
        "id": alarm.id,
        "bot": clean(alarm.bot),
        "time": utc_text(alarm.time),
        "window": {"start": utc_text(alarm.window_start), "end": utc_text(alarm.window_end)},
        "score": alarm.score,
        "p": alarm.p,
        "level": alarm.level.value,
        "cause": clean(alarm.cause),
        "reasons": [_reason(reason) for reason in alarm.reasons],
        "samples": [record_json(sample) for sample in alarm.samples],
        "taxonomy": {
            "owasp_llm": [clean(one) for one in alarm.taxonomy.owasp_llm],
            "owasp_asi": [clean(one) for one in alarm.taxonomy.owasp_asi],
            "atlas": [clean(one) for one in alarm.taxonomy.atlas],
        },
        "model": alarm.model,
    }


def alarm_json(alarm: AlarmView) -> Json:
    """Return an alarm as a room shows it; a sample holds only its bot and message, window and model are null."""
    return {
        "id": alarm.id,
        "bot": alarm.bot,
        "time": utc_text(alarm.time),
        "window": None,
        "score": alarm.score,
        "p": alarm.p,
        "level": alarm.level.value,
        "cause": alarm.cause,
        "reasons": [_reason(reason) for reason in alarm.reasons],
        "samples": [{"bot": alarm.bot, "message": clean(sample)} for sample in alarm.samples],
        "taxonomy": {
            "owasp_llm": [one for one in alarm.taxonomy if one.startswith("LLM")],
            "owasp_asi": [one for one in alarm.taxonomy if one.startswith("ASI")],
            "atlas": [one for one in alarm.taxonomy if one.startswith("AML")],
        },
        "model": None,
        "acknowledged": alarm.acknowledged,
        "incident": alarm.incident,
        "action": alarm.action or None,
    }


def action_json(action: ActionView) -> Json:
    """Return a containment with its exact plan and what the probe saw."""
    return {
        "id": action.id,
        "incident": action.incident,
        "bot": action.bot,
        "verb": action.verb.value,
        "adapter": action.adapter,
        "state": action.state.value,
        "operator": action.operator,
        "uid": action.uid,
        "reason": action.reason,
        "requested": utc_text(action.requested),
        "settled": time_text(action.settled),
        "note": action.note,
        "supersedes": action.supersedes,
        "started": time_text(action.started),
        "approval": None if action.approval is None else _approval(action.approval),
        "break_glass": action.broken_glass or None,
        "plan": msgspec.to_builtins(action.plan),
        "plan_sha256": action.plan_sha256,
        "probe": _probe(action.proof),
        "expires": time_text(action.expires),
        "told": action.told or None,
    }


def incident_json(incident: IncidentView, view: View) -> Json:
    """Return an incident with its steps, actions and measures; a step's evidence are the actions it was done with."""
    actions = [action for action in view.actions if action.incident == incident.id]
    return {
        "id": incident.id,
        "title": incident.title,
        "severity": incident.severity.value,
        "state": "open" if incident.open else "closed",
        "mode": view.mode.value,
        "phase": incident.phase.value,
        "bots": incident.bots,
        "playbook": incident.playbook,
        "opened": utc_text(incident.opened),
        "closed": time_text(incident.closed),
        "moments": {name: utc_text(at) for name, at in incident.moments.items()},
        "roles": incident.roles,
        "steps": [_step(step, actions) for step in incident.steps],
        "clocks": [],
        "alarms": incident.alarms,
        "actions": [action_json(action) for action in actions],
        "notices": [delivery_json(one) for one in view.outbox if one.incident == incident.id],
        "update_due": time_text(incident.update_due),
        "metrics": incident.metrics,
    }


def delivery_json(one: Delivery) -> Json:
    """Return a notice on its way to one channel."""
    return {
        "id": one.notice,
        "incident": one.incident,
        "audience": one.audience.value,
        "channel": one.channel,
        "event": one.event.value,
        "subject": clean(one.subject),
        "created": utc_text(one.created),
        "state": one.state.value,
        "tries": one.tries,
        "next_try": time_text(one.next_try),
        "accepted": time_text(one.accepted),
        "note": clean(one.error),
        "round": one.round,
        "again": None if one.again_at is None else {"by": one.again_by, "at": time_text(one.again_at)},
    }


def status_json(view: View) -> Json:
    """Return the room in one object: bots, sources, open incidents and actions, consoles, the chain's head."""
    return {
        "room": view.room,
        "pid": view.pid,
        "started": utc_text(view.started),
        "uptime_s": round(max(0.0, view.now - view.started), 3),
        "mode": view.mode.value,
        "sources": [_source(source, view.now) for source in view.sources],
        "bots": [_bot(bot) for bot in view.bots],
        "incidents": [
            {"id": one.id, "severity": one.severity.value, "title": one.title, "phase": one.phase.value}
            for one in view.incidents
            if one.open
        ],
        "actions_open": [action.id for action in view.actions if action.state in _OPEN_ACTIONS],
        "consoles": [
            {"operator": one.operator, "uid": one.uid, "since": utc_text(one.since), "read_only": one.read_only}
            for one in view.consoles
        ],
        "outbox": {
            "pending": sum(one.state in OPEN for one in view.outbox),
            "failed": sum(one.state is DeliveryState.DEAD for one in view.outbox),
        },
        "chain": {"length": view.chain.length, "head": view.chain.head},
        "banner": view.banner,
    }


def _source(source: SourceView, now: float) -> Json:
    return {
        "path": source.path,
        "bot": source.bot,
        "generation": source.generation,
        "offset": source.offset,
        "lines": source.lines,
        "gaps": source.gaps,
        "unparsed": source.unparsed,
        "behind_bytes": source.behind_bytes,
        "last_line_age_s": None if source.last_line is None else round(max(0.0, now - source.last_line), 3),
        "state": source.state,
    }


def _bot(bot: BotView) -> Json:
    return {
        "name": bot.name,
        "state": bot.state.value,
        "score": bot.score,
        "p": bot.p,
        "learning": bot.state is BotState.LEARNING,
        "learned": bot.learned,
        "needed": bot.needed,
        "lines": bot.lines,
        "alarms": bot.alarms,
        "held_by": bot.held_by,
        "why": bot.why,
    }


def _step(step: StepView, actions: list[ActionView]) -> Json:
    return {
        "id": step.id,
        "phase": step.phase.value,
        "title": step.title,
        "owner": step.owner.value,
        "required": step.required,
        "due": time_text(step.due),
        "state": step.state.value,
        "by": step.by,
        "at": time_text(step.at),
        "reason": step.reason,
        "evidence": [action.id for action in actions if step.verb is not None and action.verb is step.verb],
    }


def _reason(reason: Reason) -> Json:
    return {
        "kind": reason.kind,
        _REASON_KEYS.get(reason.kind, "feature"): clean(reason.name),
        "value": reason.value,
        "usual": None if reason.usual is None else list(reason.usual),
        "contribution": reason.contribution,
        "text": clean(reason.text),
    }


def _approval(asked: ApprovalView) -> Json:
    return {
        "of": "release" if asked.release else "containment",
        "why": asked.why,
        "asked_by": asked.asked_by,
        "asked": utc_text(asked.asked),
        "lapses": utc_text(asked.lapses),
        "reason": asked.reason,
        "given_by": asked.given_by,
        "plan_sha256": asked.plan_sha256,
    }


def _probe(proof: Proof | None) -> Json | None:
    if proof is None:
        return None
    return {
        "verdict": proof.verdict.value,
        "proof": [
            {
                "at": utc_text(sample.at),
                "verdict": sample.verdict.value,
                "sent": clean(sample.sent),
                "got": clean(sample.got),
            }
            for sample in proof.samples
        ],
        "at": utc_text(proof.at),
    }


def _plain(value: object, depth: int) -> Any:
    match value:
        case None | bool() | int() | float():
            return value
        case str() | bytes():
            return clean(value)
        case dict() if depth:
            return {clean(str(key), 200): _plain(inner, depth - 1) for key, inner in value.items()}
        case list() | tuple() if depth:
            return [_plain(inner, depth - 1) for inner in value]
        case _:
            return clean(str(value))


def time_text(at: float | None) -> str | None:
    """Return a time (seconds since the epoch) as the contract writes it, null for none."""
    return None if at is None else utc_text(at)
