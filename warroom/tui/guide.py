"""The way to what somebody points at, and back to where one was."""

from __future__ import annotations

from collections.abc import Callable

import msgspec

from warroom.core.company import Kind, Target
from warroom.core.view import View
from warroom.tui.chosen import the_incident
from warroom.tui.lines import split_key
from warroom.tui.log_pane import LogPane
from warroom.tui.log_place import LogPlace, line_in_hand, place_in, place_of_line, stand_at
from warroom.tui.pages.page import Page
from warroom.tui.pane import Pane
from warroom.tui.scene import Scene
from warroom.tui.together_lines import live_pointer

_PAGE_OF = {
    Kind.LINE: "stream",
    Kind.STEP: "incident",
    Kind.INCIDENT: "incident",
    Kind.ALARM: "alarms",
    Kind.ACTION: "actions",
    Kind.NOTICE: "outbox",
    Kind.BOT: "overview",
}


class _Was(msgspec.Struct, frozen=True):
    """Where somebody was before."""

    page: str
    ids: dict[str, str]
    kind: str
    log: LogPlace | None


def in_hand(scene: Scene, page: Page) -> Target | None:
    """Return what is under the cursor as something to point at; None when there is nothing."""
    log = page.log_pane()
    if log is not None and log.stream.has_focus:
        return line_in_hand(log.session)
    focused = page.screen.focused
    kind, name = split_key(focused.key) if isinstance(focused, Pane) else ("", "")
    incident = the_incident(scene.view, scene.chosen) if scene.view else None
    if kind == "step" and incident is not None:
        return Target(Kind.STEP, name, incident.id)
    if kind in set(Kind) - {Kind.LINE}:
        return Target(Kind(kind), name)
    if scene.page == "incident" and incident is not None:
        return Target(Kind.INCIDENT, incident.id)
    return None


class Guide:
    """Leads to the newest pointer and remembers the way back."""

    def __init__(self, scene: Scene, pages: Callable[[], dict[str, Page]], show: Callable[[str], None]) -> None:
        """`show` brings a page on the screen and draws it."""
        self._scene = scene
        self._pages = pages
        self._show = show
        self._was: _Was | None = None

    def follow(self) -> str:
        """Go where somebody points, or back when that is done already; return why not, or an empty text."""
        scene, pointer = self._scene, live_pointer(self._scene)
        if self._was is not None and (pointer is None or pointer.target == scene.gone_to):
            self.back()
            return ""
        if pointer is None or scene.view is None:
            return "nobody points at anything; @ points at what is under the cursor"
        if self._was is None:
            log = self._log()
            self._was = _Was(
                scene.page,
                dict(scene.chosen.ids),
                scene.chosen.kind,
                place_in(log.session) if log and pointer.target.kind is Kind.LINE else None,
            )
        scene.gone_to = pointer.target
        self._lead(scene.view, pointer.target)
        return ""

    def back(self) -> bool:
        """Go back to where one was before; say whether one was led anywhere."""
        was = self._was
        if was is None:
            return False
        self.forget()
        scene, log = self._scene, self._log()
        scene.chosen.ids, scene.chosen.kind = dict(was.ids), was.kind
        if was.log is not None and log is not None:
            stand_at(log.session, was.log)
            log.shown_anew()
        self._show(was.page)
        return True

    def forget(self) -> None:
        """The person went elsewhere by themselves: there is no way back any more."""
        self._was, self._scene.gone_to = None, None

    def _lead(self, view: View, target: Target) -> None:
        ids, key = self._scene.chosen.ids, f"{target.kind.value}:{target.name}"
        log = self._log()
        if target.kind is Kind.LINE and log is not None:
            place = place_of_line(view, target)
            ids["bot"] = place.bot or ids.get("bot", "")
            stand_at(log.session, msgspec.structs.replace(place, bot=ids["bot"]))
            log.shown_anew()
        elif target.kind is Kind.STEP:
            ids["incident"], ids["step"] = target.incident, target.name
        else:
            ids[target.kind.value] = target.name
        page = _PAGE_OF[target.kind]
        self._show(page)
        self._pages()[page].point_out(key)

    def _log(self) -> LogPane | None:
        return self._pages()["stream"].log_pane()
