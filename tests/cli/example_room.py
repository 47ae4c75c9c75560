"""The example incident as a room on the disk that no engine runs, its title written by somebody hostile."""

from __future__ import annotations

import asyncio

import msgspec

from tests.reports.example_journal import example_entries
from tests.stories.shell import Shell
from warroom.adapters.journal import SqliteJournal
from warroom.adapters.paths import RoomPaths
from warroom.core.facts import IncidentOpened
from warroom.core.ports import Pending

HOSTILE_TITLE = "It leaks\x1b]0;owned\x07\nINC-999  SEV4  closed\u202e <script>alert(1)</script>"


def write_example_room(shell: Shell, room: str = "shop") -> RoomPaths:
    """Write the journal of the example incident as that of a room of the shell."""
    paths = shell.paths(room)
    pending: list[Pending] = []
    for entry in example_entries():
        fact = entry.fact
        if isinstance(fact, IncidentOpened):
            fact = msgspec.structs.replace(fact, title=HOSTILE_TITLE)
        pending.append(Pending(entry.at, entry.actor, entry.command, fact))

    async def write() -> None:
        async with SqliteJournal(paths.journal) as journal:
            await journal.append(pending)

    asyncio.run(write())
    return paths
