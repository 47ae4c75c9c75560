"""The others as lines: who is here in the top row, what they do in the status line, and the whole list."""

from __future__ import annotations

from warroom.core.company import Pointer, is_commander, person_name, roles_of, target_words
from warroom.core.view import ConsoleView, TimelineView
from warroom.tui.cells import cut, fit, width_of
from warroom.tui.keymap import key_for
from warroom.tui.lines import Line, Span, line
from warroom.tui.scene import Scene
from warroom.tui.times import minute_text
from warroom.tui.words import ROLES, age

ANSWER_S = 4.0
"""Time for which the answer to the person's own command stands, before anybody else's act."""
NO_S = 12.0
"""The same for one that says no, or warns: it is longer, and there is something to do."""
ACT_S = 8.0
IDLE_S = 60.0
_NAMES = 26
_PART_CELLS = 20


def others(scene: Scene) -> list[ConsoleView]:
    """Return the other consoles."""
    mine = scene.welcome.console
    return [one for one in (scene.view.consoles if scene.view else []) if one.id != mine]


def here_spans(scene: Scene, *, names: bool) -> list[Span]:
    """Return who else is here for the top row: their names, or how many they are; nothing when nobody is."""
    known = others(scene)
    if not known:
        return []
    if not names:
        return [(f" +{len(known)}", "accent")]
    people = list(dict.fromkeys(person_name(one.operator) for one in known))
    return list(cut([(" with " + ", ".join(people), "accent")], _NAMES))


def act_words(entry: TimelineView) -> str:
    """Return an act of somebody in words."""
    who = person_name(entry.who)
    if entry.kind != "console":
        return f"{who}: {entry.text}"
    if " attached" not in entry.text:
        return f"{who} left"
    return f"{who} joined" + (" to watch" if "read-only" in entry.text else "")


def live_pointer(scene: Scene) -> Pointer | None:
    """Return the pointer while what it points at is there."""
    pointer = scene.company.pointer
    if pointer is None or scene.view is None or not target_words(scene.view, pointer.target):
        return None
    return pointer


def pointer_words(scene: Scene, pointer: Pointer) -> str:
    """Return who points at what, and the key that leads there or back."""
    incidents = scene.view.incidents if scene.view else []
    mark = " (commander)" if is_commander(incidents, pointer.by) else ""
    before, key = f"{person_name(pointer.by)}{mark} points at ", f" ({key_for('follow')})"
    if scene.gone_to == pointer.target:
        before, key = "", f" ({key_for('follow')} goes back)"
    elif _is_own(scene, pointer):
        before, key = "you point at ", f" ({key_for('point')} on it ends that)"
    room = max(8, scene.width - 3 - width_of(before + key))
    words = pointer.words if width_of(pointer.words) <= room else fit(pointer.words, room).rstrip()
    return before + words + key


def news_span(scene: Scene) -> Span | None:
    """Return what the status line says of commands, of the others and of the pointer; None when there is no news.

    What was said before it is on the page of messages; where nothing is new the health of the watch has the room.
    """
    stands_s = NO_S if scene.answer_style in ("bad", "warn") else ANSWER_S
    if scene.answer and scene.now - scene.answered < stands_s:
        return scene.answer, scene.answer_style
    if scene.others.act is not None and scene.now - scene.others.at < ACT_S:
        return act_words(scene.others.act), "accent"
    names = {one.id: person_name(one.operator) for one in others(scene)}
    for one in scene.company.people:
        if one.confirms and one.console in names:
            return f"{names[one.console]} is {one.doing}", "warn"
    pointer = live_pointer(scene)
    if pointer is None or (_is_own(scene, pointer) and scene.now - pointer.at >= ACT_S):
        return None
    return pointer_words(scene, pointer), "accent"


def _is_own(scene: Scene, pointer: Pointer) -> bool:
    """Say whether it is the person's own pointer, to which they were not led."""
    return pointer.by == scene.welcome.operator and scene.gone_to != pointer.target


def people_title(scene: Scene) -> str:
    """Return how many are here."""
    consoles = scene.view.consoles if scene.view else []
    watching = sum(one.read_only for one in consoles)
    return f"Here {len(consoles)}" + (f" · {watching} only watching" if watching else "")


def people_lines(scene: Scene, width: int, pages: dict[str, tuple[str, str]]) -> list[Line]:
    """Return one row a console: who, in which part, where, since when, and whether at work."""
    if scene.view is None:
        return []
    names = {
        one.id: one.operator + (" (you)" if one.id == scene.welcome.console else "") for one in scene.view.consoles
    }
    cells = min(30, max((width_of(name) for name in names.values()), default=0))
    return [_person_line(one, names[one.id], cells, scene, width, pages) for one in scene.view.consoles]


def _person_line(
    one: ConsoleView, name: str, cells: int, scene: Scene, width: int, pages: dict[str, tuple[str, str]]
) -> Line:
    roles = roles_of(scene.view.incidents, one.operator) if scene.view else []
    parts = ", ".join(dict.fromkeys(ROLES[role] for role, _ in roles))
    presence = scene.company.of(one.id)
    where, idle = "", ""
    if presence is not None:
        where = presence.doing or f"on {pages[presence.page][1] if presence.page in pages else presence.page}"
        idle_s = scene.now - presence.active
        idle = f"idle {age(presence.active, scene.now)}" if idle_s >= IDLE_S else "at work"
    spans: list[Span] = [
        (fit(name, cells), "strong"),
        (
            "  " + fit("watcher" if one.read_only else parts or "-", _PART_CELLS),
            "readonly" if one.read_only else "text",
        ),
        (f" since {minute_text(one.since)}  ", "dim"),
        (fit(idle, 9), "dim"),
        ("  " + where, "warn" if presence is not None and presence.confirms else "text"),
    ]
    return line(*cut(spans, width))
