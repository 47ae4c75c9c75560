"""Pages to read: who is here and the messages of the room, and the help made from the table of actions."""

from __future__ import annotations

from collections.abc import Sequence

from textual.app import ComposeResult
from textual.widget import Widget

from warroom.tui.frame_lines import PAGES, help_lines, message_lines
from warroom.tui.pages.page import Page
from warroom.tui.pane import Pane
from warroom.tui.scene import Scene
from warroom.tui.together_lines import people_lines, people_title


class MessagesPage(Page):
    """Who is here above; all messages below, newest at the end."""

    def compose(self) -> ComposeResult:
        """Make both lists."""
        self._people = Pane(self._painter, id="people", cursor=False)
        yield self._people
        self._list = Pane(self._painter, id="message-list", cursor=False, follow=True)
        yield self._list

    def panes(self) -> Sequence[Widget]:
        """Return the messages first: they are what is scrolled."""
        return [self._list, self._people]

    def draw(self, scene: Scene) -> None:
        """Draw who is here, and the messages."""
        people = people_lines(scene, self._people.inner_width, PAGES)
        self._people.title(people_title(scene))
        self._people.styles.height = 1 + min(max(1, len(people)), max(3, scene.height // 4))
        self._people.show(people)
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
        self._list.title(f"Keys · {PAGES[scene.help_for][1]}")
        self._list.show(help_lines(scene.help_for, self._list.inner_width))
