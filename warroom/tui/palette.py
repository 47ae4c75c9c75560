"""The command palette: every action of the focused page and of everywhere, from the one table."""

from __future__ import annotations

from functools import partial
from typing import Protocol, cast

from textual.command import DiscoveryHit, Hit, Hits, Provider
from textual.content import Content

from warroom.tui.actions import Action, actions_on
from warroom.tui.keymap import help_of, key_names


class ActingScreen(Protocol):
    """The screen that performs actions."""

    @property
    def page(self) -> str:
        """Id of the page that is shown."""
        ...

    def action_act(self, id: str) -> None:
        """Perform an action by its id."""
        ...


class ActionProvider(Provider):
    """Finds actions by their title and help."""

    def _offered(self) -> list[tuple[str, Action]]:
        screen = cast(ActingScreen, self.screen)
        return [(f"{a.title}  ({key_names(a)[0]})", a) for a in actions_on(screen.page) if a.id != "palette"]

    def _perform(self, action: Action) -> partial[None]:
        return partial(cast(ActingScreen, self.screen).action_act, action.id)

    async def discover(self) -> Hits:
        """Yield every action before anything is typed."""
        for title, action in self._offered():
            yield DiscoveryHit(Content(title), self._perform(action), text=title, help=help_of(action))

    async def search(self, query: str) -> Hits:
        """Yield the actions that match."""
        matcher = self.matcher(query)
        for title, action in self._offered():
            score = max(matcher.match(title), matcher.match(help_of(action)) / 2)
            if score > 0:
                yield Hit(score, Content(title), self._perform(action), text=title, help=help_of(action))
