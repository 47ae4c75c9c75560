"""Lines old and new of a running room: from the ring, from the file, from rotated files, and what is gone."""

from __future__ import annotations

import contextlib
import gzip
import hashlib
import os
import shutil
import sqlite3
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.engine.rig import attached, paths_in, running_engine
from tests.waiting import attempted
from warroom.client.connection import RoomConnection
from warroom.core.line_filter import LineFilter
from warroom.core.queries import (
    HistogramAnswer,
    Lines,
    LinesAnswer,
    LogHistogram,
    LogSearch,
    LogWindow,
    NotAnswered,
    RawLine,
    RawLineAnswer,
    SearchAnswer,
    Spot,
    WindowAnswer,
)
from warroom.core.settings import BotSettings, Settings
from warroom.core.view import LogLine

START = 1_790_000_000


def log_text(first: int, count: int, step: int = 1, word: str = "line") -> str:
    """Return lines numbered from `first`, `step` seconds apart; each seventh is an error."""
    rows = []
    for n in range(first, first + count):
        level = "ERROR" if n % 7 == 0 else "INFO"
        at = START + n * step
        rows.append(f'{{"ts": {at}.0, "level": "{level}", "message": "{word} {n:06d}"}}\n')
    return "".join(rows)


def numbers(lines: list[LogLine]) -> list[int]:
    return [int(one.text.split()[1]) for one in lines if one.level != "GAP"]


@pytest.fixture(autouse=True)
def all_the_time_it_takes(monkeypatch: pytest.MonkeyPatch) -> None:
    """An answer ends early where the machine is slow; here it is about which lines are in it."""
    for name in ("MOST_S", "AHEAD_S"):
        monkeypatch.setattr(f"warroom.engine.log_reader.{name}", 60.0)


@contextlib.asynccontextmanager
async def room_of(folder: Path, *logs: Path) -> AsyncIterator[RoomConnection]:
    settings = Settings(bots={log.stem: BotSettings(log=[str(log)]) for log in logs})
    async with (
        running_engine(paths_in(folder), settings, adapters={}, probes={}),
        attached(paths_in(folder)) as room,
    ):
        yield room


async def window(room: RoomConnection, bot: str, *, limit: int = 300, **more: object) -> WindowAnswer:
    answer = await room.query(LogWindow(bot, limit=limit, **more))  # type: ignore[arg-type]  # a test's shorthand
    assert isinstance(answer, WindowAnswer), answer
    return answer


async def read_until(room: RoomConnection, bot: str, last: int) -> None:
    """Wait until the watch has read line `last`."""

    async def look() -> None:
        answer = await room.query(Lines(bot, limit=1))
        assert isinstance(answer, LinesAnswer)
        assert numbers(answer.lines) == [last]

    await attempted(look, AssertionError, timeout_s=60)


async def all_back(room: RoomConnection, bot: str, limit: int = 500, **more: object) -> list[LogLine]:
    """Page back to the very start; every line once, in order."""
    answer = await window(room, bot, limit=limit, **more)
    lines = answer.lines
    for _ in range(400):
        if answer.end:
            return lines
        answer = await window(room, bot, limit=limit, before=answer.older, **more)
        lines = answer.lines + lines
    raise AssertionError("it never came to the start")


async def test_lines_beyond_the_ring_come_from_the_file_without_a_seam(tmp_path: Path) -> None:
    log = tmp_path / "support.log"
    log.write_text(log_text(0, 7000))
    async with room_of(tmp_path, log) as room:
        await read_until(room, "support", 6999)
        with log.open("a") as more:
            more.write(log_text(7000, 3000))
        await read_until(room, "support", 9999)
        lines = await all_back(room, "support")
        assert numbers(lines) == list(range(10000))
        assert [one.bot for one in lines[:2]] == ["support", "support"]
        first = await window(room, "support", limit=10)
        assert numbers(first.lines) == list(range(9990, 10000))
        assert first.last == 4000


async def test_what_follows_a_boundary_ends_at_the_newest_line(tmp_path: Path) -> None:
    log = tmp_path / "support.log"
    log.write_text(log_text(0, 9000))
    async with room_of(tmp_path, log) as room:
        await read_until(room, "support", 8999)
        middle = len(log_text(0, 100))
        answer = await window(room, "support", before=[Spot(str(log), 0, middle)], limit=50)
        assert numbers(answer.lines) == list(range(50, 100))
        seen = []
        for _ in range(40):
            answer = await window(room, "support", after=answer.newer, limit=1000)
            seen += numbers(answer.lines)
            if answer.end:
                break
        assert seen == list(range(100, 9000))


