"""Who is together in the room now: the consoles' own words, kept while they last and told at a bounded pace."""

from __future__ import annotations

import msgspec

from warroom.core.access import Rights, below
from warroom.core.clean import clean
from warroom.core.commands import Ack, Answer, Refused
from warroom.core.company import (
    POINTER_LAPSES_S,
    Company,
    Here,
    Pointer,
    Presence,
    Target,
    short,
    target_words,
    unfit_target,
)
from warroom.core.model import Actor, Level
from warroom.core.ports import Clock
from warroom.core.view import View
from warroom.engine.noticeboard import Noticeboard

SHORTEST_S = 0.2
"""Time between two changes of one console; of what it says in between the last counts."""
_ACTIVE_S = 15.0
"""Steps in which it is told that somebody is still at work."""
_PAGE_LIMIT = 20
_DOING_LIMIT = 80


class _Guest:
    """One console: what is told of it, and what waits to be."""

    def __init__(self) -> None:
        self.told: Presence | None = None
        self.waiting: Presence | None = None
        self.since = 0.0


class Gathering:
    """Holds presence and the newest pointer; nothing of it is recorded."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._guests: dict[str, _Guest] = {}
        self._pointer: Pointer | None = None
        self.board = Noticeboard(clock)
        """The board of an exercise, if somebody leads one."""
        self.version = 0
        """Grows with each change that is to be told."""

    @property
    def company(self) -> Company:
        """Everybody as they are told of now."""
        people = [guest.told for guest in self._guests.values() if guest.told is not None]
        return Company(people, self._pointer)

    def hear(self, console: str, here: Here) -> None:
        """Take what a console says of itself; `settle` brings it out when its time has come."""
        guest = self._guests.setdefault(console, _Guest())
        doing = short(here.doing, _DOING_LIMIT)
        page = short(here.page, _PAGE_LIMIT)
        guest.waiting = Presence(console, page, doing, here.confirms and bool(doing), self._clock.now())
        self.settle()

    def leave(self, console: str) -> None:
        """Forget a console."""
        if self._guests.pop(console, None) is not None:
            self.version += 1

    def point(self, target: Target | None, view: View, actor: Actor, rights: Rights) -> Answer:
        """Let somebody point at something that the view has, or at nothing any more; the newest pointer counts."""
        refused = below(Level.RESPONDER, rights) or (unfit_target(target) if target else None)
        if refused is not None:
            return refused
        words = target_words(view, target) if target else ""
        if target is not None and not words:
            return Refused("there is no such thing to point at, or it is closed", "point at what a page shows")
        self._set(Pointer(target, words, clean(actor.label, 64), self._clock.now()) if target else None)
        return Ack(0, words)

    def _set(self, pointer: Pointer | None) -> None:
        self._pointer = pointer
        self.version += 1

    def settle(self) -> None:
        """Bring out what consoles have said since, and let an old pointer lapse; to be called now and then."""
        now = self._clock.monotonic()
        for guest in self._guests.values():
            if guest.waiting is None or (guest.told is not None and now - guest.since < SHORTEST_S):
                continue
            if guest.told is None or _differ(guest.told, guest.waiting):
                guest.told, guest.since = guest.waiting, now
                self.version += 1
            guest.waiting = None
        if self._pointer is not None and self._clock.now() - self._pointer.at > POINTER_LAPSES_S:
            self._set(None)


def _differ(old: Presence, new: Presence) -> bool:
    same = msgspec.structs.replace(new, active=old.active) == old
    return not same or new.active - old.active >= _ACTIVE_S
