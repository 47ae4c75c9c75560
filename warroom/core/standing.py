"""What stands in a room now and nobody did: said when it begins and when it is over. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import msgspec

from warroom.core.company import person_name
from warroom.core.model import Role, StepState
from warroom.core.moments import age_text, clock_text
from warroom.core.next_verbs import NextVerbs
from warroom.core.notices import OPEN, DeliveryState
from warroom.core.urgency import Urgency
from warroom.core.view import IncidentView, StepView, View

BEHIND_BYTES = 1_000_000
"""Bytes that wait in a log from which on reading counts as behind; it has caught up below a tenth of that."""
UNSENT_S = 60.0
UPDATE_SOON_S = 300.0
_SETTLED = frozenset({StepState.DONE, StepState.SKIPPED, StepState.NOT_APPLICABLE})
NOT_READ = {"unreadable": "cannot be read", "not_a_log": "is no log", "waiting": "does not exist yet"}
"""State of a log that gives no lines, in words."""


class Stand(msgspec.Struct, frozen=True):
    """One thing that is so."""

    urgency: Urgency
    text: str
    next: str = ""
    over: str = ""
    """What is said when it is so no more; empty when another sentence says it."""


def standing(view: View, verbs: NextVerbs, before: Mapping[str, Stand] | None = None) -> dict[str, Stand]:
    """Return what stands, by a key that stays the same while it does; `before` is what stood at the last look."""
    return dict([*_room(view), *_logs(view, before or {}), *_untold(view, verbs), *_due(view, verbs)])


def _room(view: View) -> Iterator[tuple[str, Stand]]:
    if view.banner:
        yield f"banner {view.banner}", Stand(Urgency.URGENT, f"{view.banner}.", "", f"This is over: {view.banner}.")


def _logs(view: View, before: Mapping[str, Stand]) -> Iterator[tuple[str, Stand]]:
    for log in view.sources:
        key = f"behind {log.path}"
        if log.behind_bytes > (BEHIND_BYTES / 10 if key in before else BEHIND_BYTES):
            size = f"{log.behind_bytes / 1e6:.1f} MB of {log.path} wait to be read"
            text = f"Reading falls behind: {size}; alarms of {log.bot} come late."
            yield key, Stand(Urgency.WARNING, text, "", f"Reading of {log.path} has caught up.")
        if log.state in NOT_READ:
            text = f"The log {log.path} of {log.bot} {NOT_READ[log.state]}; it is watched until it can be read."
            yield f"{log.state} {log.path}", Stand(Urgency.WARNING, text, "", f"The log {log.path} is read now.")


def _untold(view: View, verbs: NextVerbs) -> Iterator[tuple[str, Stand]]:
    """Yield audiences that wait for long: nothing that was written for them since was taken by anybody."""
    taken = [one for one in view.outbox if one.state is DeliveryState.ACCEPTED]
    for one in view.outbox:
        # One of the future was written before the clock was set back: nobody knows for how long it waits.
        if one.state not in OPEN or abs(view.now - one.created) < UNSENT_S:
            continue
        if any((t.incident, t.audience) == (one.incident, one.audience) and t.created >= one.created for t in taken):
            continue
        whom = f"{one.audience.value} of {one.incident}"
        text = f"Nobody was told yet: the notice for {whom} waits since {clock_text(one.created)}"
        text += f" ({one.error})." if one.error else "."
        todo = f"read it out by phone; look: {verbs.line('outbox')}"
        yield f"untold {whom}", Stand(Urgency.URGENT, text, todo, f"No notice for {whom} waits any more.")


def _due(view: View, verbs: NextVerbs) -> Iterator[tuple[str, Stand]]:
    for incident in view.incidents:
        if not incident.open:
            continue
        for step in incident.steps:
            if step.due is not None and step.state not in _SETTLED and view.now > step.due:
                yield f"late {incident.id} {step.id} {step.due}", _late(incident, step, view, verbs)
        due = incident.update_due
        if due is not None and due - view.now < UPDATE_SOON_S:
            text = f"{incident.id}: people wait for an update at {clock_text(due)}."
            yield f"update {incident.id} {due}", Stand(Urgency.WARNING, text, verbs.tell(incident.id, "AUDIENCE"))


def _late(incident: IncidentView, step: StepView, view: View, verbs: NextVerbs) -> Stand:
    owner = owner_of(step, incident)
    late = age_text(view.now - (step.due or view.now))
    text = f"{incident.id}: the step {step.id}, {step.title.rstrip('.')}, is late by {late}; it is for {owner}."
    return Stand(Urgency.WARNING, text, verbs.of_step(incident, step, view))


def owner_of(step: StepView, incident: IncidentView) -> str:
    """Return who has the part that a step belongs to, or the part when nobody has it."""
    who = incident.roles.get(step.owner.value)
    return person_name(who) if who else role_words(step.owner)


def role_words(role: Role) -> str:
    """Return a part in an incident in words."""
    return f"the {role.value.replace('_', ' ')}"
