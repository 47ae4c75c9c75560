"""What stands there before the console does is, cell for cell, what the console then draws."""

from __future__ import annotations

from collections.abc import Iterable

import pytest
from msgspec.structs import replace
from rich.color import ColorSystem
from textual.strip import Strip

from tests.tui.example import NOW, example_view, log_lines
from tests.tui.fake_room import FakeRoom
from tests.tui.looks import SIZES, WAYS, Way, size_id
from tests.tui.running import Session, console
from tests.tui.waiting import waiting_view
from tests.waiting import eventually
from warroom.core.room import Welcome
from warroom.core.settings_console import ConsoleSettings, Look
from warroom.core.view import View
from warroom.core.whereabouts import Whereabouts
from warroom.tui.cells import width_of
from warroom.tui.chosen import Chosen
from warroom.tui.first_sight import Artist, sight_of
from warroom.tui.frame.grid import Grid
from warroom.tui.frame.pens import Pens
from warroom.tui.palettes import TRUECOLOR
from warroom.tui.scene import Scene

NEW_HERE = Whereabouts()


def drawn(rows: Iterable[Iterable[tuple[str, str]]], size: tuple[int, int], pens: Pens) -> Grid:
    """Draw rows of runs, each with its SGR parameters, on a grid."""
    grid = Grid(*size)
    for y, runs in enumerate(rows):
        x = 0
        for text, parameters in runs:
            x = grid.put(x, y, text, pens.pen(parameters))
    return grid


def at_first(
    view: View,
    welcome: Welcome,
    size: tuple[int, int],
    way: Way,
    pens: Pens,
    *,
    ascii: bool,
    found: Whereabouts = NEW_HERE,
) -> Grid:
    width, height = size
    chosen = Chosen(dict(found.ids), found.kind)
    scene = Scene(welcome, chosen, view=view, now=NOW, width=width, height=height)
    artist = Artist(way.look, colours=way.colours, ascii_only=ascii)
    return drawn(map(artist.runs, sight_of(scene, found.pane, bars=not ascii)), size, pens)


def as_it_stands(session: Session, size: tuple[int, int], pens: Pens) -> Grid:
    """Return what Textual shows."""
    rows = session.app.screen._compositor.render_strips()[: size[1]]
    colours = ColorSystem.TRUECOLOR

    def runs(strip: Strip) -> Iterable[tuple[str, str]]:
        for segment in strip:
            order = Strip.render_style(segment.style, "x", colours) if segment.style else "x"
            yield segment.text, order[2:].partition("m")[0] if order.startswith("\x1b[") else ""

    return drawn(map(runs, rows), size, pens)


def unlike(one: Grid, other: Grid, pens: Pens) -> list[int]:
    """Return the rows that somebody would see change; how a blank's letters would look nobody sees."""

    def seen(grid: Grid, y: int) -> list[tuple[str, object]]:
        known = pens._pens
        return [(text, known[pen] if text.strip() else known[pen].paper) for text, pen in grid.row(y)]

    return [y for y in range(one.rows) if seen(one, y) != seen(other, y)]


@pytest.mark.parametrize("ascii", [False, True], ids=["utf8", "ascii"])
@pytest.mark.parametrize("way", WAYS, ids=lambda way: way.look + way.ending)
@pytest.mark.parametrize("view", [example_view(), waiting_view()], ids=["usual", "loud"])
@pytest.mark.parametrize("size", SIZES, ids=size_id)
async def test_all_but_the_log_stands_there_already(size: tuple[int, int], view: View, way: Way, ascii: bool) -> None:
    room, pens = FakeRoom(view, log_lines()), Pens()
    settings = ConsoleSettings(theme=way.look, ascii=ascii)
    early = at_first(view, room.welcome, size, way, pens, ascii=ascii)
    async with console(size, room=room, settings=settings, colours=way.colours) as session:
        await session.see("R12-injection-phrase")
        log = next(y for y, text in enumerate(session.text.splitlines()) if "Stream support" in text)
        await eventually(
            lambda: all(log <= y < size[1] - 2 for y in unlike(early, as_it_stands(session, size, pens), pens)),
            what="only the log being new",
        )


