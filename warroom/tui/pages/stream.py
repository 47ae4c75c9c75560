"""The stream page: one bot's log, or those of all bots, over the whole screen."""

from __future__ import annotations

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import BindingType

from warroom.tui.bar import Bar
from warroom.tui.board import board_lines
from warroom.tui.chosen import the_bot
from warroom.tui.keys import bindings_for
from warroom.tui.log_pane import LogPane
from warroom.tui.pages.page import Page
from warroom.tui.scene import Scene


class StreamPage(Page):
    """The bot's row of the board above its log; `[` and `]` change the bot."""

    BINDINGS: ClassVar[list[BindingType]] = bindings_for("stream")

    def compose(self) -> ComposeResult:
        """Make the row and the log."""
        self._head = Bar(self._painter, id="stream-head")
        self._log = LogPane(self._painter, self._logs["stream"], id="full-stream", full=True)
        yield self._head
        yield self._log

    def log_pane(self) -> LogPane | None:
        """Return the log."""
        return self._log if self.built else None

    def draw(self, scene: Scene) -> None:
        """Draw the bot's row and open its log."""
        view = scene.view
        bot = the_bot(view, scene.chosen) if view else None
        if view is None or bot is None:
            return
        rows = board_lines(view, max(20, scene.width - 2), scene.now)
        self._head.show([next(row for row in rows if row.key == f"bot:{bot.name}")])
        self._log.open(bot.name, [(alarm.bot, alarm.time) for alarm in view.alarms])
