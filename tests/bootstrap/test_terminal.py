"""What is found out about a terminal, from a small emulator and from a real tmux."""

from __future__ import annotations

import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.adapters.emulator import Emulator
from tests.waiting import wait_until
from warroom.bootstrap.doctor import Finding
from warroom.bootstrap.terminal import examine_terminal, look

ROOT = Path(__file__).parents[2]
ENVIRONMENT = {"TERM": "xterm-256color", "LANG": "C.UTF-8"}
REPLIES = {
    b"\x1b[c": b"\x1b[?62;22;52c",
    b"\x1b[?2004$p": b"\x1b[?2004;2$y",
    b"\x1b]11;?\x1b\\": b"\x1b]11;rgb:ffff/ffff/f0f0\x1b\\",
}


def found(terminal: Emulator, **more: str) -> dict[str, Finding]:
    findings = examine_terminal(terminal.theirs, {**ENVIRONMENT, **more})
    assert {one.part for one in findings} == {"terminal"}
    return {one.name: one for one in findings}


def test_a_terminal_that_answers_is_described_and_left_as_it_was() -> None:
    with Emulator(replies=REPLIES) as terminal:
        told = found(terminal)
        assert terminal.sane
        assert terminal.line == "", "what was written to be measured is erased"
        assert terminal.unread() == b""
    assert "median of 5" in told["answers"].text
    assert told["widths"].state.value == "ok"
    assert "emoji" in told["widths"].text
    assert "says that it takes what is copied" in told["clipboard"].text
    assert told["paste"].state.value == "ok"
    assert told["background"].text.startswith("light")
    assert told["options"].text == "warroom watch, nothing else is needed"


def test_wide_lines_want_ascii() -> None:
    with Emulator(ambiguous=2) as terminal:
        told = found(terminal)
    assert "lines and bullets take 4 columns, 2 are usual" in told["widths"].text
    assert told["options"].text == "warroom watch --ascii"


def test_a_terminal_without_utf8_is_found_by_asking_whatever_the_locale_says() -> None:
    with Emulator(utf8=False) as terminal:
        told = found(terminal)
    assert "the terminal does not draw it" in told["characters"].text
    assert "--ascii" in told["options"].text


def test_a_slow_line_is_asked_less_often_and_within_its_time() -> None:
    with Emulator(delay_s=0.25) as terminal:
        begun = time.monotonic()
        told = found(terminal)
        assert time.monotonic() - begun < 2.5
        assert terminal.sane
        assert terminal.unread() == b""
    assert "use --slow" in told["answers"].text
    assert told["widths"].state.value == "ok"
    assert told["options"].text.endswith("--slow")


def test_a_silent_terminal_is_a_finding_and_nothing_is_left_on_it() -> None:
    with Emulator(silent=True) as terminal:
        begun = time.monotonic()
        told = found(terminal)
        assert time.monotonic() - begun < 2.5
        assert terminal.written == b"\x1b[6n", "what would not be erased is not written"
    assert told["answers"].state.value == "unknown"
    assert "widths" not in told


@pytest.mark.parametrize("term", ["dumb", ""])
def test_a_dumb_terminal_is_sent_nothing(term: str) -> None:
    with Emulator() as terminal:
        told = found(terminal, TERM=term)
        assert terminal.written == b""
    assert told["TERM"].state.value == "failed"
    assert told["options"].text == "warroom watch --plain"


def test_a_term_is_looked_up_in_the_folders_that_the_environment_names(tmp_path: Path) -> None:
    (tmp_path / "m").mkdir()
    (tmp_path / "m" / "mine").touch()
    with Emulator(silent=True) as terminal:
        for name, known in (("mine", True), ("no-such-terminal", False), ("../../etc", False)):
            described = look(terminal.theirs, {"TERM": name, "TERMINFO": str(tmp_path)}).described
            assert described is known, name


@pytest.fixture
def tmux(tmp_path: Path) -> Iterator[list[str]]:
    if shutil.which("tmux") is None:
        pytest.skip("tmux is not here")
    words = ["tmux", "-S", str(tmp_path / "tmux"), "-f", "/dev/null"]
    yield words
    subprocess.run([*words, "kill-server"], check=False, stderr=subprocess.DEVNULL)


def test_in_a_real_tmux_it_says_what_tmux_does(tmux: list[str], tmp_path: Path) -> None:
    shell = f"cd {ROOT}; stty -a > {tmp_path}/before; {sys.executable} -m warroom doctor --terminal > /dev/tty; "
    shell += f"echo rc=$?; stty -a > {tmp_path}/after; exec cat"
    subprocess.run([*tmux, "new-session", "-d", "-x", "100", "-y", "30", "sh", "-c", shell], check=True)

    def screen() -> str:
        return subprocess.run([*tmux, "capture-pane", "-pJ"], capture_output=True, text=True, check=False).stdout

    wait_until(lambda: "rc=" in screen(), timeout_s=30, what="the end of the doctor")
    told = screen()
    assert "rc=0" in told
    assert "terminal  size: 100x30" in told
    assert "set-clipboard external" in told
    assert "Esc is held back for 500 ms" in told
    assert "median of 5" in told
    assert "widths: as counted" in told
    assert "R" not in told.splitlines()[-1], "no answer was read by the shell"
    wait_until((tmp_path / "after").exists, what="what the terminal is set to")
    assert (tmp_path / "after").read_text() == (tmp_path / "before").read_text()
