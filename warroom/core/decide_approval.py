"""The rules of what waits: drafts that begin, a second person's word, and what one person may break glass for."""

from __future__ import annotations

from warroom.core import commands as c
from warroom.core import facts as f
from warroom.core.access import APPROVAL_LAPSES_S, why_not_alone
from warroom.core.commands import Refused
from warroom.core.context import Context
from warroom.core.decide_containment import ends_sooner, in_the_way, into_containment, release_blocked, unconfirmed
from warroom.core.desk import ActionRecord, ApprovalRecord, Desk
from warroom.core.facts import Fact
from warroom.core.model import ActionState, Level

WaitingCommand = c.StartAction | c.ApproveAction | c.DenyAction | c.CancelAction | c.BreakGlass


def decide_waiting(desk: Desk, command: WaitingCommand, context: Context) -> list[Fact] | Refused:
    """Return what follows for an action that waits, or why nothing does."""
    action = desk.actions.get(command.action)
    if action is None:
        return Refused(f"there is no action {command.action}", f"actions: {', '.join(desk.actions) or 'none'}")
    match command:
        case c.StartAction():
            return _start(desk, action, command, context)
        case c.ApproveAction():
            return _approve(desk, action, command, context)
        case c.DenyAction():
            return _deny(action, command, context)
        case c.CancelAction():
            return _cancel(desk, action, command, context)
        case c.BreakGlass():
            return _break_glass(desk, action, command, context)


def _start(desk: Desk, action: ActionRecord, command: c.StartAction, context: Context) -> list[Fact] | Refused:
    if action.state is not ActionState.DRAFT:
        return Refused(f"{action.id} is {action.state}: only a draft is begun")
    if stale := _stale(action, command.plan_sha256, context):
        return stale
    if unsure := unconfirmed(action.plan, command.confirm):
        return unsure
    why = context.why_two(action.plan)
    if not why:
        return _begin(desk, action, context)
    follows = in_the_way(desk, action.plan, but=action.id)
    weaker = None if isinstance(follows, Refused) else follows
    too_soon = ends_sooner(desk, weaker, action.plan, context, alone=False)
    return too_soon or [f.ApprovalAsked(action.id, action.plan.sha256, why)]


def _begin(desk: Desk, action: ActionRecord, context: Context, *before: Fact) -> list[Fact] | Refused:
    supersedes = in_the_way(desk, action.plan, but=action.id)
    if isinstance(supersedes, Refused):
        return supersedes
    if not _looked_at_when_asked(desk, action, supersedes, before):
        agreed = any(isinstance(fact, f.ApprovalGiven) for fact in before)
        if too_soon := ends_sooner(desk, supersedes, action.plan, context, alone=not agreed):
            return too_soon
    incident = desk.incidents.get(action.incident or "")
    into = into_containment(incident, action.plan) if incident is not None and incident.open else []
    return [*before, f.ContainmentStarted(action.id, supersedes), *into]


def _looked_at_when_asked(desk: Desk, action: ActionRecord, weaker: str | None, before: tuple[Fact, ...]) -> bool:
    """Whether the ends of both were held against each other when a second person was asked, who now agrees to that."""
    if weaker is None or action.approval is None or not any(isinstance(fact, f.ApprovalGiven) for fact in before):
        return False
    begun = desk.actions[weaker].started
    return begun is not None and begun <= action.approval.asked


def _stale(action: ActionRecord, shown: str, context: Context) -> Refused | None:
    """Return why a plan is not the one that was asked for any more."""
    if shown != action.plan.sha256:
        return Refused(f"that is not the plan of {action.id}", f"its plan is {action.plan.sha256[:12]}: look again")
    if context.plan is None:
        return Refused(context.plan_fault or f"no plan can be made for {action.id} now", f"cancel {action.id}")
    if context.plan.sha256 != action.plan.sha256:
        return Refused("the target changed since the plan was made", f"cancel {action.id} and ask anew")
    return None


def _asked(action: ActionRecord, context: Context) -> ApprovalRecord | Refused:
    """Return the question that this person may answer now, or why they may not."""
    asked = action.approval
    if asked is None or not asked.pending:
        return Refused(f"{action.id} waits for nobody")
    if context.now - asked.asked > APPROVAL_LAPSES_S:
        return Refused(f"the request lapsed after {APPROVAL_LAPSES_S / 60:.0f} minutes", "ask anew")
    if context.actor.uid == asked.asked_by.uid:
        return Refused("the second person must be another account than the one who asked", "ask somebody else")
    return asked


def _approve(desk: Desk, action: ActionRecord, command: c.ApproveAction, context: Context) -> list[Fact] | Refused:
    asked = _asked(action, context)
    if isinstance(asked, Refused):
        return asked
    given = f.ApprovalGiven(action.id, asked.plan_sha256)
    if asked.release:
        if command.plan_sha256 != asked.plan_sha256:
            return Refused(f"that is not the plan of {action.id}", "look again")
        return release_blocked(desk, action) or [given, f.ReleaseRequested(action.id, asked.reason)]
    return _stale(action, command.plan_sha256, context) or _begin(desk, action, context, given)


def _deny(action: ActionRecord, command: c.DenyAction, context: Context) -> list[Fact] | Refused:
    asked = _asked(action, context)
    if isinstance(asked, Refused):
        return asked
    if not command.reason.strip():
        return Refused("saying no needs a reason")
    return [f.ApprovalDenied(action.id, command.reason)]


def _cancel(desk: Desk, action: ActionRecord, command: c.CancelAction, context: Context) -> list[Fact] | Refused:
    asked = action.approval
    if asked is not None and asked.release and asked.pending and context.actor.uid == asked.asked_by.uid:
        return [f.ApprovalDenied(action.id, command.reason or "called off by the one who asked")]
    if not action.waiting:
        if not action.open:
            return Refused(f"{action.id} is {action.state}: nothing of it is left to call off")
        blocked = release_blocked(desk, action)
        return Refused(
            f"{action.id} is {action.state}: it has begun", blocked.next if blocked else f"release {action.id}"
        )
    mine = context.actor.uid == action.operator.uid
    if not mine and context.rights.level is not Level.COMMANDER:
        return Refused(f"{action.id} belongs to {action.operator.label}", "a commander may cancel it")
    return [f.ContainmentCancelled(action.id, command.reason)]


def _break_glass(desk: Desk, action: ActionRecord, command: c.BreakGlass, context: Context) -> list[Fact] | Refused:
    if action.state is not ActionState.PENDING_APPROVAL:
        return Refused(f"{action.id} is {action.state}: it waits for nobody", "a release is never done alone")
    if not command.reason.strip():
        return Refused("breaking the glass needs a reason")
    if alone := why_not_alone(action.plan):
        return Refused(alone, "ask a second person")
    if stale := _stale(action, action.plan.sha256, context):
        return stale
    return _begin(desk, action, context, f.GlassBroken(action.id, command.reason))
