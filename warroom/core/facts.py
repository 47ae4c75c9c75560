"""Facts in past tense: all that may change the desk. The journal holds them in order; folding them is the state.

Every fact is a frozen struct tagged with its class name, so a journal row decodes to exactly one of them.
"""

from __future__ import annotations

from warroom.core.facts_contain import (
    ActionDone as ActionDone,
)
from warroom.core.facts_contain import (
    ApprovalAsked as ApprovalAsked,
)
from warroom.core.facts_contain import (
    ApprovalDenied as ApprovalDenied,
)
from warroom.core.facts_contain import (
    ApprovalGiven as ApprovalGiven,
)
from warroom.core.facts_contain import (
    ApprovalLapsed as ApprovalLapsed,
)
from warroom.core.facts_contain import (
    ContainmentAmbiguous as ContainmentAmbiguous,
)
from warroom.core.facts_contain import (
    ContainmentApplied as ContainmentApplied,
)
from warroom.core.facts_contain import (
    ContainmentCancelled as ContainmentCancelled,
)
from warroom.core.facts_contain import (
    ContainmentExpired as ContainmentExpired,
)
from warroom.core.facts_contain import (
    ContainmentFailed as ContainmentFailed,
)
from warroom.core.facts_contain import (
    ContainmentHeld as ContainmentHeld,
)
from warroom.core.facts_contain import (
    ContainmentNotHeld as ContainmentNotHeld,
)
from warroom.core.facts_contain import (
    ContainmentReleased as ContainmentReleased,
)
from warroom.core.facts_contain import (
    ContainmentRequested as ContainmentRequested,
)
from warroom.core.facts_contain import (
    ContainmentStarted as ContainmentStarted,
)
from warroom.core.facts_contain import (
    EvidenceTaken as EvidenceTaken,
)
from warroom.core.facts_contain import (
    ExpiryAnnounced as ExpiryAnnounced,
)
from warroom.core.facts_contain import (
    GlassBroken as GlassBroken,
)
from warroom.core.facts_contain import (
    Happened,
)
from warroom.core.facts_contain import (
    ReleaseAsked as ReleaseAsked,
)
from warroom.core.facts_contain import (
    ReleaseFailed as ReleaseFailed,
)
from warroom.core.facts_contain import (
    ReleaseRequested as ReleaseRequested,
)
from warroom.core.facts_notice import NoticeRevived as NoticeRevived
from warroom.core.facts_notice import NoticeSettled as NoticeSettled
from warroom.core.facts_notice import NoticeWritten as NoticeWritten
from warroom.core.facts_notice import UpdateFellDue as UpdateFellDue
from warroom.core.model import (
    Alarm,
    BotState,
    Mode,
    Phase,
    Playbook,
    Role,
    Severity,
    StepState,
)


class RoomOpened(Happened, frozen=True):
    """The room's journal began."""

    room: str
    mode: Mode


class EngineStarted(Happened, frozen=True):
    """An engine took the room; `clean` says whether the one before it had stopped in order."""

    pid: int
    version: str
    clean: bool


class EngineStopped(Happened, frozen=True):
    """The engine left in order."""

    reason: str


class ConsoleJoined(Happened, frozen=True):
    """Somebody attached."""

    console: str
    read_only: bool


class ConsoleLeft(Happened, frozen=True):
    """Somebody detached, or their line dropped."""

    console: str
    reason: str


class CommandRefused(Happened, frozen=True):
    """Somebody asked for something that was not allowed."""

    command: str
    reason: str


class SourceAdded(Happened, frozen=True):
    """A log path or glob joined the watch for a bot."""

    pattern: str
    bot: str


class GapSeen(Happened, frozen=True):
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


class ModelTrained(Happened, frozen=True):
    """A bot's forest was trained."""

    bot: str
    sha256: str
    windows: int


class BotStateChanged(Happened, frozen=True):
    """A bot's score crossed a border (with hysteresis), or its log went silent."""

    bot: str
    state: BotState
    score: float


class AlarmRaised(Happened, frozen=True):
    """The detectors found something odd enough to tell."""

    alarm: Alarm


class AlarmAcknowledged(Happened, frozen=True):
    """Somebody has seen it."""

    alarm: str


class IncidentOpened(Happened, frozen=True):
    """An incident began; the playbook is embedded, so the record does not depend on a file."""

    incident: str
    title: str
    severity: Severity
    bots: list[str]
    playbook: Playbook
    alarm: str | None


class IncidentClosed(Happened, frozen=True):
    """The incident ended."""

    incident: str
    reason: str


class SeverityChanged(Happened, frozen=True):
    """The incident became more or less severe."""

    incident: str
    severity: Severity
    reason: str


class PhaseEntered(Happened, frozen=True):
    """The incident moved to a phase."""

    incident: str
    phase: Phase


class RoleAssigned(Happened, frozen=True):
    """Somebody took a part."""

    incident: str
    role: Role
    person: str


class NoteAdded(Happened, frozen=True):
    """Somebody wrote something down."""

    incident: str
    text: str


class DecisionRecorded(Happened, frozen=True):
    """Somebody decided something and said why."""

    incident: str
    text: str
    reason: str


class MomentMarked(Happened, frozen=True):
    """A named moment of the incident, such as started or aware."""

    incident: str
    moment: str
    time: float


class HandedOver(Happened, frozen=True):
    """The command of the incident passed to somebody else."""

    incident: str
    to: str
    note: str


class StepChanged(Happened, frozen=True):
    """A checklist step changed its state."""

    incident: str
    step: str
    state: StepState
    reason: str


class ReportExported(Happened, frozen=True):
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
    | ApprovalAsked
    | ApprovalGiven
    | ApprovalDenied
    | ApprovalLapsed
    | ContainmentStarted
    | ContainmentCancelled
    | GlassBroken
    | ReleaseAsked
    | ExpiryAnnounced
    | NoticeWritten
    | NoticeSettled
    | NoticeRevived
    | UpdateFellDue
    | ReportExported
)
