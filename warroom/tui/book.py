"""The pages of a screen: each is made when it is first shown, and what is to be done there waits until it is."""

from __future__ import annotations

from collections.abc import Callable

from warroom.tui.log_pane import LogPane
from warroom.tui.pages import page_type
from warroom.tui.pages.page import Page
from warroom.tui.scene import Scene
from warroom.tui.theme import Painter

Then = Callable[[Page], None]


class Book:
    """Knows which page is shown; the scene names it."""

    def __init__(self, painter: Painter, scene: Scene, hang: Callable[[Page], None]) -> None:
        """`hang` puts a new page on the screen."""
        self._painter, self._scene, self._hang = painter, scene, hang
        self.made: dict[str, Page] = {}
        """The pages that were shown so far."""
        self._awaited: tuple[Page, Then | None] | None = None

    @property
    def shown(self) -> Page:
        """The page that is shown; made now if it never was."""
        name = self._scene.page
        if name not in self.made:
            self.made[name] = page_type(name)(self._painter, name, self._scene.logs)
        return self.made[name]

    def log_of(self, name: str) -> LogPane | None:
        """Return what shows the log of a page; None where it has none or was never shown."""
        return self.made[name].log_pane() if name in self.made else None

    def turn_to(self, name: str, then: Then | None = None) -> None:
        """Bring a page on the screen, and do something with it once it is drawn."""
        self.shown.leave()
        self.shown.display = False
        self._scene.page = name
        page = self.shown
        page.display = True
        self._awaited = page, then
        if not page.is_attached:
            self._hang(page)
        self.arrive()

    @property
    def arrived(self) -> bool:
        """Whether the page that is shown has its panes and was given the keys: before, they would reach nobody."""
        return self.shown.built and self._awaited is None

    def arrive(self) -> bool:
        """Draw the page that was turned to and do what waited for it; False when it is not there yet."""
        page, then = self._awaited or (None, None)
        if page is not self.shown or not self.shown.built:
            return False
        self._awaited = None
        self.shown.draw(self._scene)
        self.shown.enter()
        if then is not None:
            then(self.shown)
        return True