@pytest.mark.parametrize("size", SIZES, ids=size_id)
@pytest.mark.parametrize("pane", ["attention", "board-stream"])
async def test_the_cursor_stands_in_the_pane_where_it_was(size: tuple[int, int], pane: str) -> None:
    room, pens = FakeRoom(example_view(), log_lines()), Pens()
    found = Whereabouts(pane=pane, ids={"bot": "support", "alarm": "AL-0009"}, kind="alarm")
    early = at_first(example_view(), room.welcome, size, WAYS[0], pens, ascii=False, found=found)
    async with console(size, room=room, found=found, settings=ConsoleSettings(theme=WAYS[0].look)) as session:
        await session.see("R12-injection-phrase")
        await eventually(lambda: session.app.focused is not None and session.app.focused.id == pane)
        await session.pilot.pause()
        log = next(y for y, text in enumerate(session.text.splitlines()) if "Stream support" in text)
        await eventually(lambda: min(unlike(early, as_it_stands(session, size, pens), pens), default=log) >= log)


async def test_a_board_that_is_longer_than_its_place_and_a_screen_that_is_too_small() -> None:
    for size in ((60, 18), (50, 12)):
        room, pens = FakeRoom(waiting_view(), log_lines()), Pens()
        early = at_first(waiting_view(), room.welcome, size, WAYS[0], pens, ascii=False)
        async with console(size, room=room) as session:
            await session.see("LIVE")
            rows = session.text.splitlines()
            assert ["".join(text for text, _ in early.row(y)).rstrip() for y in (0, size[1] - 1)] == [rows[0], rows[-1]]


def test_before_the_first_view_the_bars_say_what_is_waited_for() -> None:
    room = FakeRoom(None, [])
    scene = Scene(room.welcome, Chosen(), view=None, now=NOW)
    texts = ["".join(cells.line.text for cells in row) for row in sight_of(scene)]
    assert len(texts) == 24
    assert "LIVE" in texts[0]
    assert "waiting for the engine’s first view" in texts[-2]


HOSTILE = ("\x1b]2;evil\x07\x1b[2J", "日本語 🤖 e\u0301 \u202eabc", "[bold]not markup[/]", "x" * 300, "", " ")


def crowded() -> View:
    """Return a room of a hundred bots and alarms whose names and words come from somebody who means harm."""
    view = waiting_view()
    bots = [replace(view.bots[n % len(view.bots)], name=HOSTILE[n % len(HOSTILE)] + str(n)) for n in range(100)]
    alarms = [replace(view.alarms[n % len(view.alarms)], cause=HOSTILE[n % len(HOSTILE)]) for n in range(100)]
    return replace(view, bots=bots, alarms=alarms)


@pytest.mark.parametrize("ascii", [False, True], ids=["utf8", "ascii"])
@pytest.mark.parametrize(
    "view", [None, example_view(), waiting_view(), crowded()], ids=["none", "usual", "loud", "crowd"]
)
def test_in_every_size_rows_fill_the_screen_and_no_more(view: View | None, ascii: bool) -> None:
    room, pens = FakeRoom(view, []), Pens()
    artist = Artist(Look.DARK, colours=TRUECOLOR, ascii_only=ascii)
    for width in (1, 7, 20, 59, 60, 79, 80, 110, 159, 160, 161, 500):
        for height in (1, 3, 5, 17, 18, 24, 30, 200):
            scene = Scene(room.welcome, Chosen(), view=view, now=NOW, width=width, height=height)
            rows = [list(artist.runs(row)) for row in sight_of(scene, bars=not ascii)]
            assert len(rows) == (1 if scene.too_small else height)
            for row in rows:
                text = "".join(text for text, _ in row)
                assert width_of(text) == width, (width, height, text)
                assert text.isprintable()
            drawn(rows, (width, height), pens)
