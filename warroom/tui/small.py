"""A window in which nothing can be drawn: nobody there has the keys, and who had them gets them back."""

from __future__ import annotations

from textual.screen import Screen
from textual.widget import Widget

from warroom.tui.keys import give_keys_to, is_shown
from warroom.tui.scene import LEAST


class Shutter:
    """Hides what a screen draws, and shows one line instead."""

    def __init__(self, screen: Screen[None], drawn: Widget, line: Widget) -> None:
        self._screen, self._drawn, self._line = screen, drawn, line
        self._had_keys: Widget | None = None
        line.display = False

    def close(self, *, closed: bool) -> bool:
        """Close it or open it; return whether somebody must be found for the keys."""
        if self._drawn.display is not closed:
            return False
        if closed:
            # Before it is hidden: Textual would look for somebody else who is hidden as well.
            self._had_keys = self._screen.focused
            self._screen.set_focus(None)
        self._drawn.display, self._line.display = not closed, closed
        had, self._had_keys = self._had_keys, self._had_keys if closed else None
        if not closed and had is not None and had.is_attached:
            give_keys_to(had)
        return not closed and self._screen.focused is None


def is_too_small(widget: Widget) -> bool:
    """Say whether the window of a widget is below the size at which anything is drawn."""
    width, height = widget.app.size
    return width < LEAST[0] or height < LEAST[1]


def lost_for_good(widget: Widget) -> bool:
    """Say whether somebody else has the keys now, or nobody: a window that is too small only lends them."""
    return not is_too_small(widget) and not (
        widget.is_attached and widget.screen.focused is widget and is_shown(widget)
    )
