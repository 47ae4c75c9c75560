"""The room of the example incident as a console would see it, built by hand from the fold of its journal."""

from __future__ import annotations

from tests.reports.example_journal import BEGIN, INCIDENT, example_entries, example_evidence
from warroom.core.clean import clean
from warroom.core.desk import ActionRecord, AlarmRecord, Desk, IncidentRecord
from warroom.core.metrics import durations
from warroom.core.model import ActionState, BotState, Mode, Severity, StepState, Verb
from warroom.core.ports import Entry
from warroom.core.reduce import fold
from warroom.core.timeline import words
from warroom.core.view import (
    ActionView,
    AlarmView,
    BotView,
    ChainView,
    ConsoleView,
    IncidentView,
    PlaybookView,
    SourceView,
    StepView,
    TimelineView,
    View,
)

__all__ = ["BEGIN", "INCIDENT", "example_entries", "example_evidence", "example_view"]


def example_view(mode: Mode = Mode.LIVE, until: float = 1e9) -> View:
    """Return the room: closed and written down, or, cut at `until` seconds after BEGIN, in the middle of it.

    With `until=800` the incident is open and the bot held by ACT-003.
    """
    entries = example_entries(mode, until)
    desk = fold(entries)
    now = entries[-1].at + 5
    return View(
        version=7,
        room="shop",
        mode=mode,
        now=now,
        pid=4242,
        started=BEGIN,
        bots=_bots(desk, now),
        sources=[
            SourceView("/var/log/support/chat.jsonl", "support", "reading", 5120, 0, 0, 1, 1_204_118, now - 2),
            SourceView("/var/log/returns/app.log", "returns", "reading", 8800, 1, 0, 2, 88_120, now - 1),
            SourceView("/var/log/mailer/app.log", "mailer", "waiting", 0, 0, 0, 1, 0, None),
        ],
        alarms=[_alarm(record) for record in desk.alarms.values()],
        incidents=[_incident(record, entries, desk) for record in desk.incidents.values()],
        actions=[_action(record) for record in desk.actions.values()],
        consoles=[ConsoleView("C1", "kim", 1000, BEGIN + 60, False)],
        playbooks=[
            PlaybookView("prompt-injection", "Prompt injection, direct or through content", Severity.SEV2, ""),
            PlaybookView("own", "", None, "playbooks/own.yaml:3:1 E011 key onwer is not known (did you mean owner?)"),
        ],
        chain=ChainView(len(entries), entries[-1].hash),
        messages=_told(entries, desk),
    )


def _bots(desk: Desk, now: float) -> list[BotView]:
    verbs = [Verb.SNAPSHOT, Verb.LIMIT, Verb.DISABLE, Verb.FREEZE]
    held = next((a.id for a in desk.actions.values() if a.state is ActionState.HELD), None)
    state = BotState.CONTAINED if held else desk.bots["support"].state if "support" in desk.bots else BotState.NORMAL
    why = "answers are far longer than usual (2210 tokens, usually 120 to 610)"
    trend = [12.0, 14.0, 11.0, 15.0, 13.0, 20.0, 48.0, 96.4, 95.0]
    return [
        BotView("support", state, 96.4, 2e-7, trend, why, 180, 60, 5120, now - 2, 1, held, verbs),
        BotView(
            "returns", BotState.NORMAL, 14.0, 0.4, [10.0, 14.0], "as usual", 200, 60, 8800, now - 1, 0, None, verbs
        ),
        BotView("search", BotState.LEARNING, None, None, [], "learning: 31 of 60", 31, 60, 900, now - 3, 0, None, []),
        BotView("mailer", BotState.SILENT, None, None, [], "no line yet", 0, 60, 0, None, 0, None, []),
    ]


def _alarm(record: AlarmRecord) -> AlarmView:
    alarm = record.alarm
    taxonomy = [*alarm.taxonomy.owasp_llm, *alarm.taxonomy.owasp_asi, *alarm.taxonomy.atlas]
    return AlarmView(
        alarm.id,
        alarm.bot,
        alarm.time,
        alarm.score,
        alarm.p,
        alarm.level,
        alarm.cause,
        alarm.reasons,
        [clean(sample.message, 1000) for sample in alarm.samples],
        taxonomy,
        record.acknowledged,
        record.incident,
    )


def _action(record: ActionRecord) -> ActionView:
    return ActionView(
        id=record.id,
        bot=record.plan.bot,
        verb=record.plan.verb,
        adapter=record.plan.adapter,
        state=record.state,
        incident=record.incident,
        operator=record.operator.name,
        uid=record.operator.uid,
        reason=record.reason,
        requested=record.requested,
        settled=record.settled,
        expires=record.expires if record.open else None,
        plan=record.plan,
        plan_sha256=record.plan.sha256,
        proof=record.proof,
        evidence=len(record.evidence),
        note=record.note,
    )


def _incident(record: IncidentRecord, entries: list[Entry], desk: Desk) -> IncidentView:
    left = (one.step for one in record.steps.values() if one.state is StepState.TODO and one.step.required)
    return IncidentView(
        id=record.id,
        title=record.title,
        severity=record.severity,
        open=record.open,
        phase=record.phase,
        bots=record.bots,
        playbook=record.playbook.id,
        opened=record.opened,
        closed=record.closed,
        moments=record.moments,
        roles={role.value: person for role, person in record.roles.items()},
        steps=[
            StepView(
                id=one.step.id,
                phase=one.step.phase,
                title=one.step.title,
                owner=one.step.owner,
                required=one.step.required,
                due=None if one.step.due_s is None else record.opened + one.step.due_s,
                state=one.state,
                by=one.by,
                at=one.at,
                reason=one.reason,
                detail=one.step.detail,
                verb=one.step.verb,
            )
            for one in record.steps.values()
        ],
        timeline=_told(entries, desk, record.id),
        actions=record.actions,
        alarms=record.alarms,
        next_step=next((step.title for step in left), "close the incident") if record.open else "write the post-mortem",
        metrics=durations(record.moments),
    )


def _told(entries: list[Entry], desk: Desk, incident: str = "") -> list[TimelineView]:
    plans = {name: action.plan for name, action in desk.actions.items()}
    rows = []
    for entry in entries:
        told = words(entry, plans)
        action = desk.actions.get(getattr(entry.fact, "action", ""))
        if not incident or incident in (told.incident, action.incident if action else None):
            rows.append(TimelineView(entry.seq, entry.at, clean(entry.actor.name), told.kind, told.text))
    return rows
