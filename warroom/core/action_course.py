"""What each fact makes of an action, beside its state; and which look came too late to say anything of it."""

from __future__ import annotations

from typing import assert_never

from msgspec.structs import replace

from warroom.core import facts as f
from warroom.core.action_states import ACTION_FACTS, ActionFact
from warroom.core.desk import ActionRecord, ApprovalRecord, Desk
from warroom.core.model import ActionState
from warroom.core.ports import Entry


def after(action: ActionRecord, entry: Entry, state: ActionState, fact: ActionFact) -> ActionRecord:
    """Return an action after a fact that led it to `state`."""
    at = entry.at
    if state is not action.state:
        action = replace(action, state=state, settled=at, turned=entry.seq)
    action = replace(action, settled=action.settled or at)
    match fact:
        case f.EvidenceTaken():
            # The whole of a long log may come after the proof.
            settled = None if state is ActionState.RUNNING else action.settled
            return replace(action, evidence=[*action.evidence, *fact.files], settled=settled)
        case f.ContainmentApplied():
            return replace(action, note=fact.receipt, settled=None)
        case f.ContainmentHeld() | f.ContainmentNotHeld():
            # Whoever wanted to let it back has to say so again: from now on an answer is a flip, not a release.
            return replace(action, proof=fact.proof, note="", releasing=False)
        case f.ContainmentReleased():
            return replace(action, proof=fact.proof, note="")
        case f.ContainmentFailed() | f.ContainmentAmbiguous():
            return replace(action, note=fact.reason)
        case f.ReleaseFailed():
            failed = action.failed_releases + 1
            note, proof = fact.reason, fact.proof or action.proof
            return replace(action, note=note, proof=proof, failed_releases=failed, release_failed=at)
        case f.ReleaseRequested():
            # Whoever asks wants to hear how it goes, and the engine's own tries begin anew after theirs.
            failed = action.failed_releases if entry.actor.uid is None else 0
            return replace(action, releasing=True, note=fact.reason, failed_releases=failed, let_go=entry.seq)
        case f.ContainmentExpired(proof=proof):
            return replace(action, proof=proof or action.proof, note="")
        case f.ActionDone():
            return action
        case _:
            return _agreed(action, entry, fact)


def overtaken(desk: Desk, outcome: f.Fact, since: int) -> bool:
    """Whether what a look saw that began after entry `since` is of before: no fact may follow from it any more.

    Once its own action is let go, nothing that was seen before counts. That it holds is of before also when it stands
    otherwise by now, or anything else on its bot is let go: one release may undo more than its own. That the bot was
    seen at work is news in those two cases.
    """
    if not isinstance(outcome, ACTION_FACTS) or outcome.action not in desk.actions:
        return False
    action = desk.actions[outcome.action]
    if action.let_go > since:
        return True
    if isinstance(outcome, f.ContainmentNotHeld):
        return False
    beside = [other for other in desk.actions.values() if other.plan.bot == action.plan.bot]
    return action.turned > since or any(other.let_go > since for other in beside)


ApprovalFact = (
    f.ApprovalAsked
    | f.ReleaseAsked
    | f.ApprovalGiven
    | f.ApprovalDenied
    | f.ApprovalLapsed
    | f.GlassBroken
    | f.ContainmentStarted
    | f.ContainmentCancelled
    | f.ExpiryAnnounced
)


def _agreed(action: ActionRecord, entry: Entry, fact: ApprovalFact) -> ActionRecord:
    """Fold what happens before an action begins, and beside one that is open."""
    match fact:
        case f.ApprovalAsked(plan_sha256=plan, why=why):
            return replace(action, approval=ApprovalRecord(plan, entry.actor, entry.at, why), note=why)
        case f.ReleaseAsked(plan_sha256=plan, why=why, reason=reason):
            asked = ApprovalRecord(plan, entry.actor, entry.at, why, release=True, reason=reason)
            return replace(action, approval=asked)
        case f.ApprovalGiven():
            given = action.approval and replace(action.approval, given_by=entry.actor, given=entry.at)
            return replace(action, approval=given)
        case f.ApprovalDenied(reason=reason):
            return replace(action, approval=None, note=f"denied by {entry.actor.label}: {reason}")
        case f.ApprovalLapsed():
            return replace(action, approval=None, note="nobody approved in time")
        case f.GlassBroken(reason=reason):
            return replace(
                action, approval=None, broken_glass=reason, note=f"glass broken by {entry.actor.label}: {reason}"
            )
        case f.ContainmentStarted(supersedes=supersedes):
            note = action.note if action.broken_glass else ""
            return replace(action, started=entry.at, supersedes=supersedes, settled=None, note=note)
        case f.ContainmentCancelled(reason=reason):
            return replace(action, approval=None, note=reason)
        case f.ExpiryAnnounced(left_s=left):
            return replace(action, announced=[*action.announced, left])
        case _:
            assert_never(fact)
