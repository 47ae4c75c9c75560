"""Who may do what: the access level that each command needs, and when two people are asked for. Pure.

Levels are a right on the console. The engine alone decides, by the uid that the kernel reports.
"""

from __future__ import annotations

from typing import assert_never

import msgspec

from warroom.core import commands as c
from warroom.core.commands import Command, Refused
from warroom.core.model import Criticality, Level, Plan, Reversible, Verb

APPROVAL_LAPSES_S = 900.0
"""Time after which a request that nobody answered is over."""
_ORDER = list(Level)
_GENTLE = frozenset({Verb.SNAPSHOT, Verb.LIMIT})
_HARD = frozenset({Verb.REVOKE, Verb.ISOLATE, Verb.FREEZE, Verb.STOP})


class Rights(msgspec.Struct, frozen=True):
    """What the person who asks may do here."""

    level: Level | None = Level.COMMANDER
    """None: an account that the config does not name."""
    must_name: bool = False
    """The account is shared and nobody said who is behind it."""
    second_person: bool = False
    """Two or more people are enrolled, so a second one can be asked."""
    own: bool = True
    """The engine's own account, or root: it reads by itself what the engine reads."""


def level_for(command: Command) -> Level:
    """Return the lowest level that may ask for this."""
    match command:
        case (
            c.OpenIncident()
            | c.ChangeSeverity()
            | c.EnterPhase()
            | c.AssignRole()
            | c.AddNote()
            | c.RecordDecision()
            | c.MarkMoment()
            | c.HandOver()
            | c.TickStep()
            | c.UntickStep()
            | c.SkipStep()
            | c.AcknowledgeAlarm()
            | c.Contain()
            | c.StartAction()
            | c.CancelAction()
            | c.BreakGlass()
            | c.VerifyHeld()
            | c.AddSource()
            | c.Notify()
            | c.SendAgain()
            | c.RecordExport()
            | c.ApproveAction()
            | c.DenyAction()
        ):
            return Level.RESPONDER
        case c.CloseIncident() | c.Release() | c.StopEngine():
            return Level.COMMANDER
        case _:
            assert_never(command)


def forbidden(command: Command, rights: Rights) -> Refused | None:
    """Return why this person may not ask for this, or None."""
    return below(level_for(command), rights)


def below(needed: Level, rights: Rights) -> Refused | None:
    """Return why this person may not do what needs an access level, or None."""
    if rights.level is None:
        return Refused("this account has no access level in this room", "ask a commander to add it to [access]")
    if _ORDER.index(rights.level) < _ORDER.index(needed):
        return Refused(f"this needs the access level {needed}; this account is {rights.level}", f"ask a {needed}")
    if rights.must_name:
        return Refused("this account is shared: say who you are", "warroom --as NAME …, or set WARROOM_OPERATOR")
    return None


def why_two(plan: Plan, criticality: Criticality, rights: Rights, *, release: bool = False) -> str:
    """Return the rule that asks for a second person, or an empty text.

    Nobody is asked where only one person is enrolled: an engineer alone at night is never locked out.
    """
    if not rights.second_person or plan.verb is Verb.SNAPSHOT or criticality is Criticality.LOW:
        return ""
    if release:
        return "letting a bot back takes two people"
    if plan.reversible is Reversible.NO:
        return f"{plan.verb} cannot be undone"
    if criticality is Criticality.HIGH and plan.verb not in _GENTLE:
        return f"{plan.bot} is of high criticality"
    return f"{plan.verb} is a hard verb" if plan.verb in _HARD else ""


def why_not_alone(plan: Plan) -> str:
    """Return why nobody may break the glass for this plan, or an empty text."""
    return "what cannot be undone is never done alone" if plan.reversible is Reversible.NO else ""
