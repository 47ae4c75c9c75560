"""What `warroom watch` starts, adds and refuses; the screen itself is told in tests/stories/test_watch.py."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.cli.conftest import Here
from tests.stories.shell import Shell
from tests.stories.terminal import Terminal
from tests.waiting import wait_until

WATCH = [sys.executable, "-m", "warroom", "watch"]
CONFIG = '[bots.support]\nlog = "support.log"\n'
ENTERED = b"\x1b[?1049h"


@pytest.fixture
def stopping(shell: Shell) -> Iterator[Shell]:
    """A shell whose rooms are stopped at the end, as their engines were not started by it."""
    yield shell
    for room in ("default", "r", "mine"):
        shell.run("stop", room, "--force")


def leave(screen: Terminal) -> None:
    screen.press("q")
    screen.see("engine goes on")
    screen.press("enter")
    assert screen.ended() == 0


def watched(shell: Shell, *words: str, see: str) -> None:
    with Terminal([*WATCH, *words], (120, 36), shell.environment, shell.folder) as screen:
        screen.see(see)
        leave(screen)


def sources(shell: Shell, room: str) -> list[tuple[str, str]]:
    return [(one["path"], one["bot"]) for one in shell.json("status", room, "--json")["sources"]]


@pytest.mark.long
def test_without_a_room_it_is_default_and_the_same_log_twice_is_one_source(stopping: Shell) -> None:
    shell = stopping
    watched(shell, "helper.log", see="helper")
    pid = shell.json("status", "default", "--json")["pid"]
    watched(shell, "helper.log", "--bot", "other=o.log", see="other")
    assert sorted(sources(shell, "default")) == [
        (f"{shell.folder}/helper.log", "helper"),
        (f"{shell.folder}/o.log", "other"),
    ]
    assert shell.json("status", "default", "--json")["pid"] == pid, "a running engine is joined, not replaced"


@pytest.mark.long
def test_the_environment_names_the_room_and_the_option_wins(stopping: Shell) -> None:
    stopping.environment["WARROOM_ROOM"] = "mine"
    watched(stopping, "a.log", see="a.log")
    assert stopping.json("status", "mine", "--json")["room"] == "mine"
    watched(stopping, "b.log", "--room", "r", see="b.log")
    assert [bot for _, bot in sources(stopping, "r")] == ["b"]


@pytest.mark.long
def test_a_running_room_keeps_its_config_and_another_one_is_2(stopping: Shell) -> None:
    shell = stopping
    (shell.folder / "room.toml").write_text(CONFIG)
    (shell.folder / "other.toml").write_text(CONFIG + "[detect]\nrules = false\n")
    watched(shell, "--room", "r", "--config", "room.toml", see="support")
    watched(shell, "--room", "r", "--config", "room.toml", see="support")
    words = [*WATCH, "new.log", "--room", "r", "--config", "other.toml"]
    with Terminal(words, (120, 36), shell.environment, shell.folder) as screen:
        screen.see("warroom stop r")
        assert screen.ended() == 2
        assert ENTERED not in screen.written
    assert [bot for _, bot in sources(shell, "r")] == ["support"], "what was refused has added no log"


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["--config", "wrong.toml"], "did you mean history?"),
        (["--config", "absent.toml"], "cannot be read"),
        (["--bot", "support"], "NAME=GLOB"),
        (["a.log", "--room", "No Room"], "no-room"),
    ],
    ids=lambda words: " ".join(words) if isinstance(words, list) else "",
)
def test_what_is_wrong_is_2_in_words_and_opens_no_screen(shell: Shell, words: list[str], told: str) -> None:
    (shell.folder / "wrong.toml").write_text(CONFIG + 'histroy = "b"\n')
    with Terminal([*WATCH, *words], (240, 36), shell.environment, shell.folder) as screen:
        screen.see(told)
        assert screen.ended() == 2
        assert ENTERED not in screen.written
    assert shell.run("status", "default").returncode == 3, "no engine was left running"
    assert not shell.paths("default").journal.exists()


@pytest.mark.parametrize("words", [["--config"], ["--raed-only"]])
def test_wrong_words_are_2(here: Here, words: list[str]) -> None:
    assert here("watch", *words)[0] == 2


HELD_START = """
import sys
if "engine" in sys.orig_argv:
    open({gate!r}).read()
"""


def test_an_interrupt_during_the_start_says_that_the_engine_goes_on_and_how_to_end_it(stopping: Shell) -> None:
    gate = stopping.folder / "gate"
    os.mkfifo(gate)
    # The engine's Python waits before anything else, so the console cannot be there before the interrupt.
    (stopping.folder / "held").mkdir()
    (stopping.folder / "held" / "sitecustomize.py").write_text(HELD_START.format(gate=str(gate)))
    found = os.pathsep.join([str(stopping.folder / "held"), *filter(None, [stopping.environment.get("PYTHONPATH")])])
    held = {**stopping.environment, "PYTHONPATH": found}
    with Terminal([*WATCH, "a.log", "--room", "r"], (120, 36), held, stopping.folder) as screen:
        opened: list[int] = []
        screen.until(lambda: opened_by_both(gate, opened), "the engine")
        screen.press("\x03")
        screen.see("the engine of room r was started and goes on")
        screen.see("warroom stop r")
        assert screen.ended() == 130
        os.close(opened[0])
    wait_until(lambda: stopping.run("status", "r").returncode == 0, what="the engine that goes on")


def opened_by_both(gate: Path, opened: list[int]) -> bool:
    """Say whether somebody waits for what is written into a pipe; keep our end of it."""
    try:
        opened.append(os.open(gate, os.O_WRONLY | os.O_NONBLOCK))
    except OSError:
        return False
    return True
