"""A screen that is drawn before Textual is there, and given back whatever comes between."""

from __future__ import annotations

import os
import subprocess
import sys
import termios
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.stories.terminal import Terminal

ROOT = Path(__file__).parents[3]
BEGIN = """
import os, sys
from warroom.tui.frame.early import early_screen
with early_screen(11200.0) as screen:
    print("taken", screen is not None, file=open(sys.argv[1], "w"))
    if screen is not None:
        screen.draw([[("first", "1;31"), (" sight", "")], [("\\x1b]2;evil\\x07 row", "")]])
"""
LEFT = "    pass\n"
RAISED = "    raise SystemExit('a module is missing')\n"
HANDED = """    writer = screen.hand_over(lambda: None)
    assert writer is screen.writer and screen.hand_over(lambda: None) is None
    with writer.lock:
        writer.grid.put(0, 2, "and then", 0)
        writer.commit()
    writer.control("\\x1b[?1049h")
    sys.stdin.readline()
writer.quiesce()
writer.control("\\x1b[?25h\\x1b[?1049l")
writer.stop()
import termios
termios.tcsetattr(0, termios.TCSANOW, screen.before)
"""


def echoes(screen: Terminal) -> bool:
    return bool(termios.tcgetattr(screen._fd)[3] & termios.ECHO)


@pytest.fixture
def play(tmp_path: Path) -> Callable[..., Terminal]:
    def start(*words: str) -> Terminal:
        environment = {"PYTHONPATH": str(ROOT), "PATH": os.environ["PATH"]}
        return Terminal([*words, str(tmp_path / "told")], (80, 24), environment, tmp_path)

    return start


@pytest.mark.parametrize(("then", "code"), [(LEFT, 0), (RAISED, 1)])
def test_who_leaves_without_handing_over_gives_the_terminal_back(
    play: Callable[..., Terminal], then: str, code: int
) -> None:
    with play(sys.executable, "-c", BEGIN + then) as screen:
        assert screen.ended(60) == code
        assert screen.written.count(b"\x1b[?1049h") == screen.written.count(b"\x1b[?1049l") == 1
        assert screen.written.rindex(b"\x1b[?25h") > screen.written.rindex(b"\x1b[?25l")
        assert b"\x1b[6n" not in screen.written, "nobody would hear the answer"
        assert screen.written.rindex(b"\x1b[?2004l") > screen.written.rindex(b"\x1b[?2004h")
        assert echoes(screen)


def test_rows_are_cells_alone_and_who_types_does_not_see_it(play: Callable[..., Terminal]) -> None:
    with play(sys.executable, "-c", BEGIN + "    sys.stdin.readline()\n") as screen:
        screen.see("first sight")
        assert not echoes(screen)
        screen.press("x", "y")
        assert "xy" not in screen.text()
        assert b"\x1b]" not in screen.written
        assert b"\x1b[1;31m" in screen.written


def test_the_next_owner_goes_on_with_what_stands_there(play: Callable[..., Terminal]) -> None:
    with play(sys.executable, "-c", BEGIN + HANDED) as screen:
        screen.see("and then")
        screen.until(lambda: b"\x1b[6n" in screen.written, "a question: somebody hears the answer now")
        # Nothing makes a line's end of Enter.
        screen.press("\n")
        assert screen.ended(60) == 0
        assert screen.written.count(b"\x1b[?1049h") == 1, "not taken a second time, which would clear it"
        assert screen.written.count(b"first") == screen.written.count(b"and then") == 1
        assert echoes(screen)


READ = """    import termios, time
    print("ready", file=open(sys.argv[1], "w"))
    while not os.path.exists(sys.argv[1] + ".typed"):
        time.sleep(0.01)
    screen.hand_over(lambda: None)
    time.sleep(0.5)
    held = b""
    while not held.endswith(b"!"):
        held += os.read(0, 4096)
    open(sys.argv[1], "wb").write(held)
"""


def test_enter_is_enter_and_a_long_paste_is_whole_however_early(play: Callable[..., Terminal], tmp_path: Path) -> None:
    paste = "\x1b[200~" + "x" * 10000 + "\r\x1b[201~"
    with play(sys.executable, "-c", BEGIN + READ) as screen:
        screen.see("first sight")
        assert b"\x1b[?2004h" in screen.written
        screen.until(lambda: (tmp_path / "told").read_text() == "ready\n", "the program")
        screen.press("q", "\r", "j")
        (tmp_path / "told.typed").touch()
        for at in range(0, len(paste), 1000):
            screen.press(paste[at : at + 1000])
        screen.press("!")
        assert screen.ended(60) == 0
    assert (tmp_path / "told").read_bytes() == f"q\rj{paste}!".encode()


GROWN = """    import fcntl, struct, termios
    fcntl.ioctl(0, termios.TIOCSWINSZ, struct.pack("HHHH", 30, 100, 0, 0))
    grid = screen.hand_over(lambda: None).grid
    open(sys.argv[1], "w").write(f"{grid.columns}x{grid.rows}")
"""


def test_a_window_that_grew_meanwhile_is_handed_over_as_it_is(play: Callable[..., Terminal], tmp_path: Path) -> None:
    with play(sys.executable, "-c", BEGIN + GROWN) as screen:
        assert screen.ended(60) == 0
    assert (tmp_path / "told").read_text() == "100x30"


def test_a_terminal_that_is_somebody_elses_is_left_alone(play: Callable[..., Terminal], tmp_path: Path) -> None:
    behind = 'set -m; "$0" -c "$1" "$2" & wait'
    with play("sh", "-c", behind, sys.executable, BEGIN + LEFT) as screen:
        assert screen.ended(60) == 0
        assert (tmp_path / "told").read_text() == "taken False\n"
        assert b"\x1b[?1049h" not in screen.written


GONE = (
    """import os, signal, sys, time
signal.signal(signal.SIGHUP, signal.SIG_IGN)
sys.stderr.flush()
file = os.open(sys.argv[1] + ".err", os.O_WRONLY | os.O_CREAT)
os.dup2(file, 2)
"""
    + BEGIN
    + """
    while os.isatty(0):
        time.sleep(0.01)
    told = []
    writer = screen.hand_over(lambda: told.append("gone"))
    with writer.lock:
        writer.grid.put(0, 2, "drawn for nobody", 0)
        writer.commit()
    while not told and not writer.gone:
        time.sleep(0.01)
    from warroom.tui.frame.line import terminal_descriptor
    print("descriptor", terminal_descriptor(), file=open(sys.argv[1], "w"))
writer.quiesce()
writer.stop()
from warroom.cli.exits import Failure, complain
os.dup2(0, 2)
complain(Failure(3, "nobody reads this"))
"""
)


def test_a_line_that_is_cut_before_somebody_takes_over_is_no_fault_and_no_file_gets_what_is_drawn(
    play: Callable[..., Terminal], tmp_path: Path
) -> None:
    with play(sys.executable, "-c", GONE) as screen:
        screen.see("first sight")
        assert screen.hang_up(60) == 0
    assert (tmp_path / "told").read_text() == "descriptor 0\n"
    assert (tmp_path / "told.err").read_bytes() == b""


def test_where_there_is_no_terminal_there_is_no_early_screen(tmp_path: Path) -> None:
    told, nothing = tmp_path / "told", subprocess.DEVNULL
    words = [sys.executable, "-c", BEGIN, str(told)]
    subprocess.run(words, cwd=ROOT, stdin=nothing, stdout=nothing, stderr=nothing, check=True, start_new_session=True)
    assert told.read_text() == "taken False\n"
