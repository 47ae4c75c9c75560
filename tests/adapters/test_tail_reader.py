"""Many logs: found when they appear, looked at when they change, and what concerns all of them is said."""

from __future__ import annotations

import os
import subprocess
import time
from pathlib import Path

import pytest

from tests.adapters.reading import numbered, text
from warroom.adapters.tail_reader import LogReader
from warroom.core.record import Batch


@pytest.fixture
def batches() -> list[Batch]:
    return []


def lines(batches: list[Batch]) -> list[str]:
    return [record.message for batch in batches for record in batch.records if record.gap is None]


def gaps(batches: list[Batch]) -> list[str]:
    return [record.gap.kind for batch in batches for record in batch.records if record.gap is not None]


def test_a_change_that_is_told_is_read_without_a_look_at_all(
    tmp_path: Path, batches: list[Batch], monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("SCAN_S", "_LONGEST_SCAN_S"):
        monkeypatch.setattr(f"warroom.adapters.tail_reader.{name}", 3600.0)
    log, other = tmp_path / "bot.log", tmp_path / "other.log"
    for path in (log, other):
        path.write_text(text(["old"]))
    reader = LogReader(batches.append)
    reader.follow(str(tmp_path / "*.log"), "bot", from_start=True)
    reader.step()
    batches.clear()
    for path in (log, other):
        with path.open("a") as out:
            out.write(text([path.name]))
    assert reader.pause_s > 0
    reader.step([str(log)])
    assert lines(batches) == ["bot.log"]
    reader.close()


def test_a_change_of_an_unknown_path_finds_a_new_log(tmp_path: Path, batches: list[Batch]) -> None:
    reader = LogReader(batches.append)
    reader.follow(str(tmp_path / "**" / "*.log"), "bot", from_start=False)
    reader.step()
    fresh = tmp_path / "new" / "bot.log"
    fresh.parent.mkdir()
    fresh.write_text(text(["first"]))
    reader._find_at = 0.0
    reader.step([str(fresh.parent)])
    assert lines(batches) == ["first"], "a log that appears is read from its start"
    assert str(fresh.parent) in reader.folders
    reader.close()


def test_the_folder_of_what_a_link_leads_to_is_watched(tmp_path: Path, batches: list[Batch]) -> None:
    target = tmp_path / "pods" / "0.log"
    target.parent.mkdir()
    target.write_text(text(["one"]))
    (tmp_path / "containers").mkdir()
    (tmp_path / "containers" / "bot.log").symlink_to(target)
    reader = LogReader(batches.append)
    reader.follow(str(tmp_path / "containers" / "*.log"), "bot", from_start=True)
    reader.step()
    assert str(target.parent) in reader.folders
    with target.open("a") as out:
        out.write(text(["two"]))
    reader.step([str(target)])
    assert lines(batches) == ["one", "two"]
    reader.close()


@pytest.mark.parametrize("size", [7, 5000])
def test_a_log_that_goes_on_shows_the_lines_before_once_more_and_marks_them(
    tmp_path: Path, batches: list[Batch], size: int
) -> None:
    log = tmp_path / "bot.log"
    log.write_text(text([f"{'x' * 300} {number}" for number in range(size)]))
    first = LogReader(batches.append)
    first.follow(str(log), "bot", from_start=True)
    first.finish()
    first.close()
    (checkpoint,) = [one.checkpoint for one in batches if one.checkpoint is not None][-1:]
    read = [record for batch in batches for record in batch.records]
    with log.open("a") as out:
        out.write(text(["new"]))
    batches.clear()
    second = LogReader(batches.append, show_again=True)
    second.resume([checkpoint])
    second.follow(str(log), "bot", from_start=False)
    second.step()
    shown, new = batches
    assert shown.again
    assert not new.again
    assert [one.message for one in new.records] == ["new"]
    assert shown.checkpoint is not None
    assert (shown.checkpoint.offset, shown.checkpoint.line) == (checkpoint.offset, checkpoint.line)
    places = [(one.offset, one.length, one.line, one.message) for one in shown.records]
    assert places == [(one.offset, one.length, one.line, one.message) for one in read[-len(places) :]]
    assert len(places) == size if size < 10 else 500 < len(places) < 1000
    second.close()


def test_a_large_log_does_not_keep_the_others_waiting(tmp_path: Path, batches: list[Batch]) -> None:
    (tmp_path / "a.log").write_text(text(numbered(0, 300_000)))
    (tmp_path / "b.log").write_text(text(["small"]))
    reader = LogReader(batches.append)
    reader.follow(str(tmp_path / "*.log"), "bot", from_start=True)
    reader.step()
    assert "small" in lines(batches)
    assert len(lines(batches)) < 300_000
    assert reader.pause_s == 0.0
    while reader.pause_s == 0.0:
        reader.step()
    assert len(lines(batches)) == 300_001
    reader.close()


@pytest.mark.parametrize("jump", [3600.0, -3600.0])
def test_a_jump_of_the_clock_is_said_and_the_order_stays(tmp_path: Path, batches: list[Batch], jump: float) -> None:
    log, ahead = tmp_path / "bot.log", [0.0]
    log.write_text(text(["one"]))
    reader = LogReader(batches.append, now=lambda: time.time() + ahead[0])
    reader.follow(str(log), "bot", from_start=True)
    reader.step()
    ahead[0] = jump
    with log.open("a") as out:
        out.write(text(["two"]))
    reader.step([str(log)])
    reader.step([str(log)])
    assert lines(batches) == ["one", "two"]
    assert gaps(batches) == ["clock"]
    reader.close()


def test_standing_still_between_two_looks_at_clocks_is_no_jump(
    tmp_path: Path, batches: list[Batch], monkeypatch: pytest.MonkeyPatch
) -> None:
    passed, stalls = [0.0], list[float]()

    def now() -> float:
        told = 1e9 + passed[0]
        passed[0] += stalls.pop() if stalls else 0.0
        return told

    monkeypatch.setattr("warroom.adapters.tail_reader._host_s", lambda: passed[0])
    (tmp_path / "bot.log").write_text(text(["one"]))
    reader = LogReader(batches.append, now=now)
    reader.follow(str(tmp_path / "bot.log"), "bot", from_start=True)
    reader._scan()
    stalls.append(10.0)
    reader._check_clock()
    assert passed == [10.0]
    assert gaps(batches) == []
    reader.close()


def test_finish_reads_each_log_to_its_end_even_without_a_newline(tmp_path: Path, batches: list[Batch]) -> None:
    (tmp_path / "a.log").write_text(text(["a"]) + "INFO:bot:no end")
    (tmp_path / "b.log").write_text(text(["b"]) + "ERROR:bot:last\n")
    reader = LogReader(batches.append)
    reader.follow(str(tmp_path / "*.log"), "bot", from_start=True)
    reader.finish()
    assert lines(batches) == ["a", "b", "no end", "last"]
    assert gaps(batches) == ["partial"]
    reader.close()


def test_a_fifo_under_a_pattern_is_never_opened(tmp_path: Path, batches: list[Batch]) -> None:
    os.mkfifo(tmp_path / "odd.log")
    reader = LogReader(batches.append)
    reader.follow(str(tmp_path / "*.log"), "bot", from_start=True)
    reader.step()
    reader._scan()
    assert gaps(batches) == ["not_a_log"]
    with pytest.raises(OSError, match="No such device"):
        os.open(tmp_path / "odd.log", os.O_WRONLY | os.O_NONBLOCK)
    reader.close()


@pytest.mark.parametrize("pattern", ["/var/log/a\0b.log", "/var/a\0b/*.log", "/var/log/a\0b/**/*.log"])
def test_a_path_that_no_file_can_have_ends_no_reading(tmp_path: Path, batches: list[Batch], pattern: str) -> None:
    (tmp_path / "bot.log").write_text(text(["read"]))
    reader = LogReader(batches.append)
    for one in (pattern, str(tmp_path / "bot.log")):
        reader.follow(one, "bot", from_start=True)
    reader.step()
    reader._scan()
    assert lines(batches) == ["read"]
    assert gaps(batches) == ([] if "*" in pattern else ["unreadable"])
    reader.close()


def test_a_link_that_leads_nowhere_any_more_ends_no_reading(tmp_path: Path, batches: list[Batch]) -> None:
    (tmp_path / "bot.log").write_text(text(["read"]))
    with subprocess.Popen(["true"]) as ended:
        # Of a process that ended and was not waited for the link is there, and reading it says that it is not.
        os.waitid(os.P_PID, ended.pid, os.WEXITED | os.WNOWAIT)
        reader = LogReader(batches.append)
        for one in (f"/proc/{ended.pid}/ex*", str(tmp_path / "bot.log")):
            reader.follow(one, "bot", from_start=True)
        reader.step()
    assert f"/proc/{ended.pid}/exe" in reader.logs
    assert lines(batches) == ["read"]
    reader.close()


def test_a_log_whose_reading_fails_says_so_once_and_costs_no_other_log(tmp_path: Path, batches: list[Batch]) -> None:
    (tmp_path / "bot.log").write_text(text(["read"]))
    reader = LogReader(batches.append)
    for one in ("/proc/self/mem", str(tmp_path / "bot.log")):
        reader.follow(one, "bot", from_start=True)
    for _ in range(4):
        reader._scan()
    reader.finish()
    assert lines(batches) == ["read"]
    assert gaps(batches) == ["unreadable"]
    reader.close()
