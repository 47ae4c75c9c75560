"""A terminal is asked and given back as it was, whatever it answers and however the asking ends."""

from __future__ import annotations

import os
import pty
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.adapters.emulator import Emulator
from tests.waiting import wait_until
from warroom.adapters.terminal import WHERE, NoTerminal, Talk, size_of

ROOT = Path(__file__).parents[2]
LONG_S = 30.0
"""Enough for an answer on however busy a host."""
ASKING = """
import signal, sys
from warroom.adapters.terminal import WHERE, Talk
signal.signal(signal.SIGINT, signal.default_int_handler)
with Talk(0, 60.0).begun() as talk:
    sys.stderr.write("asking\\n"); sys.stderr.flush()
    talk.ask(WHERE, 60.0)
"""


@pytest.fixture
def terminal() -> Iterator[Emulator]:
    with Emulator() as running:
        yield running


def test_it_answers_where_the_cursor_stands_and_is_given_back(terminal: Emulator) -> None:
    with Talk(terminal.theirs, LONG_S).begun() as talk:
        answer = talk.ask(b"\rab" + WHERE + b"\rabc" + WHERE, LONG_S)
        talk.say(b"\r\x1b[K")
    assert answer.columns == [3, 4]
    assert 0 < answer.took_s < LONG_S
    assert terminal.sane
    assert terminal.unread() == b""


def test_a_silent_terminal_costs_the_time_that_was_allowed_and_no_more() -> None:
    with Emulator(silent=True) as terminal:
        begun = time.monotonic()
        with Talk(terminal.theirs, 0.5).begun() as talk:
            assert talk.ask(WHERE, 0.2).columns == []
        assert 0.4 < time.monotonic() - begun < LONG_S
        assert terminal.sane


def test_an_answer_that_comes_late_is_heard_out_and_never_read_by_the_shell() -> None:
    with Emulator(held=True) as terminal:
        with Talk(terminal.theirs, LONG_S).begun() as talk:
            assert talk.ask(WHERE, 0.1).columns == []
            terminal.release()
        assert terminal.unread() == b""
        assert terminal.sane


def test_keys_pressed_meanwhile_are_no_answer(terminal: Emulator) -> None:
    terminal.type(b"ls\n")
    with Talk(terminal.theirs, LONG_S).begun() as talk:
        assert len(talk.ask(WHERE, LONG_S).columns) == 1
    assert terminal.sane


def _interrupted(terminal: Emulator) -> None:
    with Talk(terminal.theirs, 1.0).begun():
        assert not terminal.sane
        raise KeyboardInterrupt


def test_an_exception_gives_it_back(terminal: Emulator) -> None:
    with pytest.raises(KeyboardInterrupt):
        _interrupted(terminal)
    assert terminal.sane


@pytest.mark.parametrize("name", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_signal_ends_the_program_after_the_terminal_was_given_back(name: signal.Signals) -> None:
    with Emulator(held=True) as terminal:
        program = subprocess.Popen(
            [sys.executable, "-c", ASKING], cwd=ROOT, stdin=terminal.theirs, stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE, text=True,
        )  # fmt: skip
        assert program.stderr is not None
        assert program.stderr.readline() == "asking\n"
        program.send_signal(name)
        # From here on it has the signal, and only now the answer that it waits for may come.
        terminal.release()
        program.communicate(timeout=60)
        assert program.returncode == -name or (name is signal.SIGINT and program.returncode in (-name, 1))
        assert terminal.sane
        assert terminal.unread() == b""


def test_an_answer_to_what_was_sent_when_a_signal_came_is_heard_out(monkeypatch: pytest.MonkeyPatch) -> None:
    send = os.write
    running = Emulator(held=True)

    def interrupted(descriptor: int, content: bytes) -> int:
        sent = send(descriptor, content)
        if WHERE in content:
            threading.Timer(0.3, running.release).start()
            signal.raise_signal(signal.SIGINT)
        return sent

    def asked() -> None:
        with Talk(running.theirs, LONG_S).begun() as talk:
            talk.ask(WHERE, LONG_S)

    with running:
        monkeypatch.setattr("warroom.adapters.terminal.os.write", interrupted)
        # Where the tests run in the background, ^C may be ignored.
        before = signal.signal(signal.SIGINT, signal.default_int_handler)
        with pytest.raises(KeyboardInterrupt):
            asked()
        signal.signal(signal.SIGINT, before)
        monkeypatch.undo()
        wait_until(lambda: running.answered)
        assert running.unread() == b""
        assert running.sane


def test_what_is_no_terminal_is_not_asked(tmp_path: Path) -> None:
    with (tmp_path / "file").open("w+b") as file, pytest.raises(NoTerminal):
        Talk(file.fileno(), 1.0)


def test_in_the_background_nobody_asks() -> None:
    """A session whose foreground is another group: as after `warroom doctor &`."""
    code = (
        "import os, sys, time\n"
        "from warroom.adapters.terminal import NoTerminal, Talk\n"
        "child = os.fork()\n"
        "if child == 0:\n"
        "    os.setpgid(0, 0)\n"
        "    try:\n"
        "        Talk(0, 1.0)\n"
        "    except NoTerminal as error:\n"
        "        os._exit(42 if 'background' in str(error) else 1)\n"
        "    os._exit(2)\n"
        "os._exit(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))\n"
    )
    pid, ours = pty.fork()
    if pid == 0:
        os.chdir(ROOT)
        os.execv(sys.executable, [sys.executable, "-c", code])
    assert os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == 42
    os.close(ours)


def test_a_size_that_nobody_says_is_none(terminal: Emulator, tmp_path: Path) -> None:
    assert size_of(terminal.theirs) == (0, 0)
    with (tmp_path / "file").open("w+b") as file:
        assert size_of(file.fileno()) == (0, 0)
