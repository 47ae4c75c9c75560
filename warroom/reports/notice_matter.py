"""What a notice may speak of: all for the security people, and for everybody else nothing that an attacker wrote.

Titles, entries of the record, reasons and answers of bots may hold the text of an attack. They are not in what
templates for other audiences get, so neither a built-in template nor one of your own can let them out.
"""

from __future__ import annotations

import datetime as dt
from typing import Any

import msgspec

from warroom.core.clean import clean
from warroom.core.model import ActionState, Phase, Role, Verb, Verdict
from warroom.core.notices import Audience, Event
from warroom.core.view import ActionView, IncidentView

_RECENT = 10
_DEEDS = 30
_SHORT = 300


class Matter(msgspec.Struct, frozen=True):
    """What there is to tell at one moment. `impact` and `contact` are words of people for every reader."""

    incident: IncidentView
    actions: list[ActionView]
    """Those of the incident, oldest first."""
    now: float
    next_update: float | None = None
    contact: str = ""
    """Empty names the incident commander."""
    impact: str = ""


class Own(str):
    """Text of the config: its links stay links."""

    __slots__ = ()


class IncidentFacts(msgspec.Struct, frozen=True):
    """An incident for every audience: words of ours and of the config alone."""

    id: str
    severity: str
    kind: str
    """The playbook's id as words."""
    bots: list[str]
    opened: str
    aware: str
    """When it was first known."""
    phase: str
    open: bool


class IncidentStory(IncidentFacts, frozen=True):
    """An incident for security people."""

    title: str = ""
    next_step: str = ""
    recent: list[str] = []


class Deed(msgspec.Struct, frozen=True):
    """One action in words of ours."""

    id: str
    bot: str
    verb: str
    state: str
    adapter: str
    text: str
    verified: bool
    """Whether it holds now, and the last look from outside agreed."""


class DeedStory(Deed, frozen=True):
    """One action for security people."""

    reason: str = ""
    seen: str = ""
    """What the last look from outside saw, or why the action failed."""


_DONE = {
    Verb.LIMIT: "limited",
    Verb.DISABLE: "switched off",
    Verb.ENABLE: "switched on",
    Verb.REVOKE: "without its credentials",
    Verb.ISOLATE: "cut off from the network",
    Verb.FREEZE: "frozen",
    Verb.THAW: "thawed",
    Verb.STOP: "stopped",
    Verb.START: "started",
    Verb.SNAPSHOT: "copied as evidence",
}
_LIFTED = frozenset({ActionState.RELEASED, ActionState.EXPIRED})
_NO_MATTER = frozenset({ActionState.DONE, ActionState.FAILED})
_UNSAID = frozenset({ActionState.DRAFT, ActionState.DENIED, ActionState.CANCELLED, ActionState.LAPSED})
"""States of an action that changed nothing and waits for nobody."""
_NEXT = {
    Phase.PREPARATION: "We find out what happened and whom it touched.",
    Phase.DETECTION: "We find out what happened and whom it touched.",
    Phase.CONTAINMENT: "We contain it, and verify from outside that this holds.",
    Phase.REMEDIATION: "We remove the cause.",
    Phase.RECOVERY: "We bring the service back step by step, and watch it.",
    Phase.REVIEW: "We write down what we learned.",
}
_NEXT_CONTAINED = {
    "held": "We go on verifying from outside that this holds, and find and remove the cause.",
    "lifted": "We watch the bot, contain it again if need be, and find and remove the cause.",
}
"""What comes next in the phase of containment once it was contained, by how all actions stand together."""


def matter_for(audience: Audience, event: Event, matter: Matter) -> dict[str, Any]:
    """Return the names that a template for this audience knows."""
    story = audience is Audience.SECURITY
    replaced = {one.supersedes: one.id for one in matter.actions if one.supersedes and one.state not in _UNSAID}
    actions = [one for one in matter.actions if one.state not in _UNSAID][-_DEEDS:]
    make = _deed_story if story else _deed
    standing = _standing([one for one in actions if one.id not in replaced])
    return {
        "audience": audience.value,
        "event": event.value,
        "incident": _story(matter) if story else _facts(matter),
        "deeds": [make(one, replaced.get(one.id, ""), matter.now) for one in actions],
        "standing": standing,
        "impact": clean(matter.impact, 2000),
        "next": _next(event, matter.incident.phase, standing),
        "next_update": "" if matter.next_update is None else hour_text(matter.next_update, matter.now),
        "contact": Own(clean(matter.contact, _SHORT)) or _commander(matter.incident, audience),
        "now": hour_text(matter.now, matter.now),
    }


def _next(event: Event, phase: Phase, standing: str) -> str:
    """Return what comes next: in the phase of containment that depends on how it stands."""
    if event is Event.RESOLVE:
        return _NEXT[Phase.REVIEW]
    contained = _NEXT_CONTAINED.get(standing) if phase is Phase.CONTAINMENT else None
    return contained or _NEXT[phase]


