"""A room with three people in it, for tests of what they see of each other."""

from __future__ import annotations

import msgspec

from tests.tui.example import NOW, example_view
from warroom.core.company import Company, Kind, Pointer, Presence, Target, target_words
from warroom.core.room import Welcome
from warroom.core.view import ConsoleView, TimelineView, View
from warroom.tui.chosen import Chosen
from warroom.tui.scene import Scene

STEP = Target(Kind.STEP, "tokens", "INC-001")


def shared_view(*entries: TimelineView) -> View:
    """Return the example with ana, ben and a watcher, and with so much more in its record."""
    view = example_view()
    consoles = [*view.consoles, ConsoleView("c3", "cleo (claimed, as root)", 0, NOW - 60, True)]
    chain = msgspec.structs.replace(view.chain, length=view.chain.length + len(entries))
    return msgspec.structs.replace(view, consoles=consoles, messages=[*view.messages, *entries], chain=chain)


def said(who: str, text: str, kind: str = "note", seq: int = 500) -> TimelineView:
    """Return an entry of the record."""
    return TimelineView(seq, NOW, who, kind, text)


def pointer(target: Target = STEP, by: str = "ben") -> Pointer:
    """Return a pointer as the engine tells of it."""
    return Pointer(target, target_words(shared_view(), target), by, NOW)


def company(*, doing: str = "", pointer: Pointer | None = None) -> Company:
    """Return what the three look at; ben has a dialog open."""
    people = [
        Presence("c1", "overview", "", False, NOW),
        Presence("c2", "incident", doing, bool(doing), NOW - 3),
        Presence("c3", "stream", "", False, NOW - 400),
    ]
    return Company(people, pointer)


def scene(view: View | None = None, width: int = 80, **fields: object) -> Scene:
    """Return what ana's console draws."""
    shown = view or shared_view()
    welcome = Welcome(1, "0.1.0", "acme", shown.mode, "c1", "ana", 1000, False, 4242)
    made = Scene(welcome, Chosen(), shown, NOW, width=width, company=company())
    for name, value in fields.items():
        setattr(made, name, value)
    return made
