"""Terminals as they are at 3 a.m.: of no size, of every size in turn, without UTF-8, without colours, unknown, deaf."""

from __future__ import annotations

import contextlib
import os
import random
import re
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path

import psutil
import pytest

from tests.stories.screen import end_screens
from tests.stories.shell import Shell
from tests.tui.frame.shell_rig import ShellTerminal, place, quiet_for, shell
from tests.waiting import wait_until

ATTACH = f"{sys.executable} -m warroom attach odd"
FLOOD = """
import os, sys, time
began, written = time.monotonic(), 0
while not os.path.exists("enough"):
    due = int((time.monotonic() - began) * 800)
    with open("odd.log", "a") as log:
        log.write("".join(f"INFO:root:flood {n} größe ─ 日本\\n" for n in range(written, due)))
    written = due
    time.sleep(0.02)
"""
SIZES = [(20, 5), (500, 200), (80, 24), (59, 17), (120, 36), (1, 1), (60, 18), (300, 60)]


@pytest.fixture
def odd(shell: Shell) -> Shell:
    """A room with one log."""
    (shell.folder / "odd.log").write_text("INFO:root:first\nINFO:root:größe ─ 日本 before\n")
    shell.start_engine("odd", "odd.log")
    return shell


@contextlib.contextmanager
def terminal_of(room: Shell, environment: Mapping[str, str] = {}, *, answers: bool = True) -> Iterator[ShellTerminal]:
    """Open a terminal with a shell that knows the room."""
    kept = {name: value for name, value in room.environment.items() if name.startswith(("XDG_", "HOME"))}
    with shell((100, 30), place if answers else None, **{**kept, **environment}) as terminal:
        terminal.say(f"cd {room.folder}")
        yield terminal


def leave(terminal: ShellTerminal, prompt: int) -> None:
    terminal.type(b"1")
    terminal.see("Attention")
    terminal.type(b"q")
    terminal.see("Leave this console?")
    terminal.type(b"\r")
    terminal.prompt(prompt)


def colours(terminal: ShellTerminal) -> set[str]:
    """Return which ways of naming a colour were used: 16, 256, rgb."""
    found = set()
    for codes in re.findall(rb"\x1b\[([0-9;]*)m", bytes(terminal.raw)):
        if re.search(rb"(^|;)[34]8;2;", codes):
            found.add("rgb")
        elif re.search(rb"(^|;)[34]8;5;", codes):
            found.add("256")
        elif re.search(rb"(^|;)(3[0-7]|4[0-7]|9[0-7]|10[0-7])(;|$)", codes):
            found.add("16")
    return found


def test_a_terminal_of_no_size_is_drawn_as_one_of_80_by_24(odd: Shell) -> None:
    with terminal_of(odd) as terminal:
        before = terminal.stty()
        terminal.say("stty cols 0 rows 0")
        with terminal._mutex:
            terminal.screen.resize(24, 80)
        prompt = terminal.run(ATTACH, "? help")
        terminal.see("größe ─ 日本 before")
        terminal.resize(100, 30)
        wait_until(lambda: "? help" in terminal.text.splitlines()[-1], what="the last row")
        terminal.type(b"5")
        wait_until(lambda: " 5 Stream" in terminal.text, what="the stream")
        leave(terminal, prompt)
        terminal.assert_given_back(before)


@pytest.mark.long
@pytest.mark.timeout(180)
def test_a_storm_of_sizes_in_a_flood_ends_in_a_whole_screen(odd: Shell) -> None:
    order = random.Random(3)
    with terminal_of(odd) as terminal:
        before = terminal.stty()
        prompt = terminal.run(ATTACH, "before")
        flood = subprocess.Popen([sys.executable, "-c", FLOOD], cwd=odd.folder)
        try:
            terminal.type(b"5")
            terminal.see("flood")
            for number in range(60):
                terminal.resize(*order.choice(SIZES))
                if number % 7 == 0:
                    terminal.type(b"k")
                quiet_for(0.02 if number % 5 else 0.3)
            terminal.type(b"G")
            terminal.resize(100, 30)
            terminal.see("FOLLOW")
            # It ends by itself, with a whole line.
            (odd.folder / "enough").touch()
            flood.wait(60)
        finally:
            flood.kill()
            flood.wait()
        last = (odd.folder / "odd.log").read_text().splitlines()[-1].removeprefix("INFO:root:")
        terminal.see(last, timeout_s=60)
        wait_until(lambda: steady(terminal), what="the end of the flood on the screen")
        shown = still(terminal)
        terminal.type(b"\x0c")
        count = terminal.raw.count(b"\x1b[2J")
        wait_until(lambda: terminal.raw.count(b"\x1b[2J") > count or same(terminal, shown), what="drawn anew")
        wait_until(lambda: still(terminal) == shown, what=f"the same when all of it is sent anew:\n{shown}")
        leave(terminal, prompt)
        terminal.assert_given_back(before)


def still(terminal: ShellTerminal) -> str:
    """Return what of the screen does not depend on the moment."""
    return re.sub(r"<?\d+m|now|0 s|\d\d:\d\dZ|line .* ago|[▁▂▃▄▅▆▇█]+.*|saved.*", "", terminal.text)


def same(terminal: ShellTerminal, shown: str) -> bool:
    """Say whether the screen is as it was."""
    return still(terminal) == shown


def steady(terminal: ShellTerminal) -> bool:
    """Say whether nothing changes for a while."""
    before = still(terminal)
    quiet_for(3.0)
    return still(terminal) == before and "flood" in before


