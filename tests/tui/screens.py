"""The screen of a running console as lines of text, and the goldens that it is compared with."""

from __future__ import annotations

import contextlib
import difflib
import os
import time
from collections.abc import Callable
from pathlib import Path

from rich.color import Color
from rich.segment import Segment
from rich.style import Style
from textual.app import App

from tests.waiting import eventually

GOLDENS = Path(__file__).parent / "goldens"


def screen_lines(app: App[int]) -> list[str]:
    """Return what is painted now, one text a row, without trailing spaces."""
    screen = app.screen
    width, height = screen.size
    rows = screen._compositor.render_strips()
    lines = ["".join(segment.text for segment in strip if not segment.control) for strip in rows[:height]]
    assert all(len(line) <= 2 * width for line in lines)
    return [line.rstrip() for line in lines]


def screen_text(app: App[int]) -> str:
    """Return what is painted now."""
    return "\n".join(screen_lines(app))


def style_lines(app: App[int]) -> list[str]:
    """Return how the screen is drawn now: a letter for each style, then each row as runs, such as `a4 b12`.

    A blank cell has no ink, so only its ground and its lines count; letters are given in order of appearance.
    """
    letters: dict[str, str] = {}
    rows: list[str] = []
    for y, strip in enumerate(app.screen._compositor.render_strips()[: app.screen.size.height]):
        runs: list[tuple[str, int]] = []
        for segment in strip:
            words = _drawn(segment)
            letter = letters.setdefault(words, _LETTERS[len(letters)])
            before = runs.pop()[1] if runs and runs[-1][0] == letter else 0
            runs.append((letter, before + segment.cell_length))
        rows.append(f"{y:2} " + " ".join(f"{letter}{cells}" for letter, cells in runs))
    return [*(f"{letter} = {words or 'plain'}" for words, letter in letters.items()), *rows]


_LETTERS = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"


def _drawn(segment: Segment) -> str:
    style = segment.style or Style()
    blank = not segment.text.strip()
    names = ("underline", "reverse") if blank else ("bold", "dim", "italic", "underline", "reverse")
    words = [name for name in names if getattr(style, name)]
    shown = style.color if not blank or style.reverse or style.underline else None
    words += [_name(shown)] if shown and not shown.is_default else []
    words += ["on", _name(style.bgcolor)] if style.bgcolor and not style.bgcolor.is_default else []
    return " ".join(words)


def _name(colour: Color) -> str:
    if colour.triplet:
        return colour.triplet.hex
    return _OWN[colour.number] if colour.number is not None and colour.number < len(_OWN) else colour.name


_OWN = ("black", "red", "green", "yellow", "blue", "magenta", "cyan", "white")
"""The first eight of a terminal's own colours."""


async def assert_styles(app: App[int], name: str) -> None:
    """Wait until the screen is drawn as in goldens/NAME.styles, or fail."""

    def drawn() -> str:
        return "\n".join(style_lines(app)) + "\n"

    await _assert_same(drawn, GOLDENS / f"{name}.styles")


async def assert_golden(app: App[int], name: str, ending: str = "") -> None:
    """Wait until the screen is goldens/NAME.txt, or fail; `ending` names a look that may have a text of its own."""
    usual, own = GOLDENS / f"{name}.txt", GOLDENS / f"{name}{ending}.txt"
    await _assert_same(lambda: screen_text(app) + "\n", own, usual)


async def _at_rest(drawn: Callable[[], str], rest_s: float) -> None:
    """Wait until what is drawn has not changed for a while."""
    last, since = drawn(), time.monotonic()

    def rests() -> bool:
        nonlocal last, since
        if (now := drawn()) != last:
            last, since = now, time.monotonic()
        return time.monotonic() - since >= rest_s

    await eventually(rests)


async def _assert_same(drawn: Callable[[], str], path: Path, usual: Path | None = None) -> None:
    """Compare what is drawn with a file, or with the usual one where there is none.

    WARROOM_UPDATE_GOLDENS=1 writes what it becomes instead; lines are counted once a second, so that takes a while.
    """
    if os.environ.get("WARROOM_UPDATE_GOLDENS"):
        await _at_rest(drawn, 1.2 if usual == path else 0.3)
        GOLDENS.mkdir(exist_ok=True)
        path.write_text(drawn(), encoding="utf-8")
        if usual not in (None, path) and usual.read_text(encoding="utf-8") == drawn():
            path.unlink()
    if usual is not None and not path.exists():
        path = usual
    wanted = path.read_text(encoding="utf-8")
    # What is drawn last, such as lines that were asked for, may come a moment after the page.
    with contextlib.suppress(AssertionError):
        await eventually(lambda: drawn() == wanted)
    assert (now := drawn()) == wanted, _told_apart(path, wanted, now)


def _told_apart(path: Path, wanted: str, now: str) -> str:
    """Return which rows differ: of a look that came once and on another machine, that is all there is to go by."""
    rows = difflib.unified_diff(wanted.splitlines(), now.splitlines(), "as drawn", "now", n=0, lineterm="")
    return "\n".join([f"{path} differs; WARROOM_UPDATE_GOLDENS=1 writes it anew", *rows])
