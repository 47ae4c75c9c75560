"""The family of themes: every text reads on its ground, states differ for every eye, terminals get what they can."""

from __future__ import annotations

import math
from itertools import combinations

import msgspec
import pytest
from rich.color import Color, ColorSystem
from rich.style import Style

from warroom.core.settings_console import Look
from warroom.tui.palettes import ANSI, PALETTES, PLAIN, STYLES, TRUECOLOR, Palette, colours_of, inks_for, inks_of
from warroom.tui.theme import NO_COLOURS, theme_name, themes

Light = tuple[float, float, float]
"""Linear red, green and blue, 0 to 1."""
GROUNDS = ("paper", "sheet", "here", "away")
SYSTEMS = (ColorSystem.TRUECOLOR, ColorSystem.EIGHT_BIT)
STATES = ("good", "warn", "bad")
EYES = {
    "protan": ((0.152286, 1.052583, -0.204868), (0.114503, 0.786281, 0.099216), (-0.003882, -0.048116, 1.051998)),
    "deutan": ((0.367322, 0.860646, -0.227968), (0.280085, 0.672501, 0.047413), (-0.011820, 0.042940, 0.968881)),
    "tritan": ((1.255528, -0.076749, -0.178779), (-0.078411, 0.930809, 0.147602), (0.004733, 0.691367, 0.303900)),
}
"""Machado, Oliveira, Fernandes 2009, severity 1.0: what such an eye makes of linear light."""
TOLD_APART = 20.0
"""Distance in CIELAB 1976 from which two colours are told apart at a glance (2.3 is the least that is seen at all)."""


def light_of(colour: Color, system: ColorSystem) -> Light:
    red, green, blue = colour.downgrade(system).get_truecolor()
    return _linear(red), _linear(green), _linear(blue)


def _linear(value: int) -> float:
    share = value / 255
    return share / 12.92 if share <= 0.04045 else ((share + 0.055) / 1.055) ** 2.4


def contrast(one: Light, two: Light) -> float:
    """Return the contrast ratio of WCAG 2.2."""
    darker, lighter = sorted(0.2126 * r + 0.7152 * g + 0.0722 * b for r, g, b in (one, two))
    return (lighter + 0.05) / (darker + 0.05)


def least_contrast(text: str, grounds: list[str], system: ColorSystem) -> float:
    """Return the least contrast of a style on its own ground, or on all that it can stand on."""
    style = Style.parse(text)
    papers = [style.bgcolor] if style.bgcolor else [Color.parse(ground) for ground in grounds]
    assert style.color is not None, text
    return min(contrast(light_of(style.color, system), light_of(paper, system)) for paper in papers)


def grounds_of(palette: Palette) -> list[str]:
    return [getattr(palette, name) for name in GROUNDS]


@pytest.mark.parametrize("system", SYSTEMS, ids=lambda system: system.name)
@pytest.mark.parametrize("look", PALETTES)
def test_every_text_reads_on_every_ground_it_can_stand_on(look: Look, system: ColorSystem) -> None:
    palette, needed = PALETTES[look], 7.0 if look is Look.CONTRAST else 4.5
    texts = {**inks_of(palette).table, "title": palette.title}
    low = {name: least_contrast(text, grounds_of(palette), system) for name, text in texts.items()}
    assert {name: round(ratio, 2) for name, ratio in low.items() if ratio < needed} == {}


def test_a_text_that_does_not_read_is_found() -> None:
    assert least_contrast("#7d8894", ["#26303b"], ColorSystem.TRUECOLOR) < 4.5
    assert round(least_contrast("#ffffff", ["#000000"], ColorSystem.TRUECOLOR)) == 21


@pytest.mark.parametrize("system", SYSTEMS, ids=lambda system: system.name)
@pytest.mark.parametrize("look", PALETTES)
def test_the_row_under_the_cursor_and_dialogs_have_a_ground_of_their_own(look: Look, system: ColorSystem) -> None:
    palette = PALETTES[look]
    lights = {name: light_of(Color.parse(getattr(palette, name)), system) for name in GROUNDS}
    assert len(set(lights.values())) == len(GROUNDS), lights
    assert contrast(lights["here"], lights["paper"]) > contrast(lights["away"], lights["paper"])


