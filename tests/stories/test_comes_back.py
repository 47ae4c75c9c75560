"""The engine dies by kill -9 behind a console on a real terminal and returns: the console stays and goes on."""

from __future__ import annotations

import signal
import sys

from tests.stories.shell import Shell
from tests.stories.terminal import Terminal

CONFIG = '[bots.support]\nlog = "bot.log"\n'


def is_told(shell: Shell, text: str) -> bool:
    """Say whether an entry of the room's record holds a text; the status line tells of the last entry at any time."""
    return any(text in str(row) for row in shell.rows("messages", "--json", "--room", "phoenix"))


def test_a_console_survives_its_engine_and_is_current_when_it_is_back(shell: Shell) -> None:
    log = shell.folder / "bot.log"
    log.write_text("INFO:root:before the fall\n")
    (shell.folder / "room.toml").write_text(CONFIG)
    engine = shell.start_engine("phoenix", "--config", "room.toml")
    words = [sys.executable, "-m", "warroom", "attach", "phoenix"]
    with Terminal(words, (80, 24), shell.environment, shell.folder) as screen:
        screen.see("before the fall")
        screen.press("o")
        screen.see("Open an incident: support")
        screen.press("enter", "enter", "enter")
        screen.see("OPEN 0")
        screen.press("t", *"seen", "enter")
        screen.until(lambda: is_told(shell, "seen"), "the note in the record")

        engine.send_signal(signal.SIGKILL)
        engine.wait()
        screen.see("ENGINE GONE since")
        screen.see("nothing is watched, recorded or sent")
        screen.press("t")
        screen.see("not sent: the engine is gone")
        screen.see("OPEN 0")

        with log.open("a") as more:
            more.write("INFO:root:said while nobody watched\n")
        shell.start_engine("phoenix")
        screen.see("the engine is back after", timeout_s=30)
        screen.until(lambda: "ENGINE GONE" not in screen.text(), "no banner")
        screen.press("5")
        screen.see("said while nobody watched")
        with log.open("a") as more:
            more.write("INFO:root:and it goes on\n")
        screen.see("and it goes on")
        screen.press("2", "t", *"back", "enter")
        screen.until(lambda: is_told(shell, "back"), "the note in the record")
        assert is_told(shell, "seen"), "what was saved before is there"
        screen.press("1", "q", "enter")
        assert screen.ended() == 0
    assert shell.run("stop", "phoenix").returncode == 0
