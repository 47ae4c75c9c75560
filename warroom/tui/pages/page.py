"""What every page is: panes that are drawn from a scene and take the focus in turn."""

from __future__ import annotations

from collections.abc import Sequence

from textual.containers import Vertical
from textual.widget import Widget

from warroom.tui.scene import Scene
from warroom.tui.stream import Stream
from warroom.tui.theme import Painter


class Page(Vertical):
    """A page; subclasses compose panes and draw them."""

    def __init__(self, painter: Painter, name: str) -> None:
        super().__init__(id=f"page-{name}", classes="page")
        self._painter = painter
        self._last_focus: Widget | None = None

    def panes(self) -> Sequence[Widget]:
        """Return the panes that can take the focus now, in order."""
        return [child for child in self.query("Pane, Stream") if child.focusable]

    def draw(self, scene: Scene) -> None:
        """Bring every pane up to the scene; panes repaint only what differs."""
        for child in self.query("Pane"):
            child.refresh()

    def stream(self) -> Stream | None:
        """Return the stream that this page shows, if it shows one."""
        return None

    def enter(self) -> None:
        """Take the focus where it was when the page was last left."""
        panes = self.panes()
        target = self._last_focus if self._last_focus in panes else next(iter(panes), None)
        if target is not None:
            target.focus(scroll_visible=False)

    def leave(self) -> None:
        """Remember where the focus was."""
        self._last_focus = self.screen.focused

    def turn(self, by: int) -> None:
        """Move the focus to the next (1) or previous (-1) pane."""
        panes = list(self.panes())
        focused = self.screen.focused
        if not panes:
            return
        place = panes.index(focused) + by if focused in panes else 0
        panes[place % len(panes)].focus(scroll_visible=False)
