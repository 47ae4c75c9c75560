"""The incident room: header, phases, next step; checklist, step in hand, timeline, actions."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Horizontal, Vertical
from textual.widget import Widget

from warroom.core.view import IncidentView, View
from warroom.tui.action_lines import action_rows, actions_title
from warroom.tui.bar import Bar
from warroom.tui.cells import width_of
from warroom.tui.chosen import the_incident, the_step
from warroom.tui.keys import bindings_for, give_keys_to
from warroom.tui.lines import Line, Span, line
from warroom.tui.pages.page import Page
from warroom.tui.pane import Pane
from warroom.tui.room_lines import (
    checklist_lines,
    checklist_title,
    header_lines,
    next_line,
    no_incident_lines,
    phase_line,
    step_lines,
    timeline_lines,
)
from warroom.tui.scene import Scene

TALL = 45
"""Rows from which the step in hand and the actions have more of them."""
_TABS = ("Checklist", "Timeline", "Actions")


class IncidentPage(Page):
    """Four panes where they fit; else one at a time, and Tab turns to the next."""

    BINDINGS: ClassVar[list[BindingType]] = bindings_for("incident")

    def compose(self) -> ComposeResult:
        """Make the bars and the panes."""
        self._head = Bar(self._painter, id="incident-head")
        self._tabs = Bar(self._painter, id="incident-tabs")
        self._checklist = Pane(self._painter, id="checklist")
        self._step = Pane(self._painter, id="step", cursor=False)
        self._timeline = Pane(self._painter, id="timeline", cursor=False, follow=True)
        self._actions = Pane(self._painter, id="incident-actions")
        self._tab = 0
        self._wide = True
        self._what = Bar(self._painter)
        self._clock = Bar(self._painter)
        self._who = Bar(self._painter)
        self._row = Horizontal(id="incident-row")
        with self._row:
            yield self._what
            yield self._clock
            yield self._who
        yield self._head
        yield self._tabs
        self._split, self._left, self._right = Horizontal(), Vertical(id="room-left"), Vertical(id="room-right")
        with self._split:
            with self._left:
                yield self._checklist
                yield self._step
            with self._right:
                yield self._timeline
                yield self._actions

    def panes(self) -> Sequence[Widget]:
        """Return the panes in order; in the narrow layout each is a tab."""
        if self._wide:
            return [self._checklist, self._step, self._timeline, self._actions]
        return [self._checklist, self._timeline, self._actions]

    def on_bar_clicked(self, event: Bar.Clicked) -> None:
        """A click on a pane's name shows it, as turning there does."""
        if event.bar is not self._tabs:
            return
        event.stop()
        begins = 0
        for number, name in enumerate(_TABS):
            begins += len(name) + 3
            if event.column < begins:
                self.turn(number - self._tab)
                return

    def turn(self, by: int) -> None:
        """Go to the next pane; in the narrow layout show it instead of this one."""
        if not self._wide:
            self._tab = (self._tab + by) % len(_TABS)
            self._arrange()
            give_keys_to(self.panes()[self._tab])
            return
        super().turn(by)

    def enter(self) -> None:
        """Take the focus on the pane that is shown."""
        if self._wide:
            super().enter()
        else:
            give_keys_to(self.panes()[self._tab])

    def point_out(self, key: str) -> None:
        """Show the checklist for a step, also where it is a tab."""
        if not self._wide and key.startswith("step:"):
            self._tab = 0
            self._arrange()
        super().point_out(key)

    def _arrange(self) -> None:
        narrow = not self._wide
        self.set_class(narrow, "narrow")
        self._left.display = self._wide or self._tab == 0
        self._right.display = self._wide or self._tab > 0
        self._timeline.display = self._wide or self._tab == 1
        self._actions.display = self._wide or self._tab == 2

    def draw(self, scene: Scene) -> None:
        """Draw everything from the chosen incident."""
        self.set_class(scene.wide and scene.height >= TALL, "tall")
        if scene.wide != self._wide:
            self._wide = scene.wide
            self._arrange()
            if self.display:
                self.enter()
        if scene.view is None:
            return
        incident = the_incident(scene.view, scene.chosen)
        if incident is None:
            self._head.show(no_incident_lines(scene.view, scene.width - 2))
            self._tabs.show([])
            self._split.display = self._row.display = False
            return
        self._split.display = self._row.display = True
        self._draw_head(incident, scene)
        self._draw_panes(incident, scene.view, scene)

    def _draw_head(self, incident: IncidentView, scene: Scene) -> None:
        width = scene.width - 2
        for bar, part in zip(
            (self._what, self._clock, self._who), header_lines(incident, width, scene.now), strict=True
        ):
            bar.show([part])
            if bar is not self._what:
                bar.styles.width = width_of(part.text)
        self._head.show([phase_line(incident, width), next_line(incident, width, scene.now)])
        self._tabs.show([] if self._wide else [self._tab_line()])

    def _tab_line(self) -> Line:
        spans: list[Span] = []
        for number, name in enumerate(_TABS):
            spans += [(f" {name} ", "tab-here" if number == self._tab else "dim"), (" ", "text")]
        return line(*spans, ("Tab turns", "dim"))

    def _draw_panes(self, incident: IncidentView, view: View, scene: Scene) -> None:
        step = the_step(incident, scene.chosen)
        self._checklist.title(checklist_title(incident))
        rows = checklist_lines(incident, self._checklist.inner_width, scene.now)
        self._checklist.show(rows, f"step:{step.id}" if step else "")
        self._step.title("Step in hand")
        self._step.show(step_lines(step, incident, self._step.inner_width, scene.now) if step else [])
        self._timeline.title("Timeline")
        self._timeline.show(timeline_lines(incident.timeline, self._timeline.inner_width))
        actions = [a for a in view.actions if a.id in incident.actions]
        self._actions.title(actions_title(actions))
        self._actions.show(action_rows(actions, self._actions.inner_width, scene.now), scene.chosen.key("action"))
