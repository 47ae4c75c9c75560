"""Who is together in a room: what each console looks at, and the one thing that somebody points at.

None of it is recorded: it is told while it lasts, and gone with whoever said it.
"""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum
from typing import assert_never

import msgspec

from warroom.core.clean import clean
from warroom.core.commands import Refused
from warroom.core.model import Role
from warroom.core.permalink import NoPermalink, permalink_of, permalink_text
from warroom.core.queries import Spot
from warroom.core.view import IncidentView, View

POINTER_LAPSES_S = 600.0
"""Time after which nobody is led to what was pointed at."""
MOST_SPOTS = 64
"""Logs whose boundaries a pointer may bring; with more it brings none but its own."""
_NAME_LIMIT = 1400
_WORDS_LIMIT = 120
_TEXT_LIMIT = 80


class Kind(StrEnum):
    """What can be pointed at."""

    LINE = "line"
    STEP = "step"
    ALARM = "alarm"
    ACTION = "action"
    BOT = "bot"
    NOTICE = "notice"
    INCIDENT = "incident"


class Here(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What a console says of itself."""

    page: str
    doing: str = ""
    """The dialog that is open, in words: `confirming: isolate support`."""
    confirms: bool = False
    """Whether that dialog is about to act."""


class Presence(msgspec.Struct, frozen=True):
    """One console as the others see it; its texts are cleaned."""

    console: str
    page: str
    doing: str
    confirms: bool
    active: float
    """When its person last did something, to some seconds."""


class Target(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A thing that somebody points at."""

    kind: Kind
    name: str
    """Its id; of a line its permalink."""
    incident: str = ""
    """Of a step: the incident that it belongs to."""
    bot: str = ""
    """Of a line: whose log is shown; empty for all bots."""
    spots: list[Spot] = []
    """Of a line: the boundary below it in each log that is shown with it."""
    text: str = ""
    """Of a line: its beginning, as the one who points sees it."""


class Pointer(msgspec.Struct, frozen=True):
    """Who points at what since when."""

    target: Target
    words: str
    """The target in words: `step 3: revoke tokens`."""
    by: str
    """Who points, as people are shown it."""
    at: float


class Company(msgspec.Struct, frozen=True):
    """Everybody's presence, and the newest pointer."""

    people: list[Presence] = []
    pointer: Pointer | None = None

    def of(self, console: str) -> Presence | None:
        """Return what is known of a console."""
        return next((one for one in self.people if one.console == console), None)


def named_target(view: View, text: str) -> Target | None:
    """Return what a text names: a permalink, `INC-001/STEP`, or the id of anything in the view."""
    incident, slash, step = text.partition("/")
    target = Target(Kind.STEP, step, incident) if slash else None
    if "#g" in text:
        try:
            target = Target(Kind.LINE, permalink_text(permalink_of(text)))
        except NoPermalink:
            return None
    if target is None:
        named: dict[Kind, list[str]] = {
            Kind.INCIDENT: [one.id for one in view.incidents],
            Kind.ACTION: [one.id for one in view.actions],
            Kind.ALARM: [one.id for one in view.alarms],
            Kind.NOTICE: [one.notice for one in view.outbox],
            Kind.BOT: [one.name for one in view.bots],
        }
        target = next((Target(kind, text) for kind, names in named.items() if text in names), None)
    return target if target is not None and target_words(view, target) else None


def target_words(view: View, target: Target) -> str:
    """Return a target in words; an empty text when it is not in the view (any more)."""
    name = target.name
    match target.kind:
        case Kind.LINE:
            return _line_words(view, target)
        case Kind.STEP:
            return _step_words(view, target)
        case Kind.ALARM:
            alarm = next((one for one in view.alarms if one.id == name), None)
            why = alarm.reasons[0].text if alarm and alarm.reasons else alarm.cause if alarm else ""
            return short(f"alarm of {alarm.bot}: {why}", _WORDS_LIMIT) if alarm else ""
        case Kind.ACTION:
            action = next((one for one in view.actions if one.id == name), None)
            return f"{action.id}: {action.verb} {action.bot}" if action else ""
        case Kind.BOT:
            return f"the bot {name}" if any(one.name == name for one in view.bots) else ""
        case Kind.NOTICE:
            notice = next((one for one in view.outbox if one.notice == name), None)
            return f"{notice.notice} to {notice.audience.value}" if notice else ""
        case Kind.INCIDENT:
            incident = next((one for one in view.incidents if one.id == name), None)
            return short(f"{incident.id}: {incident.title}", _WORDS_LIMIT) if incident else ""
        case _:
            assert_never(target.kind)


def _step_words(view: View, target: Target) -> str:
    incident = next((one for one in view.incidents if one.id == target.incident and one.open), None)
    for number, step in enumerate(incident.steps if incident else (), 1):
        if step.id == target.name:
            several = sum(one.open for one in view.incidents) > 1
            return f"step {number}{f' of {target.incident}' if several else ''}: {step.title}"
    return ""


def _line_words(view: View, target: Target) -> str:
    try:
        link = permalink_of(target.name)
    except NoPermalink:
        return ""
    source = clean(link.source, 300)
    watched = next((one for one in view.sources if one.path == source), None)
    if watched is None:
        return ""
    text = short(target.text, _TEXT_LIMIT).strip()
    return short(f"a line of {target.bot or watched.bot}: {text or source.rpartition('/')[2]}", _WORDS_LIMIT)


def unfit_target(target: Target) -> Refused | None:
    """Return why a target cannot be taken whatever the room holds, or None."""
    texts = (target.name, target.incident, target.bot, target.text, *(spot.source for spot in target.spots))
    if len(target.spots) > MOST_SPOTS or any(len(text) > _NAME_LIMIT for text in texts):
        return Refused("this is too long for a pointer")
    return None


def short(text: str, limit: int) -> str:
    """Return a text cleaned, with so many characters at most: nobody acts on the words of a pointer."""
    return clean(text)[:limit]


def person_name(label: str) -> str:
    """Return a person's name without what stands behind it in brackets."""
    return label.partition(" (claimed")[0]


def roles_of(incidents: Sequence[IncidentView], label: str) -> list[tuple[Role, str]]:
    """Return the parts that somebody has in open incidents, with the incidents."""
    names = {label, person_name(label)}
    return [
        (Role(role), incident.id)
        for incident in incidents
        if incident.open
        for role, who in incident.roles.items()
        if who in names
    ]


def is_commander(incidents: Sequence[IncidentView], label: str) -> bool:
    """Say whether somebody commands an open incident."""
    return any(role is Role.INCIDENT_COMMANDER for role, _ in roles_of(incidents, label))
