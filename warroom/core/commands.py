"""Commands in the imperative: what a person (or an autopilot in their place) may ask of the engine.

Each is answered exactly once, with `Ack` or `Refused`; the client's id makes a repeat harmless.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

import msgspec

from warroom.core.model import Phase, Role, Severity, Verb
from warroom.core.notices import Audience, Event


class _Command(msgspec.Struct, frozen=True, tag=True, forbid_unknown_fields=True):
    """A wish."""


class OpenIncident(_Command, frozen=True):
    """Open an incident for a bot, from an alarm or by hand. `severity` None takes the playbook's."""

    bot: str
    playbook: str
    title: str
    severity: Severity | None = None
    alarm: str | None = None


class CloseIncident(_Command, frozen=True):
    """Close it; refused while a containment of it is open."""

    incident: str
    reason: str


class ChangeSeverity(_Command, frozen=True):
    """Raise or lower; lowering needs a reason."""

    incident: str
    severity: Severity
    reason: str = ""


class EnterPhase(_Command, frozen=True):
    """Move the incident to a phase."""

    incident: str
    phase: Phase


class AssignRole(_Command, frozen=True):
    """Give a part to a person; an empty person means the one who asks."""

    incident: str
    role: Role
    person: str = ""


class AddNote(_Command, frozen=True):
    """Write something into the timeline."""

    incident: str
    text: str


class RecordDecision(_Command, frozen=True):
    """Record what was decided and why."""

    incident: str
    text: str
    reason: str


class MarkMoment(_Command, frozen=True):
    """Name a moment; `time` None means now."""

    incident: str
    moment: str
    time: float | None = None


class HandOver(_Command, frozen=True):
    """Pass the command of the incident on."""

    incident: str
    to: str
    note: str = ""


class TickStep(_Command, frozen=True):
    """Say that a step is done."""

    incident: str
    step: str
    note: str = ""


class UntickStep(_Command, frozen=True):
    """Take a tick back; needs a reason."""

    incident: str
    step: str
    reason: str


class SkipStep(_Command, frozen=True):
    """Skip a step; needs a reason."""

    incident: str
    step: str
    reason: str


class AcknowledgeAlarm(_Command, frozen=True):
    """Say that somebody has seen it."""

    alarm: str


class Contain(_Command, frozen=True):
    """Do something to a bot. `plan_sha256` binds it to the dry run that was shown; empty takes today's plan."""

    bot: str
    verb: Verb
    incident: str | None = None
    reason: str = ""
    expires_s: float | None = None
    plan_sha256: str = ""
    adapter: str = ""
    """Which adapter acts; empty takes the mildest that can."""
    draft: bool = False
    """Only prepare it; StartAction begins it."""
    confirm: str = ""
    """The bot's name, typed: asked for what cannot be undone."""
    break_glass: str = ""
    """Why one person acts where two are asked for; empty asks for the second person."""


class StartAction(_Command, frozen=True):
    """Begin what was prepared; bound to the plan that was shown."""

    action: str
    plan_sha256: str
    confirm: str = ""


class ApproveAction(_Command, frozen=True):
    """Agree, as the second person, to exactly the plan that was shown."""

    action: str
    plan_sha256: str


class DenyAction(_Command, frozen=True):
    """Say no, as the second person; needs a reason."""

    action: str
    reason: str


class CancelAction(_Command, frozen=True):
    """Call off what has not begun."""

    action: str
    reason: str = ""


class BreakGlass(_Command, frozen=True):
    """Begin alone what waits for a second person; needs a reason, and everybody is told."""

    action: str
    reason: str


class Release(_Command, frozen=True):
    """Undo a containment."""

    action: str
    reason: str = ""


class VerifyHeld(_Command, frozen=True):
    """Probe a containment now."""

    action: str


class Notify(_Command, frozen=True):
    """Tell an audience; customers get a draft that a person sends."""

    incident: str
    """What to tell of: an incident, or an action that belongs to none."""
    audience: Audience
    event: Event = Event.UPDATE
    note: str = ""
    """Words of your own, beside what the record says."""


class SendAgain(_Command, frozen=True):
    """Send a notice again that was given up; its text and its key stay."""

    notice: str


class AddSource(_Command, frozen=True):
    """Watch one more log (path or glob) for a bot."""

    pattern: str
    bot: str


class RecordExport(_Command, frozen=True):
    """Record that a post-mortem was written."""

    incident: str
    format: str
    sha256: str


class StopEngine(_Command, frozen=True):
    """End the engine in order; refused while actions are held unless forced."""

    force: bool = False


Command = (
    OpenIncident
    | CloseIncident
    | ChangeSeverity
    | EnterPhase
    | AssignRole
    | AddNote
    | RecordDecision
    | MarkMoment
    | HandOver
    | TickStep
    | UntickStep
    | SkipStep
    | AcknowledgeAlarm
    | Contain
    | StartAction
    | ApproveAction
    | DenyAction
    | CancelAction
    | BreakGlass
    | Release
    | VerifyHeld
    | Notify
    | SendAgain
    | AddSource
    | RecordExport
    | StopEngine
)


WORDS: Mapping[str, str] = MappingProxyType(
    {
        OpenIncident.__name__: "opening an incident",
        CloseIncident.__name__: "closing an incident",
        ChangeSeverity.__name__: "changing the severity",
        EnterPhase.__name__: "entering a phase",
        AssignRole.__name__: "giving a role",
        AddNote.__name__: "writing a note",
        RecordDecision.__name__: "recording a decision",
        MarkMoment.__name__: "marking a moment",
        HandOver.__name__: "handing over",
        TickStep.__name__: "ticking a step",
        UntickStep.__name__: "taking a tick back",
        SkipStep.__name__: "skipping a step",
        AcknowledgeAlarm.__name__: "acknowledging an alarm",
        Contain.__name__: "a containment",
        StartAction.__name__: "beginning a draft",
        ApproveAction.__name__: "an approval",
        DenyAction.__name__: "a denial",
        CancelAction.__name__: "calling off an action",
        BreakGlass.__name__: "breaking the glass",
        Release.__name__: "a release",
        VerifyHeld.__name__: "a look whether a containment holds",
        Notify.__name__: "telling people",
        SendAgain.__name__: "sending a notice again",
        AddSource.__name__: "adding a log",
        RecordExport.__name__: "recording an export",
        StopEngine.__name__: "stopping the engine",
    }
)
"""A command's name in the record to what it is called in sentences."""


class Ack(msgspec.Struct, frozen=True, tag=True):
    """Saved: the journal holds it. `ref` names what was made (an incident, an action), where something was."""

    seq: int
    ref: str = ""


class Refused(msgspec.Struct, frozen=True, tag=True):
    """Not done, and why, in words for the person who asked; `next` says what to do instead."""

    reason: str
    next: str = ""


Answer = Ack | Refused
