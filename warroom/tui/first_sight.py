"""What a console shows while Textual is still being imported: the first page, row for row as it will stand there.

Bars and board are drawn by the same functions as later, so what is taken over is not sent again; the log follows with
the app. A page that somebody was on when they left stays blank until then.
"""

from __future__ import annotations

import contextlib
import os
import re
from collections.abc import Callable, Iterable, Iterator

import msgspec
from rich.color import ColorSystem
from rich.style import Style

from warroom.core.room import Room
from warroom.core.settings_console import ConsoleSettings, Look
from warroom.core.view import View
from warroom.core.whereabouts import Ignored, Whereabouts
from warroom.tui import keymap, times
from warroom.tui.banner import headline
from warroom.tui.board import attention_lines, attention_title, board_lines, board_title, chosen_row, shares
from warroom.tui.board_order import BoardOrder
from warroom.tui.brush import Brush
from warroom.tui.cells import cut, width_of
from warroom.tui.chosen import Chosen, the_bot
from warroom.tui.due_lines import due_lines
from warroom.tui.frame.early import EarlyScreen, early_screen
from warroom.tui.frame.pace import DEFAULT_BUDGET_BPS
from warroom.tui.frame_lines import (
    PAGES,
    banner_texts,
    footer_line,
    opens_at_first,
    status_line,
    too_small_line,
    top_line,
)
from warroom.tui.lines import EMPTY, Line, line
from warroom.tui.palettes import PALETTES, colours_of, inks_for
from warroom.tui.scene import Scene

_GUTTER = 2
_SCROLLBAR = 1
"""Cells that are kept free for it, where it is drawn: ASCII draws none."""
_SGR = re.compile(r"\x1b\[([0-9;:]*)m")


class Cells(msgspec.Struct, frozen=True):
    """A part of a row of the screen."""

    line: Line
    width: int
    gutter: str = ""
    cursor: str = ""
    bar: int = 0
    """Cells at the right end that no cursor reaches."""
    rule: str = ""
    """`rule`, or `rule-here` of the pane with the keys: the line is the title in the rule above a pane."""


Row = list[Cells]


@contextlib.contextmanager
def first_sight(
    room: Room, found: Whereabouts | Ignored | None, settings: ConsoleSettings, clock: Callable[[], float]
) -> Iterator[EarlyScreen | None]:
    """Show the room's latest view at once; yield the screen that a driver goes on with, None where there is none."""
    with early_screen(settings.budget_bps or DEFAULT_BUDGET_BPS) as screen:
        if screen is not None:
            times.hold(settings.times)
            keymap.hold(settings.keys)
            width, height = screen.writer.grid.columns, screen.writer.grid.rows
            scene = Scene(room.welcome, Chosen(), view=room.latest, now=clock(), width=width, height=height)
            pane = ""
            if isinstance(found, Whereabouts) and found.page in PAGES:
                scene.page, scene.chosen, pane = found.page, Chosen(dict(found.ids), found.kind), found.pane
            artist = Artist(settings.theme, colours=colours_of(os.environ), ascii_only=settings.ascii)
            screen.draw(map(artist.runs, sight_of(scene, pane, bars=not settings.ascii)))
        yield screen


def sight_of(scene: Scene, pane: str = "", *, bars: bool = True) -> list[Row]:
    """Return the rows of the whole screen.

    `pane`: id of the one that will have the keys; `bars`: whether panes have a scroll bar where they need one.
    """
    width = scene.width
    if scene.too_small:
        return [[Cells(too_small_line(scene), width)]]
    above = [top_line(scene), *(row for text in banner_texts(scene) for row in headline(text, width))]
    rows: list[Row] = [[Cells(one, width)] for one in above]
    view = scene.view
    bot = the_bot(view, scene.chosen) if view else None
    if view is not None and scene.page == "overview":
        rows += _overview(scene, view, bot.name if bot else "", pane, _SCROLLBAR if bars else 0)
    rows = rows[: scene.height - 2]
    rows += [[Cells(EMPTY, width)]] * (scene.height - 2 - len(rows))
    footer = footer_line(scene, enter=opens_at_first(scene))
    return [*rows, [Cells(status_line(scene), width)], [Cells(footer, width)]]


