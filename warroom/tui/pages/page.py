"""What every page is: panes that are drawn from a scene and take the focus in turn."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Protocol

from textual.containers import Vertical
from textual.message import Message
from textual.widget import Widget

from warroom.tui.keys import give_keys_to
from warroom.tui.log_pane import LogPane
from warroom.tui.pane import Pane
from warroom.tui.scene import Logs, Scene
from warroom.tui.theme import Painter


class Show(Protocol):
    """Brings a page on the screen and, as soon as it is drawn, does something with it."""

    def __call__(self, page: str, then: Callable[[Page], None] | None = None) -> None: ...


class Page(Vertical):
    """A page; subclasses compose panes and draw them."""

    class Built(Message):
        """The panes of a page are there: it can be drawn and take keys."""

    def __init__(self, painter: Painter, name: str, logs: Logs) -> None:
        super().__init__(id=f"page-{name}", classes="page")
        self._painter = painter
        self._logs = logs
        self.built = False
        """Whether it has its panes; before, nothing can be asked of it."""
        self._last_focus: Widget | None = None

    def on_mount(self) -> None:
        """Tell the screen, which may have something for it to do."""
        self.built = True
        self.post_message(self.Built())

    def panes(self) -> Sequence[Widget]:
        """Return the panes that can take the focus now, in order."""
        return [child for child in self.query("Pane, Stream") if child.focusable]

    def draw(self, scene: Scene) -> None:
        """Bring every pane up to the scene; panes repaint only what differs."""
        for child in self.query("Pane"):
            child.refresh()

    def share(self, rows: Pane, count: int, scene: Scene) -> None:
        """Give a list what it needs up to a quarter of the height, or all of it where what it lists stands beside."""
        rows.styles.height = "1fr" if scene.roomy else 1 + min(count, max(3, scene.height // 4))

    def log_pane(self) -> LogPane | None:
        """Return the log that this page shows, if it shows one."""
        return None

    def act(self, id: str) -> bool:
        """Do what an action of this page alone asks for; say whether it is one."""
        return False

    def act_on_log(self, id: str) -> None:
        """Do what an action of a log asks for, where a log is shown."""
        if (log := self.log_pane()) is not None:
            give_keys_to(log.stream)
            log.stream.action_act(id)

    def stop_looking(self) -> bool:
        """End what is looked for in the log; say whether there was anything to end."""
        log = self.log_pane()
        return log is not None and log.stop()

    def leave_all(self) -> bool:
        """Show one bot's log again where those of all are shown; say whether they were."""
        log = self.log_pane()
        every = log is not None and log.session.all
        if every:
            self.act_on_log("all_bots")
        return every

    def lines_in_hand(self) -> list[tuple[str, str]]:
        """Return the log lines that are marked or pointed at: permalink, and time and text in words."""
        log = self.log_pane()
        return log.lines_in_hand() if log is not None else []

    def point_out(self, key: str) -> None:
        """Give the focus to the pane that has a row, or to the log."""
        log = self.log_pane()
        panes = [pane for pane in self.query(Pane) if pane.focusable and pane.key == key]
        if panes:
            give_keys_to(panes[0])
        elif log is not None and key.startswith("line:"):
            give_keys_to(log.stream)

    def enter(self) -> None:
        """Take the focus where it was when the page was last left."""
        panes = self.panes()
        target = self._last_focus if self._last_focus in panes else next(iter(panes), None)
        if target is not None:
            give_keys_to(target)

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
        give_keys_to(panes[place % len(panes)])
