"""What Textual writes as text is let through by a short list and else refused."""

from __future__ import annotations

import math
import sys
from pathlib import Path

from tests.stories.terminal import Terminal
from warroom.tui.frame.driver import DEFAULT_BUDGET_BPS, FrameDriver, frame_driver


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
