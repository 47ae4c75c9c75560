"""Facts of containment: from the wish to act on a bot to its proof and its end."""

from __future__ import annotations

import msgspec

from warroom.core.model import ActionState, EvidenceFile, Plan, Proof

CANNOT_TELL = "the probe from outside cannot tell"
"""How the reason of an ambiguous action begins once a probe has looked; before, its word is still to come."""


class Happened(msgspec.Struct, frozen=True, tag=True):
    """A thing that happened."""


class ContainmentRequested(Happened, frozen=True):
    """The intent, written before anything is done; `begins` says whether it runs, waits or is only prepared."""

    action: str
    incident: str | None
    plan: Plan
    reason: str
    supersedes: str | None
    begins: ActionState = ActionState.RUNNING


class ApprovalAsked(Happened, frozen=True):
    """A second person has to agree before it begins; bound to the plan by its hash."""

    action: str
    plan_sha256: str
    why: str
    """The rule that asks for it."""


class ReleaseAsked(Happened, frozen=True):
    """Somebody wants to let the bot back; a second person has to agree."""

    action: str
    reason: str
    plan_sha256: str
    why: str


class ApprovalGiven(Happened, frozen=True):
    """A second person agreed to exactly this plan."""

    action: str
    plan_sha256: str


class ApprovalDenied(Happened, frozen=True):
    """A second person said no."""

    action: str
    reason: str


class ApprovalLapsed(Happened, frozen=True):
    """Nobody answered in time."""

    action: str


class GlassBroken(Happened, frozen=True):
    """One person acted where two were asked for; announced, and listed in the post-mortem."""

    action: str
    reason: str


class ContainmentStarted(Happened, frozen=True):
    """What was prepared or approved begins now."""

    action: str
    supersedes: str | None


class ContainmentCancelled(Happened, frozen=True):
    """It was called off before it began."""

    action: str
    reason: str


class ExpiryAnnounced(Happened, frozen=True):
    """People were told that it ends soon."""

    action: str
    left_s: float


class EvidenceTaken(Happened, frozen=True):
    """Evidence was stored for an action."""

    action: str
    files: list[EvidenceFile]


class ContainmentApplied(Happened, frozen=True):
    """The adapter says that it did it; this proves nothing."""

    action: str
    receipt: str


class ContainmentHeld(Happened, frozen=True):
    """A probe from outside agrees that the bot is contained."""

    action: str
    proof: Proof


class ContainmentNotHeld(Happened, frozen=True):
    """The adapter said it did it, or it held before, but the probe sees the bot at work."""

    action: str
    proof: Proof


class ContainmentFailed(Happened, frozen=True):
    """It was not done: nothing changed at the target."""

    action: str
    reason: str


class ContainmentAmbiguous(Happened, frozen=True):
    """Nobody knows whether it was done; a probe decides."""

    action: str
    reason: str


class ActionDone(Happened, frozen=True):
    """An action that changes nothing at the target (snapshot) finished."""

    action: str


class ReleaseRequested(Happened, frozen=True):
    """The intent to let the bot back, written before anything is undone."""

    action: str
    reason: str


class ContainmentReleased(Happened, frozen=True):
    """The bot is back; the probe saw it at work."""

    action: str
    proof: Proof


class ReleaseFailed(Happened, frozen=True):
    """The containment could not be undone, or the bot does not answer as before."""

    action: str
    reason: str
    proof: Proof | None


class ContainmentExpired(Happened, frozen=True):
    """The containment ended by its own expiry."""

    action: str
    proof: Proof | None = None
    """What the probe saw then; older journals have none."""
