"""What can be decided about an action that is there: may it be tried now, in which words, and as which command."""

from __future__ import annotations

from enum import StrEnum
from typing import assert_never

from warroom.core import commands as c
from warroom.core.access import why_not_alone
from warroom.core.commands import Command
from warroom.core.model import ActionState, Reversible
from warroom.core.view import ActionView
from warroom.tui.keymap import key_for
from warroom.tui.words import RELEASABLE, waits


class Decision(StrEnum):
    """A key that decides about an action."""

    APPROVE = "approve"
    DENY = "deny"
    BEGIN = "begin"
    CANCEL = "call off"
    BREAK_GLASS = "break glass"
    RELEASE = "release"


_NEXT = {
    ActionState.RUNNING: "wait for its proof",
    ActionState.RELEASING: "wait for its proof",
}


_STANDS = {
    ActionState.DRAFT: "is a draft",
    ActionState.PENDING_APPROVAL: "waits for approval",
    ActionState.NOT_HELD: "does not hold",
    ActionState.FAILED: "failed",
    ActionState.LAPSED: "lapsed",
}


def stands(action: ActionView) -> str:
    """Return how an action stands, in words."""
    return f"{action.id} {_STANDS.get(action.state, 'is ' + action.state.replace('_', ' '))}"


def undoes(decision: Decision, action: ActionView) -> bool:
    """Say whether the decision is about letting the bot back, not about containing it."""
    return decision is Decision.RELEASE or (action.approval is not None and action.approval.release)


def why_not(decision: Decision, action: ActionView, uid: int, now: float) -> str:
    """Return why this account cannot decide so now, and what to do instead; an empty text when it may try."""
    match decision:
        case Decision.APPROVE | Decision.DENY:
            return _not_asked(decision, action, uid, now)
        case Decision.BEGIN:
            return "" if action.state is ActionState.DRAFT else f"{stands(action)}, no draft{_instead(action)}"
        case Decision.CANCEL:
            waiting = action.state in (ActionState.DRAFT, ActionState.PENDING_APPROVAL)
            return "" if waiting else f"{stands(action)}: nothing to call off{_instead(action)}"
        case Decision.BREAK_GLASS:
            if action.state is ActionState.PENDING_APPROVAL:
                alone = why_not_alone(action.plan)
                return f"{alone}; ask a second person" if alone else ""
            if waits(action):
                return "letting a bot back is never done alone; ask a second person"
            return f"{stands(action)} and waits for nobody{_instead(action)}"
        case Decision.RELEASE:
            if waits(action):
                keys = f"{key_for('approve')} approves, {key_for('deny')} says no"
                return f"the release of {action.id} waits for a 2nd person; {keys}"
            held = action.state in RELEASABLE
            return "" if held else f"{stands(action)}: nothing to release{_instead(action)}"
        case _:
            assert_never(decision)


def _not_asked(decision: Decision, action: ActionView, uid: int, now: float) -> str:
    asked = action.approval
    if asked is None or not waits(action):
        return f"{stands(action)} and waits for nobody{_instead(action)}"
    again = f"{key_for('release' if asked.release else 'contain')} asks anew"
    if now > asked.lapses:
        return f"the request for {action.id} lapsed; {again}"
    if asked.asked_uid == uid:
        if decision is Decision.DENY and not asked.release:
            return f"you asked for {action.id} yourself; {key_for('cancel')} calls it off"
        alone = "" if asked.release or why_not_alone(action.plan) else f"; {key_for('break_glass')} breaks the glass"
        return f"another account than yours must answer {action.id}: you asked{alone}"
    return ""


def _instead(action: ActionView) -> str:
    off = f"{key_for('cancel')} calls it off"
    match action.state:
        case ActionState.DRAFT:
            advice = f"{key_for('begin')} begins it, {off}"
        case ActionState.PENDING_APPROVAL:
            advice = f"{key_for('approve')} approves, {off}"
        case state if state in RELEASABLE and not waits(action):
            advice = f"{key_for('release')} releases it"
        case state:
            advice = _NEXT.get(state, "")
    return f"; {advice}" if advice else ""


def needs_reason(decision: Decision) -> bool:
    """Say whether the engine asks for a reason."""
    return decision in (Decision.DENY, Decision.BREAK_GLASS)


def takes_reason(decision: Decision) -> bool:
    """Say whether a reason can be given."""
    return decision in (Decision.DENY, Decision.CANCEL, Decision.BREAK_GLASS, Decision.RELEASE)


def needs_name(decision: Decision, action: ActionView) -> bool:
    """Say whether the bot's name must be typed first."""
    return decision is Decision.BEGIN and action.plan.reversible is Reversible.NO


def title_of(decision: Decision, action: ActionView) -> str:
    """Return what is decided, in a few words."""
    what = f"{action.verb} {action.bot}"
    match decision:
        case Decision.APPROVE | Decision.DENY:
            verb = "Approve" if decision is Decision.APPROVE else "Say no to"
            return f"{verb}: let {action.bot} back" if undoes(decision, action) else f"{verb}: {what}"
        case Decision.RELEASE:
            return f"Release {action.bot} from {action.verb}"
        case Decision.BEGIN:
            return f"Begin: {what}"
        case Decision.CANCEL:
            return f"Call off: {what}"
        case Decision.BREAK_GLASS:
            return f"Break the glass: {what} alone"
        case _:
            assert_never(decision)


def command_for(decision: Decision, action: ActionView, reason: str = "", name: str = "") -> Command:
    """Return the command, bound to the plan of the action as it was shown."""
    match decision:
        case Decision.APPROVE:
            return c.ApproveAction(action.id, action.plan_sha256)
        case Decision.DENY:
            return c.DenyAction(action.id, reason)
        case Decision.BEGIN:
            return c.StartAction(action.id, action.plan_sha256, name)
        case Decision.CANCEL:
            return c.CancelAction(action.id, reason)
        case Decision.BREAK_GLASS:
            return c.BreakGlass(action.id, reason)
        case Decision.RELEASE:
            return c.Release(action.id, reason)
        case _:
            assert_never(decision)
