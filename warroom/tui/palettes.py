"""One family of themes as tables: the same roles in each, no colour of its own beside them.

State is told by symbol, word and colour, in this order. Every ink reads on every ground that it can stand on: tests
compute the contrast (WCAG 2.2, 1.4.3 and 1.4.6) in truecolor and in 256 colours. Terminals of sixteen colours are drawn
with their own, as their user has chosen them.
"""

from __future__ import annotations

from collections.abc import Mapping

import msgspec

from warroom.core.settings_console import Look


class Palette(msgspec.Struct, frozen=True):
    """The colours of a theme, as `#rrggbb`."""

    dark: bool
    text: str
    strong: str
    dim: str
    good: str
    warn: str
    bad: str
    info: str
    accent: str
    title: str
    """Words in the rule above a pane that has not the focus."""
    rule: str
    """The rule itself, and scroll bars; no text."""
    paper: str
    """Ground of the screen."""
    sheet: str
    """Ground of dialogs and of lines to type into."""
    here: str
    """Ground of the row under the cursor."""
    away: str
    """The same in a pane that waits."""
    tab: str
    """Ground of the tab that is open, and of buttons."""


PALETTES: Mapping[Look, Palette] = {
    Look.DARK: Palette(
        dark=True,
        text="#ccd3da",
        strong="#eef2f6",
        dim="#98a2ad",
        good="#86b37d",
        warn="#d9a441",
        bad="#e87a6e",
        info="#7aa2c8",
        accent="#8fb6d9",
        title="#89a3bb",
        rule="#3d444d",
        paper="#111316",
        sheet="#171a1e",
        here="#2a2f36",
        away="#21252a",
        tab="#31373f",
    ),
    Look.LIGHT: Palette(
        dark=False,
        text="#24292f",
        strong="#05080b",
        dim="#57606a",
        good="#1c6b33",
        warn="#6e4400",
        bad="#b3201a",
        info="#1f5c99",
        accent="#124f8c",
        title="#4a5d70",
        rule="#b4bcc4",
        paper="#fbfbfa",
        sheet="#f1f3f4",
        here="#dbe6f2",
        away="#e9eef2",
        tab="#e0e5ea",
    ),
    Look.CONTRAST: Palette(
        dark=True,
        text="#ffffff",
        strong="#ffffff",
        dim="#d2d2d2",
        good="#6fe08a",
        warn="#ffd24a",
        bad="#ffb3ab",
        info="#8fcbff",
        accent="#a9d8ff",
        title="#dddddd",
        rule="#9a9a9a",
        paper="#000000",
        sheet="#0a0a0a",
        here="#333333",
        away="#1c1c1c",
        tab="#3a3a3a",
    ),
    Look.SAFE: Palette(
        dark=True,
        text="#d6d9dc",
        strong="#f4f6f8",
        dim="#9da5ae",
        good="#56b4e9",
        warn="#f0e442",
        bad="#f0803c",
        info="#a9a9d6",
        accent="#b9c7d4",
        title="#a0aab4",
        rule="#3d444c",
        paper="#111316",
        sheet="#171a1e",
        here="#2a2f36",
        away="#21252a",
        tab="#31373f",
    ),
}
"""Inks of `safe` follow Okabe and Ito, "Color Universal Design" (2008), lightened for a dark ground."""

_SOLID = {
    "phase": "accent",
    "loud": "bad",
    "hit": "warn",
    "live": "good",
    "drill": "warn",
    "readonly": "accent",
    "button-here": "accent",
    "button-danger": "bad",
}
"""What stands on a ground of its own colour, and on which."""
_INKS = {
    "text": "text",
    "strong": "bold strong",
    "dim": "dim",
    "head": "dim",
    "good": "good",
    "warn": "warn",
    "bad": "bold bad",
    "info": "info",
    "accent": "accent",
    "key": "bold accent",
    "phase-name": "bold accent",
    "tab-here": "bold strong on tab",
    "button": "text on tab",
    **{name: f"bold paper on {ground}" for name, ground in _SOLID.items()},
}
TRUECOLOR = 1 << 24


def colours_of(environment: Mapping[str, str]) -> int:
    """Return how many colours a terminal of this environment has: 0 (NO_COLOR, or none), 16, 256 or `TRUECOLOR`."""
    term = environment.get("TERM", "").lower()
    if environment.get("NO_COLOR") or term.startswith(("vt1", "vt2", "vt52")) or term.endswith(("-m", "-mono")):
        return 0
    if environment.get("COLORTERM", "").strip().lower() in ("truecolor", "24bit"):
        return TRUECOLOR
    return 256 if term.endswith(("256color", "kitty")) else 16


STYLES = tuple(_INKS)
"""The names of styles that lines use."""


class Inks(msgspec.Struct, frozen=True):
    """Style name to a style in Rich's words, and those of the cursor's row."""

    table: Mapping[str, str]
    here: str
    away: str
    flat: bool = False
    """The cursor's row is shown by exchanging ink and ground, so it is drawn without colours of its own."""


def inks_of(palette: Palette) -> Inks:
    """Return the styles of a palette."""
    colours = {name: value for name, value in msgspec.structs.asdict(palette).items() if isinstance(value, str)}
    # `dim` is an attribute of terminals too; here it is always the colour.
    table = {name: " ".join(colours.get(word, word) for word in words.split()) for name, words in _INKS.items()}
    return Inks(table, f"on {palette.here}", f"on {palette.away}")


_PLAIN_INKS = {
    **dict.fromkeys(STYLES, ""),
    **dict.fromkeys(("strong", "bad", "key", "phase-name", "accent"), "bold"),
    **dict.fromkeys(_SOLID, "bold reverse"),
    "tab-here": "bold underline",
    "button": "underline",
    "warn": "underline",
    "dim": "dim",
    "head": "dim",
}
PLAIN = Inks(_PLAIN_INKS, "reverse", "underline", flat=True)
"""Without any colour."""
_OWN = {"accent": "cyan", "bad": "red", "warn": "yellow", "good": "green"}
# Not the bright eight: in some well-known palettes they are shades of grey, one of them that of the ground. Not blue:
# on the usual black ground nobody reads it. Not `reverse` with a ground: exchanged colours read on light and on dark.
ANSI = Inks(
    {
        **_PLAIN_INKS,
        **{name: f"bold reverse {_OWN[ground]}" for name, ground in _SOLID.items()},
        "good": "green",
        "warn": "yellow",
        "bad": "bold red",
        "info": "cyan",
        "accent": "cyan",
        "key": "bold cyan",
        "phase-name": "bold cyan",
    },
    "reverse",
    "underline",
    flat=True,
)
"""The terminal's own colours on its own ground."""


def inks_for(look: Look, *, colours: int) -> Inks:
    """Return the styles of a look on a terminal of so many colours; 0 draws without any."""
    if not colours:
        return PLAIN
    return inks_of(PALETTES[look]) if look in PALETTES and colours > 16 else ANSI
