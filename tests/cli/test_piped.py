"""`-` as a log: what is piped in is read, and the keys still come from the terminal."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

from tests.stories.shell import Shell
from tests.stories.terminal import Terminal
from warroom.cli.exits import Failure
from warroom.cli.piped import piped_bot

WARROOM = f"{sys.executable} -m warroom"


@pytest.mark.parametrize(
    ("logs", "bots", "bot", "left"),
    [
        (["a.log"], ["b=c.log"], "", (["a.log"], ["b=c.log"])),
        (["-", "a.log"], [], "stdin", (["a.log"], [])),
        (["a.log"], ["support=-", "b=c.log"], "support", (["a.log"], ["b=c.log"])),
    ],
)
def test_whose_log_is_piped_in(logs: list[str], bots: list[str], bot: str, left: tuple[list[str], list[str]]) -> None:
    assert piped_bot(logs, bots) == bot
    assert (logs, bots) == left


@pytest.mark.parametrize(("logs", "bots"), [(["-", "-"], []), (["-"], ["a=-"]), ([], ["A b=-"])])
def test_what_makes_no_sense_is_refused(logs: list[str], bots: list[str]) -> None:
    with pytest.raises(Failure):
        piped_bot(logs, bots)


def test_tail_reads_a_pipe_to_its_end_however_slow_it_is(shell: Shell) -> None:
    slow = "echo INFO:b:one; sleep 1.5; printf INFO:b:two"
    done = subprocess.run(
        ["sh", "-c", f"({slow}) | {WARROOM} tail --bot support=- --no-follow --json"],
        env=shell.environment,
        cwd=shell.folder,
        capture_output=True,
        text=True,
        timeout=60,
    )
    records = [json.loads(line) for line in done.stdout.splitlines()]
    assert [(record["bot"], record["message"]) for record in records] == [("support", "one"), ("support", "two")]


def test_without_a_pipe_it_says_what_to_do(shell: Shell) -> None:
    words = [sys.executable, "-m", "warroom", "tail", "-"]
    with Terminal(words, (80, 24), shell.environment, shell.folder) as screen:
        screen.see("nothing is piped in")
        assert screen.ended() == 2


def test_watch_shows_what_is_piped_in_and_takes_keys_from_the_terminal(shell: Shell) -> None:
    feed = "echo INFO:root:piped in; sleep 60"
    words = ["sh", "-c", f"({feed}) | {WARROOM} watch - --room piped"]
    try:
        with Terminal(words, (120, 36), shell.environment, shell.folder) as screen:
            screen.see("piped in")
            screen.press("q")
            screen.see("engine goes on")
            assert shell.json("status", "piped", "--json")["bots"][0]["name"] == "stdin"
    finally:
        shell.run("stop", "piped", "--force")
