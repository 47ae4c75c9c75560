"""The reader under the faults of real logs: the writer numbers its lines, each is stored once or a gap says why not."""

from __future__ import annotations

import asyncio
import os
import shutil
import tempfile
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.adapters.faults.oracle import replace
from tests.adapters.reading import numbered, reading, text
from tests.waiting import eventually

NOBODY = 65534


def append(path: Path, content: str | bytes) -> None:
    with path.open("ab") as log:
        log.write(content.encode() if isinstance(content, str) else content)


@pytest.fixture
def log(tmp_path: Path) -> Path:
    path = tmp_path / "bot.log"
    path.write_text(text(numbered(0, 10)))
    return path


async def test_appended_lines_arrive_in_order(log: Path) -> None:
    async with reading(log) as reader:
        await reader.has(numbered(0, 10))
        append(log, text(numbered(10, 20)))
        await reader.has(numbered(0, 20))


async def test_offsets_and_lengths_tile_the_file(log: Path) -> None:
    append(log, b"raw \xff\x00 bytes\r\n\nINFO:bot:last\n")
    async with reading(log) as reader:
        await eventually(lambda: "last" in reader.lines)
    end = 0
    for record in reader.records:
        assert record.offset == end
        end += record.length
    assert end == log.stat().st_size


async def test_a_file_that_is_absent_is_said_and_read_from_its_start_when_it_appears(tmp_path: Path) -> None:
    path = tmp_path / "later.log"
    async with reading(path, from_start=False) as reader:
        await eventually(lambda: any(batch.state == "waiting" for batch in reader.batches))
        path.write_text(text(numbered(0, 5)))
        await reader.has(numbered(0, 5))
        assert reader.source.backlog_end(str(path)) == 0


async def test_from_the_end_shows_the_last_thousand_lines_and_marks_them_as_old(tmp_path: Path) -> None:
    path = tmp_path / "bot.log"
    path.write_text(text(numbered(0, 1500)))
    async with reading(path, from_start=False) as reader:
        await reader.has(numbered(500, 1500))
        assert reader.source.backlog_end(str(path)) == path.stat().st_size
        append(path, text(numbered(1500, 1501)))
        await reader.has(numbered(500, 1501))
        assert reader.records[-1].offset >= reader.source.backlog_end(str(path))


async def test_rename_and_create_loses_nothing(log: Path) -> None:
    async with reading(log) as reader:
        await reader.has(numbered(0, 10))
        append(log, text(numbered(10, 15)))
        log.rename(log.with_suffix(".log.1"))
        log.write_text(text(numbered(15, 30)))
        await eventually(lambda: len(reader.lines) >= 30)
        assert sorted(reader.lines, key=numbered(0, 30).index) == numbered(0, 30)
        assert {record.generation for record in reader.records} == {0, 1}


