"""The root page: the board of bots, what needs attention, and the stream of the chosen bot."""

from __future__ import annotations

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Container

from warroom.tui.bar import Bar
from warroom.tui.board import attention_lines, attention_title, board_lines, board_title, chosen_row, shares
from warroom.tui.board_order import BoardOrder
from warroom.tui.chosen import the_bot
from warroom.tui.due_lines import due_lines
from warroom.tui.keys import bindings_for
from warroom.tui.lines import line, split_key
from warroom.tui.log_pane import LogPane
from warroom.tui.pages.page import Page
from warroom.tui.pane import Pane
from warroom.tui.scene import Scene


class OverviewPage(Page):
    """Board above, attention below or beside it, what is due, and the stream at the bottom over the full width."""

    BINDINGS: ClassVar[list[BindingType]] = bindings_for("overview")

    def compose(self) -> ComposeResult:
        """Make the three panes."""
        self._board = Pane(self._painter, id="board")
        self._order, self._bot = BoardOrder(), ""
        self._due = Bar(self._painter, [], id="due")
        self._scene: Scene | None = None
        self._attention = Pane(self._painter, id="attention")
        self._log = LogPane(self._painter, self._logs["overview"], id="board-stream", full=False)
        self._top = Container(id="board-top")
        with self._top:
            yield self._board
            yield self._attention
        yield self._due
        yield self._log

    def log_pane(self) -> LogPane | None:
        """Return the stream at the bottom."""
        return self._log if self.built else None

    def draw(self, scene: Scene) -> None:
        """Draw board and attention; open the chosen bot's stream."""
        view, self._scene = scene.view, scene
        self.set_class(scene.roomy, "beside")
        if view is None:
            self._board.title("Bots")
            self._board.show([line(("waiting for the engine’s first view…", "dim"))])
            self._attention.title("Attention")
            return
        bot = the_bot(view, scene.chosen)
        self._bot = bot.name if bot else ""
        board = board_lines(view, self._board.inner_width, scene.now, self._order.of(view.bots))
        self._board.title(board_title(view, held=self._order.stale))
        self._due.show(due_lines(view, scene.width - 2, scene.now))
        attention = attention_lines(view, self._attention.inner_width, scene.now)
        bots, rows = shares(scene.height, len(board), len(attention), beside=scene.roomy)
        self._board.styles.height, self._attention.styles.height = 1 + bots, 1 + rows
        self._board.show(board, f"bot:{bot.name}" if bot else "")
        self._attention.title(attention_title(view))
        self._attention.show(attention, chosen_row(attention, scene.chosen) or self._attention.key)
        if bot:
            self._log.open(bot.name)

    def on_pane_moved(self, event: Pane.Moved) -> None:
        """Somebody chose another bot: from now on no row moves until they leave or press Esc."""
        kind, name = split_key(event.key)
        if kind == "bot" and name != self._bot:
            self._order.hold()

    def leave(self) -> None:
        """Let the board be sorted while nobody looks at it."""
        super().leave()
        self._order.release()

    def stop_looking(self) -> bool:
        """End what is looked for in the log, else let the board be sorted; say whether anything changed."""
        if super().stop_looking():
            return True
        sorted_anew = self._order.release()
        if sorted_anew and self._scene is not None:
            self.draw(self._scene)
        return sorted_anew
