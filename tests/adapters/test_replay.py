"""Reading the last minutes again: from files, rotated and packed ones too, bounded, without a trace."""

from __future__ import annotations

import asyncio
import contextlib
import datetime as dt
import gzip
import json
import os
import threading
from pathlib import Path
from typing import Any

import pytest

from tests.adapters.logs_in_time import NOW, steady, text, write
from tests.adapters.reading import reading
from warroom.adapters import replay_log
from warroom.adapters.replay import Replay, Wanted
from warroom.core.arrivals import Arrival
from warroom.core.record import Record


def wanted(*paths: Path | str, since: float = NOW - 3600, until: float = NOW, **more: Any) -> Wanted:
    """Ask for a span; unless a test says how long that may take, no host is too slow for it."""
    return Wanted([str(path) for path in paths], "bot", since, until, **{"most_s": 3600.0, **more})


def replayed(asked: Wanted) -> tuple[Replay, list[Record]]:
    replay = Replay(asked)
    return replay, [record for batch in replay.read() for record in batch.records]


def numbers(records: list[Record], since: float = NOW - 3600) -> list[int]:
    """Return the numbers of the lines in the span, in the order of their places."""
    lines = [one for one in records if one.gap is None and since <= one.received <= NOW]
    return [int(one.message.split()[1]) for one in sorted(lines, key=lambda one: (one.generation, one.offset))]


def gaps(records: list[Record]) -> list[str]:
    return [one.gap.kind for one in records if one.gap is not None]


