"""The tables that people ask with SQL, and the things that their rows are made of."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import msgspec

from warroom.core.desk import ActionRecord, AlarmRecord, BotRecord, IncidentRecord, StepRecord
from warroom.core.facts import GapSeen, NoticeWritten
from warroom.core.metrics import durations
from warroom.core.model import EvidenceFile, Reason, Sample
from warroom.core.notices import DeliveryState
from warroom.core.ports import Entry
from warroom.core.record_columns import Cell, Table, int_column, real_column, text_column, time_column
from warroom.core.timeline import Told, seen


class Act(msgspec.Struct, frozen=True):
    """An entry of the journal in words."""

    entry: Entry
    told: Told
    incident: str | None
    bot: str | None


class Step(msgspec.Struct, frozen=True):
    """A step of an incident."""

    incident: IncidentRecord
    record: StepRecord


class Part(msgspec.Struct, frozen=True):
    """Who has a part in an incident."""

    incident: str
    role: str
    person: str


class Why(msgspec.Struct, frozen=True):
    """One reason of an alarm."""

    alarm: AlarmRecord
    reason: Reason


class Acked(msgspec.Struct, frozen=True):
    """An alarm and when it was acknowledged."""

    record: AlarmRecord
    at: float | None


class Contained(msgspec.Struct, frozen=True):
    """An action and when it was first proven."""

    record: ActionRecord
    held: float | None


class Look(msgspec.Struct, frozen=True):
    """One look of a probe, and the entry that tells of it."""

    entry: Entry
    action: str
    incident: str | None
    bot: str | None
    sample: Sample


class Kept(msgspec.Struct, frozen=True):
    """A piece of evidence and what it was taken for."""

    action: ActionRecord
    file: EvidenceFile


class Letter(msgspec.Struct, frozen=True):
    """A notice to one channel, and how it ended."""

    id: str
    entry: Entry
    fact: NoticeWritten
    channel: str | None
    state: str
    tries: int = 0
    answer: str = ""
    settled: float | None = None
    again: Entry | None = None


class Hole(msgspec.Struct, frozen=True):
    """Something that the watch did not read."""

    entry: Entry
    gap: GapSeen


class Bot(msgspec.Struct, frozen=True):
    """A bot as the journal knows it."""

    name: str
    record: BotRecord
    contained_by: str | None


DRAFT, PENDING = "draft", DeliveryState.PENDING.value


ACTS: Table[Act] = Table(
    "acts",
    "Every entry of the journal, in order: what happened, who did it, the hash that seals it.",
    (
        int_column("seq", "number in the journal, from 1", lambda a: a.entry.seq),
        time_column("at", "when", lambda a: a.entry.at),
        text_column("operator", "who did it; `engine` for what happened by itself", lambda a: a.entry.actor.label),
        int_column(
            "uid", "account of the operator, as the kernel said; null for the engine", lambda a: a.entry.actor.uid
        ),
        text_column(
            "kind", "what it is about: alarm, incident, step, note, contain, notice, room …", lambda a: a.told.kind
        ),
        text_column("fact", "the exact fact, such as `ContainmentHeld`", lambda a: type(a.entry.fact).__name__),
        text_column("incident", "the incident that it belongs to", lambda a: a.incident),
        text_column("bot", "the bot that it is about", lambda a: a.bot),
        text_column("text", "the fact in one sentence, as the timeline tells it", lambda a: a.told.text),
        text_column("hash", "hash of the entry, which seals all before it", lambda a: a.entry.hash),
    ),
)


def _moment(name: str) -> Callable[[IncidentRecord], float | None]:
    return lambda i: i.moments.get(name)


def _span(name: str) -> Callable[[IncidentRecord], Cell]:
    return lambda i: durations(i.moments)[name]


INCIDENTS: Table[IncidentRecord] = Table(
    "incidents",
    "Incidents as they stand now.",
    (
        text_column("id", "such as `INC-001`", lambda i: i.id),
        text_column("title", "what it is called", lambda i: i.title),
        text_column("severity", "`SEV1` (worst) to `SEV4`", lambda i: i.severity),
        text_column("state", "`open` or `closed`", lambda i: "open" if i.open else "closed"),
        text_column("phase", "the phase that it is in", lambda i: i.phase),
        text_column("bots", "the bots that it names, with commas between", lambda i: ",".join(i.bots)),
        text_column("playbook", "id of its playbook", lambda i: i.playbook.id),
        time_column("opened", "when it was opened", lambda i: i.opened),
        time_column("closed", "when it was closed; null while it is open", lambda i: i.closed),
        time_column("started", "moment of the first hostile line, as a person set it", _moment("started")),
        time_column("detected", "moment of the first alarm", _moment("detected")),
        time_column("acked", "moment of the first acknowledgement", _moment("acked")),
        time_column("commanded", "moment when somebody took command", _moment("commanded")),
        time_column("contained", "moment when a containment was first proven", _moment("contained")),
        time_column("resolved", "moment when service was back", _moment("resolved")),
        real_column("ttd_s", "seconds from started to detected", _span("ttd_s")),
        real_column("tta_s", "seconds from detected to acked", _span("tta_s")),
        real_column("ttc_s", "seconds from detected to contained", _span("ttc_s")),
        real_column("ttr_s", "seconds from detected to resolved", _span("ttr_s")),
    ),
)


STEPS: Table[Step] = Table(
    "steps",
    "Steps of the checklists as they stand.",
    (
        text_column("incident", "whose checklist", lambda s: s.incident.id),
        text_column("id", "id of the step in its playbook", lambda s: s.record.step.id),
        text_column("phase", "phase that it belongs to", lambda s: s.record.step.phase),
        text_column("title", "what is to be done", lambda s: s.record.step.title),
        text_column("owner", "role that does it", lambda s: s.record.step.owner),
        int_column("required", "1 when it must be done, else 0", lambda s: int(s.record.step.required)),
        text_column(
            "state", "`todo`, `doing`, `done`, `skipped`, `not_applicable`, `blocked`", lambda s: s.record.state
        ),
        text_column("by", "who changed it last; null when nobody did", lambda s: s.record.by or None),
        time_column("at", "when it was changed last", lambda s: s.record.at),
        time_column(
            "due",
            "by when it is to be done",
            lambda s: None if s.record.step.due_s is None else s.incident.opened + s.record.step.due_s,
        ),
        text_column("reason", "why it was skipped or taken back, or the note of its tick", lambda s: s.record.reason),
        text_column("verb", "the containment that it is done with", lambda s: s.record.step.verb),
    ),
)
ROLES: Table[Part] = Table(
    "roles",
    "Who has which part in an incident now.",
    (
        text_column("incident", "which incident", lambda p: p.incident),
        text_column("role", "such as `incident_commander`", lambda p: p.role),
        text_column("person", "who has it", lambda p: p.person),
    ),
)


def _strongest(record: AlarmRecord) -> str:
    return record.alarm.reasons[0].text if record.alarm.reasons else record.alarm.cause


ALARMS: Table[Acked] = Table(
    "alarms",
    "Every alarm that was raised.",
    (
        text_column("id", "such as `AL-4f2a91`", lambda a: a.record.alarm.id),
        text_column("bot", "whose log it was seen in", lambda a: a.record.alarm.bot),
        time_column("at", "time of the lines that raised it", lambda a: a.record.alarm.time),
        time_column("raised", "when it was recorded", lambda a: a.record.raised),
        text_column("level", "`notice`, `warning`, `alarm`, `critical`", lambda a: a.record.alarm.level),
        real_column("score", "0 to 100; 50 is the threshold", lambda a: a.record.alarm.score),
        real_column("p", "how usual such a window is for this bot; small is odd", lambda a: a.record.alarm.p),
        text_column("cause", "what it is about: the rule or the odd feature", lambda a: a.record.alarm.cause),
        text_column("action", "the action that flipped, where that is it", lambda a: a.record.alarm.action or None),
        text_column("why", "its strongest reason in words", lambda a: _strongest(a.record)),
        time_column("window_start", "begin of the window that was scored", lambda a: a.record.alarm.window_start),
        time_column("window_end", "end of that window", lambda a: a.record.alarm.window_end),
        text_column("owasp_llm", "ids in OWASP's list for LLMs", lambda a: ",".join(a.record.alarm.taxonomy.owasp_llm)),
        text_column(
            "owasp_asi", "ids in OWASP's list for agents", lambda a: ",".join(a.record.alarm.taxonomy.owasp_asi)
        ),
        text_column("atlas", "ids in MITRE ATLAS", lambda a: ",".join(a.record.alarm.taxonomy.atlas)),
        text_column("acknowledged_by", "who has seen it; null when nobody did", lambda a: a.record.acknowledged),
        time_column("acknowledged", "when", lambda a: a.at),
        text_column("incident", "the incident that it belongs to", lambda a: a.record.incident),
    ),
)
REASONS: Table[Why] = Table(
    "reasons",
    "Why an alarm was raised, a row for each reason.",
    (
        text_column("alarm", "which alarm", lambda w: w.alarm.alarm.id),
        text_column("bot", "of which bot", lambda w: w.alarm.alarm.bot),
        text_column("kind", "`rule`, `behaviour`, `new`, `forest`", lambda w: w.reason.kind),
        text_column("name", "the rule, the feature, or what is new", lambda w: w.reason.name),
        text_column("text", "in words", lambda w: w.reason.text),
        real_column("value", "what was measured", lambda w: w.reason.value),
        real_column("usual_low", "5th percentile of this bot's normal", lambda w: w.reason.usual and w.reason.usual[0]),
        real_column("usual", "median of this bot's normal", lambda w: w.reason.usual and w.reason.usual[1]),
        real_column(
            "usual_high", "95th percentile of this bot's normal", lambda w: w.reason.usual and w.reason.usual[2]
        ),
        real_column("contribution", "share of the score, 0 to 1", lambda w: w.reason.contribution),
    ),
)


ACTIONS: Table[Contained] = Table(
    "actions",
    "Every containment with its state and its proof.",
    (
        text_column("id", "such as `ACT-001`", lambda c: c.record.id),
        text_column("incident", "the incident that it belongs to", lambda c: c.record.incident),
        text_column("bot", "what it acts on", lambda c: c.record.plan.bot),
        text_column("verb", "`snapshot`, `limit`, `disable`, `isolate` …", lambda c: c.record.plan.verb),
        text_column("adapter", "by what it acts", lambda c: c.record.plan.adapter),
        text_column(
            "state", "`held` only with a proof from outside; `not_held`, `ambiguous` …", lambda c: c.record.state
        ),
        int_column("open", "1 while it has, or may have, an effect, else 0", lambda c: int(c.record.open)),
        text_column("operator", "who asked for it", lambda c: c.record.operator.label),
        int_column("uid", "account of who asked for it", lambda c: c.record.operator.uid),
        text_column("reason", "why", lambda c: c.record.reason),
        time_column("requested", "when the intent was recorded", lambda c: c.record.requested),
        time_column("started", "when it began", lambda c: c.record.started),
        time_column("held", "when a probe first proved it; null when none did", lambda c: c.held),
        time_column("settled", "when it came into its present state", lambda c: c.record.settled),
        time_column("expires", "when it ends by itself", lambda c: c.record.expires),
        text_column("verdict", "of the last proof: `contained`, `open`, `unknown`", lambda c: _proof(c).verdict),
        time_column("proven", "when the probes last judged", lambda c: _proof(c).at),
        text_column("proof", "what the probes saw, in words", lambda c: _proof(c).text),
        int_column("evidence", "files that were taken for it", lambda c: len(c.record.evidence)),
        text_column("note", "why it failed or is ambiguous", lambda c: c.record.note),
        text_column("approved_by", "the second person who agreed", lambda c: _approver(c.record)),
        text_column(
            "break_glass", "why one person acted where two were asked for", lambda c: c.record.broken_glass or None
        ),
        text_column("supersedes", "the weaker action that it follows", lambda c: c.record.supersedes),
        text_column(
            "exact", "what exactly was to be done, lines joined by `; `", lambda c: "; ".join(c.record.plan.exact)
        ),
        text_column("plan_sha256", "hash of the plan that was agreed to", lambda c: c.record.plan.sha256),
    ),
)


class _Proof(msgspec.Struct, frozen=True):
    """The last proof of an action, or nothing."""

    verdict: str | None = None
    at: float | None = None
    text: str | None = None


def _proof(one: Contained) -> _Proof:
    proof = one.record.proof
    return _Proof() if proof is None else _Proof(proof.verdict, proof.at, seen(proof))


def _approver(record: ActionRecord) -> str | None:
    given = record.approval.given_by if record.approval else None
    return None if given is None else given.label


PROBES: Table[Look] = Table(
    "probes",
    "Each look from outside that was recorded as part of a proof.",
    (
        int_column("seq", "entry of the journal that tells of it", lambda look: look.entry.seq),
        text_column("action", "which action was looked at", lambda look: look.action),
        text_column("incident", "the incident of that action", lambda look: look.incident),
        text_column("bot", "which bot", lambda look: look.bot),
        time_column("at", "when it looked", lambda look: look.sample.at),
        text_column("verdict", "`contained`, `open`, `unknown`", lambda look: look.sample.verdict),
        text_column("sent", "what it asked", lambda look: look.sample.sent),
        text_column("got", "what came back", lambda look: look.sample.got),
    ),
)
EVIDENCE: Table[Kept] = Table(
    "evidence",
    "Files that were taken as evidence.",
    (
        text_column("action", "the action that it was taken for", lambda k: k.action.id),
        text_column("incident", "the incident of that action", lambda k: k.action.incident),
        text_column("bot", "which bot", lambda k: k.action.plan.bot),
        text_column("name", "what it is called", lambda k: k.file.name),
        text_column("sha256", "its hash, and its name in the folder `evidence/`", lambda k: k.file.sha256),
        int_column("size", "bytes", lambda k: k.file.size),
        text_column("origin", "where it was taken from", lambda k: k.file.origin),
        time_column("taken", "when", lambda k: k.file.taken),
    ),
)
NOTICES: Table[Letter] = Table(
    "notices",
    "Who was told what, a row for each channel.",
    (
        text_column("id", "id of the notice", lambda n: n.id),
        int_column("seq", "entry of the journal that wrote it", lambda n: n.entry.seq),
        text_column("incident", "which incident; null for an action without one", lambda n: n.fact.incident or None),
        text_column("action", "which action, where there is no incident", lambda n: n.fact.action or None),
        text_column("audience", "who was to be told", lambda n: n.fact.audience),
        text_column("channel", "by which channel; null for a draft that a person sends", lambda n: n.channel),
        text_column("event", "`trigger`, `acknowledge`, `update`, `resolve`", lambda n: n.fact.event),
        text_column("severity", "severity at that time", lambda n: n.fact.severity),
        text_column("operator", "who asked for it; `engine` for what goes by itself", lambda n: n.entry.actor.label),
        time_column("written", "when it was written", lambda n: n.entry.at),
        text_column("subject", "its subject", lambda n: n.fact.subject),
        text_column("text", "what it says; lines end in `␊`", lambda n: n.fact.text),
        text_column("state", "`pending`, `accepted` by its receiver, `dead` (given up), `draft`", lambda n: n.state),
        int_column("tries", "how often it was sent", lambda n: n.tries),
        text_column("answer", "what the receiver said or what went wrong", lambda n: n.answer or None),
        time_column("settled", "when it was accepted or given up", lambda n: n.settled),
        text_column("again_by", "who had it sent again last", lambda n: n.again.actor.label if n.again else None),
        time_column("again_at", "when", lambda n: n.again.at if n.again else None),
    ),
)
GAPS: Table[Hole] = Table(
    "gaps",
    "What the watch did not read of a log, and why: where nobody can know what happened.",
    (
        int_column("seq", "entry of the journal that tells of it", lambda h: h.entry.seq),
        time_column("at", "when it was noticed", lambda h: h.entry.at),
        text_column("source", "which log", lambda h: h.gap.source),
        text_column("kind", "such as `truncated`, `rotated_unread`, `vanished`", lambda h: h.gap.kind),
        text_column("reason", "in words", lambda h: h.gap.reason),
        int_column("bytes", "how many bytes; null when nobody knows", lambda h: h.gap.bytes),
        int_column("generation", "generation of the file", lambda h: h.gap.generation),
        int_column("offset", "where in that generation", lambda h: h.gap.offset),
    ),
)
BOTS: Table[Bot] = Table(
    "bots",
    "The bots that the journal knows, as it last told of them.",
    (
        text_column("name", "its name", lambda b: b.name),
        text_column("state", "`normal`, `odd`, `alarm`, `silent` …, when it last changed", lambda b: b.record.state),
        real_column("score", "its score at that time", lambda b: b.record.score),
        text_column("contained_by", "the action that holds it now", lambda b: b.contained_by),
    ),
)

TABLES: tuple[Table[Any], ...] = (
    *(ACTS, INCIDENTS, STEPS, ROLES, ALARMS, REASONS),
    *(ACTIONS, PROBES, EVIDENCE, NOTICES, GAPS, BOTS),
)
