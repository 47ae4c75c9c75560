"""The screens as text, at the two sizes that everything must fit."""

from __future__ import annotations

import pytest

from tests.tui.example import example_view
from tests.tui.running import console
from tests.tui.screens import assert_golden, screen_lines
from warroom.core.model import Mode

SIZES = ((80, 24), (120, 36))
SCREENS = {
    "overview": ((), "R12-injection-phrase"),
    "incident": (("2",), "Step in hand"),
    "alarm": (("3",), "LINES THAT SHOW IT"),
    "actions": (("4",), "PROOF FROM OUTSIDE"),
    "stream": (("5",), "FOLLOW"),
    "contain": (("2", "x"), "plan "),
    "contain-verbs": (("x",), "mild to hard"),
    "open": (("o",), "as the playbook says"),
    "help": (("2", "question_mark"), "ON THIS PAGE: Incident"),
}


@pytest.mark.parametrize("name", SCREENS)
@pytest.mark.parametrize("size", SIZES, ids=lambda s: f"{s[0]}x{s[1]}")
async def test_the_screen_is_as_drawn(name: str, size: tuple[int, int]) -> None:
    keys, seen = SCREENS[name]
    async with console(size) as session:
        await session.see("R12-injection-phrase")
        await session.press(*keys)
        await session.see(seen)
        await assert_golden(session.app, f"{name}-{size[0]}x{size[1]}")


async def test_a_drill_says_so_in_the_first_word() -> None:
    async with console((80, 24), view=example_view(Mode.DRILL)) as session:
        assert screen_lines(session.app)[0].split()[0] == "DRILL"
        await session.press("x")
        await session.see("DRILL")


async def test_a_terminal_that_is_too_small_says_one_honest_line() -> None:
    async with console((50, 12)) as session:
        lines = [line for line in screen_lines(session.app) if line.strip()]
        assert len(lines) == 1
        assert lines[0].startswith(" LIVE  support 92 · too small (50x12")


async def test_ascii_mode_paints_nothing_but_ascii() -> None:
    async with console((80, 24), ascii=True) as session:
        for key in ("1", "2", "3", "4", "5", "m", "question_mark"):
            await session.press(key)
            assert session.text.isascii(), (key, [c for c in session.text if not c.isascii()])
