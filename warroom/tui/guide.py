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
from warroom.tui.pages.page import Page, Show
from warroom.tui.pane import Pane
from warroom.tui.scene import Scene
from warroom.tui.together_lines import live_pointer

_STREAM = "stream"
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

    def __init__(self, scene: Scene, log: Callable[[str], LogPane | None], show: Show) -> None:
        """`log` returns what shows the log of a page, None as long as that was never shown."""
        self._scene = scene
        self._log = log
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
            self._was = _Was(
                scene.page,
                dict(scene.chosen.ids),
                scene.chosen.kind,
                place_in(scene.logs[_STREAM]) if pointer.target.kind is Kind.LINE else None,
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
        scene = self._scene
        scene.chosen.ids, scene.chosen.kind = dict(was.ids), was.kind
        if was.log is not None:
            self._stand_at(was.log)
        self._show(was.page)
        return True

    def forget(self) -> None:
        """The person went elsewhere by themselves: there is no way back any more."""
        self._was, self._scene.gone_to = None, None

    def _lead(self, view: View, target: Target) -> None:
        ids, key = self._scene.chosen.ids, f"{target.kind.value}:{target.name}"
        if target.kind is Kind.LINE:
            place = place_of_line(view, target)
            ids["bot"] = place.bot or ids.get("bot", "")
            self._stand_at(msgspec.structs.replace(place, bot=ids["bot"]))
        elif target.kind is Kind.STEP:
            ids["incident"], ids["step"] = target.incident, target.name
        else:
            ids[target.kind.value] = target.name
        self._show(_PAGE_OF[target.kind], lambda page: page.point_out(key))

    def _stand_at(self, place: LogPlace) -> None:
        stand_at(self._scene.logs[_STREAM], place)
        if (log := self._log(_STREAM)) is not None:
            log.shown_anew()
