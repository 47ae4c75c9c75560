"""The record in words: the newest entries of the room and of each incident, kept for the view."""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping, Sequence

from warroom.core.clean import clean
from warroom.core.desk import Desk
from warroom.core.facts import Fact
from warroom.core.ports import Entry
from warroom.core.timeline import words
from warroom.core.urgency import subject_of, urgency_of
from warroom.core.view import TimelineView

_ROOM = 100
_INCIDENT = 200


class Chronicle:
    """Told entries; which incident an outcome belongs to is looked up on the desk after the fold."""

    def __init__(self) -> None:
        self._room: deque[TimelineView] = deque(maxlen=_ROOM)
        self._incidents: dict[str, deque[TimelineView]] = {}

    @property
    def messages(self) -> Sequence[TimelineView]:
        """The newest entries of the room, oldest first."""
        return self._room

    @property
    def timeline(self) -> Mapping[str, Sequence[TimelineView]]:
        """The newest entries of each incident, oldest first."""
        return self._incidents

    def tell(self, entries: Sequence[Entry], desk: Desk) -> None:
        """Add entries; `desk` is the desk that they led to."""
        plans = {name: action.plan for name, action in desk.actions.items()}
        for entry in entries:
            told = words(entry, plans)
            incident = told.incident or _incident_of(entry.fact, desk)
            line = TimelineView(
                entry.seq,
                entry.at,
                clean(entry.actor.label, 64),
                told.kind,
                told.text,
                urgency_of(entry.fact),
                subject_of(entry.fact),
                incident or "",
            )
            self._room.append(line)
            if incident:
                self._incidents.setdefault(incident, deque(maxlen=_INCIDENT)).append(line)


def _incident_of(fact: Fact, desk: Desk) -> str | None:
    action = desk.actions.get(getattr(fact, "action", ""))
    if action is not None:
        return action.incident
    alarm = getattr(fact, "alarm", None)
    record = desk.alarms.get(alarm if isinstance(alarm, str) else getattr(alarm, "id", ""))
    return None if record is None else record.incident
