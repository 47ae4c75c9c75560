"""Facts in past tense: all that may change the desk. The journal holds them in order; folding them is the state.

Every fact is a frozen struct tagged with its class name, so a journal row decodes to exactly one of them.
"""

from __future__ import annotations

import msgspec

from warroom.core.model import (
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
    StepState,
)


class _Fact(msgspec.Struct, frozen=True, tag=True):
    """A thing that happened."""


class RoomOpened(_Fact, frozen=True):
    """The room's journal began."""

    room: str
    mode: Mode


class EngineStarted(_Fact, frozen=True):
    """An engine took the room; `clean` says whether the one before it had stopped in order."""

    pid: int
    version: str
    clean: bool


class EngineStopped(_Fact, frozen=True):
    """The engine left in order."""

    reason: str


class ConsoleJoined(_Fact, frozen=True):
    """Somebody attached."""

    console: str
    read_only: bool


class ConsoleLeft(_Fact, frozen=True):
    """Somebody detached, or their line dropped."""

    console: str
    reason: str


class CommandRefused(_Fact, frozen=True):
    """Somebody asked for something that was not allowed."""

    command: str
    reason: str


class SourceAdded(_Fact, frozen=True):
    """A log path or glob joined the watch for a bot."""

    pattern: str
    bot: str


class GapSeen(_Fact, frozen=True):
    """Bytes of a log were not read, or the file changed under the reader."""

    source: str
    kind: str
    reason: str
    bytes: int | None
    generation: int = 0
    offset: int = 0
    """Where it is in that generation of the file."""

    @property
    def place(self) -> tuple[str, int, int]:
        """By what it is known again."""
        return (self.kind, self.generation, self.offset)


class ModelTrained(_Fact, frozen=True):
    """A bot's forest was trained."""

    bot: str
    sha256: str
    windows: int


class BotStateChanged(_Fact, frozen=True):
    """A bot's score crossed a border (with hysteresis), or its log went silent."""

    bot: str
    state: BotState
    score: float


class AlarmRaised(_Fact, frozen=True):
    """The detectors found something odd enough to tell."""

    alarm: Alarm


class AlarmAcknowledged(_Fact, frozen=True):
    """Somebody has seen it."""

    alarm: str


class IncidentOpened(_Fact, frozen=True):
    """An incident began; the playbook is embedded, so the record does not depend on a file."""

    incident: str
    title: str
    severity: Severity
    bots: list[str]
    playbook: Playbook
    alarm: str | None


class IncidentClosed(_Fact, frozen=True):
    """The incident ended."""

    incident: str
    reason: str


class SeverityChanged(_Fact, frozen=True):
    """The incident became more or less severe."""

    incident: str
    severity: Severity
    reason: str


class PhaseEntered(_Fact, frozen=True):
    """The incident moved to a phase."""

    incident: str
    phase: Phase


class RoleAssigned(_Fact, frozen=True):
    """Somebody took a part."""

    incident: str
    role: Role
    person: str


class NoteAdded(_Fact, frozen=True):
    """Somebody wrote something down."""

    incident: str
    text: str


class DecisionRecorded(_Fact, frozen=True):
    """Somebody decided something and said why."""

    incident: str
    text: str
    reason: str


class MomentMarked(_Fact, frozen=True):
    """A named moment of the incident, such as started or aware."""

    incident: str
    moment: str
    time: float


class HandedOver(_Fact, frozen=True):
    """The command of the incident passed to somebody else."""

    incident: str
    to: str
    note: str


class StepChanged(_Fact, frozen=True):
    """A checklist step changed its state."""

    incident: str
    step: str
    state: StepState
    reason: str


class ContainmentRequested(_Fact, frozen=True):
    """The intent, written before anything is done."""

    action: str
    incident: str | None
    plan: Plan
    reason: str
    supersedes: str | None


class EvidenceTaken(_Fact, frozen=True):
    """Evidence was stored for an action."""

    action: str
    files: list[EvidenceFile]


class ContainmentApplied(_Fact, frozen=True):
    """The adapter says that it did it; this proves nothing."""

    action: str
    receipt: str


class ContainmentHeld(_Fact, frozen=True):
    """A probe from outside agrees that the bot is contained."""

    action: str
    proof: Proof


class ContainmentNotHeld(_Fact, frozen=True):
    """The adapter said it did it, or it held before, but the probe sees the bot at work."""

    action: str
    proof: Proof


class ContainmentFailed(_Fact, frozen=True):
    """It was not done: nothing changed at the target."""

    action: str
    reason: str


class ContainmentAmbiguous(_Fact, frozen=True):
    """Nobody knows whether it was done; a probe decides."""

    action: str
    reason: str


class ActionDone(_Fact, frozen=True):
    """An action that changes nothing at the target (snapshot) finished."""

    action: str


class ReleaseRequested(_Fact, frozen=True):
    """The intent to let the bot back, written before anything is undone."""

    action: str
    reason: str


class ContainmentReleased(_Fact, frozen=True):
    """The bot is back; the probe saw it at work."""

    action: str
    proof: Proof


class ReleaseFailed(_Fact, frozen=True):
    """The containment could not be undone, or the bot does not answer as before."""

    action: str
    reason: str
    proof: Proof | None


class ContainmentExpired(_Fact, frozen=True):
    """The containment ended by its own expiry."""

    action: str


class ReportExported(_Fact, frozen=True):
    """A post-mortem was written from the record."""

    incident: str
    format: str
    sha256: str


Fact = (
    RoomOpened
    | EngineStarted
    | EngineStopped
    | ConsoleJoined
    | ConsoleLeft
    | CommandRefused
    | SourceAdded
    | GapSeen
    | ModelTrained
    | BotStateChanged
    | AlarmRaised
    | AlarmAcknowledged
    | IncidentOpened
    | IncidentClosed
    | SeverityChanged
    | PhaseEntered
    | RoleAssigned
    | NoteAdded
    | DecisionRecorded
    | MomentMarked
    | HandedOver
    | StepChanged
    | ContainmentRequested
    | EvidenceTaken
    | ContainmentApplied
    | ContainmentHeld
    | ContainmentNotHeld
    | ContainmentFailed
    | ContainmentAmbiguous
    | ActionDone
    | ReleaseRequested
    | ContainmentReleased
    | ReleaseFailed
    | ContainmentExpired
    | ReportExported
)
