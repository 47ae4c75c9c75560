"""What every widget that paints its own rows shares: the style under them, looked up once, and its title."""

from __future__ import annotations

from typing import Self

from rich.style import Style
from textual.content import Content
from textual.geometry import Region
from textual.widget import Widget


class Painted(Widget):
    """A widget of painted rows. Looking its style up costs as much as painting a row, so it is kept."""

    _base: Style | None = None
    _title = ""
    _only: Region | None = None
    """What is to be painted of a refresh that asks for everything."""

    def entitle(self, text: str) -> None:
        """Set the words in the line above the rows, in the characters of the terminal; never parsed as markup.

        Textual paints a widget anew as a whole when its title changes; only the row of the title does.
        """
        if text == self._title:
            return
        self._title = text
        offset = self.content_offset
        self._only = Region(-offset.x, -offset.y, self.size.width, 1) if self.is_mounted else None
        self.border_title = Content(text)
        self._only = None

    def refresh(self, *regions: Region, repaint: bool = True, layout: bool = False, recompose: bool = False) -> Self:
        """Paint again; what is asked for as a whole because of a title is its row alone."""
        if self._only is not None and not regions:
            regions = (self._only,)
        return super().refresh(*regions, repaint=repaint, layout=layout, recompose=recompose)

    @property
    def base_style(self) -> Style:
        """The style under every row, kept until the style sheet says otherwise."""
        base = self._base
        if base is None:
            base = self._base = self.rich_style
        return base

    def notify_style_update(self) -> None:
        """Forget the style: the theme, or what the style sheet says of this widget, has changed."""
        super().notify_style_update()
        self._base = None
