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
    Role,
    Severity,
    Step,
    StepState,
)

OPEN_STATES = frozenset(
    {ActionState.RUNNING, ActionState.HELD, ActionState.NOT_HELD, ActionState.AMBIGUOUS, ActionState.RELEASING}
)
"""States in which an action still has, or may have, an effect on its bot."""


class StepRecord(msgspec.Struct, frozen=True):
    """A playbook's step and what became of it."""

    step: Step
    state: StepState = StepState.TODO
    by: str = ""
    at: float | None = None
    reason: str = ""


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

    @property
    def open(self) -> bool:
        """Whether it still has, or may have, an effect."""
        return self.state in OPEN_STATES

    @property
    def expires(self) -> float | None:
        """When it ends by itself; seconds since the epoch."""
        return None if self.plan.expires_s is None else self.requested + self.plan.expires_s


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


GapPlace = tuple[str, int, int]
"""Kind, generation and offset of a gap."""


class Desk(msgspec.Struct, frozen=True):
    """The state of a room. Dicts are never changed in place: each fact makes new ones."""

    room: str = ""
    mode: Mode = Mode.LIVE
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
    consoles: dict[str, ConsoleRecord] = {}
    answered: dict[str, Answer] = {}
    """The first answer to each of the newest client command ids: a repeat gets it again."""


def open_actions(desk: Desk, bot: str | None = None) -> list[ActionRecord]:
    """Return the actions that still have an effect, oldest first; of one bot when named."""
    return [a for a in desk.actions.values() if a.open and (bot is None or a.plan.bot == bot)]


def incident_of(desk: Desk, bot: str) -> IncidentRecord | None:
    """Return the newest open incident that names the bot."""
    found = [i for i in desk.incidents.values() if i.open and bot in i.bots]
    return found[-1] if found else None
