"""What a dialog stands on: whether it still is as it was shown, who changed it, and whether it can be done at all."""

from __future__ import annotations

from collections.abc import Callable

from warroom.core.model import Role
from warroom.core.view import IncidentView, TimelineView, View
from warroom.tui.absence import Absence
from warroom.tui.link import GONE
from warroom.tui.together_lines import act_words
from warroom.tui.words import LIVE_ACTIONS, SETTLED, UNBEGUN

_ONCE = frozenset({"step", "severity", "notice"})
"""Subjects that a question names as they are: once they are otherwise it makes no sense any more."""
_NOT_ACTS = frozenset({"console", "refused"})


def stand_of(view: View, about: str) -> tuple[str, ...]:
    """Return what a question about a subject (`kind:ID` or `kind:ID/PART`) stands on, in words that can be compared."""
    kind, _, name = about.partition(":")
    name, _, part = name.partition("/")
    if kind == "alarm":
        return tuple(f"{one.acknowledged} {one.incident}" for one in view.alarms if one.id == name)
    if kind == "notice":
        return tuple(one.state for one in view.outbox if one.notice == name)
    if kind == "bot":
        live = LIVE_ACTIONS | UNBEGUN
        acts = (f"{one.id} {one.state}" for one in view.actions if one.bot == name and one.state in live)
        return (*_open(_incident(view, part)), *acts)
    incident = _incident(view, name)
    if incident is None:
        return _of_action(view, name, part) if kind == "tell" else ()
    return (*_open(incident), *_part(view, incident, kind, part))


def _of_action(view: View, name: str, audience: str) -> tuple[str, ...]:
    """Return what a notice of an action without an incident stands on: how it is, and who was told."""
    sent = (one.notice for one in view.outbox if (one.incident, one.audience.value) == (name, audience))
    return (*(one.state for one in view.actions if one.id == name), *dict.fromkeys(sent))


def _part(view: View, incident: IncidentView, kind: str, part: str) -> tuple[str, ...]:
    match kind:
        case "step":
            return tuple(one.state for one in incident.steps if one.id == part)
        case "severity":
            return (incident.severity,)
        case "phase":
            return (incident.phase,)
        case "role":
            return tuple(f"{role} {who}" for role, who in sorted(incident.roles.items()))
        case "command":
            return (incident.roles.get(Role.INCIDENT_COMMANDER, ""),)
        case "close":
            left = sum(one.required and one.state not in SETTLED for one in incident.steps)
            acts = (f"{one.id} {one.state}" for one in view.actions if one.incident == incident.id)
            return (f"{left} left", *acts)
        case "tell":
            sent = (one.notice for one in view.outbox if (one.incident, one.audience.value) == (incident.id, part))
            return (incident.severity, incident.phase, *dict.fromkeys(sent))
        case _:
            return ()


def _open(incident: IncidentView | None) -> tuple[str, ...]:
    return () if incident is None else ("open" if incident.open else "closed",)


def _incident(view: View, id: str) -> IncidentView | None:
    return next((one for one in view.incidents if one.id == id), None)


class Watch:
    """Looks at a dialog's subject from when it was shown."""

    def __init__(self, look: Callable[[], View | None], about: str, me: str, absence: Absence) -> None:
        """`look` returns the newest view; `me` is who sits here; `absence` tells when there was no engine."""
        self._look = look
        self._absence = absence
        self._about = about
        self._me = me
        self._accept()
        self._first = self._stood

    def _accept(self) -> None:
        view = self._look()
        self._stood = stand_of(view, self._about) if view else ()
        self._seq = view.messages[-1].seq if view and view.messages else 0

    def changed(self) -> str:
        """Return who changed what since the last call that said so, or an empty text."""
        view = self._look()
        away = self._absence.news()
        if view is None or stand_of(view, self._about) == self._stood:
            return away
        who = self._who(view)
        self._accept()
        return f"{who} meanwhile."

    def over(self) -> str:
        """Return why it cannot be done any more, or an empty text."""
        view = self._look()
        if self._absence.lasts:
            return f"{GONE}."
        now = stand_of(view, self._about) if view else self._first
        if now == self._first:
            return ""
        if "closed" in now[:1] and "open" in self._first[:1]:
            return "the incident is closed."
        kind, _, name = self._about.partition(":")
        return f"{name} is {now[-1].replace('_', ' ')} now." if kind in _ONCE and now else ""

    def _who(self, view: View) -> str:
        kind, _, name = self._about.partition(":")
        incident = _incident(view, name.partition("/")[0]) if kind != "bot" else None
        entries: list[TimelineView] = incident.timeline if incident else view.messages
        new = [e for e in entries if e.seq > self._seq and e.who != self._me and e.kind not in _NOT_ACTS]
        return act_words(new[-1]) if new else "it changed"
