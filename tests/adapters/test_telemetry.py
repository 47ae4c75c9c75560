"""Checkpoints come back; a damaged file costs a re-read, not the watch."""

from __future__ import annotations

from pathlib import Path

from warroom.adapters.telemetry import SqliteTelemetry
from warroom.core.arrivals import KEPT_S, Arrival
from warroom.core.record import Batch, Checkpoint, Record


def batch(source: str, generation: int, offset: int, came: float | None = None) -> Batch:
    checkpoint = Checkpoint(source, generation, 1, 2, offset, 3, "aa", 1, "bb", 1)
    records = [] if came is None else [Record(source, generation, offset - 1, 1, came)]
    return Batch(source, "bot", records, checkpoint)


async def test_the_newest_checkpoint_of_each_generation_comes_back(tmp_path: Path) -> None:
    path = tmp_path / "telemetry.db"
    async with SqliteTelemetry(path) as telemetry:
        await telemetry.save([batch("a", 0, 10), batch("a", 0, 20), batch("a", 1, 5), Batch("b", "bot", [])])
    async with SqliteTelemetry(path) as telemetry:
        found = {(one.source, one.generation): one.offset for one in await telemetry.checkpoints()}
    assert found == {("a", 0): 20, ("a", 1): 5}


async def test_a_damaged_file_is_started_anew(tmp_path: Path) -> None:
    path = tmp_path / "telemetry.db"
    path.write_bytes(b"this is no database" * 200)
    async with SqliteTelemetry(path) as telemetry:
        assert await telemetry.checkpoints() == []
        await telemetry.save([batch("a", 0, 10)])
        assert len(await telemetry.checkpoints()) == 1


async def test_a_row_of_another_version_is_left_out(tmp_path: Path) -> None:
    async with SqliteTelemetry(tmp_path / "telemetry.db") as telemetry:
        await telemetry.save([batch("a", 0, 10)])
        assert telemetry._db is not None
        await telemetry._db.execute("INSERT INTO checkpoints VALUES ('x', 0, '{}')")
        assert [one.source for one in await telemetry.checkpoints()] == ["a"]


async def test_a_full_disk_is_said_and_forgotten_when_it_is_over(tmp_path: Path) -> None:
    async with SqliteTelemetry(tmp_path / "telemetry.db") as telemetry:
        assert telemetry._db is not None
        await telemetry._db.execute("PRAGMA query_only=ON")
        await telemetry.save([batch("a", 0, 10)])
        assert "not saved" in telemetry.fault
        await telemetry._db.execute("PRAGMA query_only=OFF")
        await telemetry.save([batch("a", 0, 10)])
        assert telemetry.fault == ""


async def test_when_bytes_came_is_kept_a_mark_a_second_as_long_as_it_is_wanted(tmp_path: Path) -> None:
    path = tmp_path / "telemetry.db"
    async with SqliteTelemetry(path) as telemetry:
        await telemetry.save([batch("a", 0, 5, 900.0), batch("a", 0, 10, 1000.1), batch("a", 0, 20, 1000.9)])
        await telemetry.save([batch("a", 1, 3, 1000.95), batch("a", 1, 9), batch("b", 0, 7, 10.0)])
    async with SqliteTelemetry(path) as telemetry:
        assert await telemetry.arrivals() == [
            Arrival("b", 0, 7, 10.0),
            Arrival("a", 0, 5, 900.0),
            Arrival("a", 0, 20, 1000.9),
            Arrival("a", 1, 3, 1000.95),
        ]
        await telemetry.save([batch("a", 1, 30, 1000.0 + KEPT_S)])
    async with SqliteTelemetry(path) as telemetry:
        # Of each log one that is too old stays: what lies behind it came later.
        found = [(one.source, one.offset) for one in await telemetry.arrivals()]
        assert found == [("b", 7), ("a", 5), ("a", 20), ("a", 3), ("a", 30)]
