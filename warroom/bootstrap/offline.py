"""A room without an engine: its journal folded into the view that read verbs and reports draw from."""

from __future__ import annotations

import time
from collections.abc import Sequence

from warroom.adapters.journal import read_entries
from warroom.adapters.paths import RoomPaths
from warroom.core.ports import Entry
from warroom.core.reduce import fold
from warroom.core.view import View
from warroom.engine.chronicle import Chronicle
from warroom.engine.room_view import Surroundings, build_view


def journal_view(entries: Sequence[Entry], *, banner: str = "") -> View:
    """Return the room as its journal describes it; what only an engine knows (live scores, logs) is not there."""
    desk = fold(list(entries))
    chronicle = Chronicle()
    chronicle.tell(entries, desk)
    around = Surroundings(
        now=time.time(),
        pid=0,
        started=0.0,
        head=entries[-1].hash if entries else "",
        bots={},
        sources={},
        ways={},
        verbs={bot: [] for bot in desk.bots},
        playbooks=[],
        timeline=chronicle.timeline,
        messages=chronicle.messages,
        banner=banner,
    )
    return build_view(0, desk, around)


async def offline_view(paths: RoomPaths) -> tuple[View, list[Entry]]:
    """Return the room without an engine; JournalError when its journal cannot be read."""
    entries = await read_entries(paths.journal)
    return journal_view(entries, banner="no engine runs: this is the journal as it lies on the disk"), entries
