"""What is found out about a terminal, from a small emulator and from a real tmux."""

from __future__ import annotations

import select
import shutil
import subprocess
import sys
from collections.abc import Iterator, Sequence
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


class Time:
    """Time for the asking side: each question costs a way there and back, and silence all that it waits for.

    So a machine that stands still is no slow line, and what may take two seconds takes none of ours.
    """

    def __init__(self, monkeypatch: pytest.MonkeyPatch, *, trip_s: float = 0.001, silent: bool = False) -> None:
        self.now = 1000.0
        self._trip_s, self._silent, self._asked = trip_s, silent, False
        for name in ("time", "select"):
            monkeypatch.setattr(f"warroom.adapters.terminal.{name}", self)

    def monotonic(self) -> float:
        return self.now

    def select(
        self, reads: Sequence[int], writes: Sequence[int], odd: Sequence[int], timeout_s: float
    ) -> tuple[list[int], list[int], list[int]]:
        if writes:
            self._asked = True
        elif self._silent:
            self.now += timeout_s
            return [], [], []
        elif self._asked:
            self._asked = False
            self.now += self._trip_s
        return select.select(reads, writes, odd, 60.0)


def found(terminal: Emulator, **more: str) -> dict[str, Finding]:
    findings = examine_terminal(terminal.theirs, {**ENVIRONMENT, **more})
    assert {one.part for one in findings} == {"terminal"}
    return {one.name: one for one in findings}


def test_a_terminal_that_answers_is_described_and_left_as_it_was(monkeypatch: pytest.MonkeyPatch) -> None:
    Time(monkeypatch)
    with Emulator(replies=REPLIES) as terminal:
        told = found(terminal)
        assert terminal.sane
        wait_until(lambda: terminal.line == "", what="an end of what was written to be measured")
        assert terminal.unread() == b""
    assert "median of 5" in told["answers"].text
    assert told["widths"].state.value == "ok"
    assert "emoji" in told["widths"].text
    assert "says that it takes what is copied" in told["clipboard"].text
    assert told["paste"].state.value == "ok"
    assert told["background"].text.startswith("light")
    assert told["options"].text == "warroom watch, nothing else is needed"


def test_wide_lines_want_ascii(monkeypatch: pytest.MonkeyPatch) -> None:
    Time(monkeypatch)
    with Emulator(ambiguous=2) as terminal:
        told = found(terminal)
    assert "lines and bullets take 4 columns, 2 are usual" in told["widths"].text
    assert told["options"].text == "warroom watch --ascii"


def test_a_terminal_without_utf8_is_found_by_asking_whatever_the_locale_says(monkeypatch: pytest.MonkeyPatch) -> None:
    Time(monkeypatch)
    with Emulator(utf8=False) as terminal:
        told = found(terminal)
    assert "the terminal does not draw it" in told["characters"].text
    assert "--ascii" in told["options"].text


def test_a_slow_line_is_asked_less_often_and_within_its_time(monkeypatch: pytest.MonkeyPatch) -> None:
    time = Time(monkeypatch, trip_s=0.25)
    with Emulator() as terminal:
        begun = time.now
        told = found(terminal)
        assert time.now - begun < 2.0
        assert terminal.sane
        assert terminal.unread() == b""
    assert "250.0 ms (median of 3)" in told["answers"].text
    assert "use --slow" in told["answers"].text
    assert told["widths"].state.value == "ok"
    assert told["options"].text.endswith("--slow")


def test_a_silent_terminal_is_a_finding_and_nothing_is_left_on_it(monkeypatch: pytest.MonkeyPatch) -> None:
    time = Time(monkeypatch, silent=True)
    with Emulator(silent=True) as terminal:
        begun = time.now
        told = found(terminal)
        assert 1.0 < time.now - begun < 2.0
        wait_until(
            lambda: terminal.written and not select.select([terminal.ours], [], [], 0)[0],
            what="a terminal that has read all",
        )
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


def test_a_term_is_looked_up_in_the_folders_that_the_environment_names(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    Time(monkeypatch, silent=True)
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


PATIENT_DOCTOR = """
import sys
import warroom.bootstrap.terminal as terminal
from warroom.cli.main import main
# What it may take on a screen says nothing of a machine that stands still.
terminal.WITHIN_S = terminal._FIRST_S = terminal._TMUX_S = 60.0
sys.exit(main(["doctor", "--terminal"]))
"""


def test_in_a_real_tmux_it_says_what_tmux_does(tmux: list[str], tmp_path: Path) -> None:
    (tmp_path / "doctor.py").write_text(PATIENT_DOCTOR)
    shell = f"cd {ROOT}; stty -a > {tmp_path}/before; PYTHONPATH=. {sys.executable} {tmp_path}/doctor.py > /dev/tty; "
    shell += f"echo rc=$?; stty -a > {tmp_path}/new; mv {tmp_path}/new {tmp_path}/after; exec cat"
    subprocess.run([*tmux, "new-session", "-d", "-x", "100", "-y", "30", "sh", "-c", shell], check=True)

    def screen() -> str:
        return subprocess.run([*tmux, "capture-pane", "-pJ"], capture_output=True, text=True, check=False).stdout

    wait_until(lambda: "rc=" in screen(), timeout_s=90, what="the end of the doctor")
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
