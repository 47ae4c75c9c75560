"""The desk: the whole state of a room, frozen; it is nothing but the fold of its journal."""

from __future__ import annotations

import msgspec

from warroom.core.commands import Answer
from warroom.core.model import (
    ActionState,
    Actor,
    Alarm,
    BotState,
    EvidenceFile,
    Mode,
    Phase,
    Plan,
    Playbook,
    Proof,
    Reversible,
    Role,
    Severity,
    Step,
    StepState,
    Verb,
)
from warroom.core.notices import DeliveryState, Event, Notice

OPEN_STATES = frozenset(
    {ActionState.RUNNING, ActionState.HELD, ActionState.NOT_HELD, ActionState.AMBIGUOUS, ActionState.RELEASING}
)
"""States in which an action still has, or may have, an effect on its bot."""
WAITING_STATES = frozenset({ActionState.DRAFT, ActionState.PENDING_APPROVAL})
"""States before anything was done."""


class StepRecord(msgspec.Struct, frozen=True):
    """A playbook's step and what became of it."""

    step: Step
    state: StepState = StepState.TODO
    by: str = ""
    at: float | None = None
    reason: str = ""


class ApprovalRecord(msgspec.Struct, frozen=True):
    """A second person's word that is asked for, and whose it is."""

    plan_sha256: str
    """What exactly is to be agreed to."""
    asked_by: Actor
    asked: float
    why: str
    """The rule that asks for two people."""
    release: bool = False
    """For letting the bot back, not for containing it."""
    reason: str = ""
    given_by: Actor | None = None
    given: float | None = None

    @property
    def pending(self) -> bool:
        """Whether nobody has answered."""
        return self.given_by is None


class ActionRecord(msgspec.Struct, frozen=True):
    """An action from its intent to its end."""

    id: str
    incident: str | None
    plan: Plan
    reason: str
    operator: Actor
    requested: float
    state: ActionState = ActionState.RUNNING
    settled: float | None = None
    proof: Proof | None = None
    evidence: list[EvidenceFile] = []
    note: str = ""
    supersedes: str | None = None
    releasing: bool = False
    """A release was asked for; a probe that sees the bot at work then means released."""
    started: float | None = None
    """When it began; None while it is a draft or waits for a second person."""
    approval: ApprovalRecord | None = None
    broken_glass: str = ""
    """Why one person acted where two were asked for."""
    announced: list[float] = []
    """Seconds before the end at which people were told."""
    turned: int = 0
    """Number of the newest entry that changed its state; 0 before any did."""
    let_go: int = 0
    """Number of the entry that last asked to let its bot back; 0 when none did."""
    failed_releases: int = 0
    """Releases that failed one after the other since a person last asked for one."""
    release_failed: float | None = None
    """When the last of them failed."""

    @property
    def waiting(self) -> bool:
        """Whether nothing was done yet."""
        return self.state in WAITING_STATES

    @property
    def open(self) -> bool:
        """Whether it still has, or may have, an effect."""
        return self.state in OPEN_STATES

    @property
    def expires(self) -> float | None:
        """When it ends by itself; seconds since the epoch. What cannot be undone has no end, whatever was asked."""
        if self.plan.expires_s is None or self.plan.reversible is Reversible.NO:
            return None
        return (self.requested if self.started is None else self.started) + self.plan.expires_s


class AlarmRecord(msgspec.Struct, frozen=True):
    """An alarm and who saw it."""

    alarm: Alarm
    raised: float
    acknowledged: str | None = None
    incident: str | None = None


class IncidentRecord(msgspec.Struct, frozen=True):
    """An incident as it stands."""

    id: str
    title: str
    severity: Severity
    bots: list[str]
    playbook: Playbook
    opened: float
    phase: Phase = Phase.DETECTION
    closed: float | None = None
    moments: dict[str, float] = {}
    roles: dict[Role, str] = {}
    steps: dict[str, StepRecord] = {}
    alarms: list[str] = []
    actions: list[str] = []
    told: float | None = None
    """When something was last written for an audience other than security."""
    reminded: float = 0.0
    """The newest due time of an update that somebody was reminded of."""

    @property
    def open(self) -> bool:
        """Whether it is not closed."""
        return self.closed is None


class BotRecord(msgspec.Struct, frozen=True):
    """What the journal knows of a bot."""

    state: BotState = BotState.UNKNOWN
    score: float = 0.0


class ConsoleRecord(msgspec.Struct, frozen=True):
    """Somebody attached."""

    actor: Actor
    since: float
    read_only: bool


class DeliveryRecord(msgspec.Struct, frozen=True):
    """One notice on its way to one channel."""

    notice: Notice
    state: DeliveryState = DeliveryState.PENDING
    tries: int = 0
    text: str = ""
    settled: float | None = None
    again_by: str = ""
    """Who had it sent again last."""
    again_at: float | None = None


class ToTell(msgspec.Struct, frozen=True):
    """Something that people are told of without being asked for it."""

    seq: int
    at: float
    incident: str
    """Empty for an action that belongs to no open incident."""
    event: Event
    action: str = ""
    """The action that this is news of where there is no incident."""


GapPlace = tuple[str, int, int]
"""Kind, generation and offset of a gap."""


class Desk(msgspec.Struct, frozen=True):
    """The state of a room. Dicts are never changed in place: each fact makes new ones."""

    room: str = ""
    mode: Mode = Mode.LIVE
    opened: float = 0.0
    """When its record begins; seconds since the epoch."""
    length: int = 0
    """Facts folded; equals the last sequence number."""
    running: bool = False
    """An engine started and did not say that it stopped."""
    bots: dict[str, BotRecord] = {}
    sources: dict[str, str] = {}
    """Pattern to bot, for logs that were added by command."""
    gaps: dict[str, tuple[GapPlace, ...]] = {}
    """The newest gaps of each log that a reader who starts anew meets again: a repeat is no news."""
    alarms: dict[str, AlarmRecord] = {}
    incidents: dict[str, IncidentRecord] = {}
    actions: dict[str, ActionRecord] = {}
    deliveries: dict[str, DeliveryRecord] = {}
    """Notices by id; those that were settled long ago are forgotten."""
    to_tell: tuple[ToTell, ...] = ()
    """What nobody was told of yet; a crash in between leaves it here."""
    consoles: dict[str, ConsoleRecord] = {}
    answered: dict[str, Answer] = {}
    """The first answer to each of the newest client command ids: a repeat gets it again."""


def open_actions(desk: Desk, bot: str | None = None) -> list[ActionRecord]:
    """Return the actions that still have an effect, oldest first; of one bot when named."""
    return [a for a in desk.actions.values() if a.open and (bot is None or a.plan.bot == bot)]


def holding_actions(desk: Desk, bot: str) -> list[ActionRecord]:
    """Return the actions that are proven to hold a bot, oldest first. Evidence that was taken holds nothing."""
    return [a for a in open_actions(desk, bot) if a.state is ActionState.HELD and a.plan.verb is not Verb.SNAPSHOT]


def incident_of(desk: Desk, bot: str) -> IncidentRecord | None:
    """Return the newest open incident that names the bot."""
    found = [i for i in desk.incidents.values() if i.open and bot in i.bots]
    return found[-1] if found else None
