"""The alarm page: all alarms, and the one under the cursor with its reasons."""

from __future__ import annotations

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import BindingType

from warroom.tui.alarm_lines import alarm_lines
from warroom.tui.board import alarm_row
from warroom.tui.chosen import gone_alarm, the_alarm
from warroom.tui.keys import bindings_for
from warroom.tui.lines import line
from warroom.tui.pages.page import Page
from warroom.tui.pane import Pane
from warroom.tui.scene import Scene


class AlarmsPage(Page):
    """Newest alarms above, the chosen one in full below."""

    BINDINGS: ClassVar[list[BindingType]] = bindings_for("alarms")

    def compose(self) -> ComposeResult:
        """Make list and detail."""
        self._list = Pane(self._painter, id="alarm-list")
        self._detail = Pane(self._painter, id="alarm-detail", cursor=False)
        yield self._list
        yield self._detail

    def draw(self, scene: Scene) -> None:
        """Draw the list and the chosen alarm."""
        view = scene.view
        self.set_class(scene.roomy, "beside")
        if view is None:
            return
        alarm = the_alarm(view, scene.chosen)
        self._list.title(f"Alarms {len(view.alarms)}")
        if not view.alarms:
            self._list.show([line(("no alarm was raised", "dim"))])
            self._detail.show([])
            return
        rows = [alarm_row(a, self._list.inner_width) for a in reversed(view.alarms)]
        self.share(self._list, len(rows), scene)
        # Of one that is gone the cursor stays near to where it was.
        self._list.show(rows, f"alarm:{alarm.id}" if alarm else "")
        if alarm is None:
            self._detail.title("Why")
            self._detail.show([line((gone_alarm(view, scene.chosen), "warn"))])
            return
        why = f"Why {alarm.bot} is not contained" if alarm.action else f"Why {alarm.bot} scored {alarm.score:.0f}"
        self._detail.title(why)
        self._detail.show(alarm_lines(alarm, view, self._detail.inner_width))