@pytest.mark.parametrize("way", ["rename", "copytruncate", "packed"])
async def test_former_generations_are_read_on_wherever_rotation_put_them(tmp_path: Path, way: str) -> None:
    log, old = tmp_path / "support.log", tmp_path / "support.log.1"
    log.write_text(log_text(0, 3000))
    async with room_of(tmp_path, log) as room:
        await read_until(room, "support", 2999)
        if way == "rename":
            log.rename(old)
            log.write_text(log_text(3000, 6000))
        else:
            shutil.copy2(log, old)
            os.truncate(log, 0)
            with log.open("a") as more:
                more.write(log_text(3000, 6000))
        await read_until(room, "support", 8999)
        if way == "packed":
            (tmp_path / "support.log.1.gz").write_bytes(gzip.compress(old.read_bytes()))
            old.unlink()
        lines = await all_back(room, "support")
        assert numbers(lines) == list(range(9000))
        assert {one.generation for one in lines if one.level != "GAP"} == {0, 1}


async def test_a_generation_that_is_gone_is_one_honest_row(tmp_path: Path) -> None:
    log = tmp_path / "support.log"
    log.write_text(log_text(0, 3000))
    size = log.stat().st_size
    async with room_of(tmp_path, log) as room:
        await read_until(room, "support", 2999)
        log.unlink()
        log.write_text(log_text(3000, 6000))
        await read_until(room, "support", 8999)
        lines = await all_back(room, "support")
        assert numbers(lines) == list(range(3000, 9000))
        assert lines[0].level == "GAP"
        assert "generation 0 of this log is gone" in lines[0].text
        assert f"{size} bytes" in lines[0].text
        # A boundary that lies in it is answered with the same row, once.
        answer = await window(room, "support", before=[Spot(str(log), 0, 5000)])
        assert [one.level for one in answer.lines] == ["GAP"]
        assert answer.end


async def test_several_bots_are_one_stream_by_the_time_of_the_lines(tmp_path: Path) -> None:
    logs = [tmp_path / f"{name}.log" for name in ("one", "two", "three")]
    for place, log in enumerate(logs):
        rows = log_text(0, 6000, step=1).splitlines(keepends=True)
        log.write_text("".join(row for n, row in enumerate(rows) if n % 3 == place))
    async with room_of(tmp_path, *logs) as room:
        for place, log in enumerate(logs):
            await read_until(room, log.stem, 5997 + place)
        lines = await all_back(room, "", limit=700)
        assert numbers(lines) == list(range(6000))
        assert [one.bot for one in lines[:4]] == ["one", "two", "three", "one"]
        live = await room.query(Lines("", after=0, limit=5))
        assert isinstance(live, LinesAnswer)
        assert len(live.lines) == 5
        assert live.last == live.dropped + 5


async def test_a_filter_counts_what_it_hides_wherever_the_lines_come_from(tmp_path: Path) -> None:
    log = tmp_path / "support.log"
    log.write_text(log_text(0, 9000))
    errors = [n for n in range(9000) if n % 7 == 0]
    async with room_of(tmp_path, log) as room:
        await read_until(room, "support", 8999)
        wanted = LineFilter(level="ERROR")
        assert numbers(await all_back(room, "support", filter=wanted)) == errors
        answer = await window(room, "support", limit=10, filter=wanted)
        assert answer.hidden == 8999 - numbers(answer.lines)[0] - 9
        without = LineFilter(only=("line 00*5", "*9990"), without=("*15",))
        found = numbers(await all_back(room, "support", filter=without))
        assert found == [n for n in range(9000) if "5" in f"{n:06d}"[2:] and "15" not in f"{n:06d}"]
        live = await room.query(Lines("support", limit=3, filter=wanted))
        assert isinstance(live, LinesAnswer)
        assert numbers(live.lines) == errors[-3:]
        assert await room.query(Lines("support", filter=LineFilter(level="LOUD"))) == NotAnswered(
            "there is no level 'LOUD'; there are DEBUG, INFO, WARNING, ERROR, CRITICAL"
        )


async def test_a_search_goes_back_through_the_file_and_opens_where_it_hit(tmp_path: Path) -> None:
    log = tmp_path / "support.log"
    log.write_text(log_text(0, 100) + log_text(100, 1, word="NEEDLE") + log_text(101, 8899))
    async with room_of(tmp_path, log) as room:
        await read_until(room, "support", 8999)
        top = await window(room, "support", limit=1)
        answer = await room.query(LogSearch("support", "needle", before=top.newer))
        assert isinstance(answer, SearchAnswer)
        assert numbers([hit.line for hit in answer.hits]) == [100]
        assert answer.looked == 8900
        there = await window(room, "support", before=answer.hits[0].after, limit=3)
        assert numbers(there.lines) == [98, 99, 100]
        again = await room.query(LogSearch("support", "needle", before=answer.go_on))
        assert isinstance(again, SearchAnswer)
        assert (again.hits, again.end) == ([], True)
        forward = await room.query(LogSearch("support", "NEEDLE", after=[Spot(str(log), 0, 0)]))
        assert isinstance(forward, SearchAnswer)
        assert numbers([hit.line for hit in forward.hits]) == [100]


