"""Four people in one room, each in a real terminal: whatever they press, all see the same, and nothing is lost."""

from __future__ import annotations

import asyncio
import random
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress

import pytest

from tests.stories.shell import Shell
from tests.stories.terminal import Terminal
from tests.waiting import wait_until
from warroom.client.connection import RoomConnection
from warroom.core.facts import NoteAdded
from warroom.core.ports import Entry
from warroom.core.queries import History, HistoryAnswer

SIZE = (120, 36)
PEOPLE = ("ana", "ben", "cleo", "dora")
WATCHER = "dora"
SHARED = slice(3, -2)
"""Rows of the incident page that are the same for everybody: below the clock, above status line and keys."""
MINUTE_S = 60.0
ENOUGH = 12
"""Notes that are written however slow the machine is."""
PANES = 4


@contextmanager
def consoles(shell: Shell, room: str) -> Iterator[dict[str, Terminal]]:
    """Attach everybody."""
    with ExitStack() as stack:
        attached = {}
        for who in PEOPLE:
            words = [sys.executable, "-m", "warroom", "--as", who, "attach", room]
            words += ["--read-only"] if who == WATCHER else []
            attached[who] = stack.enter_context(Terminal(words, SIZE, shell.environment, shell.folder))
        for terminal in attached.values():
            terminal.see("? help")
        yield attached


def look(all_of: dict[str, Terminal], seconds: float) -> None:
    """Read every terminal for a while."""
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        for terminal in all_of.values():
            terminal.look(0.002)


def written(shell: Shell, room: str) -> list[Entry]:
    """Return the journal."""

    async def ask() -> list[Entry]:
        async with RoomConnection(shell.paths(room).socket, client="cli") as connection:
            answer = await connection.query(History())
            assert isinstance(answer, HistoryAnswer)
            return answer.entries

    return asyncio.run(ask())


def leave_dialogs(terminal: Terminal) -> None:
    """Press Esc until a page is shown; two of them at once would be another key to a terminal."""
    terminal.quiet(0.15)
    while "? help" not in terminal.text():
        terminal.press("esc")
        terminal.quiet(0.3)


def reach(terminal: Terminal, key: str, title: str) -> None:
    """Press the key of a page until it is shown: a dialog that came late may take it."""
    while title not in terminal.text() or "? help" not in terminal.text():
        leave_dialogs(terminal)
        terminal.press(key)
        with suppress(AssertionError):
            terminal.see(title, timeout_s=3.0)


def to_the_ends(terminal: Terminal) -> None:
    """Show the incident with every pane at its end: whoever went elsewhere in one sees other rows of it."""
    leave_dialogs(terminal)
    terminal.press("2", *PANES * ("G", "tab"))


def act(who: str, terminal: Terminal, dice: random.Random, number: int) -> str:
    """Press something; return the note that was written, if it was one."""
    match dice.randrange(6):
        case 0 | 1:
            text = f"{who}{number:04d}"
            if who == WATCHER:
                terminal.press("2", "t")
                return ""
            # Once these pages came in turn, all that was pressed before is done, and no dialog comes late.
            reach(terminal, "0", "Messages of the room")
            reach(terminal, "2", "Checklist")
            terminal.press("t")
            terminal.see("Note for INC-001")
            terminal.press(text)
            terminal.see(text)
            terminal.press("enter")
            while "Note for INC-001" in terminal.text():
                terminal.look(0.01)
            return text
        case 2:
            terminal.press("2", *dice.choices(["j", "k"], k=3), "space")
            leave_dialogs(terminal)
        case 3:
            terminal.press(dice.choice("12345"), "@")
        case 4:
            terminal.press("f", *(["f"] if dice.random() < 0.5 else []))
        case _:
            terminal.press(dice.choice("1234506"), "j", "tab")
            leave_dialogs(terminal)
    return ""


@pytest.mark.long
@pytest.mark.timeout(300)
def test_after_a_minute_of_four_all_see_the_same_and_nothing_is_lost(shell: Shell) -> None:
    log = shell.folder / "support.log"
    log.write_text("".join(f"INFO:root:chat turn {n} completed\n" for n in range(200)))
    shell.start_engine("four", str(log))
    opened = ("--bot", "support", "--playbook", "prompt-injection", "--title", "four people")
    assert shell.run("--as", "ana", "incident", "open", "--room", "four", *opened).returncode == 0
    dice = random.Random(4)
    notes: list[str] = []
    with consoles(shell, "four") as people:
        until, number = time.monotonic() + MINUTE_S, 0
        while time.monotonic() < until or sum(map(bool, notes)) < ENOUGH:
            who = dice.choice(PEOPLE)
            number += 1
            notes.append(act(who, people[who], dice, number))
            look(people, 0.05)
        for terminal in people.values():
            to_the_ends(terminal)

        def shown() -> list[list[str]]:
            look(people, 0.1)
            # The cursor's sign is where each has the focus.
            return [terminal.text().replace("▸", " ").splitlines()[SHARED] for terminal in people.values()]

        def same() -> bool:
            for terminal in people.values():
                if "? help" not in terminal.text():
                    # A dialog that came late took the keys.
                    to_the_ends(terminal)
            first, *others = shown()
            return "Checklist" in "".join(first) and all(rows == first for rows in others)

        try:
            wait_until(same, what="the same four screens")
        except AssertionError:
            screens = "\n".join(f"{who}:\n{terminal.text()}" for who, terminal in people.items())
            raise AssertionError(f"these differ:\n{screens}") from None
    entries = written(shell, "four")
    sent = [note for note in notes if note]
    kept = [entry.fact.text for entry in entries if isinstance(entry.fact, NoteAdded)]
    assert len(sent) >= ENOUGH
    assert kept == sent
    by_watcher = {type(entry.fact).__name__ for entry in entries if entry.actor.claimed == WATCHER}
    assert by_watcher <= {"ConsoleJoined", "ConsoleLeft", "CommandRefused"}
    assert shell.run("verify", "four").returncode == 0
