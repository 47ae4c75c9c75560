"""When the disk takes no checkpoints any more, the screen says so and nothing else stops."""

from __future__ import annotations

from pathlib import Path

from tests.engine.rig import attached, paths_in, running_engine, settings_without_adapters
from tests.waiting import attempted, eventually
from warroom.adapters.telemetry import SqliteTelemetry
from warroom.core import commands as c
from warroom.core.commands import Ack


async def test_lines_acts_and_views_go_on_and_it_mends_itself(tmp_path: Path) -> None:
    log = tmp_path / "bot.log"
    paths = paths_in(tmp_path)
    async with running_engine(paths, settings_without_adapters(log)) as engine, attached(paths) as room:
        telemetry = engine.parts.telemetry
        assert isinstance(telemetry, SqliteTelemetry)
        assert telemetry._db is not None
        await telemetry._db.execute("PRAGMA query_only=ON")
        log.write_text("INFO:root:one\n")
        await eventually(lambda: room.latest and "telemetry is not saved" in room.latest.banner, what="the banner")
        assert isinstance(await room.submit(c.OpenIncident("support", "prompt-injection", "t")), Ack)
        with log.open("a") as out:
            out.write("INFO:root:two\n")
        await eventually(lambda: room.latest and room.latest.bots[0].lines == 2, what="the second line")
        await telemetry._db.execute("PRAGMA query_only=OFF")
        with log.open("a") as out:
            out.write("INFO:root:three\n")
        await eventually(lambda: room.latest and room.latest.banner == "", what="an end of the banner")

        async def kept() -> None:
            assert [one.offset for one in await telemetry.checkpoints()] == [log.stat().st_size]

        # The disk may have let in already what was read before the third line.
        await attempted(kept, AssertionError)
