"""The console in a real pseudo-terminal: what it paints, what it writes, how it ends."""

from __future__ import annotations

import fcntl
import os
import pty
import re
import select
import signal
import struct
import subprocess
import sys
import termios
import time
from collections.abc import Iterator
from pathlib import Path

import pyte
import pytest

from tests.tui.hostile import FORBIDDEN
from tests.waiting import wait_until
from warroom.tui.frame.outlet import CANCEL

ROOT = Path(__file__).parents[2]
_ESCAPES = re.compile(r"\x1b(?:\[[0-?]*[ -/]*[@-~]|\][^\x07\x1b]*(?:\x07|\x1b\\)|[PX^_].*?\x1b\\|[ -/]*[0-~])")


class Terminal:
    """A program in a pty of 120x36 and a screen that understands it."""

    def __init__(self, mode: str, **more: str) -> None:
        self.master, slave = pty.openpty()
        fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", 36, 120, 0, 0))
        environment = {**os.environ, "TERM": "xterm-256color", "COLORTERM": "truecolor"}
        environment.pop("NO_COLOR", None)
        environment |= more
        self.process = subprocess.Popen(
            [sys.executable, "-m", "tests.tui.play", mode],
            stdin=slave, stdout=slave, stderr=slave, cwd=ROOT, env=environment, start_new_session=True,
        )  # fmt: skip
        os.close(slave)
        self.raw = bytearray()
        self._over = False
        self._screen = pyte.Screen(120, 36)
        self._stream = pyte.ByteStream(self._screen)

    def read(self, seconds: float = 0.05) -> bytes:
        """Take what the program writes within `seconds`."""
        taken = bytearray()
        deadline = time.monotonic() + seconds
        while (left := deadline - time.monotonic()) > 0:
            ready, _, _ = select.select([self.master], [], [], left)
            if not ready:
                break
            try:
                chunk = os.read(self.master, 65536)
            except OSError:
                chunk = b""
            if not chunk:
                self._over = True
                break
            taken += chunk
        self.raw += taken
        self._stream.feed(re.sub(rb"\x1b\[[<>=?][0-9;$]*[a-zA-Z]", b"", bytes(taken)))
        return bytes(taken)

    @property
    def text(self) -> str:
        """The screen as a person sees it now."""
        self.read()
        return "\n".join(self._screen.display)

    def see(self, text: str) -> None:
        """Wait until the screen shows a text."""
        wait_until(lambda: text in self.text, timeout_s=40, what=text)

    def spoil(self, text: str) -> None:
        """Write over the screen, as another program would."""
        self._stream.feed(b"\x1b[9;9H" + text.encode())

    def type(self, keys: str) -> None:
        """Press keys."""
        os.write(self.master, keys.encode())

    def ended(self) -> int:
        """Read all that it writes until it has left the terminal; return its exit code."""

        def over() -> bool:
            self.read()
            return self._over

        wait_until(over, timeout_s=40, what="its end")
        return self.process.wait(timeout=40)

    def close(self) -> None:
        """End whatever is left."""
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait(timeout=40)
        os.close(self.master)


@pytest.fixture
def terminal(request: pytest.FixtureRequest) -> Iterator[Terminal]:
    started = Terminal(getattr(request, "param", "example"))
    yield started
    started.close()


def test_keys_lead_through_the_room_and_q_leaves_with_0(terminal: Terminal) -> None:
    terminal.see("Stream support")
    terminal.type("2")
    terminal.see("Step in hand")
    terminal.type("t")
    terminal.see("Note for INC-001")
    terminal.type("all quiet\r")
    terminal.see("saved #101")
    terminal.type("1q")
    terminal.see("Leave this console?")
    terminal.type("\r")
    assert terminal.ended() == 0
    assert b"\x1b[?1049l" in terminal.raw


def test_a_click_on_a_tab_and_the_wheel_arrive_from_a_real_terminal(terminal: Terminal) -> None:
    def at(words: str) -> str:
        rows = wait_until(lambda: words in (text := terminal.text) and text.splitlines(), what=words)
        assert rows
        row = next(n for n, text in enumerate(rows) if words in text)
        return f"{rows[row].index(words) + 2};{row + 1}"

    terminal.see("Stream support")
    terminal.type(f"\x1b[<0;{at('3 Alarms')}M\x1b[<0;{at('3 Alarms')}m")
    terminal.see("LINES THAT SHOW IT")
    terminal.type(f"\x1b[<0;{at('5 Stream')}M\x1b[<0;{at('5 Stream')}m")
    terminal.see("FOLLOW")
    terminal.see("ERROR")
    terminal.type(f"\x1b[<64;{at('ERROR')}M" * 2)
    terminal.see("PAUSED")


@pytest.mark.parametrize("terminal", ["hostile"], indirect=True)
def test_no_hostile_byte_leaves_for_the_terminal(terminal: Terminal) -> None:
    terminal.see("Stream")
    for key in "234501":
        terminal.type(key)
        terminal.read(0.5)
    terminal.type("q")
    terminal.see("Leave this console?")
    terminal.type("\r")
    assert terminal.ended() == 0
    written = terminal.raw.decode("utf-8", "strict")
    for sequence in ("\x1b]0;owned", "\x1b]8;", "\x1b]52", "\x1b]11", "\x1bP", "\x1b_G"):
        assert sequence not in written
    # Nobody here answers a question, so that the end cancels what may be half there, once.
    text = _ESCAPES.sub("", written.replace(CANCEL, "", 1))
    assert not FORBIDDEN.findall(text.replace("\r", "").replace("\n", ""))


@pytest.mark.parametrize("name", [signal.SIGTERM, pytest.param(signal.SIGHUP, marks=pytest.mark.long)])
def test_a_signal_ends_it_in_order(terminal: Terminal, name: signal.Signals) -> None:
    terminal.see("Stream support")
    terminal.process.send_signal(name)
    assert terminal.ended() == 0
    assert b"\x1b[?1049l" in terminal.raw


def test_a_terminal_that_goes_away_ends_it_without_a_traceback() -> None:
    terminal = Terminal("example")
    terminal.see("Stream support")
    os.close(terminal.master)
    terminal.process.send_signal(signal.SIGHUP)
    assert terminal.process.wait(timeout=40) == 0


@pytest.mark.parametrize("terminal", ["quiet"], indirect=True)
def test_an_idle_console_is_quiet(terminal: Terminal) -> None:
    terminal.see("Stream support")

    def bytes_a_second() -> float:
        before, begun = len(terminal.raw), time.monotonic()
        while time.monotonic() - begun < 3:
            terminal.read(0.5)
        return (len(terminal.raw) - before) / 3

    # Its beginning is not quiet, and lasts as long as the machine takes for it.
    wait_until(lambda: bytes_a_second() <= 30, timeout_s=40)


def test_no_color_means_no_colour_at_all() -> None:
    terminal = Terminal("example", NO_COLOR="1")
    terminal.see("Stream support")
    terminal.type("2")
    terminal.see("Step in hand")
    codes = re.findall(rb"\x1b\[([0-9;]*)m", bytes(terminal.raw))
    terminal.close()
    colours = {code for code in codes if re.search(rb"(^|;)(3[0-8]|4[0-8]|9[0-7]|10[0-7])(;|$)", code)}
    assert codes
    assert not colours