def test_a_terminal_that_never_answers_is_drawn_and_hears_keys(odd: Shell) -> None:
    with terminal_of(odd, answers=False) as terminal:
        before = terminal.stty()
        prompt = terminal.run(ATTACH, "before")
        for key, seen in ((b"3", "3 Alarms"), (b"0", "Messages"), (b"5", "2 lines")):
            terminal.type(key)
            terminal.see(seen)
        leave(terminal, prompt)
        terminal.assert_given_back(before)


@pytest.mark.parametrize(
    ("term", "colorterm", "used"),
    [
        ("nosuchterm", "", {"16"}),
        ("xterm-256color", "", {"256"}),
        ("xterm-16color", "", {"16"}),
        ("linux", "", {"16"}),
        ("xterm-256color", "truecolor", {"rgb"}),
    ],
)
def test_each_kind_of_terminal_is_drawn_with_the_colours_it_has(
    odd: Shell, term: str, colorterm: str, used: set[str]
) -> None:
    with terminal_of(odd, {"TERM": term, "COLORTERM": colorterm}) as terminal:
        before = terminal.stty()
        prompt = terminal.run(ATTACH, "größe ─ 日本 before")
        leave(terminal, prompt)
        assert colours(terminal) == used
        terminal.assert_given_back(before)


def test_an_unset_or_dumb_terminal_is_refused_in_words(odd: Shell) -> None:
    for term in ("dumb", ""):
        with terminal_of(odd, {"TERM": term}) as terminal:
            terminal.say(ATTACH)
            assert "this terminal cannot draw a screen" in terminal.text
            assert b"\x1b[?1049h" not in terminal.raw


@pytest.mark.parametrize("locale", [{"LC_ALL": "C"}, {"LANG": "de_DE.ISO-8859-1"}, {"LANG": ""}])
def test_without_utf_8_it_is_drawn_with_ascii_and_says_so(odd: Shell, locale: dict[str, str]) -> None:
    with terminal_of(odd, {"LC_CTYPE": "", "LC_ALL": "", **locale}) as terminal:
        before = terminal.stty()
        prompt = terminal.run(ATTACH, "drawn with ASCII: this locale has no UTF-8; next: LC_ALL=C.UTF-8 warroom")
        terminal.see("gr??e - ???? before")
        assert terminal.text.isascii(), terminal.text
        leave(terminal, prompt)
        terminal.assert_given_back(before)
        drawn = bytes(terminal.raw).partition(b"\x1b[?1049h")[2].rpartition(b"\x1b[?1049l")[0]
        assert drawn.isascii()


def test_a_line_that_was_told_of_utf_8_needs_no_locale(odd: Shell) -> None:
    with terminal_of(odd, {"LC_CTYPE": "", "LC_ALL": "", "LANG": ""}) as terminal:
        terminal.say("stty iutf8")
        prompt = terminal.run(ATTACH, "größe ─ 日本 before")
        leave(terminal, prompt)


def test_control_z_is_no_key_and_stops_nothing(odd: Shell) -> None:
    with terminal_of(odd) as terminal:
        prompt = terminal.run(ATTACH, "before")
        terminal.type(b"3")
        terminal.see("3 Alarms")
        terminal.type(b"\x1a\x1a")
        # Nothing was opened or left that would take this key, and who is stopped hears none.
        terminal.type(b"0")
        terminal.see("Messages of the room")
        assert terminal.modes()[1049]
        assert psutil.Process(terminal.child()).status() != psutil.STATUS_STOPPED
        leave(terminal, prompt)


def test_a_screen_that_a_test_leaves_behind_is_ended_with_what_runs_in_it(screens: Path) -> None:
    environment = {**os.environ, "SCREENDIR": str(screens)}
    subprocess.run(["screen", "-c", "/dev/null", "-dmS", "left", "sleep", "1000"], env=environment, check=True)
    wait_until(lambda: list(screens.iterdir()), what="its socket")
    [socket] = screens.iterdir()
    server = psutil.Process(int(socket.name.partition(".")[0]))
    inside = wait_until(server.children, what="what runs in it")
    assert end_screens(screens) == [server.pid]
    assert not any(one.is_running() and one.status() != psutil.STATUS_ZOMBIE for one in (server, *inside))


def test_inside_screen_it_is_drawn_and_left_as_it_was(odd: Shell, screens: Path) -> None:
    with terminal_of(odd, {"SCREENDIR": str(screens)}) as terminal:
        terminal.type(f"screen -U -c /dev/null {ATTACH}\n".encode())
        terminal.see("größe ─ 日本 before", timeout_s=30)
        terminal.type(b"5")
        terminal.see("2 lines")
        terminal.type(b"k")
        terminal.see("sha256 ")
        terminal.type(b"c")
        # The row may be too short for the path of a test's folder.
        copies = odd.folder / "state" / "warroom" / "copies"
        wait_until(lambda: copies.is_dir() and list(copies.glob("line-*")), what="the copy")
        [file] = copies.iterdir()
        wait_until(lambda: file.read_text() == "INFO:root:first\n", what="all of it")
        terminal.resize(72, 20)
        wait_until(lambda: "? help" in terminal.text.splitlines()[-1], what="the last row")
        terminal.type(b"1")
        terminal.see("Attention")
        terminal.type(b"q")
        terminal.see("Leave this console?")
        terminal.type(b"\r")
        terminal.see("[screen is terminating]")
