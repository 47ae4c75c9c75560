"""Watching the log of the simplest bot: a real terminal, a real process that logs, lines on screen within a second."""

from __future__ import annotations

import os
import subprocess
import sys
import time

import pytest

from tests.stories.shell import Shell
from tests.stories.terminal import Terminal
from tests.waiting import wait_until

ARTICLE = """
import logging, sys, time
logging.basicConfig(filename='bot.log', level=logging.INFO)
logging.info('Event logged: Bot started successfully.')
for line in sys.stdin:
    logging.info('Event logged: %s', line.strip())
"""


@pytest.mark.parametrize(
    "size", [(80, 24), pytest.param((120, 36), marks=pytest.mark.long)], ids=lambda size: f"{size[0]}x{size[1]}"
)
def test_lines_of_the_plainest_bot_appear_within_a_second(shell: Shell, size: tuple[int, int]) -> None:
    bot = subprocess.Popen([sys.executable, "-c", ARTICLE], cwd=shell.folder, stdin=subprocess.PIPE, text=True)
    try:
        wait_until((shell.folder / "bot.log").exists)
        words = [sys.executable, "-m", "warroom", "watch", "bot.log", "--room", "plain"]
        with Terminal(words, size, shell.environment, shell.folder) as screen:
            screen.see("Bot started successfully")
            assert bot.stdin is not None
            lags: list[float] = []
            while sum(lag < 1.0 for lag in lags) < 5:
                # A machine that is busy with other work may be late now and then, and never always.
                assert len(lags) < 25, lags
                bot.stdin.write(f"beat {len(lags):02d}\n")
                bot.stdin.flush()
                began = time.monotonic()
                screen.see(f"beat {len(lags):02d}")
                lags.append(time.monotonic() - began)
            screen.press("q")
            screen.see("engine goes on")
            screen.press("enter")
            assert screen.ended() == 0
        assert shell.run("status", "plain").returncode == 0, "leaving a console does not stop the engine"
    finally:
        bot.kill()
        bot.wait()
        if bot.stdin is not None:
            bot.stdin.close()
        assert shell.run("stop", "plain").returncode == 0


def test_a_missing_log_is_said_on_the_screen_and_watched_until_it_appears(shell: Shell) -> None:
    words = [sys.executable, "-m", "warroom", "watch", "later.log", "--room", "later"]
    try:
        with Terminal(words, (120, 36), shell.environment, shell.folder) as screen:
            screen.see("later.log")
            (shell.folder / "later.log").write_text("INFO:root:it has come\n")
            screen.see("it has come")
    finally:
        assert shell.run("stop", "later").returncode == 0


def test_a_hostile_line_presses_no_key(shell: Shell) -> None:
    (shell.folder / "bot.log").write_text("INFO:root:before\n")
    words = [sys.executable, "-m", "warroom", "watch", "bot.log", "--room", "hostile"]
    try:
        with Terminal(words, (120, 36), shell.environment, shell.folder) as screen:
            screen.see("before")
            with (shell.folder / "bot.log").open("ab") as log:
                log.write(b"INFO:root:\x1b[c \x9bc \x1b]52;c;Y3VybA==\x07 \x1b[6n [@click=app.quit]x[/] after\n")
            screen.see("after")
            assert "\u241b[c" in screen.text()
            assert b"\x1b]52" not in screen.written
        entries = shell.rows("actions", "--json", "--room", "hostile")
        assert entries == []
    finally:
        assert shell.run("stop", "hostile").returncode == 0


@pytest.mark.parametrize("term", ["dumb", ""])
def test_a_terminal_that_cannot_draw_is_one_clear_line(shell: Shell, term: str) -> None:
    environment = {**shell.environment, "TERM": term}
    words = [sys.executable, "-m", "warroom", "watch", "bot.log"]
    with Terminal(words, (80, 24), environment, shell.folder) as screen:
        screen.see("cannot draw a screen")
        assert screen.ended() == 2


def test_no_terminal_is_one_clear_line(shell: Shell) -> None:
    done = shell.run("watch", "bot.log")
    assert done.returncode == 2
    assert "needs a terminal" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_console_that_is_killed_or_hung_up_leaves_the_engine_at_work(shell: Shell) -> None:
    (shell.folder / "bot.log").write_text("INFO:root:before\n")
    words = [sys.executable, "-m", "warroom", "watch", "bot.log", "--room", "hup"]
    try:
        for number in (9, 1):
            with Terminal(words, (80, 24), shell.environment, shell.folder) as screen:
                screen.see("before")
                os.kill(screen.pid, number)
                screen.ended()
            status = shell.json("status", "hup", "--json")
            assert status["mode"] == "live"
        wait_until(lambda: shell.json("status", "hup", "--json")["consoles"] == [], what="the consoles to be gone")
    finally:
        assert shell.run("stop", "hup").returncode == 0
