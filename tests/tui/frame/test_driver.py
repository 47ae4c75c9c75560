"""What Textual writes as text is let through by a short list and else refused."""

from __future__ import annotations

import math
import os
import re
import signal
import sys
import time
from pathlib import Path

from tests.stories.terminal import Terminal
from tests.tui.frame.shell_rig import ShellTerminal, quiet_for, shell, since
from tests.waiting import wait_until
from warroom.tui.bell import REST_S
from warroom.tui.frame.driver import FrameDriver, frame_driver
from warroom.tui.frame.pace import DEFAULT_BUDGET_BPS


def test_a_driver_has_its_own_budget() -> None:
    assert frame_driver(math.inf).budget_bps == math.inf
    assert FrameDriver.budget_bps == DEFAULT_BUDGET_BPS
    assert issubclass(frame_driver(1000), FrameDriver)


def test_a_console_whose_errors_go_into_a_file_is_drawn_all_the_same(tmp_path: Path) -> None:
    root = Path(__file__).parents[3]
    words = ["sh", "-c", f'exec "{sys.executable}" -m tests.tui.play quiet 2>"{tmp_path}/errors"']
    with Terminal(words, (80, 24), {"PYTHONPATH": str(root), "PATH": "/usr/bin:/bin"}, root) as screen:
        screen.see("1 Bots")
        screen.press("q")
        screen.see("Leave this console?")
        screen.press("enter")
        assert screen.ended() == 0
    assert (tmp_path / "errors").read_bytes() == b""


def bells(terminal: ShellTerminal) -> int:
    """Return how often it rang: a BEL that ends no order."""
    return len(re.findall(rb"\x07", re.sub(rb"\x1b\][^\x07\x1b]*(?:\x07|\x1b\\)", b"", bytes(terminal.raw))))


def titles(terminal: ShellTerminal) -> list[str]:
    """Return what the window was called, in order; `<` and `>` where the terminal kept and took back its own."""
    found = re.findall(rb"\x1b\]2;([^\x07]*)\x07|\x1b\[(2[23]);2t", bytes(terminal.raw))
    return [{b"22": "<", b"23": ">"}[kept] if kept else title.decode() for title, kept in found]


def test_a_new_alarm_rings_once_and_names_the_window_until_the_end() -> None:
    with shell() as terminal:
        prompt = terminal.start("loud", wanted="Stream support")
        wait_until(lambda: titles(terminal)[:2] == ["<", "warroom acme · !! 2 alarms"], what="the title")
        quiet_for(0.5)
        assert bells(terminal) == 0
        begun = time.monotonic()
        for count in (3, 4, 5):
            os.kill(terminal.child(), signal.SIGUSR1)
            wanted = f"warroom acme · !! {count} alarms"
            wait_until(lambda wanted=wanted: titles(terminal)[-1] == wanted, what=wanted)  # type: ignore[misc]  # bound now
        # Counted before the time is looked at: the second one is due that long after the first.
        rung = bells(terminal)
        assert rung == 1 or since(begun) >= REST_S
        wait_until(lambda: bells(terminal) == 2, what="the one bell for those that came at once after it")
        assert terminal.screen.title == "warroom acme · !! 5 alarms"
        os.kill(terminal.child(), signal.SIGUSR2)
        wait_until(lambda: titles(terminal)[-1] == "warroom acme · !! 4 alarms", what="one of them acknowledged")
        os.kill(terminal.child(), signal.SIGTSTP)
        terminal.prompt(prompt)
        assert titles(terminal)[-2:] == ["", ">"]
        terminal.type(b"fg\n")
        wait_until(lambda: titles(terminal)[-2:] == ["<", "warroom acme · !! 4 alarms"], what="the title again")
        terminal.see("Stream support")
        os.kill(terminal.child(), signal.SIGTERM)
        terminal.prompt(prompt + 1)
        assert titles(terminal)[-2:] == ["", ">"]
        assert titles(terminal).count("<") == titles(terminal).count(">") == 2
        quiet_for(0.3)
        assert bells(terminal) == 2


def test_whoever_did_not_ask_for_it_hears_and_reads_nothing() -> None:
    with shell() as terminal:
        terminal.start("example", wanted="Stream support")
        quiet_for(0.5)
        assert (titles(terminal), bells(terminal)) == ([], 0)
