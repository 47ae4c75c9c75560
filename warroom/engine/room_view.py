"""From desk and pipeline to the one frozen view that every console draws. All text leaves cleaned."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import msgspec

from warroom.core.access import APPROVAL_LAPSES_S
from warroom.core.clean import clean
from warroom.core.decide_containment import covered_by
from warroom.core.desk import (
    ActionRecord,
    AlarmRecord,
    ApprovalRecord,
    Desk,
    IncidentRecord,
    StepRecord,
    open_actions,
)
from warroom.core.exercise import Exercise
from warroom.core.line_text import line_text
from warroom.core.metrics import durations
from warroom.core.model import ActionState, Alarm, AlarmLevel, BotState, Phase, Plan, Reason, StepState, Verb
from warroom.core.notices import OPEN, Delivery, outbox_word
from warroom.core.view import (
    ActionView,
    AlarmView,
    ApprovalView,
    BotView,
    ChainView,
    ConsoleView,
    IncidentView,
    PlaybookView,
    SourceView,
    StepView,
    TimelineView,
    View,
    Way,
)
from warroom.engine.hour_trend import with_flips
from warroom.engine.pipeline import BotWatch, SourceState

_ALARMS = 100
_NOTICES = 100
_LOUD = frozenset({AlarmLevel.ALARM, AlarmLevel.CRITICAL})
_NOT_READ = frozenset({"waiting", "unreadable", "not_a_log"})
_PHASES = list(Phase)
_SETTLED = frozenset({StepState.DONE, StepState.SKIPPED, StepState.NOT_APPLICABLE})


class Surroundings(msgspec.Struct, frozen=True):
    """What the view shows beside the desk."""

    now: float
    pid: int
    started: float
    head: str
    bots: Mapping[str, BotWatch]
    sources: Mapping[str, SourceState]
    verbs: Mapping[str, Sequence[Verb]]
    ways: Mapping[str, Sequence[Way]]
    playbooks: Sequence[PlaybookView]
    timeline: Mapping[str, Sequence[TimelineView]]
    """Entries of each incident in words."""
    messages: Sequence[TimelineView]
    banner: str
    deliveries: Sequence[Delivery] = ()
    update_due: Mapping[str, float | None] = {}
    """When the next update of each incident falls due."""
    told: Mapping[str, str] = {}
    """Action to who was told how it stands."""
    offered: Mapping[str, str] = {}
    """Bot to the playbook that its config offers first."""
    exercise: Exercise | None = None
    """The board that somebody posted, cleaned."""


def build_view(version: int, desk: Desk, around: Surroundings) -> View:
    """Return the whole room at this moment."""
    return View(
        version=version,
        room=clean(desk.room, 64),
        mode=desk.mode,
        now=around.now,
        pid=around.pid,
        started=around.started,
        bots=[_bot(name, desk, around) for name in sorted({*around.bots, *around.verbs})],
        sources=[_source(state) for state in around.sources.values()],
        alarms=[_alarm(record) for record in list(desk.alarms.values())[-_ALARMS:]],
        incidents=[_incident(record, desk, around) for record in desk.incidents.values()],
        actions=[_action(record, around.told.get(record.id, "")) for record in desk.actions.values()],
        consoles=[_console(name, desk) for name in desk.consoles],
        playbooks=list(around.playbooks),
        chain=ChainView(desk.length, around.head),
        messages=list(around.messages),
        banner=clean(around.banner, 300),
        outbox=_shown(around.deliveries),
        outbox_word=outbox_word(around.deliveries, around.now),
        exercise=around.exercise,
    )


def _shown(deliveries: Sequence[Delivery]) -> list[Delivery]:
    """Return the newest notices, and those before them that are on their way or that somebody had sent again."""
    before = [one for one in deliveries[:-_NOTICES] if one.state in OPEN or one.again_at is not None]
    return [*before, *deliveries[-_NOTICES:]]


def _bot(name: str, desk: Desk, around: Surroundings) -> BotView:
    watch = around.bots.get(name)
    seen = watch.assessment if watch else None
    holding = [a for a in open_actions(desk, name) if a.state is ActionState.HELD and a.plan.verb is not Verb.SNAPSHOT]
    held = holding[-1] if holding else None
    state = seen.state if seen else BotState.UNKNOWN
    why = seen.why if seen else "waiting for its log"
    absent = [s.path for s in around.sources.values() if s.bot == name and s.state in _NOT_READ]
    if absent and not (watch and watch.lines):
        folder, _, file = absent[0].rpartition("/")
        why = f"{file} cannot be read yet; watched until it can (in {folder})"
    pending = [a.alarm for a in desk.alarms.values() if a.alarm.bot == name and a.acknowledged is None]
    if loud := [alarm for alarm in pending if alarm.level in _LOUD]:
        # A calm window after it does not unsay an alarm that nobody has seen.
        worst = max(loud, key=lambda alarm: alarm.score)
        head = "" if worst.action else f"alarm {worst.score:.0f}: "
        state, why = BotState.ALARM, f"{head}{worst.reasons[0].text if worst.reasons else worst.cause}"
    if held is not None:
        state, why = BotState.CONTAINED, f"{held.plan.verb} held by {held.id}, asked by {held.operator.label}"
    return BotView(
        name=clean(name, 64),
        state=state,
        score=seen.score if seen else None,
        p=seen.p if seen else None,
        trend=_trend(list(watch.trend) if watch else [], pending),
        why=clean(why, 300),
        learned=seen.learned if seen else 0,
        needed=seen.needed if seen else 0,
        lines=watch.lines if watch else 0,
        last_line=watch.last_line if watch else None,
        alarms=len(pending),
        held_by=held.id if held else None,
        verbs=list(around.verbs.get(name, ())),
        ways=list(around.ways.get(name, ())),
        hour=with_flips(watch.hour.slots(around.now), around.now, _flips(name, desk)) if watch else [],
        playbook=clean(around.offered.get(name, ""), 64),
    )


def _trend(scores: list[float], pending: Sequence[Alarm]) -> list[float]:
    """Return the scores of the windows; the newest is as bad as a containment that nobody has seen flip."""
    flipped = [alarm.score for alarm in pending if alarm.action]
    return [*scores[:-1], max([*scores[-1:], *flipped])] if flipped else scores


def _flips(bot: str, desk: Desk) -> list[tuple[float, float]]:
    """Return when containments of a bot were found undone, each with its score."""
    return [(a.raised, a.alarm.score) for a in desk.alarms.values() if a.alarm.action and a.alarm.bot == bot]


def _source(state: SourceState) -> SourceView:
    return SourceView(
        path=clean(state.path, 300),
        bot=clean(state.bot, 64),
        state=state.state,
        lines=state.lines,
        gaps=state.gaps,
        behind_bytes=state.behind_bytes,
        generation=state.generation,
        offset=state.offset,
        last_line=state.last_line,
        unparsed=state.unparsed,
    )


def _alarm(record: AlarmRecord) -> AlarmView:
    alarm = record.alarm
    taxonomy = [*alarm.taxonomy.owasp_llm, *alarm.taxonomy.owasp_asi, *alarm.taxonomy.atlas]
    return AlarmView(
        id=alarm.id,
        bot=clean(alarm.bot, 64),
        time=alarm.time,
        score=alarm.score,
        p=alarm.p,
        level=alarm.level,
        cause=clean(alarm.cause, 200),
        reasons=[_reason(reason) for reason in alarm.reasons],
        samples=[clean(line_text(sample), 1000) for sample in alarm.samples],
        taxonomy=[clean(name, 40) for name in taxonomy],
        acknowledged=None if record.acknowledged is None else clean(record.acknowledged, 64),
        incident=record.incident,
        action=alarm.action,
    )


def _reason(reason: Reason) -> Reason:
    return msgspec.structs.replace(reason, name=clean(reason.name, 100), text=clean(reason.text, 400))


def _action(record: ActionRecord, told: str) -> ActionView:
    return ActionView(
        id=record.id,
        bot=clean(record.plan.bot, 64),
        verb=record.plan.verb,
        adapter=record.plan.adapter,
        state=record.state,
        incident=record.incident,
        operator=clean(record.operator.label, 64),
        uid=record.operator.uid,
        reason=clean(record.reason, 500),
        requested=record.requested,
        settled=record.settled,
        expires=record.expires if record.open else None,
        plan=clean_plan(record.plan),
        plan_sha256=record.plan.sha256,
        proof=record.proof,
        evidence=len(record.evidence),
        note=clean(record.note, 500),
        supersedes=record.supersedes,
        started=record.started,
        approval=None if record.approval is None else _approval(record.approval),
        broken_glass=clean(record.broken_glass, 500),
        told=clean(told, 500),
    )


def _approval(record: ApprovalRecord) -> ApprovalView:
    return ApprovalView(
        why=clean(record.why, 200),
        asked_by=clean(record.asked_by.label, 64),
        asked_uid=record.asked_by.uid,
        asked=record.asked,
        lapses=record.asked + APPROVAL_LAPSES_S,
        release=record.release,
        reason=clean(record.reason, 500),
        given_by=None if record.given_by is None else clean(record.given_by.label, 64),
        plan_sha256=record.plan_sha256,
    )


def clean_plan(plan: Plan) -> Plan:
    """Return a plan whose texts are safe to draw; its hash is that of the plan as made, not of this one."""
    return msgspec.structs.replace(
        plan,
        exact=[clean(line, 500) for line in plan.exact],
        effects=[clean(line, 300) for line in plan.effects],
        undo=clean(plan.undo, 300),
        probe=clean(plan.probe, 300),
        instances=[clean(line, 300) for line in plan.instances],
        shared=[clean(line, 300) for line in plan.shared],
        restore=clean(plan.restore, 300),
    )


def _console(name: str, desk: Desk) -> ConsoleView:
    record = desk.consoles[name]
    uid = -1 if record.actor.uid is None else record.actor.uid
    return ConsoleView(name, clean(record.actor.label, 64), uid, record.since, record.read_only)


def _incident(record: IncidentRecord, desk: Desk, around: Surroundings) -> IncidentView:
    return IncidentView(
        id=record.id,
        title=clean(record.title, 200),
        severity=record.severity,
        open=record.open,
        phase=record.phase,
        bots=[clean(bot, 64) for bot in record.bots],
        playbook=clean(record.playbook.id, 64),
        opened=record.opened,
        closed=record.closed,
        moments=record.moments,
        roles={role.value: clean(person, 64) for role, person in record.roles.items()},
        steps=[_step(record, step) for step in record.steps.values()],
        timeline=list(around.timeline.get(record.id, ())),
        actions=record.actions,
        alarms=record.alarms,
        next_step=next_step(record, desk, around.verbs),
        metrics=durations(record.moments),
        update_due=around.update_due.get(record.id),
    )


def _step(incident: IncidentRecord, record: StepRecord) -> StepView:
    step = record.step
    return StepView(
        id=step.id,
        phase=step.phase,
        title=clean(step.title, 120),
        owner=step.owner,
        required=step.required,
        due=None if step.due_s is None else incident.opened + step.due_s,
        state=record.state,
        by=clean(record.by, 64),
        at=record.at,
        reason=clean(record.reason, 300),
        detail=clean(step.detail, 1000),
        verb=step.verb,
    )


def next_step(incident: IncidentRecord, desk: Desk, verbs: Mapping[str, Sequence[Verb]]) -> str:
    """Return the next thing to do in words: what does not hold first, then the first required step left."""
    if not incident.open:
        return "write the post-mortem" if "closed" in incident.moments else ""
    for action in desk.actions.values():
        asked = action.approval
        if action.incident == incident.id and asked is not None and asked.pending:
            what = f"the release of {action.id}" if asked.release else f"{action.id} ({action.plan.verb})"
            return clean(f"a second person: approve or deny {what}, asked by {asked.asked_by.label}", 120)
    for action in open_actions(desk):
        unproven = action.state in (ActionState.NOT_HELD, ActionState.AMBIGUOUS)
        if action.incident == incident.id and unproven and covered_by(desk, action) is None:
            held = "is NOT HELD" if action.state is ActionState.NOT_HELD else "is ambiguous"
            return clean(f"{action.id} {held}: verify it, or take a harder verb for {action.plan.bot}", 120)
    for step in incident.steps.values():
        if _PHASES.index(step.step.phase) < _PHASES.index(Phase.DETECTION):
            continue
        if step.step.required and step.state not in _SETTLED:
            return clean(step.step.title, 120)
    return "close the incident"
