"""A terminal that nobody reads, as over a stalled SSH line: the watch goes on, nothing is lost, nothing is late."""

from __future__ import annotations

import contextlib
import subprocess
import sys
import time
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
            lags: list[float] = []
            while writer.poll() is None:
                # Nobody reads the terminal here; how far the engine is, another process asks.
                began = time.monotonic()
                [source] = shell.json("status", "stalled", "--json")["sources"]
                lags.append(source["last_line_age_s"] + time.monotonic() - began)
            assert writer.stdout is not None
            written = int(writer.stdout.read())
            assert written > 0.9 * UNREAD_S * RATE
            assert sorted(lags[2:])[len(lags) // 2] < 2.0, lags

            def read() -> int:
                [source] = shell.json("status", "stalled", "--json")["sources"]
                assert source["gaps"] == 0
                return int(source["lines"])

            wait_until(lambda: read() == written + 1, timeout_s=20, what=f"{written} lines, got {read()}")
            screen.see(f"request {written - 1}", timeout_s=20)
            screen.press("1", "q")
            screen.see("engine goes on")
            screen.press("enter")
            assert screen.ended() == 0
    finally:
        assert shell.run("stop", "stalled").returncode == 0
