"""Themes for Textual's own widgets, and the painter that turns lines into its strips."""

from __future__ import annotations

from rich.segment import Segment
from rich.style import Style
from textual.strip import Strip
from textual.theme import Theme

from warroom.core.settings_console import Look
from warroom.tui.brush import Brush
from warroom.tui.lines import Line
from warroom.tui.palettes import PALETTES

NO_COLOURS = "warroom-none"
OWN_COLOURS = frozenset({NO_COLOURS, f"warroom-{Look.ANSI}"})
"""Themes that are drawn on the terminal's own ground."""
_OWN = {
    "ansi-background": "ansi_default",
    "ansi-foreground": "ansi_default",
    "input-cursor-background": "ansi_default",
    "input-cursor-foreground": "ansi_default",
    "input-cursor-text-style": "reverse",
    "input-selection-background": "ansi_default",
    "input-selection-foreground": "ansi_default",
    "border": "ansi_default",
    "border-blurred": "ansi_default",
    "block-cursor-background": "ansi_default",
    "block-cursor-foreground": "ansi_default",
    "block-cursor-text-style": "reverse",
    "block-hover-background": "ansi_default",
}
"""What Textual would draw in a colour of its own choice."""


def themes() -> list[Theme]:
    """Return the family as Textual takes it; `ansi` is drawn in the terminal's own colours and ground."""
    found = [
        Theme(
            name=f"warroom-{look}",
            primary=palette.info,
            secondary=palette.title,
            accent=palette.accent,
            warning=palette.warn,
            error=palette.bad,
            success=palette.good,
            foreground=palette.text,
            background=palette.paper,
            surface=palette.sheet,
            panel=palette.rule,
            dark=palette.dark,
            variables={
                "block-cursor-background": palette.accent,
                "block-cursor-foreground": palette.paper,
                "input-cursor-background": palette.text,
                "input-cursor-foreground": palette.paper,
                "input-selection-background": palette.tab,
                "input-selection-foreground": palette.strong,
            },
        )
        for look, palette in PALETTES.items()
    ]
    return [*found, _own(f"warroom-{Look.ANSI}", "cyan", "yellow", "red"), _own(NO_COLOURS)]


def _own(name: str, accent: str = "default", warning: str = "default", error: str = "default") -> Theme:
    """Return a theme of the terminal's own colours."""
    own = "ansi_default"
    return Theme(
        name=name,
        ansi=True,
        primary=f"ansi_{accent}",
        accent=f"ansi_{accent}",
        warning=f"ansi_{warning}",
        error=f"ansi_{error}",
        secondary=own,
        success=own,
        foreground=own,
        background=own,
        surface=own,
        panel=own,
        boost=own,
        variables=_OWN,
    )


def theme_name(look: Look, *, colours: int) -> str:
    """Return the theme that goes with `inks_for`."""
    if not colours:
        return NO_COLOURS
    return f"warroom-{look if colours > 16 else Look.ANSI}"


class Painter(Brush):
    """Turns lines into strips."""

    def strip(
        self, line: Line, width: int, base: Style, *, gutter: str = "", start: int = 0, cursor: str = ""
    ) -> Strip:
        """Return a row of `width` cells from cell `start` on, behind `gutter`; `cursor` is here, away or empty."""
        runs = self.runs(line, 0 if start else width, gutter=gutter)
        body = Strip([Segment(text, style) for text, style in self.styled(runs, cursor)])
        if start:
            body = body.crop(start, start + width)
        base = self.ground(base, cursor)
        return body.adjust_cell_length(width, base).crop(0, width).apply_style(base)
