"""The whole drill by keys alone, at 80 by 24, over a line of 32 kB a second: as on call, at night, far away."""

from __future__ import annotations

import contextlib
import re
import sys
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from tests.stories.shell import Shell
from tests.stories.terminal import Terminal

pytestmark = [pytest.mark.long, pytest.mark.timeout(300)]
LINE_BPS = 32_000


def test_the_attack_is_seen_contained_released_and_written_up_over_a_bad_line(shell: Shell) -> None:
    words = [sys.executable, "-m", "warroom", "drill", "prompt-injection"]
    with swept(shell.folder), Terminal(words, (80, 24), shell.environment, shell.folder, bps=LINE_BPS) as screen:
        screen.see("1 Bots", 90)
        screen.see("ALARM", 90)
        screen.press("o")
        screen.see("as the playbook says")
        _each(screen, "enter", "enter", "enter")
        screen.see("SEV2 INC-001")
        screen.press("x")
        screen.see("mild to hard")
        screen.press("down", "down", "enter")
        screen.see("disable support")
        screen.see("exactly")
        _confirm(screen, "Contain support", "HELD")
        screen.press("2")
        screen.see("Step in hand")
        screen.press("t")
        screen.see("Note for INC-001")
        screen.press(*"attackers gave up", "enter")
        # The status line says so too, until the next entry of the record comes.
        screen.until(lambda: "attackers gave up" in record(shell), "the note in the record")
        screen.press("r")
        screen.see("exactly this will be undone")
        _confirm(screen, "Release support", "RELEASED")
        screen.press("P")
        screen.see("Markdown")
        _each(screen, "enter", "enter")
        screen.until(lambda: any("attackers gave up" in one.read_text() for one in reports(shell)), "the report")
        screen.press("1", "q")
        screen.see("Leave this console?")
        screen.see("This ends the drill")
        screen.press("enter")
        code = screen.ended(120)
    said = screen.written.decode("utf-8", "replace")
    assert code in (0, 1), said[-2000:]
    [action] = shell.rows("actions", "--json", "--room", room_of(shell).name)
    assert action["state"] == "released"
    assert (action["incident"], action["probe"]["verdict"]) == ("INC-001", "open")
    [report] = reports(shell)
    assert "attackers gave up" in report.read_text()


def room_of(shell: Shell) -> Path:
    """Return the folder of the drill's room."""
    return next((shell.folder / "state" / "warroom" / "rooms").iterdir())


def record(shell: Shell) -> str:
    """Return what the room's record holds, in words."""
    return shell.run("messages", "--json", "--room", room_of(shell).name).stdout


def reports(shell: Shell) -> list[Path]:
    """Return the post-mortems, wherever they are written."""
    return [*room_of(shell).glob("*.md"), *shell.folder.glob("*.md")]


@contextlib.contextmanager
def swept(folder: Path) -> Iterator[None]:
    """End what a drill that was broken off leaves running: its bot, its visitors, its engine."""
    try:
        yield
    finally:
        for process in psutil.process_iter(["cmdline"]):
            words = " ".join(process.info["cmdline"] or [])
            if str(folder) in words and "pytest" not in words.split()[0] and "-m warroom" in words:
                with contextlib.suppress(psutil.NoSuchProcess):
                    process.kill()


def _each(screen: Terminal, *keys: str) -> None:
    for key in keys:
        screen.quiet(0.5)
        screen.press(key)


def _marked(screen: Terminal) -> str:
    """Return the button that has the focus; an empty text while none is drawn so."""
    found = re.findall(r"\[  (\S.*?) *\]", screen.text())
    return str(found[-1]) if len(found) == 1 else ""


def _tab(screen: Terminal) -> None:
    """Go on by one button, and see it: who presses again because nothing moved yet is one too far."""
    before = _marked(screen)
    screen.press("tab")
    screen.until(lambda: _marked(screen) not in ("", before), "the focus at another button")


def _confirm(screen: Terminal, button: str, outcome: str) -> None:
    """Walk to the button and press it as a person does: quietly, once."""
    screen.see("[  Cancel")
    while not _marked(screen).startswith(button):
        _tab(screen)
    screen.quiet(0.6)
    screen.press("enter")
    screen.see(outcome, 60)
