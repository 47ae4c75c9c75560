"""What is due: updates that people wait for, steps, containments that end, requests that lapse; the latest first."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from warroom.core.view import IncidentView, View
from warroom.tui.cells import cut
from warroom.tui.keymap import key_for
from warroom.tui.lines import Line, Span
from warroom.tui.sheet_text import wrap_spans
from warroom.tui.words import LIVE_ACTIONS, SETTLED, is_overdue, left_text, span_text, waits

SOON_S = 900.0
"""What falls due within this time is told of; what is late always."""
_NEAR_S = 300.0
_ROWS = 2


class Due(msgspec.Struct, frozen=True):
    """One thing with its moment (seconds since the epoch) and the key of where it is done."""

    at: float
    words: str
    key: str


def due_of(view: View, now: float) -> list[Due]:
    """Return what is late or soon due in the room, the latest first."""
    found = [one for incident in view.incidents if incident.open for one in _of_incident(incident, now)]
    for action in view.actions:
        if action.expires is not None and action.state in LIVE_ACTIONS:
            found.append(Due(action.expires, f"{action.id} ({action.verb} {action.bot}) ends", key_for("page_actions")))
        if action.approval is not None and waits(action):
            found.append(Due(action.approval.lapses, f"the request for {action.id} lapses", key_for("page_actions")))
    return sorted((one for one in found if one.at <= now + SOON_S), key=lambda one: one.at)


def _of_incident(incident: IncidentView, now: float) -> Iterator[Due]:
    if incident.update_due is not None:
        yield Due(incident.update_due, f"update of {incident.id}", key_for("tell"))
    late = [step for step in incident.steps if is_overdue(step, now)]
    if late:
        first = min(late, key=lambda step: step.due or 0.0)
        words = f"step “{first.title}” of {incident.id}" if len(late) == 1 else f"{len(late)} steps of {incident.id}"
        yield Due(first.due or 0.0, words, key_for("page_incident"))
    ahead = [step for step in incident.steps if step.due is not None and step.due >= now and step.state not in SETTLED]
    if ahead:
        soonest = min(ahead, key=lambda step: step.due or 0.0)
        yield Due(soonest.due or 0.0, f"step “{soonest.title}” of {incident.id}", key_for("page_incident"))


def due_lines(view: View, width: int, now: float) -> list[Line]:
    """Return at most two rows of what is due with the keys for it; none when nothing is."""
    due = due_of(view, now)
    if not due:
        return []
    spans: list[Span] = [("DUE", "head")]
    for place, one in enumerate(due):
        left = one.at - now
        when, style = (f"LATE {span_text(-left)}", "bad") if left < 0 else (f"in {left_text(left)}", "text")
        if 0 <= left < _NEAR_S:
            style = "warn"
        spans += [(" · " if place else " ", "dim"), (one.words, "text"), (f" {when} ", style), (f"({one.key})", "key")]
    rows = wrap_spans(spans, width)
    if len(rows) <= _ROWS:
        return rows
    more = Line((*cut(rows[_ROWS - 1].spans, width - 2), (" …", "dim")))
    return [*rows[: _ROWS - 1], more]
