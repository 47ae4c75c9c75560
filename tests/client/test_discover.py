"""Which rooms run: those behind whose socket an engine says its name."""

from __future__ import annotations

import asyncio
import socket
from pathlib import Path

from tests.engine.rig import paths_in, running_engine, settings_without_adapters
from warroom.client.discover import running


async def test_only_rooms_that_answer_are_running(tmp_path: Path) -> None:
    paths = paths_in(tmp_path)
    stale = tmp_path / "stale.sock"
    with socket.socket(socket.AF_UNIX) as left:
        left.bind(str(stale))
    (tmp_path / "file.sock").write_text("no socket")
    places = {
        "live": paths.socket,
        "stale": stale,
        "file": tmp_path / "file.sock",
        "never": tmp_path / "never.sock",
    }
    async with running_engine(paths, settings_without_adapters(tmp_path / "bot.log")):
        async with asyncio.timeout(60):
            found = await running(places)
    assert list(found) == ["live"]
    assert found["live"].room == "test"
    assert await running(places) == {}
