"""The drill page: how the team stands against what is expected, and how to begin a drill where none runs."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Horizontal
from textual.widget import Widget

from warroom.tui.bar import Bar
from warroom.tui.cells import width_of
from warroom.tui.exercise_lines import clock_line, goal_lines, head_lines, no_exercise_lines
from warroom.tui.keys import bindings_for
from warroom.tui.lines import line
from warroom.tui.pages.page import Page
from warroom.tui.pane import Pane
from warroom.tui.scene import Scene


class ExercisePage(Page):
    """Title and clock, where one stands, then everything that is expected."""

    BINDINGS: ClassVar[list[BindingType]] = bindings_for("exercise")

    def compose(self) -> ComposeResult:
        """Make the rows above and the list."""
        self._title = Bar(self._painter)
        self._clock = Bar(self._painter)
        self._row = Horizontal(id="exercise-row")
        self._head = Bar(self._painter, id="exercise-head")
        self._list = Pane(self._painter, id="goal-list", cursor=False)
        self._known: Sequence[tuple[str, str]] | None = None
        with self._row:
            yield self._title
            yield self._clock
        yield self._head
        yield self._list

    def panes(self) -> Sequence[Widget]:
        """Return the list."""
        return [self._list]

    def draw(self, scene: Scene) -> None:
        """Draw the board that is posted, else how to begin."""
        view = scene.view
        if view is None:
            return
        board, width = view.exercise, scene.width - 2
        self._row.display = board is not None
        if board is None:
            if self.display and self._known is None:
                self._known = ()
                self.run_worker(self._learn(scene), group="scenarios")
            self._head.show([])
            self._list.title("Drill")
            self._list.show(no_exercise_lines(self._known or (), self._list.inner_width))
            return
        clock = clock_line(board, scene.now)
        self._title.show([line((board.title, "strong"))])
        self._clock.show([clock])
        self._clock.styles.width = width_of(clock.text)
        self._head.show(head_lines(board, view, width, scene.now))
        self._list.title("Expected · times as on the clock above")
        self._list.show(goal_lines(board, self._list.inner_width, scene.now))

    async def _learn(self, scene: Scene) -> None:
        self._known = await scene.scenarios()
        self.draw(scene)
