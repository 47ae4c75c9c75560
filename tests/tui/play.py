"""A console over the fake room in a real terminal: `python -m tests.tui.play [MODE]`.

Modes: example, hostile, quiet, waiting, telling, counted (says at the end how many frames there were).
"""

from __future__ import annotations

import sys
import time

import msgspec

from tests.tui.example import NOW, example_view, log_lines
from tests.tui.example_notices import TellingRoom
from tests.tui.fake_room import FakeRoom
from tests.tui.hostile import CORPUS, hostile_lines, hostile_view
from tests.tui.waiting import waiting_view
from warroom.tui.app import WarRoomApp
from warroom.tui.frame.writer import FrameWriter
from warroom.tui.session import run_console


def main(mode: str) -> int:
    """Run it until its user leaves; the room's time goes on from its own now."""
    begun = time.monotonic()
    room = FakeRoom(example_view(), log_lines())
    if mode == "hostile":
        room = FakeRoom(hostile_view("".join(CORPUS)), hostile_lines())
    elif mode == "waiting":
        room = FakeRoom(waiting_view(), log_lines())
    elif mode == "telling":
        room = TellingRoom()
    elif mode == "quiet":
        view = example_view()
        bots = [msgspec.structs.replace(bot, last_line=NOW - 310) for bot in view.bots]
        sources = [msgspec.structs.replace(source, last_line=NOW - 310) for source in view.sources]
        room = FakeRoom(msgspec.structs.replace(view, bots=bots, sources=sources), log_lines())
    app = WarRoomApp(room, clock=lambda: NOW + time.monotonic() - begun)
    code = run_console(app)
    if mode == "counted" and isinstance(app.frames, FrameWriter):
        told = (f"{name}={app.frames.counts[name]}" for name in ("segment_frames", "refused"))
        sys.stdout.write(f"counted: {' '.join(told)}\n")
    return code


if __name__ == "__main__":
    sys.exit(main(sys.argv[1] if len(sys.argv) > 1 else "example"))