def _overview(scene: Scene, view: View, bot: str, pane: str, bar: int) -> Iterator[Row]:
    others = pane in ("attention", "board-stream")
    width = scene.width
    left = (width - 1) * 6 // 11 if scene.roomy else width
    right = width - 1 - left if scene.roomy else width
    board = board_lines(view, left - _GUTTER - bar, scene.now, BoardOrder().of(view.bots))
    attention = attention_lines(view, right - _GUTTER - bar, scene.now)
    heights = shares(scene.height, len(board), len(attention), beside=scene.roomy)
    bots = _pane(board_title(view), board, f"bot:{bot}", (left, bar), heights[0], here=not others)
    key = chosen_row(attention, scene.chosen) or next((row.key for row in attention if row.key), "")
    here = pane == "attention"
    noticed = _pane(attention_title(view), attention, key, (right, bar), heights[1], here=here)
    if scene.roomy:
        yield from ([one, Cells(EMPTY, 1), other] for one, other in zip(bots, noticed, strict=True))
    else:
        yield from ([one] for one in (*bots, *noticed))
    for row in due_lines(view, width - 2, scene.now):
        yield [Cells(EMPTY, 1), Cells(row, width - 1)]
    if bot:
        yield [Cells(line((f"Stream {bot}", "")), width, rule="rule-here" if pane == "board-stream" else "rule")]


def _pane(
    title: str, rows: list[Line], key: str, cells: tuple[int, int], height: int, *, here: bool = False
) -> Iterator[Cells]:
    """Yield a pane: its rule, and so many rows. `cells`: its width, and how much of that is the scroll bar's."""
    width, bar = cells
    yield Cells(line((title, "")), width, rule="rule-here" if here else "rule")
    for row in rows[:height] + [EMPTY] * (height - len(rows)):
        cursor = ("here" if here else "away") if row.key and row.key == key else ""
        yield Cells(row, width, "▸ " if cursor == "here" else " " * _GUTTER, cursor, bar)


class Artist:
    """Turns rows into runs of text with their SGR parameters, in the colours of a look."""

    def __init__(self, look: Look, *, colours: int, ascii_only: bool) -> None:
        self._brush = Brush(inks_for(look, colours=colours), ascii_only=ascii_only)
        self._system = ColorSystem.STANDARD
        if colours > 16:
            self._system = ColorSystem.EIGHT_BIT if colours <= 256 else ColorSystem.TRUECOLOR
        palette = PALETTES.get(look) if colours > 16 else None
        accent = "cyan" if colours and palette is None else "default"
        self._ground = Style()
        self._rules = {"rule": (Style(), Style()), "rule-here": (Style(), Style(bold=True, color=accent))}
        if palette is not None:
            self._ground = Style(color=palette.text, bgcolor=palette.paper)
            titles = Style(color=palette.title)
            self._rules = {
                "rule": (Style(color=palette.rule), titles),
                "rule-here": (titles, Style(color=palette.accent, bold=True)),
            }
        self._parameters: dict[Style, str] = {}

    def runs(self, row: Iterable[Cells]) -> Iterator[tuple[str, str]]:
        """Yield a row of the screen."""
        for cells in row:
            for text, style in self._styled(cells):
                yield text, self._sgr(style)

    def _styled(self, cells: Cells) -> Iterator[tuple[str, Style]]:
        if cells.rule:
            rule, title = self._rules[cells.rule]
            text = "".join(text for text, _ in cut([(self._brush.text(cells.line.text), "")], cells.width - 2))
            yield self._brush.text("─"), self._ground + rule
            yield text, self._ground + title
            yield self._brush.text("─") * (cells.width - 1 - width_of(text)), self._ground + rule
            return
        width = cells.width - cells.bar
        runs = self._brush.runs(cells.line, width, gutter=cells.gutter)
        ground = self._brush.ground(self._ground, cells.cursor)
        for text, style in self._brush.styled(runs, cells.cursor):
            yield text, ground + style
        yield " " * (width - sum(width_of(text) for text, _ in runs)), ground
        yield " " * cells.bar, self._ground

    def _sgr(self, style: Style) -> str:
        found = self._parameters.get(style)
        if found is None:
            order = _SGR.search(style.render("x", color_system=self._system))
            found = self._parameters[style] = order[1] if order else ""
        return found
