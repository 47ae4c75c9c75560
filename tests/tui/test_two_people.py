"""Two people on two consoles: real accounts, a real engine, a bot that is a real process, keys alone."""

from __future__ import annotations

import sys
import time

import pytest

from tests.cli.test_approve import NOBODY, Two, two
from tests.stories.terminal import Terminal
from tests.waiting import wait_until

__all__ = ["two"]
SIZE = (120, 36)


@pytest.fixture
def people(request: pytest.FixtureRequest) -> Two:
    """A room in which two accounts may act."""
    found = request.getfixturevalue("two")
    assert isinstance(found, Two)
    return found


def _console(people: Two, room: str, *before: str) -> Terminal:
    words = [*before, sys.executable, "-m", "warroom", "attach", room]
    return Terminal(words, SIZE, people.shell.environment, people.shell.folder)


def _press_quietly(screen: Terminal, button: str, tabs: int = 1) -> None:
    """Go from Cancel to a button and press it after a moment without a key."""
    screen.see("[  Cancel  ]")
    screen.press(*["tab"] * tabs)
    screen.see(f"[  {button}  ]")
    begun = time.monotonic()
    wait_until(lambda: time.monotonic() - begun > 0.5)
    screen.press("enter")


@pytest.mark.long
def test_one_asks_on_a_console_and_another_approves_on_theirs(people: Two) -> None:
    with _console(people, "two") as ana, _console(people, people.socket, *NOBODY) as ben:
        ana.see("support")
        ana.press("x")
        ana.see("freeze    process")
        ana.press("down")
        ana.see("▸ freeze")
        ana.press("enter")
        ana.see("a second person will be asked: freeze is a hard verb")
        ana.see("(the adapter’s own word, proves nothing)")
        _press_quietly(ana, "Ask for a second person", tabs=3)
        ana.see("2ND PERSON WANTED: freeze support")
        ana.press("A")
        ana.see("another account than yours must answer ACT-001: you asked; B breaks the glass")
        assert not people.stopped()

        ben.see("2ND PERSON WANTED: freeze support, ACT-001")
        ben.press("4")
        ben.see("WAITS FOR A 2ND PERSON")
        ben.press("A")
        ben.see("Approve: freeze support")
        _press_quietly(ben, "Approve support")
        ben.see("## HELD")
        assert people.stopped()
        ben.press("r")
        ben.see("this lets support back to its users")
        _press_quietly(ben, "Release support")
        ben.see("2ND PERSON WANTED: let support back")
        assert people.stopped()

        ana.see("2ND PERSON WANTED: let support back")
        ana.press("A")
        ana.see("Approve: let support back")
        _press_quietly(ana, "Approve support")
        ana.see("-  RELEASED")
        assert not people.stopped()
