"""The nouns: bots, alarms, incidents, steps, actions, plans, proofs. All frozen; times are seconds since the epoch."""

from __future__ import annotations

import hashlib
from enum import StrEnum

import msgspec

from warroom.core.record import Record


class Mode(StrEnum):
    """Whether a room watches real bots or a drill."""

    LIVE = "live"
    DRILL = "drill"


class Phase(StrEnum):
    """Phases of an incident, in order; later steps may be ticked early."""

    PREPARATION = "preparation"
    DETECTION = "detection"
    CONTAINMENT = "containment"
    REMEDIATION = "remediation"
    RECOVERY = "recovery"
    REVIEW = "review"


class Severity(StrEnum):
    """How bad: SEV1 is worst. When in doubt, take the higher."""

    SEV1 = "SEV1"
    SEV2 = "SEV2"
    SEV3 = "SEV3"
    SEV4 = "SEV4"


class Role(StrEnum):
    """A part in an incident (not a right on the console, which is an access level)."""

    INCIDENT_COMMANDER = "incident_commander"
    DEPUTY = "deputy"
    OPS_LEAD = "ops_lead"
    SECURITY_ANALYST = "security_analyst"
    BOT_OWNER = "bot_owner"
    DATA_OWNER = "data_owner"
    SCRIBE = "scribe"
    COMMS_LEAD = "comms_lead"
    LEGAL_PRIVACY = "legal_privacy"
    EXECUTIVE_SPONSOR = "executive_sponsor"
    VENDOR_LIAISON = "vendor_liaison"


class StepState(StrEnum):
    """State of one checklist step."""

    TODO = "todo"
    DOING = "doing"
    DONE = "done"
    SKIPPED = "skipped"
    NOT_APPLICABLE = "not_applicable"
    BLOCKED = "blocked"


class Verb(StrEnum):
    """What can be done to a bot, mild to hard; ENABLE, THAW and START are what a release executes."""

    SNAPSHOT = "snapshot"
    LIMIT = "limit"
    DISABLE = "disable"
    ENABLE = "enable"
    REVOKE = "revoke"
    """Take its credentials away; undone by new ones, never by the old."""
    ISOLATE = "isolate"
    FREEZE = "freeze"
    THAW = "thaw"
    STOP = "stop"
    START = "start"


class Reversible(StrEnum):
    """How well an action can be undone."""

    EXACT = "exact"
    BEST_EFFORT = "best_effort"
    NO = "no"


class ActionState(StrEnum):
    """State of a containment; only a probe from outside leads to HELD."""

    DRAFT = "draft"
    """Prepared with its plan; nothing is asked or done yet."""
    PENDING_APPROVAL = "pending_approval"
    """Waits for a second person."""
    RUNNING = "running"
    HELD = "held"
    NOT_HELD = "not_held"
    FAILED = "failed"
    AMBIGUOUS = "ambiguous"
    RELEASING = "releasing"
    RELEASED = "released"
    EXPIRED = "expired"
    DONE = "done"
    """For verbs that change nothing (snapshot)."""
    DENIED = "denied"
    CANCELLED = "cancelled"
    LAPSED = "lapsed"
    """Nobody approved in time."""


class AlarmLevel(StrEnum):
    """How loud an alarm is."""

    NOTICE = "notice"
    WARNING = "warning"
    ALARM = "alarm"
    CRITICAL = "critical"


class BotState(StrEnum):
    """What the board says of a bot."""

    LEARNING = "learning"
    NORMAL = "normal"
    ODD = "odd"
    ALARM = "alarm"
    SILENT = "silent"
    CONTAINED = "contained"
    UNKNOWN = "unknown"


class Level(StrEnum):
    """Access level: a right on the console, not a part in an incident."""

    VIEWER = "viewer"
    RESPONDER = "responder"
    COMMANDER = "commander"


class Criticality(StrEnum):
    """How much depends on a bot."""

    LOW = "low"
    NORMAL = "normal"
    HIGH = "high"


class Verdict(StrEnum):
    """What an outside probe saw."""

    CONTAINED = "contained"
    OPEN = "open"
    UNKNOWN = "unknown"


class Actor(msgspec.Struct, frozen=True, omit_defaults=True):
    """Who did it: the kernel's uid of the peer and its login name, or the engine itself (uid None)."""

    name: str
    uid: int | None = None
    claimed: str = ""
    """The person behind a shared account, in their own words: the kernel vouches for the account alone."""

    @property
    def label(self) -> str:
        """How people are shown who it was; a claimed name says that it is one."""
        return f"{self.claimed} (claimed, as {self.name})" if self.claimed else self.name


