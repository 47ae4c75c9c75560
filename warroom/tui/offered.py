"""What a page offers now: a footer names no key that would only be answered with why not."""

from __future__ import annotations

from warroom.core.notices import DeliveryState
from warroom.core.view import IncidentView, View
from warroom.tui.chosen import action_in_question, the_alarm, the_incident, the_notice, the_step
from warroom.tui.decisions import Decision, why_not
from warroom.tui.scene import Scene
from warroom.tui.words import RELEASABLE, SETTLED

_DECISIONS = {
    "approve": Decision.APPROVE,
    "deny": Decision.DENY,
    "begin": Decision.BEGIN,
    "cancel": Decision.CANCEL,
    "break_glass": Decision.BREAK_GLASS,
    "release": Decision.RELEASE,
}
_WHILE_OPEN = frozenset({"tick", "skip", "decide", "role", "phase", "contain"})
"""What the page of an incident offers only while it is open."""
_OF_INCIDENT = _WHILE_OPEN - {"contain"} | {"note", "export"}
"""What needs an incident."""


def is_possible(id: str, scene: Scene) -> bool:
    """Say whether an action may come to something now, as far as the view tells; the engine decides all the same."""
    view = scene.view
    if view is None:
        return True
    if id in _DECISIONS:
        decision = _DECISIONS[id]
        uid, now = scene.welcome.uid, scene.now
        return (
            action_in_question(view, scene.chosen, scene.page, lambda a: not why_not(decision, a, uid, now)) is not None
        )
    match id:
        case "verify":
            found = action_in_question(view, scene.chosen, scene.page, lambda action: action.state in RELEASABLE)
            return found is not None
        case "ack":
            alarm = the_alarm(view, scene.chosen)
            return alarm is not None and alarm.acknowledged is None
        case "again":
            notice = the_notice(view, scene.chosen)
            return notice is not None and notice.state is DeliveryState.DEAD
        case _:
            return _is_possible_in(the_incident(view, scene.chosen), id, scene, view)


def _is_possible_in(incident: IncidentView | None, id: str, scene: Scene, view: View) -> bool:
    if incident is None:
        return id not in _OF_INCIDENT
    if scene.page != "incident":
        return True
    if id in _WHILE_OPEN and not incident.open:
        return False
    step = the_step(incident, scene.chosen)
    return step is not None and (id == "tick" or step.state not in SETTLED) if id in ("tick", "skip") else True
