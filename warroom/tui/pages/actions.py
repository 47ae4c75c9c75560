"""The actions page: every containment with its state, and the one under the cursor with its proof."""

from __future__ import annotations

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import BindingType

from warroom.tui.action_lines import action_lines, action_rows, actions_title
from warroom.tui.chosen import the_action
from warroom.tui.keys import bindings_for
from warroom.tui.pages.page import Page
from warroom.tui.pane import Pane
from warroom.tui.scene import Scene


class ActionsPage(Page):
    """List above, proof and plan below."""

    BINDINGS: ClassVar[list[BindingType]] = bindings_for("actions")

    def compose(self) -> ComposeResult:
        """Make list and detail."""
        self._list = Pane(self._painter, id="action-list")
        self._detail = Pane(self._painter, id="action-detail", cursor=False)
        yield self._list
        yield self._detail

    def draw(self, scene: Scene) -> None:
        """Draw the list and the chosen action."""
        view = scene.view
        self.set_class(scene.roomy, "beside")
        if view is None:
            return
        action = the_action(view, scene.chosen)
        rows = action_rows(view.actions, self._list.inner_width, scene.now)
        self._list.title(actions_title(view.actions))
        self.share(self._list, len(rows), scene)
        self._list.show(rows, f"action:{action.id}" if action else "")
        self._detail.title(f"{action.id}" if action else "Proof")
        self._detail.show(action_lines(action, self._detail.inner_width, scene.now) if action else [])
