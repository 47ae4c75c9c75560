"""A screen in each size and each way of colouring it: mounted once, then drawn anew in every look."""

from __future__ import annotations

from typing import NamedTuple

from tests.tui.running import Session
from tests.tui.screens import assert_golden, assert_styles
from warroom.core.settings_console import Look
from warroom.tui.palettes import TRUECOLOR, inks_for
from warroom.tui.theme import OWN_COLOURS, theme_name

SIZES = ((80, 24), (120, 36), (200, 50))
"""The two that everything must fit, and a roomy one."""


def size_id(size: tuple[int, int]) -> str:
    """Return `80x24`."""
    return f"{size[0]}x{size[1]}"


class Way(NamedTuple):
    """A look on a terminal of so many colours."""

    ending: str
    """Of the golden's name."""
    look: Look
    colours: int


COLOUR = Way("", Look.DARK, TRUECOLOR)
WAYS = (COLOUR, Way(".ansi", Look.ANSI, TRUECOLOR), Way(".none", Look.DARK, 0))


async def redraw(session: Session, way: Way) -> None:
    """Draw a console in another look, all of it: theme, inks, every widget of every screen."""
    app = session.app
    theme, painter = theme_name(way.look, colours=way.colours), app.get_default_screen()._painter
    # All widgets share one painter, which is made once with the console.
    painter.__init__(inks_for(way.look, colours=way.colours), ascii_only=painter.ascii_only)  # type: ignore[misc]
    app.ansi_color = True if theme in OWN_COLOURS else None
    app.theme = theme
    for screen in app.screen_stack:
        for widget in (screen, *screen.query("*")):
            widget.notify_style_update()
            widget.refresh()
    await session.pilot.pause()


async def assert_looks(session: Session, name: str) -> None:
    """Compare the screen's text, then how it is coloured in each look, with the goldens NAME-SIZE; ends in colour."""
    golden = f"{name}-{size_id(session.app.size)}"
    await assert_golden(session.app, golden)
    for way in (*WAYS[1:], COLOUR):
        await redraw(session, way)
        await assert_golden(session.app, golden, way.ending)
        await assert_styles(session.app, golden + way.ending)
