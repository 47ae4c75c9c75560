"""Where the person at this console stands, taken down while they work, and the way back there when they come again."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol

import msgspec

from warroom.core.moments import age_text
from warroom.core.view import View
from warroom.core.whereabouts import Ignored, Sight, Whereabouts
from warroom.tui.cells import fit, width_of
from warroom.tui.chosen import the_bot
from warroom.tui.copying import Mouth
from warroom.tui.frame_lines import PAGES
from warroom.tui.keys import give_keys_to
from warroom.tui.log_sight import show_again, sight_of
from warroom.tui.pages.page import Page, Show
from warroom.tui.scene import Scene
from warroom.tui.times import clock_text

_ROOT = "overview"
_UNDO_S = 60.0
"""Time in which the key that starts fresh brings back what it took away."""
_SAID_S = 30.0
"""Time for which the status line says what came back."""
_RESET = " · ^r starts fresh"


class Memory(Protocol):
    """Where a person's place is kept between two consoles."""

    async def save(self, whereabouts: Whereabouts) -> str:
        """Keep it; return why that was not possible, or an empty text."""
        ...


class Recall:
    """Knows the pages of one screen; nothing that acts is ever brought back."""

    def __init__(self, scene: Scene, pages: Mapping[str, Page], show: Show, say: Mouth) -> None:
        """`pages`: those that were shown so far; `say` takes a sentence, its style and one for the messages."""
        self._scene, self._pages, self._show, self.say = scene, pages, show, say
        self._before: Whereabouts | None = None
        self._began = self._words_at = -_UNDO_S
        self._words = ""

    def now(self) -> Whereabouts:
        """Return where the person stands."""
        scene, pages = self._scene, self._pages
        page = scene.help_for if scene.page == "help" else scene.page
        shown = pages[scene.page]
        focused = shown.screen.focused if shown.built else None
        pane = focused.id or "" if focused is not None and focused in shown.panes() else ""
        sights = {name: sight_of(log) for name, log in scene.logs.items()}
        return Whereabouts(page=page, pane=pane, ids=dict(scene.chosen.ids), kind=scene.chosen.kind, sights=sights)

    def resume(self, found: Whereabouts | Ignored | None, *, stay: bool = False) -> None:
        """Go where the person was, and say so; `stay` leaves them on the page to which they went meanwhile."""
        if isinstance(found, Ignored):
            self.say(f"where you were is not known: {found.reason}; this console starts fresh", "warn")
            return
        view = self._scene.view
        if found is None or view is None:
            return
        gone = self._put(found, view, stay=stay)
        self._tell(told_of(found, self._scene, gone), found.saved, gone)

    def fresh(self) -> None:
        """Begin as somebody who was never here; soon after that, go back to what that took away."""
        scene = self._scene
        if scene.view is None:
            return
        if self._before is not None and scene.now - self._began < _UNDO_S:
            before, self._before = self._before, None
            self._put(before, scene.view, stay=False)
            self.say("back where you were", "text")
            return
        self._before, self._began = self.now(), scene.now
        self._put(Whereabouts(), scene.view, stay=False)
        self.say("fresh: no filters, no marks, newest lines · ^r brings back what was", "text")

    def fade(self) -> None:
        """Say no longer what came back: by now it may be different."""
        scene = self._scene
        if self._words and scene.now - self._words_at > _SAID_S:
            if scene.answer == self._words:
                scene.answer = ""
            self._words = ""

    def _put(self, found: Whereabouts, view: View, *, stay: bool) -> list[str]:
        """Put everything where it was; return what of it is not there any more, in words."""
        scene, pages = self._scene, self._pages
        there = _names_in(view)
        gone = [kind for kind, name in found.ids.items() if kind in there and name not in there[kind]]
        scene.chosen.ids = {kind: name for kind, name in found.ids.items() if kind not in gone}
        scene.chosen.kind = found.kind if found.kind not in gone else ""
        for name, log in scene.logs.items():
            shown = pages[name].log_pane() if name in pages else None
            if shown is not None and shown.typing:
                continue  # what is typed there is about the lines that are shown
            show_again(log, found.sights.get(name, Sight()))
            if shown is not None:
                shown.shown_anew()
        if not stay:
            self._show(found.page if found.page in PAGES else _ROOT, lambda page: _focus(page, found.pane))
        return [f"{kind} {found.ids[kind]} is gone" for kind in gone if kind in ("bot", "incident", "alarm", "action")]

    def _tell(self, parts: list[str], saved: float, gone: list[str]) -> None:
        if not parts:
            return
        scene = self._scene
        ago = age_text(scene.now - saved) + " ago" if saved and scene.now - saved >= 3600 else ""
        whole = f"back where you were{' ' + ago if ago else ''}: {', '.join(parts)}{_RESET}"
        self._words, self._words_at = shortened(parts, scene.width - 2, whole), scene.now
        self.say(self._words, "warn" if gone else "accent", whole)


def _focus(page: Page, pane: str) -> None:
    """Give the keys to a pane by its id, where it is there."""
    found = next((one for one in page.panes() if one.id and one.id == pane), None)
    if found is not None:
        give_keys_to(found)


def shortened(parts: list[str], width: int, whole: str) -> str:
    """Return what came back in so many cells; the key that resets it is always there."""
    if width_of(whole) <= width:
        return whole
    room = width - width_of(_RESET) - len("back: ")
    told = ", ".join(parts)
    return f"back: {told if width_of(told) <= room else fit(told, max(8, room)).rstrip()}{_RESET}"


def told_of(found: Whereabouts, scene: Scene, gone: list[str]) -> list[str]:
    """Return in words what came back that somebody could overlook; nothing where it is the board as it always is."""
    sight = found.sights.get(found.page, Sight())
    view = scene.view
    bot = the_bot(view, scene.chosen) if view else None
    moved = not sight.all and bot is not None and sight.bot not in ("", bot.name)
    shown = bot.name if bot is not None and moved else sight.bot
    parts = [] if found.page == _ROOT else [_page_words(found, sight, shown)]
    if found.page == _ROOT and sight.all:
        parts.append("stream of all bots")
    if sight.filters:
        words = f"{sight.filters} filter{'s' if sight.filters > 1 else ''}"
        parts.append(words if sight.on else f"{words}, off")
    if sight.search:
        parts.append(f"/{sight.search}")
    if sight.spots and not moved:
        parts.append(f"paused at {clock_text(sight.at)[:5]}" if sight.at else "paused")
    marks = sum(len(one.marks) for one in found.sights.values())
    if marks:
        parts.append(f"{marks} mark{'s' if marks > 1 else ''}")
    if sight.wrap:
        parts.append("wrapped")
    return [*gone, *parts]


def _page_words(found: Whereabouts, sight: Sight, bot: str) -> str:
    if found.page == "stream":
        return f"stream of {'all bots' if sight.all else bot or 'no bot'}"
    chosen = found.ids.get("incident", "")
    if found.page == "incident" and chosen:
        return f"incident {chosen}"
    return PAGES[found.page][1].lower() if found.page in PAGES else "bots"


def _names_in(view: View) -> dict[str, set[str]]:
    return {
        "bot": {one.name for one in view.bots},
        "incident": {one.id for one in view.incidents},
        "alarm": {one.id for one in view.alarms},
        "action": {one.id for one in view.actions},
        "notice": {one.notice for one in view.outbox},
    }


def stamped(whereabouts: Whereabouts, now: float) -> Whereabouts:
    """Return it with the moment at which it is written."""
    return msgspec.structs.replace(whereabouts, saved=max(0.0, now))
