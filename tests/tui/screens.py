"""The screen of a running console as lines of text, and the goldens that it is compared with."""

from __future__ import annotations

import os
from pathlib import Path

from textual.app import App

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


def assert_golden(app: App[int], name: str) -> None:
    """Compare the screen with goldens/NAME.txt; WARROOM_UPDATE_GOLDENS=1 writes it instead."""
    path = GOLDENS / f"{name}.txt"
    seen = screen_text(app) + "\n"
    if os.environ.get("WARROOM_UPDATE_GOLDENS"):
        GOLDENS.mkdir(exist_ok=True)
        path.write_text(seen, encoding="utf-8")
    assert seen == path.read_text(encoding="utf-8"), f"{path} differs; WARROOM_UPDATE_GOLDENS=1 writes it anew"
