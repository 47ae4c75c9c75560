"""A room without an engine is what its journal says, and a broken journal is said."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.engine.rig import attached, paths_in, running_engine, settings_without_adapters
from warroom.bootstrap.offline import journal_view, offline_view
from warroom.core import commands as c
from warroom.core.ports import JournalError


async def test_what_was_done_is_read_back_without_an_engine(tmp_path: Path) -> None:
    paths = paths_in(tmp_path)
    async with running_engine(paths, settings_without_adapters(tmp_path / "bot.log")), attached(paths) as room:
        await room.submit(c.OpenIncident("support", "prompt-injection", "It leaks\x1b[2J"))
        await room.submit(c.AddNote("INC-001", "seen"))
        live = room.latest
    assert live is not None
    view, entries = await offline_view(paths)
    (incident,) = view.incidents
    assert (incident.id, incident.open) == ("INC-001", True)
    assert "\x1b" not in incident.title
    assert any("seen" in line.text for line in incident.timeline)
    assert view.chain.head == entries[-1].hash
    assert view.banner.startswith("no engine runs")
    assert (view.pid, view.consoles, [bot.verbs for bot in view.bots]) == (0, [], [[]] * len(view.bots))


def test_an_empty_journal_is_an_empty_room() -> None:
    view = journal_view([])
    assert (view.incidents, view.actions, view.chain.length) == ([], [], 0)


@pytest.mark.parametrize("content", [b"", b"SQLite format 3\0 and nothing of it", b"x" * 5000])
async def test_a_journal_that_cannot_be_read_is_said(content: bytes, tmp_path: Path) -> None:
    paths = paths_in(tmp_path)
    paths.journal.parent.mkdir(parents=True)
    paths.journal.write_bytes(content)
    with pytest.raises(JournalError):
        await offline_view(paths)
