"""All that a post-mortem says, drawn from the record once; the renderers only lay it out.

Nothing here is made up: what only people can know is a `Part` that stays marked TO WRITE until somebody noted it.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

import msgspec

from warroom.core import facts
from warroom.core.clean import clean
from warroom.core.model import Alarm, EvidenceFile, Mode, Plan, Proof, Severity, StepState, Verb
from warroom.core.ports import Entry
from warroom.core.taxonomy import name_of
from warroom.core.timeline import words
from warroom.core.view import ActionView, IncidentView, StepView, View
from warroom.reports.accord import Accord, Told, accords_of, told_of
from warroom.reports.parts import Item, Part, items_of, parts_of

PAUSE_S = 15 * 60.0
"""A silence in the timeline longer than this is marked."""


class NoSuchIncident(LookupError):
    """The view holds no incident of that id."""


class Row(msgspec.Struct, frozen=True):
    """One entry of the timeline."""

    seq: int
    at: float
    who: str
    kind: str
    text: str
    pause_s: float | None
    """Silence before this row when it was longer than PAUSE_S, else None."""


class SeverityRow(msgspec.Struct, frozen=True):
    """A severity that the incident had, since when and why."""

    at: float
    severity: Severity
    reason: str


class AlarmNote(msgspec.Struct, frozen=True):
    """An alarm of the incident and who saw it first."""

    alarm: Alarm
    acknowledged: str
    """Empty when nobody did."""


class StepNote(msgspec.Struct, frozen=True):
    """A step and how it stands against its time."""

    step: StepView
    standing: str
    """done, late, skipped, not applicable, open, overdue"""
    late_s: float
    """Seconds after its due time; 0 when in time or without one."""


class Outcome(msgspec.Struct, frozen=True):
    """What a probe said of an action, and when."""

    at: float
    word: str
    """held, not held, released, release failed"""
    proof: Proof | None


class ActionNote(msgspec.Struct, frozen=True):
    """An action with all its outcomes."""

    action: ActionView
    outcomes: list[Outcome]
    effect_s: float | None
    """Seconds from the request to the first proof that it held; None when it never did."""

    @property
    def changes(self) -> bool:
        """Whether it changes anything at the bot; a snapshot does not."""
        return self.action.verb is not Verb.SNAPSHOT


class Integrity(msgspec.Struct, frozen=True):
    """Where this report's rows lie in the journal's chain, so that a reader can check them."""

    length: int
    head: str
    first: int
    last: int
    sha256: str
    """sha256 over the hashes of rows `first` to `last`, each followed by a newline, hex."""


class Dossier(msgspec.Struct, frozen=True):
    """One incident, ready to be laid out."""

    view: View
    incident: IncidentView
    exported: float
    version: str
    severities: list[SeverityRow]
    alarms: list[AlarmNote]
    timeline: list[Row]
    steps: list[StepNote]
    actions: list[ActionNote]
    accords: list[Accord]
    told: list[Told]
    evidence: list[EvidenceFile]
    taxonomy: list[tuple[str, str]]
    """Ids in the public catalogues and their names."""
    summary: str
    """Facts for the first paragraph, in sentences."""
    parts: list[Part]
    items: list[Item]
    integrity: Integrity

    @property
    def drill(self) -> bool:
        """Whether this was a drill; every export says so."""
        return self.view.mode is Mode.DRILL

    @property
    def written(self) -> int:
        """Parts that people have written."""
        return sum(part.written for part in self.parts)


def dossier_of(
    view: View,
    incident: str,
    entries: Sequence[Entry],
    evidence: Sequence[EvidenceFile],
    exported: float,
    version: str,
) -> Dossier:
    """Draw the dossier of an incident from the room and its whole journal; raises NoSuchIncident.

    `evidence` are the incident's files in the order taken, `exported` is now in seconds since the epoch.
    """
    shown = next((one for one in view.incidents if one.id == incident), None)
    if shown is None:
        raise NoSuchIncident(f"there is no incident {incident}")
    mine = _entries_of(shown, entries)
    timeline = _timeline(mine, {action.id: action.plan for action in view.actions})
    steps = [_step(step, shown.closed or exported) for step in shown.steps]
    actions = [_action(one, mine) for one in view.actions if one.incident == incident]
    alarms = _alarms(shown, view, mine)
    severities = _severities(mine)
    notes = [entry.fact.text for entry in mine if isinstance(entry.fact, facts.NoteAdded)]
    found = _Findings(shown, timeline, steps, actions, alarms)
    items = items_of(notes, [one.step for one in steps if one.standing in ("skipped", "overdue") and one.step.required])
    return Dossier(
        view=view,
        incident=shown,
        exported=exported,
        version=version,
        severities=severities,
        alarms=alarms,
        timeline=timeline,
        steps=steps,
        actions=actions,
        accords=accords_of(mine),
        told=told_of(mine),
        evidence=list(evidence),
        taxonomy=_taxonomy(mine, alarms),
        summary=_summary(shown, alarms, severities, actions),
        parts=parts_of(notes, found.prompts(), items),
        items=items,
        integrity=_integrity(view, mine, entries),
    )


def span_text(seconds: float) -> str:
    """Return a duration in words: `38 s`, `4 min 48 s`, `2 h 05 min`, `3 d 4 h`; a negative one keeps its sign."""
    whole = round(abs(seconds))
    sign = "−" if seconds < 0 and whole else ""
    if whole < 60:
        return f"{sign}{whole} s"
    if whole < 3600:
        rest = f" {whole % 60} s" if whole % 60 else ""
        return f"{sign}{whole // 60} min{rest}"
    if whole < 86400:
        return f"{sign}{whole // 3600} h {whole % 3600 // 60:02d} min"
    return f"{sign}{whole // 86400} d {whole % 86400 // 3600} h"


def _entries_of(incident: IncidentView, entries: Sequence[Entry]) -> list[Entry]:
    """Return the rows about the incident, its alarms and actions, and what blinded the room while it was open."""
    begin = min([incident.opened, *incident.moments.values()])
    end = incident.closed if incident.closed is not None else float("inf")
    mine = []
    for entry in entries:
        fact = entry.fact
        match fact:
            case facts.AlarmRaised(alarm=alarm):
                belongs = alarm.id in incident.alarms or (alarm.bot in incident.bots and begin <= entry.at <= end)
            case facts.AlarmAcknowledged(alarm=name):
                belongs = name in incident.alarms
            case facts.GapSeen() | facts.EngineStarted() | facts.EngineStopped():
                belongs = begin <= entry.at <= end
            case _:
                named = words(entry).incident == incident.id
                belongs = named or getattr(fact, "action", None) in incident.actions
        if belongs:
            mine.append(entry)
    return mine


def _timeline(mine: Sequence[Entry], plans: dict[str, Plan]) -> list[Row]:
    rows: list[Row] = []
    before: float | None = None
    for entry in mine:
        told = words(entry, plans)
        pause = 0.0 if before is None else entry.at - before
        shown = pause if pause > PAUSE_S else None
        rows.append(Row(entry.seq, entry.at, clean(entry.actor.label, 64), told.kind, told.text, shown))
        before = entry.at
    return rows


def _step(step: StepView, now: float) -> StepNote:
    at = step.at if step.at is not None else now
    late_s = 0.0 if step.due is None else max(0.0, at - step.due)
    match step.state:
        case StepState.DONE:
            return StepNote(step, "late" if late_s else "done", late_s)
        case StepState.SKIPPED:
            return StepNote(step, "skipped", 0.0)
        case StepState.NOT_APPLICABLE:
            return StepNote(step, "not applicable", 0.0)
        case _:
            late_s = 0.0 if step.due is None else max(0.0, now - step.due)
            overdue = step.required and late_s > 0
            return StepNote(step, "overdue" if overdue else "open", late_s if overdue else 0.0)


def _action(action: ActionView, mine: Sequence[Entry]) -> ActionNote:
    outcomes: list[Outcome] = []
    effect_s: float | None = None
    for entry in mine:
        match entry.fact:
            case facts.ContainmentHeld(action=name, proof=proof) if name == action.id:
                outcomes.append(Outcome(entry.at, "held", proof))
                effect_s = entry.at - action.requested if effect_s is None else effect_s
            case facts.ContainmentNotHeld(action=name, proof=proof) if name == action.id:
                outcomes.append(Outcome(entry.at, "not held", proof))
            case facts.ContainmentReleased(action=name, proof=proof) if name == action.id:
                outcomes.append(Outcome(entry.at, "released", proof))
            case facts.ReleaseFailed(action=name, proof=seen) if name == action.id:
                outcomes.append(Outcome(entry.at, "release failed", seen))
            case _:
                continue
    return ActionNote(action, outcomes, effect_s)


def _alarms(incident: IncidentView, view: View, mine: Sequence[Entry]) -> list[AlarmNote]:
    seen = {alarm.id: alarm.acknowledged or "" for alarm in view.alarms}
    raised = [entry.fact.alarm for entry in mine if isinstance(entry.fact, facts.AlarmRaised)]
    return [AlarmNote(alarm, clean(seen.get(alarm.id, ""), 64)) for alarm in raised]


def _severities(mine: Sequence[Entry]) -> list[SeverityRow]:
    rows: list[SeverityRow] = []
    for entry in mine:
        match entry.fact:
            case facts.IncidentOpened(severity=severity):
                rows.append(SeverityRow(entry.at, severity, "as opened"))
            case facts.SeverityChanged(severity=severity, reason=reason):
                rows.append(SeverityRow(entry.at, severity, clean(reason, 400)))
            case _:
                continue
    return rows


def _taxonomy(mine: Sequence[Entry], alarms: Sequence[AlarmNote]) -> list[tuple[str, str]]:
    cited = [entry.fact.playbook.taxonomy for entry in mine if isinstance(entry.fact, facts.IncidentOpened)]
    cited += [note.alarm.taxonomy for note in alarms]
    names = {one: None for block in cited for one in (*block.owasp_llm, *block.owasp_asi, *block.atlas)}
    return [(clean(one, 40), name_of(one) or "not in the catalogues that warroom knows") for one in names]


def _summary(
    incident: IncidentView,
    alarms: Sequence[AlarmNote],
    severities: Sequence[SeverityRow],
    actions: Sequence[ActionNote],
) -> str:
    told = []
    if alarms:
        first = alarms[0].alarm
        why = f": {clean(first.reasons[0].text, 200)}" if first.reasons else ""
        told.append(f"warroom raised alarm {first.id} ({first.level}, score {first.score:.0f}) for {first.bot}{why}.")
    path = ", then ".join(row.severity.value for row in severities) or incident.severity.value
    told.append(f"{incident.id} was opened as {path} with the playbook {incident.playbook}.")
    ttc = incident.metrics.get("ttc_s")
    proven = next((note for note in actions if note.effect_s is not None), None)
    if proven is not None:
        after = "" if ttc is None else f", {span_text(ttc)} after the first alarm"
        told.append(f"{proven.action.id} ({proven.action.verb} {proven.action.bot}) was proven to hold{after}.")
    else:
        told.append("No containment was proven to hold.")
    ttr = incident.metrics.get("ttr_s")
    told.append(
        "Service was not back when this was written." if ttr is None else f"It was over after {span_text(ttr)}."
    )
    return " ".join(told)


def _integrity(view: View, mine: Sequence[Entry], entries: Sequence[Entry]) -> Integrity:
    first, last = (mine[0].seq, mine[-1].seq) if mine else (0, 0)
    digest = hashlib.sha256()
    for entry in entries:
        if first <= entry.seq <= last:
            digest.update(entry.hash.encode() + b"\n")
    return Integrity(view.chain.length, view.chain.head, first, last, digest.hexdigest())


class _Findings(msgspec.Struct, frozen=True):
    """What in the record is worth asking people about. The questions name what happened, never who was slow."""

    incident: IncidentView
    timeline: list[Row]
    steps: list[StepNote]
    actions: list[ActionNote]
    alarms: list[AlarmNote]

    def prompts(self) -> dict[str, list[str]]:
        """Return questions by the key of the part that they belong to."""
        return {
            "factor": [*self._detection(), *self._not_held()],
            "hard": [*self._pause(), *self._latest()],
            "surprise": self._unseen(),
            "change": self._skipped(),
        }

    def _detection(self) -> list[str]:
        ttd = self.incident.metrics.get("ttd_s")
        if ttd is None:
            return ["When was the first hostile line? Mark the moment 'started' to measure detection."]
        return [f"The first alarm came {span_text(ttd)} after the first hostile line. What could have shown it sooner?"]

    def _not_held(self) -> list[str]:
        failed = [note.action for note in self.actions if any(one.word == "not held" for one in note.outcomes)]
        return [f"{one.id} ({one.verb} {one.bot}) did not hold. What did it not reach?" for one in failed]

    def _pause(self) -> list[str]:
        longest = max((row for row in self.timeline if row.pause_s), key=lambda row: row.pause_s or 0.0, default=None)
        if longest is None or longest.pause_s is None:
            return []
        gap = f"Nothing was recorded for {span_text(longest.pause_s)} before row {longest.seq}."
        return [f"{gap} What was going on, and what would have shown it?"]

    def _latest(self) -> list[str]:
        latest = max((one for one in self.steps if one.late_s), key=lambda one: one.late_s, default=None)
        if latest is None:
            return []
        state = "was done" if latest.standing == "late" else "was still open"
        gap = f"Step {latest.step.id} ({latest.step.title}) {state} {span_text(latest.late_s)} after its due time."
        return [f"{gap} What made it hard to do earlier?"]

    def _unseen(self) -> list[str]:
        unseen = [note.alarm.id for note in self.alarms if not note.acknowledged]
        return [f"Alarm {one} was not acknowledged. What drew attention away from it?" for one in unseen]

    def _skipped(self) -> list[str]:
        skipped = [one.step for one in self.steps if one.standing == "skipped"]
        return [f"Step {one.id} was skipped: {one.reason}. Does the playbook still need it?" for one in skipped]
