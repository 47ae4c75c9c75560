"""What a console reads beside its room: the post-mortem before it is written, the same as what is written then."""

from __future__ import annotations

import asyncio
import re
from pathlib import Path

import pytest

from tests.stories.shell import Shell
from warroom.adapters.paths import RoomPaths, room_paths
from warroom.cli.export import write_report
from warroom.cli.preview import Previews, known_scenarios
from warroom.client.connection import RoomConnection
from warroom.core import commands as c
from warroom.core.draft import Draft
from warroom.tui.report import ExportFailed


@pytest.fixture
def paths(busy: Shell, monkeypatch: pytest.MonkeyPatch) -> RoomPaths:
    """The running room `busy`."""
    for name in ("XDG_STATE_HOME", "XDG_RUNTIME_DIR"):
        monkeypatch.setenv(name, busy.environment[name])
    return room_paths("busy")


async def draft_and_report(paths: RoomPaths, target: Path) -> tuple[Draft, Draft, Draft]:
    async with RoomConnection(paths.socket, client="console") as room:
        previews = Previews(room)
        before = await previews.draft("INC-001")
        await write_report(room, paths, "INC-001", "md", target)
        written = await previews.draft("INC-001")
        await room.submit(c.AddNote("INC-001", "impact: nobody was touched"))
        return before, written, await previews.draft("INC-001")


def test_the_preview_is_what_is_written_and_knows_when_it_was(paths: RoomPaths, tmp_path: Path) -> None:
    target = tmp_path / "report.md"
    before, written, noted = asyncio.run(draft_and_report(paths, target))
    # The two were drawn a moment apart, and somebody else may have written to the shared room between them.
    head, report = (text.partition("From the record: ") for text in (before.text, target.read_text("utf-8")))
    assert head[1] == report[1] != ""
    assert re.sub(r"\d", "9", head[0]) == re.sub(r"\d", "9", report[0])
    assert written.exported is not None
    assert (written.exported.format, written.exported.seq > before.seq) == ("md", True)
    parts = {part.words[0]: part for part in noted.parts}
    assert parts["impact"].written
    assert parts["hard" if "hard" in parts else "well"].words == ("well", "hard", "luck")
    assert "nobody was touched" in noted.text
    assert noted.seq > written.seq


def test_an_incident_that_is_not_there_is_a_sentence(paths: RoomPaths) -> None:
    async def ask() -> Draft:
        async with RoomConnection(paths.socket, client="console") as room:
            return await Previews(room).draft("INC-999")

    with pytest.raises(ExportFailed, match="there is no incident INC-999"):
        asyncio.run(ask())


def test_every_drill_that_ships_is_named_with_its_title() -> None:
    found = dict(asyncio.run(known_scenarios()))
    assert found["prompt-injection"] == "Prompt injection against the support bot"
    assert all(found.values())
