"""More than fits (T28, T29): ten thousand logs, and a backlog larger than the memory that reading it may take."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from tests.adapters.faults.conftest import Follow
from tests.adapters.faults.oracle import Follower, Lines, append, nothing_lost

pytestmark = [pytest.mark.long, pytest.mark.timeout(600)]

LOGS = 10_000
MOST_GROWTH = 40
"""How much dearer a start may become with ten times the logs: ten is linear, a hundred would be the square.

Work takes up to twice the processor's time while others work beside it, so the middle between the two is far off.
"""
MOST_OPEN = 2300
IDLE_SHARE = 0.05
IDLE_S = 15.0
BACKLOG = 256 << 20
LIMIT_MIB = 64
HALT_AT = 8 << 20
"""Behind the first turn of a large log, after which each other log has had one too."""


def processor_s(follower: Follower) -> float:
    """Return the seconds that its process worked so far, on however busy a machine."""
    times = psutil.Process(follower.process.pid).cpu_times()
    return float(times.user + times.system)


def logs_below(folder: Path, count: int, lines: Lines) -> list[Path]:
    """Write so many logs of a line each, into ten folders, and return them."""
    logs = [folder / f"{number % 10}" / f"{number}.log" for number in range(count)]
    for log in logs:
        log.parent.mkdir(exist_ok=True, parents=True)
        log.write_text(lines.next(1))
    return logs


def start_s(follow: Follow, folder: Path, count: int) -> float:
    """Return the seconds of work after which a follower told the first line of so many logs."""
    lines = Lines()
    logs_below(folder, count, lines)
    follower = follow(folder / "*" / "*.log")
    follower.tells(lines, timeout_s=120)
    taken = processor_s(follower)
    follower.end()
    return taken


def test_t28_ten_thousand_logs_start_fast_hold_few_files_and_cost_little_when_idle(
    follow: Follow, tmp_path: Path, lines: Lines
) -> None:
    one, tenth = start_s(follow, tmp_path / "one", 1), start_s(follow, tmp_path / "tenth", LOGS // 10)
    logs = logs_below(tmp_path / "all", LOGS, lines)
    follower = follow(tmp_path / "all" / "*" / "*.log")
    follower.tells(lines, timeout_s=120)
    assert processor_s(follower) - one < MOST_GROWTH * (tenth - one)
    nothing_lost(follower, lines, in_order=False, timeout_s=120)
    for log in logs[::500]:
        append(log, lines.next(1))
    nothing_lost(follower, lines, in_order=False)
    follower.sees(lambda: follower.open_files < MOST_OPEN, "descriptors given back")
    before, began = processor_s(follower), time.monotonic()
    psutil.Process(follower.process.pid).cpu_percent(IDLE_S)
    assert (processor_s(follower) - before) / (time.monotonic() - began) < IDLE_SHARE
    logs[7].rename(f"{logs[7]}.1")
    logs[7].write_text(lines.next(1))
    nothing_lost(follower, lines, in_order=False)


def test_t28_logs_over_the_limit_of_open_files_are_all_followed(follow: Follow, tmp_path: Path, lines: Lines) -> None:
    logs = [tmp_path / f"{number}.log" for number in range(1000)]
    for log in logs:
        log.write_text(lines.next(1))
    follower = follow(tmp_path / "*.log", around=("sh", "-c", 'ulimit -n 128; exec "$@"', "sh"))
    nothing_lost(follower, lines, in_order=False)
    for _ in range(3):
        for log in logs:
            append(log, lines.next(1))
        nothing_lost(follower, lines, in_order=False)
    assert "unreadable" not in follower.gaps
    assert follower.open_files <= 128


@pytest.fixture(scope="module")
def backlog() -> Iterator[tuple[Path, int]]:
    """A log of 256 MiB and how many lines it has; not in a folder of pytest, which would keep it for three runs."""
    text = "answered a question about an order that has not come yet, and asked for its number"
    number = size = 0
    with tempfile.TemporaryDirectory() as folder:
        log = Path(folder) / "bot.log"
        with log.open("w") as writer:
            while size < BACKLOG:
                size += writer.write("".join(f"INFO:bot:{n} {text}\n" for n in range(number, number + 10_000)))
                number += 10_000
        yield log, number


def test_t29_a_backlog_is_read_in_bounded_memory_and_what_is_left_is_said(
    follow: Follow, backlog: tuple[Path, int]
) -> None:
    log, written = backlog
    follower = follow(log, options=("--brief",))
    size = log.stat().st_size
    follower.sees(
        lambda: any(b.checkpoint and b.checkpoint.offset == size for b in follower.hear()), "its end", timeout_s=500
    )
    assert follower.peak_mib < LIMIT_MIB
    told = [batch for batch in follower.batches if batch.source == str(log) and batch.records]
    assert told[0].behind_bytes > BACKLOG * 0.9
    assert [batch.behind_bytes for batch in told] == sorted((b.behind_bytes for b in told), reverse=True)
    assert told[-1].behind_bytes == 0
    # Of each batch the ends are told; they meet, so nothing lies between that was not read.
    end, line = 0, 0
    for batch in told:
        first, last = batch.records[0], batch.records[-1]
        assert (first.offset, first.line) == (end, line + 1)
        assert last.line is not None
        end, line = last.offset + last.length, last.line
    assert (end, line) == (size, written)


def test_t29_from_the_end_the_newest_lines_are_there_without_reading_the_others(
    follow: Follow, backlog: tuple[Path, int], lines: Lines
) -> None:
    log, written = backlog
    follower = follow(log, options=("--from-end",))
    follower.sees(lambda: len(follower.lines) >= 1000)
    assert psutil.Process(follower.process.pid).io_counters().read_chars < BACKLOG / 8
    assert follower.messages[-1].startswith(f"{written - 1} ")
    follower.looks()
    assert len(follower.lines) == 1000


def test_t29_a_backlog_of_one_log_does_not_keep_another_waiting(
    follow: Follow, backlog: tuple[Path, int], tmp_path: Path, lines: Lines
) -> None:
    log, _ = backlog
    small = tmp_path / "small.log"
    small.write_text(lines.next(5))
    follower = follow(log, small, options=("--brief", "--halt-at", str(HALT_AT)))
    with follower.away("halted"):
        append(small, "INFO:bot:fresh\n")
    follower.sees(lambda: "fresh" in follower.messages)
    told = [one.message for one in follower.records if one.source == str(small)]
    assert told == ["line 0", "line 4", "fresh"]
    fresh = next(at for at, one in enumerate(follower.batches) if any(r.message == "fresh" for r in one.records))
    before = [one.checkpoint for one in follower.batches[:fresh] if one.source == str(log)]
    assert max(one.offset for one in before if one is not None) < log.stat().st_size / 2
