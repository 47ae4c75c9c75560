"""The view: all that a console draws, frozen, whole and versioned. Every text in it has passed `clean`."""

from __future__ import annotations

import msgspec

from warroom.core.exercise import Exercise
from warroom.core.model import (
    ActionState,
    AlarmLevel,
    BotState,
    Mode,
    Phase,
    Plan,
    Proof,
    Reason,
    Role,
    Severity,
    StepState,
    Verb,
)
from warroom.core.notices import Delivery
from warroom.core.urgency import Urgency


class Way(msgspec.Struct, frozen=True):
    """One way to act on a bot."""

    verb: Verb
    adapter: str


class BotView(msgspec.Struct, frozen=True):
    """One row of the board."""

    name: str
    state: BotState
    score: float | None
    """0 to 100, 50 is the alarm threshold; None before the first window."""
    p: float | None
    trend: list[float]
    """Scores of the last windows, oldest first, at most 30."""
    why: str
    """The strongest reason in a sentence, or what the bot is waiting for."""
    learned: int
    """Normal windows seen."""
    needed: int
    """Normal windows wanted before behaviour is scored."""
    lines: int
    last_line: float | None
    """When its last line arrived."""
    alarms: int
    """Alarms not acknowledged."""
    held_by: str | None
    """Action that contains it now."""
    verbs: list[Verb]
    """What can be done to it, mild to hard, as configured."""
    ways: list[Way] = []
    """Each verb with each adapter that can do it, in the same order."""
    hour: list[float | None] = []
    """The worst score of each five minutes of the last hour, oldest first; None where nothing was scored."""
    playbook: str = ""
    """The playbook that its config offers first; empty where that is not known."""


class SourceView(msgspec.Struct, frozen=True):
    """One followed log."""

    path: str
    bot: str
    state: str
    lines: int
    gaps: int
    behind_bytes: int
    generation: int
    offset: int
    last_line: float | None
    unparsed: int = 0
    """Lines that fit no format, kept as they are."""


class AlarmView(msgspec.Struct, frozen=True):
    """One alarm with its reasons and sample lines."""

    id: str
    bot: str
    time: float
    score: float
    p: float
    level: AlarmLevel
    cause: str
    reasons: list[Reason]
    samples: list[str]
    taxonomy: list[str]
    acknowledged: str | None
    """Who acknowledged it."""
    incident: str | None
    action: str = ""
    """The containment that held and does not any more, where it is no finding in a log."""


class StepView(msgspec.Struct, frozen=True):
    """One step of a checklist as it stands."""

    id: str
    phase: Phase
    title: str
    owner: Role
    required: bool
    due: float | None
    """When it is due, seconds since the epoch."""
    state: StepState
    by: str
    at: float | None
    reason: str
    detail: str
    verb: Verb | None


class TimelineView(msgspec.Struct, frozen=True, omit_defaults=True):
    """One entry of the record in words."""

    seq: int
    at: float
    who: str
    kind: str
    text: str
    urgency: Urgency = Urgency.INFO
    about: str = ""
    """The id or name of what it is about: an action, an alarm, a step, a bot."""
    incident: str = ""


class ApprovalView(msgspec.Struct, frozen=True):
    """A second person's word that is waited for, or was given."""

    why: str
    """The rule that asks for two people."""
    asked_by: str
    asked_uid: int | None
    asked: float
    lapses: float
    release: bool
    """For letting the bot back, not for containing it."""
    reason: str
    given_by: str | None
    plan_sha256: str


class ActionView(msgspec.Struct, frozen=True):
    """One containment as it stands."""

    id: str
    bot: str
    verb: Verb
    adapter: str
    state: ActionState
    incident: str | None
    operator: str
    uid: int | None
    reason: str
    requested: float
    settled: float | None
    """When it reached its present state."""
    expires: float | None
    plan: Plan
    plan_sha256: str
    proof: Proof | None
    evidence: int
    """Files taken for it."""
    note: str
    """Why it failed or is ambiguous, in words."""
    supersedes: str | None = None
    """The weaker action of the same adapter that it follows."""
    started: float | None = None
    approval: ApprovalView | None = None
    broken_glass: str = ""
    """Why one person acted where two were asked for."""
    told: str = ""
    """Who of security was told how it stands, or that nobody was; empty where that is no news."""


class IncidentView(msgspec.Struct, frozen=True):
    """One incident as it stands."""

    id: str
    title: str
    severity: Severity
    open: bool
    phase: Phase
    bots: list[str]
    playbook: str
    opened: float
    closed: float | None
    moments: dict[str, float]
    roles: dict[str, str]
    steps: list[StepView]
    timeline: list[TimelineView]
    """The newest 200 entries, oldest first."""
    actions: list[str]
    alarms: list[str]
    next_step: str
    """The next thing to do, in words."""
    metrics: dict[str, float | None]
    """ttd_s, tta_s, ttc_s, ttr_s"""
    update_due: float | None = None
    """When people wait for the next update; None when none is promised."""


class ConsoleView(msgspec.Struct, frozen=True):
    """Somebody attached."""

    id: str
    operator: str
    uid: int
    since: float
    read_only: bool


class ChainView(msgspec.Struct, frozen=True):
    """The journal's length and head, for the status bar."""

    length: int
    head: str


class PlaybookView(msgspec.Struct, frozen=True):
    """A playbook that can be chosen, or one that is broken and where."""

    id: str
    title: str
    severity: Severity | None
    broken: str
    """Empty, or file:line:column and what is wrong."""


class View(msgspec.Struct, frozen=True):
    """The room at one moment; a console may drop any but the latest."""

    version: int
    room: str
    mode: Mode
    now: float
    pid: int
    started: float
    bots: list[BotView]
    sources: list[SourceView]
    alarms: list[AlarmView]
    """The newest 100, newest last."""
    incidents: list[IncidentView]
    actions: list[ActionView]
    consoles: list[ConsoleView]
    playbooks: list[PlaybookView]
    chain: ChainView
    messages: list[TimelineView]
    """The newest 100 entries of the whole room, newest last."""
    banner: str = ""
    """Something that everybody must see (journal failing, no evidence space), else empty."""
    outbox: list[Delivery] = []
    """The newest 100 notices, newest last."""
    outbox_word: str = ""
    """What is unsent or was given up; empty when nothing is."""
    exercise: Exercise | None = None
    """The board of an exercise, as the one who leads it posted it."""


class LogLine(msgspec.Struct, frozen=True):
    """One line of the stream, cleaned, for the log page."""

    seq: int
    """Grows by one a line of the bot; what is missing was dropped from the ring."""
    at: float
    time_source: str
    level: str
    text: str
    source: str
    offset: int
    generation: int
    marks: list[str]
    """Ids of rules that this line matched."""
    bot: str = ""
    length: int = 0
    """Bytes of the raw line, newline included; 0 for what is no line."""
    came: float = 0.0
    """When it arrived, as far as that is known."""
