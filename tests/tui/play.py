"""A console over the fake room in a real terminal: `python -m tests.tui.play [MODE]`.

Modes: example, hostile, quiet, waiting, telling, counted (says at the end how many frames there were), loud (rings and
names the window; on SIGUSR1 there is one alarm more, on SIGUSR2 the newest one is acknowledged).
"""

from __future__ import annotations

import signal
import sys
import time

import msgspec

from tests.tui.example import NOW, example_view, log_lines
from tests.tui.example_notices import TellingRoom
from tests.tui.fake_room import FakeRoom
from tests.tui.hostile import CORPUS, hostile_lines, hostile_view
from tests.tui.waiting import waiting_view
from warroom.core.settings_console import ConsoleSettings
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
    loud = mode == "loud"
    app = WarRoomApp(
        room, clock=lambda: NOW + time.monotonic() - begun, settings=ConsoleSettings(bell=loud, title=loud)
    )
    if loud:
        signal.signal(signal.SIGUSR1, lambda *_: alarm(room))
        signal.signal(signal.SIGUSR2, lambda *_: acknowledge(room))
    code = run_console(app)
    if mode == "counted" and isinstance(app.frames, FrameWriter):
        told = (f"{name}={app.frames.counts[name]}" for name in ("segment_frames", "refused"))
        sys.stdout.write(f"counted: {' '.join(told)}\n")
    return code


def alarm(room: FakeRoom) -> None:
    """Let one more alarm arrive."""
    view = room.latest
    assert view is not None
    more = msgspec.structs.replace(view.alarms[0], id=f"AL-{100 + len(view.alarms)}", acknowledged=None)
    room.show(msgspec.structs.replace(view, alarms=[*view.alarms, more]))


def acknowledge(room: FakeRoom) -> None:
    """Let somebody acknowledge the newest alarm."""
    view = room.latest
    assert view is not None
    newest = msgspec.structs.replace(view.alarms[-1], acknowledged="ben")
    room.show(msgspec.structs.replace(view, alarms=[*view.alarms[:-1], newest]))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1] if len(sys.argv) > 1 else "example"))
