"""However a console ends or pauses, the shell behind it gets its terminal back as it was."""

from __future__ import annotations

import os
import signal
import sys

import pytest

from tests.tui.frame.shell_rig import ShellTerminal, late, quiet_for, shell
from tests.waiting import wait_until


def leave(terminal: ShellTerminal) -> None:
    terminal.type(b"1q")
    terminal.see("Leave this console?")
    terminal.type(b"\r")


def test_left_by_key_and_by_each_deadly_signal() -> None:
    with shell() as terminal:
        before = terminal.stty()
        for name in (None, signal.SIGTERM, signal.SIGHUP, signal.SIGQUIT):
            prompt = terminal.start()
            if name is None:
                leave(terminal)
            else:
                os.kill(terminal.child(), name)
            terminal.prompt(prompt)
            terminal.see("ended=0")
            terminal.assert_given_back(before)
            terminal.say("clear")


def test_stopped_and_taken_up_again_in_another_size_and_in_the_same() -> None:
    with shell((100, 30)) as terminal:
        before = terminal.stty()
        prompt = terminal.start("quiet")
        console = terminal.child()
        for size in ((100, 30), (72, 20)):
            os.kill(console, signal.SIGTSTP)
            terminal.prompt(prompt)
            terminal.assert_given_back(before)
            terminal.resize(*size)
            prompt = terminal.raw.count(b"ready>") + 1
            terminal.type(b"fg\n")
            terminal.see("1 Bots")
            wait_until(lambda: terminal.modes()[1049], what="the screen of its own")
            terminal.type(b"2")
            terminal.see("Step in hand")
            terminal.type(b"1")
            terminal.see("Stream support")
        leave(terminal)
        terminal.prompt(prompt)
        terminal.assert_given_back(before)


@pytest.mark.long
def test_going_on_without_having_stopped_changes_nothing_and_keys_count_once() -> None:
    with shell() as terminal:
        before = terminal.stty()
        prompt = terminal.start("quiet")
        console = terminal.child()
        for _ in range(3):
            count = terminal.raw.count(b"\x1b[?1049h")
            os.kill(console, signal.SIGCONT)
            wait_until(lambda count=count: terminal.raw.count(b"\x1b[?1049h") > count, what="it going on")  # type: ignore[misc]
        os.kill(console, signal.SIGSTOP)
        terminal.prompt(prompt)
        # Nobody can hear an answer that comes after SIGSTOP: the shell takes it for the beginning of a command.
        terminal.say("")
        prompt = terminal.raw.count(b"ready>") + 1
        count = terminal.raw.count(b"\x1b[?1049h")
        terminal.type(b"fg\n")
        wait_until(lambda: terminal.raw.count(b"\x1b[?1049h") > count and "1 Bots" in terminal.text, what="the console")
        terminal.type(b"2")
        terminal.see("Step in hand")
        terminal.type(b"t")
        terminal.see("Note for")
        terminal.type(b"abc")
        terminal.see("abc")
        leave_note = b"\x1b"
        terminal.type(leave_note)
        wait_until(lambda: "Note for" not in terminal.text, what="the note gone")
        leave(terminal)
        terminal.prompt(prompt)
        terminal.assert_given_back(before)


@pytest.mark.long
@pytest.mark.parametrize("twice", [(signal.SIGTERM, signal.SIGHUP), (signal.SIGHUP, signal.SIGCONT)])
def test_two_signals_at_once_are_one_end(twice: tuple[signal.Signals, signal.Signals]) -> None:
    with shell() as terminal:
        before = terminal.stty()
        prompt = terminal.start()
        console = terminal.child()
        for name in twice:
            os.kill(console, name)
        terminal.prompt(prompt)
        terminal.assert_given_back(before)


@pytest.mark.long
def test_a_signal_in_the_middle_of_the_start() -> None:
    with shell() as terminal:
        before = terminal.stty()
        for _ in range(3):
            prompt = terminal.raw.count(b"ready>") + 1
            count = terminal.raw.count(b"\x1b[?1049h")
            terminal.type(f"{sys.executable} -m tests.tui.play; echo ended=$?\n".encode())
            wait_until(lambda count=count: terminal.raw.count(b"\x1b[?1049h") > count, what="its start")  # type: ignore[misc]
            os.kill(terminal.child(), signal.SIGTERM)
            terminal.prompt(prompt)
            terminal.assert_given_back(before)


@pytest.mark.long
def test_an_answer_that_comes_late_is_not_typed_into_the_shell() -> None:
    answer, knows = late(0.7)
    with shell(answer=answer) as terminal:
        knows(terminal)
        before = terminal.stty()
        prompt = terminal.start("patient")
        terminal.type(b"2")
        terminal.see("Step in hand")
        leave(terminal)
        terminal.prompt(prompt)
        quiet_for(1.0)
        terminal.assert_given_back(before)


@pytest.mark.long
def test_left_while_nobody_reads() -> None:
    with shell() as terminal:
        before = terminal.stty()
        prompt = terminal.start("example")
        console = terminal.child()
        terminal.paused.set()
        for key in (b"2", b"3", b"4", b"5", b"1") * 20:
            terminal.type(key)
            quiet_for(0.02)
        os.kill(console, signal.SIGTERM)
        wait_until(lambda: not os.path.exists(f"/proc/{console}"), what="its end while nobody reads")
        terminal.paused.clear()
        terminal.prompt(prompt)
        terminal.see("ended=0")
        terminal.assert_given_back(before, answers=True)


def test_a_bug_is_one_harmless_line_and_the_terminal_is_given_back() -> None:
    with shell() as terminal:
        before = terminal.stty()
        prompt = terminal.start("bug")
        terminal.type(b"3")
        terminal.prompt(prompt)
        tail = bytes(terminal.raw).rpartition(b"\x1b[?1049l")[2]
        assert b"\x1b]52" not in tail
        assert b"evil" in tail
        terminal.assert_given_back(before)


@pytest.mark.long
def test_after_kill_9_reset_gives_the_terminal_back() -> None:
    with shell() as terminal:
        before = terminal.stty()
        prompt = terminal.start()
        os.kill(terminal.child(), signal.SIGKILL)
        terminal.prompt(prompt)
        assert terminal.modes()[1049], "nobody was left to do it"
        terminal.type(b"stty sane; printf '\\033[<u\\033[?1049l\\033[?25h\\033[?7h\\033[?1004l\\033[?2004l'\n")
        wait_until(lambda: not terminal.modes()[1049], what="the screen of the shell")
        assert {number for number, on in terminal.modes().items() if on} == {7, 25}
        assert terminal.stty()[3] == before[3]