def hour_text(moment: float, now: float) -> str:
    """Return a moment as `14:30 UTC`, with its day where that is not the day of `now`."""
    at, today = dt.datetime.fromtimestamp(moment, dt.UTC), dt.datetime.fromtimestamp(now, dt.UTC)
    return at.strftime("%H:%M UTC" if at.date() == today.date() else "%H:%M UTC on %Y-%m-%d")


def _standing(actions: list[ActionView]) -> str:
    """Return in one word how all actions stand together, never better than the worst of them."""
    states = [one.state for one in actions if one.state not in _NO_MATTER]
    if not states:
        return "none"
    if all(state in _LIFTED for state in states):
        return "lifted"
    if all(_verified(one) for one in actions if one.state not in _LIFTED | _NO_MATTER):
        return "held"
    return "open"


def _verified(action: ActionView) -> bool:
    proof = action.proof
    return action.state is ActionState.HELD and proof is not None and proof.verdict is Verdict.CONTAINED


def _facts(matter: Matter) -> IncidentFacts:
    one = matter.incident
    return IncidentFacts(
        id=one.id,
        severity=one.severity.value,
        kind=clean(one.playbook, 80).replace("-", " "),
        bots=[clean(name, 64) for name in one.bots[:50]],
        opened=hour_text(one.opened, matter.now),
        aware=hour_text(min(one.opened, one.moments.get("detected", one.opened)), matter.now),
        phase=one.phase.value,
        open=one.open,
    )


def _story(matter: Matter) -> IncidentStory:
    one = matter.incident
    recent = [f"{hour_text(row.at, matter.now)} {row.who}: {row.text}" for row in one.timeline[-_RECENT:]]
    return IncidentStory(
        **msgspec.structs.asdict(_facts(matter)),
        title=clean(one.title, _SHORT),
        next_step=clean(one.next_step, _SHORT),
        recent=[clean(text, _SHORT) for text in recent],
    )


def _deed(action: ActionView, replaced: str, now: float) -> Deed:
    return Deed(
        id=action.id,
        bot=clean(action.bot, 64),
        verb=action.verb.value,
        state=action.state.value,
        adapter=action.adapter,
        text=_replaced_text(action, replaced) if replaced else _deed_text(action, now),
        verified=_verified(action) and not replaced,
    )


def _deed_story(action: ActionView, replaced: str, now: float) -> DeedStory:
    got = action.proof.samples[-1].got if action.proof is not None and action.proof.samples else ""
    return DeedStory(
        **msgspec.structs.asdict(_deed(action, replaced, now)),
        reason=clean(action.reason, _SHORT),
        seen=clean(action.note or got, _SHORT),
    )


def deed_for(audience: Audience, action: ActionView, now: float) -> Deed:
    """Return one action in the words that an audience may read."""
    return (_deed_story if audience is Audience.SECURITY else _deed)(action, "", now)


def _replaced_text(action: ActionView, replaced: str) -> str:
    return f"{clean(action.bot, 64)} was to be {_DONE[action.verb]}: replaced by {replaced}"


def _deed_text(action: ActionView, now: float) -> str:
    """Return what became of an action, never more certain than its state and its proof."""
    bot, done = clean(action.bot, 64), _DONE[action.verb]
    proof = action.proof
    seen = "" if proof is None else f" at {hour_text(proof.at, now)}"
    until = "" if action.expires is None else f", until {hour_text(action.expires, now)}"
    match action.state:
        case ActionState.HELD if _verified(action):
            return f"{bot} is {done}: verified from outside{seen}{until}"
        case ActionState.NOT_HELD:
            return f"{bot} should be {done}, but this does NOT hold: seen from outside{seen}"
        case ActionState.FAILED:
            return f"{bot} could not be {done}: nothing was changed"
        case ActionState.HELD | ActionState.AMBIGUOUS:
            return f"{bot} should be {done}: NOT verified, nobody knows whether it is"
        case ActionState.RUNNING:
            return f"{bot} is to be {done}: begun, not verified yet"
        case ActionState.DENIED | ActionState.CANCELLED | ActionState.LAPSED:
            return f"{bot} was to be {done}: never begun, nothing was changed"
        case ActionState.PENDING_APPROVAL:
            return f"{bot} is to be {done}: not begun, a second person is asked"
        case ActionState.RELEASING:
            return f"{bot} was {done} and is being let back: not verified yet"
        case ActionState.RELEASED | ActionState.EXPIRED if proof is not None and proof.verdict is Verdict.OPEN:
            return f"{bot} is no longer {done}: verified from outside{seen}"
        case ActionState.RELEASED | ActionState.EXPIRED:
            return f"{bot} is no longer to be {done}"
        case ActionState.DONE if action.verb is Verb.SNAPSHOT:
            return f"evidence of {bot} was copied"
        case _:
            return f"{bot} was {done}"


def _commander(incident: IncidentView, audience: Audience) -> str:
    name = incident.roles.get(Role.INCIDENT_COMMANDER.value, "")
    if audience is Audience.CUSTOMERS:
        return "our usual support"
    return f"{clean(name, 80)}, who commands incident {incident.id}" if name else f"whoever works on {incident.id}"
