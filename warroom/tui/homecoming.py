"""What the console does once its engine is back."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from warroom.core.room import Room
from warroom.tui.absence import Absence
from warroom.tui.pages.page import Page


class Return:
    """Brings the pages up to another engine once it is there."""

    def __init__(self, room: Room, pages: Callable[[], Iterable[Page]], say: Callable[[str, str], None]) -> None:
        """`say` takes a sentence for the status line and its style."""
        self._absence = Absence(lambda: room.outage)
        self._pages, self._say = pages, say

    def look(self) -> None:
        """Say that the engine is back, if it is; it numbers its lines anew, so each log is asked for again."""
        words = self._absence.back()
        if not words:
            return
        for page in self._pages():
            if (log := page.log_pane()) is not None:
                log.begin_anew()
        self._say(words, "good")
