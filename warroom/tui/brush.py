"""How a line looks: its spans as they may be painted, and the style of each. Needs no terminal library."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from rich.style import Style

from warroom.core.clean import clean
from warroom.tui.cells import width_of
from warroom.tui.lines import ASCII, Line, Span
from warroom.tui.palettes import Inks


def _flat(style: Style) -> Style:
    """Return a style as it is drawn on the cursor's row where colours are exchanged: dim would be grey on grey."""
    return Style(bold=style.bold, underline=style.underline)


class Brush:
    """Turns lines into styled runs; every text passes `clean` here once more, whatever the builders did."""

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

    def runs(self, line: Line, width: int, *, gutter: str = "") -> list[Span]:
        """Return the spans of a row of `width` cells, as they may be painted.

        Spans of equal styles are joined, and blanks take a neighbour's style: each run costs 40 bytes.
        """
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

    def styled(self, runs: Iterable[Span], cursor: str = "") -> Iterator[tuple[str, Style]]:
        """Yield each run with its style on a row where the cursor is `here`, `away` or not at all."""
        styles = self._flat if cursor == "here" else self._styles
        return ((text, styles[style]) for text, style in runs)

    def ground(self, base: Style, cursor: str = "") -> Style:
        """Return the style under such a row."""
        return base + (self._here if cursor == "here" else self._away) if cursor else base

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