@pytest.fixture(params=[1 << 22, 5000, 500], ids=["one-segment", "small-segments", "segments-of-lines"])
def segments(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> int:
    """Let segments be so small that a test's log has many."""
    monkeypatch.setattr(replay_log, "SEGMENT", request.param)
    return int(request.param)


def test_the_last_hour_of_a_long_log_is_read_and_little_more(tmp_path: Path) -> None:
    log = write(tmp_path / "bot.log", steady(NOW - 86_400, NOW, 4))
    replay, records = replayed(wanted(log))
    assert numbers(records) == list(range(-3600, 0, 4))
    assert replay.coverage.whole
    assert (replay.coverage.since, replay.coverage.why) == (NOW - 3600, "")
    assert replay.coverage.bytes_read < log.stat().st_size / 10


@pytest.mark.usefixtures("segments")
def test_each_line_is_read_once_and_leads_back_to_its_bytes(tmp_path: Path) -> None:
    log = write(tmp_path / "bot.log", steady(NOW - 1000, NOW))
    _, records = replayed(wanted(log))
    assert numbers(records) == list(range(-1000, 0))
    content = log.read_bytes()
    for one in records:
        assert json.loads(content[one.offset : one.offset + one.length])["message"] == one.message
    assert all(one.received == one.time for one in records)


@pytest.mark.usefixtures("segments")
def test_a_traceback_stays_one_record_wherever_a_segment_ends(tmp_path: Path) -> None:
    trace = "Traceback (most recent call last):\n" + '  File "a.py", line 1\n' * 5 + "ValueError: no\n"
    lines = [text(NOW - 600 + at, at, level="ERROR") + trace for at in range(100)]
    _, records = replayed(wanted(write(tmp_path / "bot.log", "".join(lines))))
    assert len(records) == 100
    assert {one.message.count("\n") for one in records} == {7}


@pytest.mark.usefixtures("segments")
def test_rotated_and_packed_generations_are_read_too(tmp_path: Path) -> None:
    write(tmp_path / "bot.log", steady(NOW - 600, NOW))
    write(tmp_path / "bot.log.1", steady(NOW - 1200, NOW - 600), NOW - 600)
    write(tmp_path / "bot.log.2.gz", gzip.compress(steady(NOW - 5000, NOW - 1200).encode()), NOW - 1200)
    write(tmp_path / "bot.log.3.gz", gzip.compress(steady(NOW - 9000, NOW - 5000).encode()), NOW - 5000)
    replay, records = replayed(wanted(tmp_path / "bot.log"))
    assert numbers(records) == list(range(-3600, 0))
    assert replay.coverage.whole
    assert [one.generation for one in records if "-1201" in one.message or "-1200" in one.message] == [1, 0]
    assert {one.source for one in records} == {str(tmp_path / "bot.log")}


def test_a_glob_that_names_rotated_files_too_reads_nothing_twice(tmp_path: Path) -> None:
    log = write(tmp_path / "bot.log", steady(NOW - 600, NOW))
    write(tmp_path / "bot.log.1", steady(NOW - 1200, NOW - 600), NOW - 600)
    os.link(log, tmp_path / "bot.log.hard")
    write(tmp_path / "bot.log.old", log.read_bytes())
    _, records = replayed(wanted(tmp_path / "bot.log*", log, tmp_path / "bot.log.hard"))
    assert numbers(records) == list(range(-1200, 0))


def test_a_short_former_generation_is_not_taken_for_a_copy_because_it_is_longer_than_the_log(tmp_path: Path) -> None:
    first = text(NOW - 900, -900)
    write(tmp_path / "bot.log", first)
    write(tmp_path / "bot.log.1", first + steady(NOW - 800, NOW - 700), NOW - 700)
    _, records = replayed(wanted(tmp_path / "bot.log"))
    assert sorted(numbers(records)) == [-900, -900, *range(-800, -700)]


def test_a_line_without_its_end_counts_only_where_nobody_writes_any_more(tmp_path: Path) -> None:
    write(tmp_path / "bot.log", steady(NOW - 10, NOW) + text(NOW, 0).rstrip("\n"))
    write(tmp_path / "bot.log.1", steady(NOW - 20, NOW - 11) + text(NOW - 11, -11).rstrip("\n"), NOW - 11)
    _, records = replayed(wanted(tmp_path / "bot.log"))
    assert numbers(records) == list(range(-20, 0))


async def test_records_bear_the_numbers_that_the_watch_gave_their_generations(tmp_path: Path) -> None:
    log = write(tmp_path / "bot.log", steady(NOW - 60, NOW - 30))
    async with reading(log) as reader:
        await reader.has([f"line {number}" for number in range(-60, -30)])
        log.rename(tmp_path / "bot.log.1")
        write(log, steady(NOW - 30, NOW))
        await reader.has([f"line {number}" for number in range(-60, 0)])
    watched = {(one.message, one.generation, one.offset, one.length) for one in reader.records}
    os.utime(tmp_path / "bot.log.1", (NOW - 30, NOW - 30))
    checkpoints = reader.checkpoints
    _, records = replayed(wanted(log, checkpoints=checkpoints))
    assert {(one.message, one.generation, one.offset, one.length) for one in records} == watched
    assert {one.generation for one in records} == {0, 1}
    packed = gzip.compress((tmp_path / "bot.log.1").read_bytes())
    (tmp_path / "bot.log.1").unlink()
    write(tmp_path / "bot.log.1.gz", packed, NOW - 30)
    _, records = replayed(wanted(log, checkpoints=checkpoints))
    assert {(one.message, one.generation, one.offset, one.length) for one in records} == watched


def test_two_bots_in_one_log_are_told_apart(tmp_path: Path) -> None:
    lines = [text(NOW - at, -at, **{"gen_ai.agent.name": f"bot-{at % 3}"}) for at in range(300, 0, -1)]
    log = write(tmp_path / "all.log", "".join(lines))
    _, records = replayed(wanted(log, where={"gen_ai.agent.name": "bot-1"}))
    assert numbers(records) == [-at for at in range(300, 0, -1) if at % 3 == 1]
    assert replayed(wanted(log, where={"gen_ai.agent.name": "bot-9"}))[1] == []


@pytest.mark.usefixtures("segments")
def test_an_hour_of_yesterday_can_be_asked_for(tmp_path: Path) -> None:
    log = write(tmp_path / "bot.log", steady(NOW - 20_000, NOW, 2))
    _, records = replayed(wanted(log, since=NOW - 10_000, until=NOW - 9000))
    inside = [one for one in records if NOW - 10_000 <= one.received <= NOW - 9000]
    assert sorted(int(one.message.split()[1]) for one in inside) == list(range(-10_000, -8999, 2))
    assert gaps(records) == []


def test_of_several_logs_the_same_stretch_is_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(replay_log, "SEGMENT", 20_000)
    for name, step in (("a", 1.0), ("b", 0.2), ("c", 10.0)):
        write(tmp_path / f"{name}.log", steady(NOW - 3600, NOW, step))
    replay, records = replayed(wanted(tmp_path / "*.log", most_bytes=700_000))
    since = replay.coverage.since
    assert NOW - 3500 < since < NOW - 500
    for name, step in (("a", 1.0), ("b", 0.2), ("c", 10.0)):
        there = [one for one in records if one.source.endswith(f"{name}.log") and one.received >= since]
        assert abs(len(there) - (NOW - since) / step) <= 1


def test_a_former_generation_waits_for_its_turn_among_other_logs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(replay_log, "SEGMENT", 20_000)
    write(tmp_path / "a.log", steady(NOW - 60, NOW))
    write(tmp_path / "a.log.1", steady(NOW - 3600, NOW - 60), NOW - 61)
    write(tmp_path / "b.log", steady(NOW - 3600, NOW))
    replay, records = replayed(wanted(tmp_path / "*.log", most_bytes=300_000))
    since = replay.coverage.since
    assert NOW - 3500 < since < NOW - 500
    for name in ("a", "b"):
        there = [one for one in records if one.source.endswith(f"{name}.log") and one.received >= since]
        assert abs(len(there) - (NOW - since)) <= 1


def test_rotated_while_it_is_read_it_is_read_to_its_end(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(replay_log, "SEGMENT", 5000)
    log = write(tmp_path / "bot.log", steady(NOW - 600, NOW))
    reading_ = Replay(wanted(log)).read()
    records = list(next(reading_).records)
    log.rename(tmp_path / "bot.log.1")
    write(log, text(NOW, 1))
    records.extend(record for batch in reading_ for record in batch.records)
    assert numbers(records) == list(range(-600, 0))


# Clocks


def test_a_stretch_of_another_day_in_the_middle_hides_nothing_of_the_hour(tmp_path: Path) -> None:
    jumped = steady(NOW - 7200, NOW - 3000) + steady(NOW - 90_000, NOW - 89_000) + steady(NOW - 2000, NOW)
    replay, records = replayed(wanted(write(tmp_path / "bot.log", jumped)))
    assert numbers(records) == [*range(-3600, -3000), *range(-2000, 0)]
    assert replay.coverage.whole


def test_a_stretch_from_the_future_counts_when_it_came(tmp_path: Path) -> None:
    jumped = steady(NOW - 7200, NOW - 1000) + steady(NOW + 80_000, NOW + 80_100) + steady(NOW - 900, NOW)
    _, records = replayed(wanted(write(tmp_path / "bot.log", jumped)))
    found = [one for one in records if one.received >= NOW - 3600]
    assert len(found) == 2600 + 100 + 900
    assert {one.received for one in found if (one.time or 0) > NOW} == {NOW - 1001}


def naive(at: float, number: int, hours: float) -> str:
    when = dt.datetime.fromtimestamp(at + 3600 * hours, dt.UTC).strftime("%Y-%m-%d %H:%M:%S")
    return f"{when},000 - bot - INFO - line {number}\n"


@pytest.mark.parametrize("hours", [-5, -0.5, 0, 2])
def test_a_log_in_the_time_of_another_zone_is_read_as_it_was_written(hours: float, tmp_path: Path) -> None:
    lines = [naive(NOW - 7200 + at, at - 7200, hours) for at in range(7200)]
    log = write(tmp_path / "bot.log", "".join(lines), NOW - 1)
    _, records = replayed(wanted(log))
    assert numbers(records) == list(range(-3600, 0))
    assert gaps(records) == (["clock"] if hours else [])


def test_an_old_log_that_was_copied_now_is_still_old(tmp_path: Path) -> None:
    _, records = replayed(wanted(write(tmp_path / "bot.log", steady(NOW - 90_000, NOW - 86_400, 10))))
    assert numbers(records) == []


# No times


def test_lines_without_times_are_placed_by_when_the_watch_read_them(tmp_path: Path) -> None:
    lines = [f"INFO:bot:line {number}\n" for number in range(1000)]
    log = write(tmp_path / "bot.log", "".join(lines))
    size = [len(line) for line in lines]
    marks = [Arrival(str(log), 0, sum(size[: at + 1]), NOW - 5000 + 5 * at) for at in range(0, 1000, 10)]
    _, records = replayed(wanted(log, arrivals=marks))
    assert numbers(records) == list(range(271, 1000))
    first = next(one for one in records if one.message == "line 271")
    assert (first.received, first.time, first.time_source) == (NOW - 5000 + 5 * 280, None, "arrival")


def test_marks_of_a_later_generation_tell_which_one_lies_there(tmp_path: Path) -> None:
    log = write(tmp_path / "bot.log", "INFO:bot:line 1\n")
    marks = [Arrival(str(log), 3, 0, NOW - 50), Arrival(str(log), 4, 0, NOW - 20), Arrival(str(log), 4, 16, NOW - 10)]
    _, records = replayed(wanted(log, arrivals=marks))
    assert [(one.generation, one.received) for one in records] == [(4, NOW - 10)]


def test_without_marks_nobody_knows_when_they_came_and_it_is_said(tmp_path: Path) -> None:
    log = write(tmp_path / "bot.log", "INFO:bot:line 1\n" * 10)
    replay, records = replayed(wanted(log))
    assert gaps(records) == ["unplaced"]
    assert len(records) == 1
    assert replay.coverage.whole


@pytest.mark.usefixtures("segments")
def test_a_line_without_a_time_between_others_came_after_the_one_before_it(tmp_path: Path) -> None:
    log = write(tmp_path / "bot.log", "".join(text(NOW - 100 + at, at) + "plain words\n" for at in range(50)))
    _, records = replayed(wanted(log))
    plain = [one for one in records if one.message == "plain words"]
    assert sorted(one.received for one in plain) == [NOW - 100 + at for at in range(50)]


# Bounds


def test_with_too_many_bytes_the_newest_are_read_and_it_is_said_from_when(tmp_path: Path) -> None:
    log = write(tmp_path / "bot.log", steady(NOW - 3600, NOW, 0.1))
    replay, records = replayed(wanted(log, most_bytes=1 << 20))
    coverage = replay.coverage
    assert not coverage.whole
    assert coverage.why == "1.05 MB were read"
    assert NOW - 3600 < coverage.since < NOW - 600
    times = sorted(one.received for one in records)
    assert times[-1] == pytest.approx(NOW - 0.1, abs=0.01)
    assert times[0] == pytest.approx(coverage.since, abs=0.2)
    assert len(times) == round((NOW - times[0]) * 10), "without a hole"


def test_a_packed_log_larger_than_the_bound_gives_its_end(tmp_path: Path) -> None:
    content = steady(NOW - 3600, NOW - 100, 0.1).encode()
    write(tmp_path / "bot.log.1.gz", gzip.compress(content, 1), NOW - 100)
    write(tmp_path / "bot.log", steady(NOW - 100, NOW))
    replay, records = replayed(wanted(tmp_path / "bot.log", most_bytes=1 << 20))
    assert not replay.coverage.whole
    old = [one for one in records if one.received < NOW - 100.05]
    assert old
    for one in old[:: len(old) // 10]:
        assert json.loads(content[one.offset : one.offset + one.length])["message"] == one.message


def test_out_of_time_it_says_so_and_lets_go(tmp_path: Path) -> None:
    log = write(tmp_path / "bot.log", steady(NOW - 3600, NOW))
    replay, records = replayed(wanted(log, most_s=0.0))
    assert (records, replay.coverage.since, replay.coverage.why) == ([], NOW, "0 s were over")


async def test_cancelled_it_stops_and_lets_go_of_the_files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(replay_log, "SEGMENT", 10_000)
    log = write(tmp_path / "bot.log", steady(NOW - 3600, NOW))
    replay = Replay(wanted(log))
    begun = asyncio.Event()

    async def read_on() -> None:
        async with contextlib.aclosing(replay.batches()) as batches:
            async for _ in batches:
                begun.set()
                await asyncio.sleep(0)

    task = asyncio.create_task(read_on())
    await begun.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert not replay.coverage.whole
    assert open_files(tmp_path) == []


def open_files(folder: Path) -> list[str]:
    links = [f"/proc/self/fd/{name}" for name in os.listdir("/proc/self/fd")]
    places = [os.readlink(link) for link in links if os.path.islink(link)]
    return [place for place in places if place.startswith(str(folder)) or "warroom-replay" in place]


async def test_in_a_loop_it_yields_the_same(tmp_path: Path) -> None:
    write(tmp_path / "bot.log", steady(NOW - 60, NOW))
    write(tmp_path / "bot.log.1.gz", gzip.compress(steady(NOW - 120, NOW - 60).encode()), NOW - 60)
    asked = wanted(tmp_path / "bot.log")
    found = [record async for batch in Replay(asked).batches() for record in batch.records]
    assert found == replayed(asked)[1]
    assert open_files(tmp_path) == []
    assert threading.current_thread() is threading.main_thread()


# Hostile files


def test_what_cannot_be_read_is_said_and_the_rest_is_read(tmp_path: Path) -> None:
    write(tmp_path / "a.log", steady(NOW - 10, NOW))
    os.mkfifo(tmp_path / "b.log")
    (tmp_path / "c.log").mkdir()
    write(tmp_path / "d.log.1.gz", gzip.compress(steady(NOW - 20, NOW - 10).encode())[:-40], NOW - 10)
    write(tmp_path / "d.log", b"")
    _, records = replayed(wanted(tmp_path / "*.log", tmp_path / "gone.log"))
    assert sorted(gaps(records)) == ["unreadable"] * 4
    assert numbers([one for one in records if one.source.endswith("a.log")]) == list(range(-10, 0))
    assert "FIFO" not in str(records)


@pytest.mark.parametrize(
    "content",
    [b"", b"\n" * 5000, b"\0" * 100_000, b"x" * 3_000_000, b"\xff\xfe" * 1000 + b"\n", b"{" * 100_000 + b"\n"],
    ids=["empty", "newlines", "nul", "no-end", "no-utf8", "brackets"],
)
@pytest.mark.usefixtures("segments")
def test_odd_bytes_around_lines_hide_no_line(content: bytes, tmp_path: Path) -> None:
    end = b"" if content.endswith(b"\n") or not content else b"\n"
    before, after = steady(NOW - 20, NOW - 10).encode(), steady(NOW - 10, NOW).encode()
    _, records = replayed(wanted(write(tmp_path / "bot.log", before + content + end + after)))
    lines = [one for one in records if one.message.startswith("line ")]
    assert {int(one.message.split()[1].split("\n")[0]) for one in lines} >= set(range(-20, -10)) | set(range(-9, 0))


def test_nothing_of_the_logs_is_changed(tmp_path: Path) -> None:
    write(tmp_path / "bot.log", steady(NOW - 60, NOW))
    write(tmp_path / "bot.log.1.gz", gzip.compress(steady(NOW - 120, NOW - 60).encode()), NOW - 60)
    before = {path.name: (path.read_bytes(), path.stat().st_mtime_ns) for path in tmp_path.iterdir()}
    replayed(wanted(tmp_path / "bot.log"))
    assert {path.name: (path.read_bytes(), path.stat().st_mtime_ns) for path in tmp_path.iterdir()} == before
