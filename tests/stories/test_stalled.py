"""A terminal that nobody reads, as over a stalled SSH line: the watch goes on, nothing is lost, nothing is late."""

from __future__ import annotations

import contextlib
import subprocess
import sys
from collections.abc import Iterator

import pytest

from tests.stories.shell import Shell
from tests.stories.terminal import Terminal
from tests.waiting import wait_until

UNREAD_S = 60
RATE = 1000
WRITER = f"""
import sys, time
began, written = time.monotonic(), 0
with open("bot.log", "a") as log:
    while (spent := time.monotonic() - began) < {UNREAD_S}:
        due = int(spent * {RATE})
        log.write("".join(f"INFO:root:Event logged: request {{n}} answered\\n" for n in range(written, due)))
        log.flush()
        written = due
        time.sleep(0.01)
print(written)
"""


def lines_of(shell: Shell) -> int:
    """Return how many lines the log has."""
    return (shell.folder / "bot.log").read_bytes().count(b"\n")


@contextlib.contextmanager
def writing(shell: Shell) -> Iterator[subprocess.Popen[str]]:
    writer = subprocess.Popen([sys.executable, "-c", WRITER], cwd=shell.folder, stdout=subprocess.PIPE, text=True)
    try:
        yield writer
    finally:
        writer.kill()
        writer.wait()
        assert writer.stdout is not None
        writer.stdout.close()


@pytest.mark.long
@pytest.mark.timeout(300)
def test_a_console_that_cannot_write_for_a_minute_holds_nothing_up(shell: Shell) -> None:
    (shell.folder / "bot.log").write_text("INFO:root:before\n")
    words = [sys.executable, "-m", "warroom", "watch", "bot.log", "--room", "stalled"]
    try:
        with Terminal(words, (120, 36), shell.environment, shell.folder) as screen, contextlib.ExitStack() as stack:
            screen.see("before")
            screen.press("5")
            writer = stack.enter_context(writing(shell))
            counts: list[int] = []
            late_s = 0.0
            while writer.poll() is None:
                # Nobody reads the terminal here; how far the engine is, another process asks.
                there = lines_of(shell)
                [source] = shell.json("status", "stalled", "--json")["sources"]
                counts.append(int(source["lines"]))
                # What the engine has not read yet is what came while it was asked, and no minute of lines.
                late_s = max(late_s, (there - counts[-1]) / RATE)
            assert writer.stdout is not None
            written = int(writer.stdout.read())
            assert written > 0.9 * UNREAD_S * RATE
            assert len(counts) > 2
            assert counts[1:] == sorted(set(counts[1:])), f"each time it has read on: {counts}"
            assert late_s < 15.0, "nothing waited for the console"

            def read() -> int:
                [source] = shell.json("status", "stalled", "--json")["sources"]
                assert source["gaps"] == 0
                return int(source["lines"])

            wait_until(lambda: read() == written + 1, what=f"{written} lines, got {read()}")
            screen.see(f"request {written - 1}")
            screen.press("1", "q")
            screen.see("engine goes on")
            screen.press("enter")
            assert screen.ended() == 0
    finally:
        assert shell.run("stop", "stalled").returncode == 0
