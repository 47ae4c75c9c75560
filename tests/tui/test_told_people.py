"""People are told from the console: a real engine, a receiver that takes it, another one that is down, keys alone."""

from __future__ import annotations

import sys
import time

import pytest

from tests.cli.test_notify import Receiver, told
from tests.stories.shell import Shell
from tests.stories.terminal import Terminal
from tests.waiting import wait_until

__all__ = ["told"]
Room = tuple[Shell, Receiver]


@pytest.fixture
def room(request: pytest.FixtureRequest) -> Room:
    """A room with an open incident, a receiver, and one that is down."""
    found: Room = request.getfixturevalue("told")
    return found


@pytest.mark.parametrize(
    "size", [(80, 24), pytest.param((120, 36), marks=pytest.mark.long)], ids=lambda s: f"{s[0]}x{s[1]}"
)
def test_what_is_shown_leaves_and_who_did_not_take_it_is_seen(room: Room, size: tuple[int, int]) -> None:
    shell, receiver = room
    words = [sys.executable, "-m", "warroom", "attach", "shop"]
    wait_until(lambda: receiver.got, what="the notice of the new incident")
    with Terminal(words, size, shell.environment, shell.folder) as screen:
        screen.see("INC-001")
        screen.press("2")
        screen.see("update due in")
        # The notice names the minute: one that began meanwhile would want to be read again, which is another test's.
        wait_until(lambda: time.time() % 60 < 25, timeout_s=60)
        screen.press("T")
        screen.see("Tell people of INC-001")
        for key in ("down", "enter", "enter", "enter"):
            screen.press(key)
            screen.quiet(0.3)
        screen.see("Exactly this will leave")
        screen.see("chat: ")
        screen.see("Nothing was changed at a bot so far.")
        assert len(receiver.got) == 1, "nothing leaves before it is confirmed"
        screen.press("tab")
        screen.see("[  Send  ]")
        begun = time.monotonic()
        wait_until(lambda: time.monotonic() - begun > 0.5)
        screen.press("enter")
        screen.see("## ACCEPTED")
        screen.see("?? RETRY")
        screen.see("engineering/down")
        wait_until(lambda: len(receiver.got) == 2, what="the update")
        assert "Nothing was changed at a bot so far." in receiver.got[1]["data"]["text"]
        screen.press("G")
        screen.see("partly told: accepted by chat; NOT by down still waiting")
        screen.press("tab")
        screen.quiet(0.5)
        screen.press("G")
        screen.see("+49 30 1234")
        assert "hook.key" not in screen.text()
        screen.press("q", "q")
