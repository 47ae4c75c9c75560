"""A console in a real terminal that can be looked into: `python -m tests.tui.frame.play MODE [FILE] [BUDGET]`.

Modes: those of tests.tui.play; `patient`, the example that at its end waits long for answers of a terminal that gave
some before; `bug`, which key 3 ends; `drawn`, which on SIGUSR1 writes Textual's own full frame to
FILE as JSON and on SIGUSR2 lets the log grow by odd lines. `ascii` after FILE draws with ASCII.
"""

from __future__ import annotations

import asyncio
import json
import math
import os
import random
import signal
import sys
from functools import partialmethod
from pathlib import Path

import msgspec
from rich.cells import split_graphemes
from rich.color import ColorSystem
from textual import events

from tests.tui import play
from tests.tui.example import NOW, example_view, log_lines
from tests.tui.fake_room import FakeRoom
from warroom.cli.exits import BUG, Failure, complain
from warroom.core.settings_console import ConsoleSettings
from warroom.tui import app
from warroom.tui.app import WarRoomApp
from warroom.tui.frame.writer import FrameWriter
from warroom.tui.session import run_console

EVIL = "\x1b]52;c;ZXZpbA==\x07\x1b[c evil"
ODD = [
    "日本語の行",
    "한국어",
    "e\u0301o\u0308\u0323",
    "👩‍👩‍👧 family",
    "🇩🇪🇫🇷",
    "☝🏽 up",
    "\u26a0\ufe0f sign",
    "ｆｕｌｌ",
    "plain words",
    "─│┌┐▁▂",
]
ODD += [
    "שלום עולם",
    "ไทยภาษา",
    "\u0e33",
    "नमस्ते",
    "a\u200db",
    "x" * 300,
    "\t tab",
    "𝔘𝔫𝔦",
    "\ue000 private",
    "\u1100\u1161",
]


STYLES = str(Path(app.__file__).with_name("warroom.tcss"))


class _Stumbling(WarRoomApp):
    CSS_PATH = STYLES

    async def on_event(self, event: events.Event) -> None:
        if isinstance(event, events.Key) and event.key == "3":
            raise ValueError(EVIL)
        await super().on_event(event)


class _Drawn(WarRoomApp):
    """Says what Textual would have drawn."""

    CSS_PATH = STYLES

    def __init__(self, room: FakeRoom, target: Path, settings: ConsoleSettings) -> None:
        super().__init__(room, settings=settings, clock=lambda: NOW)
        self._fake, self._target, self._random = room, target, random.Random(7)

    def on_mount(self) -> None:
        super().on_mount()
        loop = asyncio.get_running_loop()
        loop.add_signal_handler(signal.SIGUSR1, self._write)
        loop.add_signal_handler(signal.SIGUSR2, self._grow)

    def _write(self) -> None:
        colours = self.console._color_system or ColorSystem.TRUECOLOR
        rows: list[list[tuple[str, int, str]]] = []
        for strip in self.screen._compositor.render_strips():
            row: list[tuple[str, int, str]] = []
            for text, style, _ in strip:
                codes = style._make_ansi_codes(colours) if style else ""
                for start, _end, width in split_graphemes(text)[0]:
                    row.append((text[start], width, codes))
            rows.append(row)
        fresh = self._target.with_suffix(".new")
        fresh.write_text(json.dumps({"size": list(self.screen.size), "rows": rows}))
        os.replace(fresh, self._target)

    def _grow(self) -> None:
        last = self._fake.lines[-1]
        for n in range(1, self._random.randint(1, 30)):
            text = " ".join(self._random.choices(ODD, k=self._random.randint(1, 5)))
            self._fake.lines.append(
                msgspec.structs.replace(last, seq=last.seq + n, offset=last.offset + n * 100, text=text)
            )


def main(mode: str, *more: str) -> int:
    """Run it until its user leaves."""
    room = FakeRoom(example_view(), log_lines(90))
    if mode == "drawn":
        given = float(more[2]) if len(more) > 2 else math.inf
        budget = 0 if math.isinf(given) else int(given)
        return run_console(_Drawn(room, Path(more[0]), ConsoleSettings(ascii="ascii" in more, budget=budget)))
    if mode == "patient":
        # As long as any machine may take to let an answer through; a terminal that never gave one gets no longer.
        FrameWriter.quiesce = partialmethod(FrameWriter.quiesce, answering_s=60.0)  # type: ignore[method-assign, assignment]
        mode = "example"
    if mode != "bug":
        return play.main(mode)
    try:
        return run_console(_Stumbling(room))
    except ValueError as error:
        complain(Failure(BUG, f"a bug: {error}"))
        return BUG


if __name__ == "__main__":
    sys.exit(main(*(sys.argv[1:] or ["example"])))
