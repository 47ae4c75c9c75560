"""Pages to read: the messages of the room, and the help made from the table of actions."""

from __future__ import annotations

from textual.app import ComposeResult

from warroom.tui.frame_lines import PAGES, help_lines, message_lines
from warroom.tui.pages.page import Page
from warroom.tui.pane import Pane
from warroom.tui.scene import Scene


class MessagesPage(Page):
    """All messages, newest at the end."""

    def compose(self) -> ComposeResult:
        """Make the list."""
        self._list = Pane(self._painter, id="message-list", cursor=False, follow=True)
        yield self._list

    def draw(self, scene: Scene) -> None:
        """Draw the messages."""
        self._list.title("Messages of the room and answers to this console")
        self._list.show(message_lines(scene, self._list.inner_width))


class HelpPage(Page):
    """The keys of the page that the person came from."""

    def compose(self) -> ComposeResult:
        """Make the list."""
        self._list = Pane(self._painter, id="help-list", cursor=False)
        yield self._list

    def draw(self, scene: Scene) -> None:
        """Draw the keys."""
        self._list.title(f"Help · {PAGES[scene.help_for][1]}")
        self._list.show(help_lines(scene.help_for, self._list.inner_width))