async def test_the_bytes_of_a_line_are_proved_and_nothing_but_watched_logs_is_read(tmp_path: Path) -> None:
    log, secret = tmp_path / "support.log", tmp_path / "secret"
    secret.write_text("root:x\n")
    log.write_text(log_text(0, 2000))
    async with room_of(tmp_path, log) as room:
        await read_until(room, "support", 1999)
        line = (await window(room, "support", limit=1)).lines[0]
        raw = await room.query(RawLine(line.source, line.generation, line.offset, line.length))
        assert isinstance(raw, RawLineAnswer)
        content = log.read_bytes()[line.offset : line.offset + line.length]
        assert raw.sha256 == hashlib.sha256(content).hexdigest()
        assert content.endswith(b'001999"}\n')
        unsaid = await room.query(RawLine(line.source, line.generation, line.offset))
        assert unsaid == raw
        assert raw.content == b""
        whole = await room.query(RawLine(line.source, line.generation, line.offset, line.length, whole=True))
        assert isinstance(whole, RawLineAnswer)
        assert (whole.content, whole.sha256) == (content, raw.sha256)
        for wrong in (
            RawLine(str(secret), 0, 0, 5),
            RawLine(line.source, 7, 0, 5),
            RawLine(line.source, 0, line.offset, 9999),
            RawLine(line.source, 0, 0, -1),
        ):
            assert isinstance(await room.query(wrong), NotAnswered)


async def test_a_histogram_counts_lines_and_errors_by_their_own_time(tmp_path: Path) -> None:
    log = tmp_path / "support.log"
    log.write_text("")
    async with room_of(tmp_path, log) as room:
        now = int((await room.first_view()).now)
        levels = ["ERROR" if n == 3 else "INFO" for n in range(10)]
        rows = [f'{{"ts": {now - 60 * n}, "level": "{one}", "message": "x {n}"}}\n' for n, one in enumerate(levels)]
        with log.open("a") as more:
            more.write("".join(reversed(rows)))
        await read_until(room, "support", 0)
        answer = await room.query(LogHistogram("support", last_s=1200, buckets=60))
        assert isinstance(answer, HistogramAnswer)
        assert answer.bucket_s == 20
        assert len(answer.lines) == len(answer.errors) == 60
        assert (sum(answer.lines), sum(answer.errors)) == (10, 1)

        async def the_same_of_all() -> None:
            alone = await room.query(LogHistogram("support", last_s=1200, buckets=60))
            assert alone == await room.query(LogHistogram("", last_s=1200, buckets=60))

        # A new bucket may begin between the two.
        await attempted(the_same_of_all, AssertionError)


async def test_a_log_that_grows_faster_than_it_is_judged_shows_its_end_at_once(tmp_path: Path) -> None:
    log = tmp_path / "support.log"
    log.write_text(log_text(0, 10))
    async with room_of(tmp_path, log) as room:
        await read_until(room, "support", 9)
        with log.open("a") as more:
            more.write(log_text(10, 60_000, step=0))

        async def look() -> LinesAnswer:
            answer = await room.query(Lines("support", limit=20, filter=LineFilter(level="ERROR")))
            assert isinstance(answer, LinesAnswer)
            assert answer.ahead is not None
            return answer

        answer = await attempted(look, AssertionError)
        assert answer.ahead is not None
        wanted = [n for n in range(60_010) if n % 7 == 0][-20:]
        assert numbers(answer.ahead.lines) == wanted
        assert numbers(answer.lines)[-1] < wanted[0], "it was judged already: nothing was shown ahead"
        await read_until(room, "support", 60_009)
        done = await room.query(Lines("support", limit=20))
        assert isinstance(done, LinesAnswer)
        assert done.ahead is None, "what is judged is not shown ahead"


async def test_a_line_without_a_time_keeps_its_arrival_when_the_engine_starts_again(tmp_path: Path) -> None:
    log = tmp_path / "support.log"
    log.write_text("INFO:root:line 000000\n")
    settings, paths = Settings(bots={"support": BotSettings(log=[str(log)])}), paths_in(tmp_path)
    async with running_engine(paths, settings, adapters={}, probes={}) as engine, attached(paths) as room:
        await read_until(room, "support", 0)
        with log.open("a") as more:
            more.write("INFO:root:line 000001\n")
        await read_until(room, "support", 1)
        first = await room.query(Lines("support", limit=10))
        assert isinstance(first, LinesAnswer)

        async def kept() -> None:
            assert (await engine.parts.telemetry.arrivals())[-1].offset == log.stat().st_size

        await attempted(kept, AssertionError)
    # As if the first engine had run an hour ago.
    with contextlib.closing(sqlite3.connect(paths.telemetry, isolation_level=None)) as telemetry:
        telemetry.execute("UPDATE arrivals SET received = received - 3600, step = step - 3600")
    before = [Spot(str(log), 0, log.stat().st_size)]
    async with room_of(tmp_path, log) as room:
        with log.open("a") as more:
            more.write("INFO:root:line 000002\n")
        await read_until(room, "support", 2)
        # Writing that goes on, or a hand at the file, must not move what came before.
        later = first.lines[-1].came + 5000
        os.utime(log, (later, later))
        again = await window(room, "support", before=before)
        assert [one.at for one in again.lines] == [pytest.approx(one.at - 3600, abs=2.0) for one in first.lines]
        assert {one.time_source for one in again.lines} <= {"arrival", "no_later"}
