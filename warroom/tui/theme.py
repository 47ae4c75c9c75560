"""Themes for Textual's own widgets, and the painter that turns lines into strips."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from rich.segment import Segment
from rich.style import Style
from textual.strip import Strip
from textual.theme import Theme

from warroom.core.clean import clean
from warroom.core.settings_console import Look
from warroom.tui.cells import width_of
from warroom.tui.lines import ASCII, Line, Span
from warroom.tui.palettes import ANSI, PALETTES, PLAIN, Inks, inks_of

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


def inks_for(look: Look, *, colours: int) -> Inks:
    """Return the styles of a look on a terminal of so many colours; 0 draws without any."""
    if not colours:
        return PLAIN
    return inks_of(PALETTES[look]) if look in PALETTES and colours > 16 else ANSI


def _flat(style: Style) -> Style:
    """Return a style as it is drawn on the cursor's row where colours are exchanged: dim would be grey on grey."""
    return Style(bold=style.bold, underline=style.underline)


class Painter:
    """Turns lines into strips; every text passes `clean` here once more, whatever the builders did."""

    def __init__(self, inks: Inks, *, ascii_only: bool) -> None:
        self.ascii_only = ascii_only
        table = inks.table
        self._styles = {name: Style.parse(text) for name, text in table.items()}
        self._solid = {name for name, text in table.items() if {"on", "reverse", "underline"} & set(text.split())}
        self._here, self._away = Style.parse(inks.here), Style.parse(inks.away)
        self._flat = {name: _flat(style) for name, style in self._styles.items()} if inks.flat else self._styles
        self._lined = {"warn"} if table["warn"] == "underline" else set()

    def text(self, text: str) -> str:
        """Return text as it may be painted."""
        shown: str = clean(text)
        if not self.ascii_only or shown.isascii():
            return shown
        shown = shown.translate(ASCII)
        return "".join(char if char.isascii() else "?" * width_of(char) for char in shown)

    def strip(
        self, line: Line, width: int, base: Style, *, gutter: str = "", start: int = 0, cursor: str = ""
    ) -> Strip:
        """Return a row of `width` cells from cell `start` on, behind `gutter`; `cursor` is here, away or empty."""
        runs = self._runs(line, gutter, 0 if start else width)
        styles = self._flat if cursor == "here" else self._styles
        body = Strip([Segment(text, styles[style]) for text, style in runs])
        if start:
            body = body.crop(start, start + width)
        if cursor:
            base = base + (self._here if cursor == "here" else self._away)
        return body.adjust_cell_length(width, base).crop(0, width).apply_style(base)

    def _unlined(self, spans: Iterable[Span]) -> Iterator[Span]:
        """Take the blanks at both ends out of underlined words, where there is no colour."""
        for text, style in spans:
            words = text.strip(" ")
            if style not in self._lined or words == text or not words:
                yield text, style
                continue
            before = len(text) - len(text.lstrip(" "))
            yield " " * before, "text"
            yield words, style
            yield " " * (len(text) - before - len(words)), "text"

    def _runs(self, line: Line, gutter: str, width: int) -> list[Span]:
        """Return the spans with equal styles joined and blanks in a neighbour's style: each run costs 40 bytes."""
        runs: list[Span] = []
        spans: Iterable[Span] = (*([(gutter, "key")] if gutter else ()), *line.spans)
        for text, style in self._unlined(spans) if self._lined else spans:
            shown = self.text(text)
            before, of = runs[-1] if runs else ("", style)
            if runs and of == style:
                runs[-1] = (before + shown, style)
            elif runs and (shown.isspace() or before.isspace()) and not {of, style} & self._solid:
                runs[-1] = (before + shown, of if shown.isspace() else style)
            elif shown:
                runs.append((shown, style))
        missing = width - sum(width_of(text) for text, _ in runs)
        if runs and missing > 0 and runs[-1][1] not in self._solid:
            runs[-1] = (runs[-1][0] + " " * missing, runs[-1][1])
        return runs