def _lab(light: Light) -> Light:
    red, green, blue = light
    x = (0.4124 * red + 0.3576 * green + 0.1805 * blue) / 0.9505
    y = 0.2126 * red + 0.7152 * green + 0.0722 * blue
    z = (0.0193 * red + 0.1192 * green + 0.9505 * blue) / 1.089
    one, two, three = (t ** (1 / 3) if t > 0.008856 else 7.787 * t + 16 / 116 for t in (x, y, z))
    return 116 * two - 16, 500 * (one - two), 200 * (two - three)


def apart(look: Look, eye: str) -> float:
    """Return how far the two nearest states are from each other for an eye."""
    palette = PALETTES[look]
    seen: list[Light] = []
    for name in STATES:
        light = light_of(Color.parse(getattr(palette, name)), ColorSystem.TRUECOLOR)
        red, green, blue = (
            min(1.0, max(0.0, sum(a * b for a, b in zip(row, light, strict=True)))) for row in EYES[eye]
        )
        seen.append(_lab((red, green, blue)))
    return min(math.dist(x, y) for x, y in combinations(seen, 2))


@pytest.mark.parametrize("eye", EYES)
def test_the_safe_theme_tells_states_apart_for_every_eye(eye: str) -> None:
    assert apart(Look.SAFE, eye) >= TOLD_APART


def test_the_measure_finds_red_and_green_of_the_usual_theme_alike() -> None:
    assert apart(Look.DARK, "deutan") < TOLD_APART


@pytest.mark.parametrize("look", Look)
def test_every_style_and_every_theme_exists_at_every_depth(look: Look) -> None:
    known = {theme.name for theme in themes()}
    for colours in (0, 16, 256, TRUECOLOR):
        inks = inks_for(look, colours=colours)
        assert tuple(inks.table) == STYLES or set(inks.table) == set(STYLES)
        for text in (*inks.table.values(), inks.here, inks.away):
            Style.parse(text)
        assert theme_name(look, colours=colours) in known
    assert inks_for(look, colours=0) is PLAIN
    assert theme_name(look, colours=0) == NO_COLOURS


def test_sixteen_colours_are_those_of_the_terminal_and_never_blue_or_bright() -> None:
    inks = inks_for(Look.LIGHT, colours=16)
    assert inks is ANSI
    numbers = {style.color.number for text in inks.table.values() if (style := Style.parse(text)).color}
    assert numbers == {1, 2, 3, 6}
    assert all(Style.parse(text).bgcolor is None for text in inks.table.values())


def test_without_colours_there_is_none_and_states_that_matter_are_marked() -> None:
    styles = {name: Style.parse(text) for name, text in PLAIN.table.items()}
    assert not [name for name, style in styles.items() if style.color or style.bgcolor]
    assert len({str(styles[name]) for name in ("text", "bad", "warn", "dim", "loud")}) == 5


@pytest.mark.parametrize(
    ("environment", "colours"),
    [
        ({}, 16),
        ({"TERM": "xterm"}, 16),
        ({"TERM": "linux"}, 16),
        ({"TERM": "xterm-256color"}, 256),
        ({"TERM": "tmux-256color"}, 256),
        ({"TERM": "xterm-kitty"}, 256),
        ({"TERM": "xterm", "COLORTERM": "truecolor"}, TRUECOLOR),
        ({"TERM": "screen-256color", "COLORTERM": "24bit"}, TRUECOLOR),
        ({"TERM": "xterm-256color", "COLORTERM": "yes"}, 256),
        ({"TERM": "vt100"}, 0),
        ({"TERM": "xterm-mono"}, 0),
        ({"TERM": "xterm-256color", "COLORTERM": "truecolor", "NO_COLOR": "1"}, 0),
        ({"TERM": "xterm-256color", "NO_COLOR": ""}, 256),
    ],
)
def test_the_environment_says_how_many_colours_there_are(environment: dict[str, str], colours: int) -> None:
    assert colours_of(environment) == colours


def test_palettes_are_of_the_same_shape_and_restrained() -> None:
    for look, palette in PALETTES.items():
        colours = [value for value in msgspec.structs.asdict(palette).values() if isinstance(value, str)]
        assert all(len(value) == 7 and value.startswith("#") for value in colours), look
        assert len(set(colours)) <= 16
