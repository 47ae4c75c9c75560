"""The outbox page: every notice with how far it came, and the one under the cursor with what its receiver said."""

from __future__ import annotations

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import BindingType

from warroom.core.view import View
from warroom.tui.chosen import the_notice
from warroom.tui.keys import bindings_for
from warroom.tui.outbox_lines import delivery_lines, outbox_rows, outbox_title
from warroom.tui.pages.page import Page
from warroom.tui.pane import Pane
from warroom.tui.scene import Scene


class OutboxPage(Page):
    """List above, one notice below."""

    BINDINGS: ClassVar[list[BindingType]] = bindings_for("outbox")

    def compose(self) -> ComposeResult:
        """Make list and detail."""
        self._list = Pane(self._painter, id="notice-list")
        self._detail = Pane(self._painter, id="notice-detail", cursor=False)
        yield self._list
        yield self._detail

    def draw(self, scene: Scene) -> None:
        """Draw the list and the chosen notice; read from the record what is not known of it yet."""
        view = scene.view
        self.set_class(scene.roomy, "beside")
        if view is None:
            return
        if self.display and scene.letters.wanted(view, scene.now):
            self.run_worker(self._read(scene, view), group="letters")
        chosen = the_notice(view, scene.chosen)
        rows = outbox_rows(view.outbox, scene.letters, self._list.inner_width, scene.now)
        self._list.title(outbox_title(view.outbox))
        self._detail.display = chosen is not None
        if chosen is None:
            self._list.styles.height = "1fr"
            self._list.show(rows)
            return
        self.share(self._list, len(rows), scene)
        self._list.show(rows, f"notice:{chosen.notice}")
        self._detail.title(chosen.notice)
        self._detail.show(delivery_lines(chosen, view, scene.letters, self._detail.inner_width, scene.now))

    async def _read(self, scene: Scene, view: View) -> None:
        await scene.letters.read(view, scene.now)
        self.draw(scene)
