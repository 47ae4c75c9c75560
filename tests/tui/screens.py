"""The screen of a running console as lines of text, and the goldens that it is compared with."""

from __future__ import annotations

import contextlib
import os
from pathlib import Path

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


async def assert_golden(app: App[int], name: str) -> None:
    """Wait until the screen is goldens/NAME.txt, or fail; WARROOM_UPDATE_GOLDENS=1 writes what it becomes instead."""
    path = GOLDENS / f"{name}.txt"
    if os.environ.get("WARROOM_UPDATE_GOLDENS"):
        with contextlib.suppress(AssertionError):
            await eventually(lambda: False, timeout_s=2)
        GOLDENS.mkdir(exist_ok=True)
        path.write_text(screen_text(app) + "\n", encoding="utf-8")
    wanted = path.read_text(encoding="utf-8")
    # What is drawn last, such as lines that were asked for, may come a moment after the page.
    with contextlib.suppress(AssertionError):
        await eventually(lambda: screen_text(app) + "\n" == wanted, timeout_s=5)
    assert screen_text(app) + "\n" == wanted, f"{path} differs; WARROOM_UPDATE_GOLDENS=1 writes it anew"
