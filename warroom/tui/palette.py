"""The command palette: every action of the one table, those of the page first; to others it leads the way."""

from __future__ import annotations

from functools import partial
from typing import Protocol, cast

from textual.command import DiscoveryHit, Hit, Hits, Provider
from textual.content import Content

from warroom.tui.actions import ACTIONS, Action, actions_on, place_of
from warroom.tui.frame_lines import PAGES, page_key
from warroom.tui.hands import Hands
from warroom.tui.keymap import help_of, key_names

_AWAY = 0.9
"""Weight of what another page does: of equals the one that can be done here comes first."""


class ActingScreen(Protocol):
    """The screen that performs actions."""

    @property
    def page(self) -> str:
        """Id of the page that is shown."""
        ...

    def action_act(self, id: str) -> None:
        """Perform an action by its id."""
        ...

    def go(self, page: str) -> None:
        """Show a page."""
        ...

    @property
    def hands(self) -> Hands:
        """Who says a sentence."""
        ...


class ActionProvider(Provider):
    """Finds actions by their title and help."""

    def _offered(self) -> list[tuple[str, Action]]:
        page = cast(ActingScreen, self.screen).page
        own = actions_on(page)
        every = [*own, *(action for action in ACTIONS if action not in own)]
        return [(_title(action, page), action) for action in every if action.id != "palette"]

    def _perform(self, action: Action) -> partial[None]:
        screen = cast(ActingScreen, self.screen)
        # What it would be done to cannot be seen from here: an act of another page is never done blindly.
        place = place_of(action, screen.page)
        return partial(_lead, screen, action, place) if place else partial(screen.action_act, action.id)

    async def discover(self) -> Hits:
        """Yield every action before anything is typed."""
        for title, action in self._offered():
            yield DiscoveryHit(Content(title), self._perform(action), text=title, help=help_of(action))

    async def search(self, query: str) -> Hits:
        """Yield the actions that match."""
        matcher, page = self.matcher(query), cast(ActingScreen, self.screen).page
        for title, action in self._offered():
            score = max(matcher.match(title), matcher.match(help_of(action)) / 2)
            if score > 0:
                score *= _AWAY if place_of(action, page) else 1.0
                yield Hit(score, Content(title), self._perform(action), text=title, help=help_of(action))


def _lead(screen: ActingScreen, action: Action, place: str) -> None:
    """Show the page where an action is done and say its key; nothing is done yet."""
    screen.go(place)
    screen.hands.say(f"{action.title}: {key_names(action)[0]} does it here")


def _title(action: Action, page: str) -> str:
    place, key = place_of(action, page), key_names(action)[0]
    where = f" on page {page_key(place, PAGES[place][0])}" if place else ""
    return f"{action.title}  ({key}{where})"
