"""Cell by cell: a real console in a real terminal shows what Textual itself would have drawn at that moment."""

from __future__ import annotations

import json
import os
import random
import signal
import unicodedata
from pathlib import Path
from typing import Any

import pyte
import pytest

from tests.tui.frame.shell_rig import ShellTerminal, place, shell
from tests.waiting import wait_until
from warroom.tui.frame.printable import cells_of

KEYS = [b"1", b"2", b"3", b"4", b"5", b"6", b"0", b"?", b"\x1b", b"j", b"k", b"g", b"G", b"\x1b[5~", b"\x1b[6~", b"\t"]
KEYS += [
    b"w",
    b"m",
    b"/",
    b"t",
    b"ab",
    "é日".encode(),
    b"\x1b[A",
    b"\x1b[B",
    b"o",
    b"x",
    b"p",
    b"u",
    b":",
    b"grow",
    b"size",
]
SIZES = [(100, 30), (80, 24), (60, 18), (20, 5), (140, 40), (99, 31), (33, 9)]


class Looker:
    """A console whose own full frame is compared with the terminal's cells."""

    def __init__(self, terminal: ShellTerminal, target: Path) -> None:
        self.terminal, self._target = terminal, target
        self._console = terminal.child_that_catches(signal.SIGUSR2)
        self.seen = 0

    def grow(self) -> None:
        os.kill(self._console, signal.SIGUSR2)

    def difference(self) -> str:
        """Return where the screens differ, empty where they do not."""
        self._target.unlink(missing_ok=True)
        assert os.path.exists(f"/proc/{self._console}"), f"it ended:\n{self.terminal.text}"
        os.kill(self._console, signal.SIGUSR1)
        wait_until(self._target.exists, what="the frame of Textual")
        told = json.loads(self._target.read_text())
        with self.terminal._mutex:
            screen = self.terminal.screen
            if told["size"] != [screen.columns, screen.lines]:
                return f"size {told['size']}"
            wanted = drawn(told["rows"], screen.columns, screen.lines)
            for y in range(screen.lines):
                for x in range(screen.columns):
                    if bare(screen.buffer[y][x]) != bare(wanted.buffer[y][x]):
                        rows = [
                            [part.buffer[y][i].data for i in range(max(0, x - 6), x + 6)] for part in (screen, wanted)
                        ]
                        return f"{x},{y}: {rows} {screen.buffer[y][x]} for {wanted.buffer[y][x]}"
        return ""

    def assert_same(self, after: str) -> None:
        """Wait until both are the same."""
        last = [""]

        def same() -> bool:
            last[0] = self.difference()
            return not last[0]

        try:
            wait_until(same, timeout_s=40)
        except AssertionError:
            raise AssertionError(f"after {after}: {last[0]}\n{self.terminal.text}") from None
        self.seen += 1


def bare(cell: Any) -> Any:
    """Return a cell without marks, which Textual and the writer cut in their own ways."""
    return cell._replace(data=unicodedata.normalize("NFD", cell.data)[:1])


def drawn(rows: list[list[tuple[str, int, str]]], columns: int, lines: int) -> pyte.Screen:
    """Draw what Textual told, each cell at its place."""
    screen = pyte.Screen(columns, lines)
    screen.reset_mode(7 << 5)
    stream = pyte.Stream(screen)
    for y, row in enumerate(rows[:lines]):
        x = 0
        for text, width, codes in row:
            cells = cells_of(text)
            shown = "".join(cells) + " " * (width - len(cells))
            if width:
                stream.feed(f"\x1b[{y + 1};{x + 1}H\x1b[0;{codes}m{shown}")
            x += width
    return screen


def walk(looker: Looker, seed: int, steps: int) -> None:
    chance, size = random.Random(seed), 0
    for _ in range(steps):
        key = chance.choice(KEYS)
        if key == b"grow":
            looker.grow()
        elif key == b"size":
            size = chance.randrange(len(SIZES))
            looker.terminal.resize(*SIZES[size])
        else:
            looker.terminal.type(key)
        if chance.random() < 0.5:
            looker.assert_same(f"seed {seed}, {key!r}")
    looker.assert_same(f"seed {seed}, the end")


def console(terminal: ShellTerminal, target: Path, *more: str) -> Looker:
    terminal.start(f"drawn {target} {' '.join(more)}")
    return Looker(terminal, target)


def test_a_walk_through_the_console_shows_what_textual_draws(tmp_path: Path) -> None:
    with shell() as terminal:
        looker = console(terminal, tmp_path / "frame")
        looker.assert_same("the start")
        walk(looker, 1, 25)
        assert looker.seen > 8


@pytest.mark.long
@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize(
    ("more", "environment"),
    [
        ("- inf", {}),
        ("- 3000", {}),
        ("ascii inf", {"TERM": "xterm", "COLORTERM": ""}),
        ("- inf", {"TERM": "xterm-256color", "COLORTERM": ""}),
        ("- inf", {"NO_COLOR": "1"}),
        ("- inf", {"TERM": "screen", "COLORTERM": ""}),
        ("- 20000", {"TERM": "tmux-256color"}),
        ("- 11500", {"TERM": "linux", "COLORTERM": ""}),
    ],
)
def test_longer_walks_in_every_kind_of_terminal(
    tmp_path: Path, seed: int, more: str, environment: dict[str, str]
) -> None:
    with shell((100, 30), place, **environment) as terminal:
        looker = console(terminal, tmp_path / "frame", more)
        walk(looker, 100 + seed, 60)


def test_a_window_that_was_small_for_a_moment_loses_nothing(tmp_path: Path) -> None:
    with shell() as terminal:
        looker = console(terminal, tmp_path / "frame")
        looker.assert_same("the start")
        for _ in range(5):
            terminal.resize(30, 8)
            terminal.resize(100, 30)
            looker.assert_same("a moment of 30x8")


def test_two_hundred_sizes_in_two_seconds(tmp_path: Path) -> None:
    with shell() as terminal:
        looker = console(terminal, tmp_path / "frame")
        for n in range(200):
            terminal.resize(20 + (n * 7) % 120, 5 + (n * 3) % 40)
        terminal.resize(90, 28)
        looker.assert_same("the storm")


@pytest.mark.long
def test_the_smallest_and_the_largest(tmp_path: Path) -> None:
    with shell() as terminal:
        looker = console(terminal, tmp_path / "frame")
        for size in ((20, 5), (500, 200), (1, 1), (80, 24)):
            terminal.resize(*size)
            looker.assert_same(f"{size}")