ENGINE = Actor("engine")


class Reason(msgspec.Struct, frozen=True):
    """One reason of an alarm, with the usual range where there is one."""

    kind: str
    """rule, behaviour, new, forest; of a containment that flipped: containment, probe"""
    name: str
    """Rule id, feature name or what is new; what flipped, or when the look was."""
    text: str
    value: float | None = None
    usual: tuple[float, float, float] | None = None
    """p5, median, p95 of this bot's normal windows."""
    contribution: float = 0.0
    """Share of the score, 0 to 1."""


class Taxonomy(msgspec.Struct, frozen=True):
    """Ids in the public catalogues of attacks on AI systems."""

    owasp_llm: list[str] = []
    owasp_asi: list[str] = []
    atlas: list[str] = []


class Alarm(msgspec.Struct, frozen=True):
    """A scored and explained anomaly; its id derives from the source and offsets, so a replay raises it once."""

    id: str
    bot: str
    time: float
    score: float
    """0 to 100; 50 is the threshold."""
    p: float
    """Tail probability under this bot's normal, small is odd; 1 where no normal is known, so nobody can say."""
    level: AlarmLevel
    cause: str
    """What it is about; a second alarm of the same cause waits for the hold-off."""
    window_start: float
    window_end: float
    reasons: list[Reason]
    samples: list[Record] = []
    """At most three lines that show it best."""
    taxonomy: Taxonomy = Taxonomy()
    model: str = ""
    """sha256 of the model that scored it, empty when a rule alone did."""
    action: str = ""
    """The containment that held and does not any more, where this is no finding in a log."""


class Step(msgspec.Struct, frozen=True):
    """One step of a playbook's checklist."""

    id: str
    phase: Phase
    title: str
    owner: Role
    required: bool = True
    due_s: float | None = None
    """Seconds after the incident opened; None when no time is set."""
    detail: str = ""
    evidence: list[str] = []
    verb: Verb | None = None
    """The containment verb that this step is done with, when it is."""


class Playbook(msgspec.Struct, frozen=True):
    """A procedure: which steps by whom and by when."""

    id: str
    title: str
    version: str
    summary: str
    severity: Severity
    steps: list[Step]
    taxonomy: Taxonomy = Taxonomy()
    snapshot_first: bool = True
    """Containment in this playbook asks for a snapshot before the first change."""
    evidence_gate: bool = False
    """Nothing is changed while some of the evidence cannot be taken, unless the glass is broken."""


class Plan(msgspec.Struct, frozen=True):
    """What an action will do, exactly; shown as the dry run and bound by its hash."""

    bot: str
    verb: Verb
    adapter: str
    exact: list[str]
    """The request lines, or the pids with their command lines, that will be used."""
    effects: list[str]
    """What users of the bot will see."""
    undo: str
    probe: str
    """What the outside proof will ask and what answer means contained."""
    expires_s: float | None = None
    reversible: Reversible = Reversible.EXACT
    instances: list[str] = []
    """What is acted on, one text each: processes, units, containers, tokens, an address."""
    shared: list[str] = []
    """Others that are hit too, such as a second service in the same unit."""
    restore: str = ""
    """The state before, as the adapter needs it for an exact undo, in its own form."""

    @property
    def sha256(self) -> str:
        """sha256 of the plan's canonical JSON, hex: a changed parameter is another plan."""
        content = {name: value for name, value in msgspec.structs.asdict(self).items() if value or name not in _LATER}
        if self.reversible is Reversible.EXACT:
            del content["reversible"]
        return hashlib.sha256(msgspec.json.encode(content, order="sorted")).hexdigest()


_LATER = frozenset({"instances", "shared", "restore"})
"""Fields that older journals do not know: while empty they do not count, so that an old plan keeps its hash."""


class Sample(msgspec.Struct, frozen=True, omit_defaults=True):
    """One look from outside: what was sent, what came back, what it means."""

    at: float
    verdict: Verdict
    sent: str
    got: str
    weak: bool = False
    """Contained, but by silence alone: it may agree with others and proves nothing by itself."""


class Proof(msgspec.Struct, frozen=True):
    """The samples behind a verdict."""

    verdict: Verdict
    samples: list[Sample]
    at: float


class EvidenceFile(msgspec.Struct, frozen=True):
    """One file in evidence/, named by its sha256."""

    name: str
    sha256: str
    size: int
    origin: str
    taken: float
