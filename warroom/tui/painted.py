"""What every widget that paints its own rows shares: the style under them, looked up once."""

from __future__ import annotations

from rich.style import Style
from textual.widget import Widget


class Painted(Widget):
    """A widget of painted rows. Looking its style up costs as much as painting a row, so it is kept."""

    _base: Style | None = None

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
