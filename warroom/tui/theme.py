"""Colours: one dark theme, a style for each name that lines use, and the painter that turns lines into strips."""

from __future__ import annotations

from rich.segment import Segment
from rich.style import Style
from textual.strip import Strip
from textual.theme import Theme

from warroom.core.clean import clean
from warroom.tui.cells import width_of
from warroom.tui.lines import ASCII, Line, Span

THEME = Theme(
    name="warroom",
    primary="#7aa2c8",
    secondary="#5b7a96",
    accent="#8fb6d9",
    warning="#d9a441",
    error="#e0695c",
    success="#86b37d",
    foreground="#ccd3da",
    background="#101317",
    surface="#161a20",
    panel="#39424d",
    dark=True,
)

_COLOURED = {
    "text": "#ccd3da",
    "strong": "bold #eef2f6",
    "dim": "#7d8894",
    "head": "#7d8894",
    "good": "#86b37d",
    "warn": "#d9a441",
    "bad": "bold #e0695c",
    "info": "#7aa2c8",
    "accent": "#8fb6d9",
    "key": "bold #8fb6d9",
    "phase": "bold #101317 on #8fb6d9",
    "phase-name": "bold #8fb6d9",
    "tab-here": "bold #eef2f6 on #2a323c",
    "loud": "bold #101317 on #e0695c",
    "hit": "bold #101317 on #d9a441",
    "live": "bold #101317 on #86b37d",
    "drill": "bold #101317 on #d9a441",
    "readonly": "bold #101317 on #8fb6d9",
    "button": "#ccd3da on #2a323c",
    "button-here": "bold #101317 on #8fb6d9",
    "button-danger": "bold #101317 on #e0695c",
}
_PLAIN = {
    **dict.fromkeys(_COLOURED, ""),
    **dict.fromkeys(("strong", "bad", "key", "phase-name", "accent"), "bold"),
    **dict.fromkeys(
        ("phase", "loud", "hit", "live", "drill", "readonly", "button-here", "button-danger"), "bold reverse"
    ),
    "tab-here": "bold underline",
    "warn": "underline",
    "dim": "dim",
    "head": "dim",
}


class Painter:
    """Turns lines into strips; every text passes `clean` here once more, whatever the builders did."""

    def __init__(self, *, ascii_only: bool, colours: bool) -> None:
        self.ascii_only = ascii_only
        table = _COLOURED if colours else _PLAIN
        self._styles = {name: Style.parse(text) for name, text in table.items()}
        self._solid = {name for name, text in table.items() if {"on", "reverse", "underline"} & set(text.split())}
        self._here = Style.parse("on #26303b" if colours else "reverse")
        self._away = Style.parse("on #1b2128" if colours else "underline")

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
        body = Strip([Segment(text, self._styles[style]) for text, style in runs])
        if start:
            body = body.crop(start, start + width)
        if cursor:
            base = base + (self._here if cursor == "here" else self._away)
        return body.adjust_cell_length(width, base).crop(0, width).apply_style(base)

    def _runs(self, line: Line, gutter: str, width: int) -> list[Span]:
        """Return the spans with equal styles joined and blanks in a neighbour's style: each run costs 40 bytes."""
        runs: list[Span] = []
        for text, style in (*([(gutter, "key")] if gutter else ()), *line.spans):
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