async def test_a_writer_that_keeps_the_old_file_is_read_on(log: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("warroom.adapters.tail_log.GONE_S", 3600.0)
    with log.open("a") as writer:
        async with reading(log) as reader:
            await reader.has(numbered(0, 10))
            log.rename(log.with_suffix(".log.1"))
            log.write_text(text(numbered(20, 25)))
            await eventually(lambda: len(reader.lines) >= 15)
            writer.write(text(numbered(10, 20)))
            writer.flush()
            await eventually(lambda: len(reader.lines) >= 25)
            late = [record for record in reader.records if record.message in numbered(10, 20)]
            assert {record.generation for record in late} == {0}


async def test_rotations_in_a_burst_lose_nothing_while_the_files_exist(log: Path) -> None:
    async with reading(f"{log}*") as reader:
        await reader.has(numbered(0, 10))
        for turn in range(20):
            append(log, text(numbered(10 + turn * 10, 20 + turn * 10)))
            log.rename(log.with_name(f"bot.log.{turn}"))
            log.write_text("")
        await eventually(lambda: len(reader.lines) >= 210)
        assert sorted(reader.lines, key=numbered(0, 210).index) == numbered(0, 210)


async def test_copy_and_truncate_is_read_once(log: Path) -> None:
    async with reading(log) as reader:
        await reader.has(numbered(0, 10))
        shutil.copy(log, log.with_suffix(".log.1"))
        os.truncate(log, 0)
        await eventually(lambda: "truncated" in reader.gaps)
        append(log, text(numbered(10, 15)))
        await reader.has(numbered(0, 15))


@pytest.mark.parametrize("last", [15, 40])
async def test_truncated_and_grown_again_before_a_look_is_read_anew(log: Path, last: int) -> None:
    async with reading(log) as reader:
        await reader.has(numbered(0, 10))
        with log.open("r+b") as writer:
            writer.truncate(0)
            writer.write(text(numbered(10, last)).encode())
        await eventually(lambda: len(reader.lines) >= last)
        assert reader.lines == numbered(0, last)
        assert set(reader.gaps) <= {"truncated", "rewritten"}
        assert reader.gaps


async def test_overwritten_with_the_same_size_is_noticed(log: Path) -> None:
    other = [f"LINE {number}" for number in range(10)]
    async with reading(log) as reader:
        await reader.has(numbered(0, 10))
        with log.open("r+b") as writer:
            writer.write(text(other).encode())
        await reader.has(numbered(0, 10) + other)
        assert reader.gaps == ["rewritten"]


@pytest.mark.parametrize("count", [3, 10, 40])
async def test_deleted_and_created_anew_is_read_from_its_start(log: Path, count: int) -> None:
    async with reading(log) as reader:
        await reader.has(numbered(0, 10))
        log.unlink()
        log.write_text(text(numbered(10, 10 + count)))
        await reader.has(numbered(0, 10 + count))


async def test_a_new_file_with_the_same_head_is_another_file(log: Path) -> None:
    head = log.read_text()
    async with reading(log) as reader:
        await reader.has(numbered(0, 10))
        fresh = log.with_name("fresh")
        fresh.write_text(head + text(["new"]))
        fresh.replace(log)
        await reader.has([*numbered(0, 10), *numbered(0, 10), "new"])


async def test_a_half_line_waits_for_its_rest(log: Path) -> None:
    async with reading(log) as reader:
        await reader.has(numbered(0, 10))
        append(log, "INFO:bot:first half,")
        append(log, text(["x"])[:0])
        await asyncio.sleep(0)
        append(log, " second half\n")
        await reader.has([*numbered(0, 10), "first half, second half"])


async def test_a_half_line_is_not_glued_to_the_next_file(log: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("warroom.adapters.tail_log.GONE_S", 0.2)
    monkeypatch.setattr("warroom.adapters.tail_intake.PARTIAL_S", 3600.0)
    async with reading(log) as reader:
        await reader.has(numbered(0, 10))
        append(log, "INFO:bot:cut")
        replace(log, log.with_suffix(".log.1"), text(["whole"]))
        await eventually(lambda: "cut" in reader.lines and "whole" in reader.lines)
        assert reader.gaps == ["partial"]


async def test_a_character_cut_between_two_writes_stays_whole(log: Path) -> None:
    async with reading(log) as reader:
        await reader.has(numbered(0, 10))
        content = "INFO:bot:Ümlaut €\n".encode()
        for cut in range(len(content)):
            append(log, content[cut : cut + 1])
        await reader.has([*numbered(0, 10), "Ümlaut €"])


async def test_a_hole_of_nul_bytes_is_dropped_and_said(log: Path) -> None:
    async with reading(log) as reader:
        await reader.has(numbered(0, 10))
        append(log, b"\0" * 500 + b"INFO:bot:after\n")
        await reader.has([*numbered(0, 10), "after"])
        assert reader.gaps == ["nul_hole"]


async def test_ten_megabytes_in_one_line_are_cut_and_the_next_line_is_right(log: Path) -> None:
    async with reading(log) as reader:
        await reader.has(numbered(0, 10))
        append(log, b"INFO:bot:" + b"x" * 10_000_000 + b"\nINFO:bot:next\n")
        await eventually(lambda: "next" in reader.lines)
        assert reader.gaps == ["cut_line"]
        assert len(reader.lines[10]) < 1_100_000
        assert reader.records[-1].offset + reader.records[-1].length == log.stat().st_size


async def test_a_link_that_is_swapped_is_followed(tmp_path: Path) -> None:
    folders = [tmp_path / "a", tmp_path / "b"]
    for folder, lines in zip(folders, (numbered(0, 5), numbered(5, 10)), strict=True):
        folder.mkdir()
        (folder / "bot.log").write_text(text(lines))
    link = tmp_path / "bot.log"
    link.symlink_to(folders[0] / "bot.log")
    async with reading(link) as reader:
        await reader.has(numbered(0, 5))
        fresh = tmp_path / "fresh"
        fresh.symlink_to(folders[1] / "bot.log")
        fresh.replace(link)
        await reader.has(numbered(0, 10))
        append(folders[1] / "bot.log", text(["more"]))
        await reader.has([*numbered(0, 10), "more"])


async def test_a_folder_that_is_removed_and_made_anew_is_read(tmp_path: Path) -> None:
    folder = tmp_path / "logs"
    folder.mkdir()
    path = folder / "bot.log"
    path.write_text(text(numbered(0, 5)))
    async with reading(path) as reader:
        await reader.has(numbered(0, 5))
        shutil.rmtree(folder)
        folder.mkdir()
        path.write_text(text(numbered(5, 10)))
        await reader.has(numbered(0, 10))


async def test_names_that_are_not_utf8_or_look_hidden_are_read(tmp_path: Path) -> None:
    folder = tmp_path / ".venv"
    folder.mkdir()
    (folder / "b.log").write_text(text(["hidden"]))
    with (folder / os.fsdecode(b"bad\xff.log")).open("w") as log:
        log.write(text(["bad name"]))
    (folder / "c.log~").write_text(text(["backup"]))
    async with reading(folder / "*log*") as reader:
        await eventually(lambda: len(reader.lines) == 3)
        assert sorted(reader.lines) == ["backup", "bad name", "hidden"]
        append(folder / "b.log", text(["more"]))
        await eventually(lambda: "more" in reader.lines)


@pytest.mark.parametrize("make", [os.mkfifo, os.mkdir])
async def test_what_is_no_regular_file_is_refused_without_blocking(
    tmp_path: Path, make: Callable[[Path], None]
) -> None:
    make(tmp_path / "odd.log")
    (tmp_path / "good.log").write_text(text(["good"]))
    async with reading(tmp_path / "*.log") as reader:
        await eventually(lambda: reader.lines == ["good"] and reader.gaps == ["not_a_log"])


@pytest.fixture
def log_of_nobody() -> Iterator[Path]:
    """A log of ten lines whose owner is whoever the test runs as: root reads everything, so it becomes nobody."""
    with tempfile.TemporaryDirectory() as folder:
        log = Path(folder) / "bot.log"
        log.write_text(text(numbered(0, 10)))
        if os.geteuid():
            yield log
            return
        for place in (log, log.parent):
            os.chown(place, NOBODY, NOBODY)
        os.seteuid(NOBODY)
        yield log
        os.seteuid(0)


async def test_a_log_that_may_not_be_read_is_said_and_resumed(log_of_nobody: Path) -> None:
    log = log_of_nobody
    log.chmod(0)
    async with reading(log) as reader:
        await eventually(lambda: reader.gaps == ["unreadable"])
        log.chmod(0o600)
        await reader.has(numbered(0, 10))


async def test_a_traceback_is_one_record(log: Path) -> None:
    trace = (
        "ERROR:bot:tool failed\nTraceback (most recent call last):\n"
        "  File \"a.py\", line 1, in <module>\n    f()\n    ~~~^^\nKeyError: 'api_key'\nINFO:bot:next\n"
    )
    async with reading(log) as reader:
        append(log, trace)
        await eventually(lambda: "next" in reader.lines)
        assert len(reader.lines) == 12
        joined = reader.records[10]
        assert joined.message.endswith("KeyError: 'api_key'")
        assert joined.length == len(trace) - len("INFO:bot:next\n")


async def test_an_error_without_a_traceback_is_not_held_back_for_long(log: Path) -> None:
    async with reading(log) as reader:
        append(log, "ERROR:bot:alone\n")
        await reader.has([*numbered(0, 10), "alone"])


async def test_a_new_run_goes_on_where_the_last_one_ended(log: Path) -> None:
    async with reading(log) as first:
        await first.has(numbered(0, 10))
    append(log, text(numbered(10, 20)))
    async with reading(log, resume=first.checkpoints) as second:
        await second.has(numbered(10, 20))
        assert [record.line for record in second.records] == list(range(11, 21))


async def test_a_log_rotated_between_two_runs_is_read_to_its_end_first(log: Path) -> None:
    async with reading(log) as first:
        await first.has(numbered(0, 10))
    append(log, text(numbered(10, 15)))
    log.rename(log.with_name("bot.log.1"))
    log.write_text(text(numbered(15, 20)))
    async with reading(log, resume=first.checkpoints) as second:
        await eventually(lambda: len(second.lines) >= 10)
        assert sorted(second.lines, key=numbered(0, 20).index) == numbered(10, 20)
        assert second.gaps == []


async def test_another_file_than_the_last_run_read_is_read_from_its_start_and_said(log: Path) -> None:
    async with reading(log) as first:
        await first.has(numbered(0, 10))
    log.unlink()
    log.write_text(text(numbered(50, 70)))
    async with reading(log, resume=first.checkpoints) as second:
        await second.has(numbered(50, 70))
        assert second.gaps == ["rewritten"]


async def test_closing_leaves_no_thread_and_no_open_file(log: Path) -> None:
    before = set(os.listdir("/proc/self/fd"))
    async with reading(log) as reader:
        await reader.has(numbered(0, 10))
    assert not [thread for thread in threading.enumerate() if thread.name in ("tail", "watch")]
    left = [fd for fd in set(os.listdir("/proc/self/fd")) - before if os.path.exists(f"/proc/self/fd/{fd}")]
    assert not [fd for fd in left if os.readlink(f"/proc/self/fd/{fd}").endswith(".log")]


async def test_what_waits_to_be_taken_counts_as_behind(tmp_path: Path) -> None:
    log = tmp_path / "bot.log"
    log.write_text(text(numbered(0, 30_000)))
    async with reading(log) as reader:
        await reader.has(numbered(0, 30_000))
    size = log.stat().st_size
    told = [(one.checkpoint.offset, one.behind_bytes) for one in reader.batches if one.checkpoint and one.records]
    assert len(told) > 2
    # How far the reader was at each of them is a matter of time; the file's end is not.
    assert told[-1] == (size, 0)
    assert all(offset + behind <= size for offset, behind in told)
    assert told[0][1] > 0
