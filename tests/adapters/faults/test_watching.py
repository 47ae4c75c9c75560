"""What tells the reader of changes may fall silent, and the clock may lie (T25-T27, T33): the scan finds all of it."""

from __future__ import annotations

import os
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tests.adapters.faults import without_inotify
from tests.adapters.faults.conftest import Follow
from tests.adapters.faults.oracle import Lines, append, nothing_lost

WITHOUT_INOTIFY = (sys.executable, str(Path(without_inotify.__file__)))
OVERFLOW = 12_000
HOUR_S = 3600.0


@pytest.mark.long
@pytest.mark.timeout(300)
def test_t25_an_overflow_of_events_costs_no_log(follow: Follow, tmp_path: Path, lines: Lines) -> None:
    # Each log makes three events at least; the queue of most hosts holds 16,384. Where it holds more, it is a burst.
    (tmp_path / "first.log").write_text(lines.next(1))
    follower = follow(tmp_path / "*.log")
    follower.tells(lines)
    with follower.away("stopped"):
        for number in range(OVERFLOW):
            (tmp_path / f"{number}.log").write_text(lines.next(1))
    nothing_lost(follower, lines, in_order=False, timeout_s=200)
    append(tmp_path / "0.log", lines.next(1))
    append(tmp_path / "11999.log", lines.next(1))
    nothing_lost(follower, lines, in_order=False)


@pytest.mark.long
def test_t26_without_inotify_it_polls_and_says_so(follow: Follow, log: Path, lines: Lines) -> None:
    follower = follow(log, around=WITHOUT_INOTIFY)
    follower.sees(lambda: "unwatched" in follower.gaps)
    for _ in range(2):
        append(log, lines.next(5))
        follower.tells(lines)
    log.rename(log.with_name("bot.log.1"))
    log.write_text(lines.next(5))
    nothing_lost(follower, lines)
    assert follower.gaps == ["unwatched"], "said once"


@pytest.mark.long
def test_t27_of_two_lines_within_a_second_each_arrives(
    follow: Follow, log: Path, lines: Lines, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("WATCHFILES_FORCE_POLLING", "1")
    followers = [follow(log), follow(log, around=WITHOUT_INOTIFY)]
    for _ in range(4):
        append(log, lines.next(1))
        for follower in followers:
            follower.tells(lines)
    for follower in followers:
        nothing_lost(follower, lines)


@pytest.mark.long
def test_t27_a_second_append_with_the_same_time_stamp_is_seen(follow: Follow, log: Path, lines: Lines) -> None:
    follower = follow(log, around=WITHOUT_INOTIFY)
    follower.tells(lines)
    stamp = log.stat().st_mtime_ns
    for _ in range(2):
        append(log, lines.next(1))
        os.utime(log, ns=(stamp, stamp))
        follower.tells(lines)
    nothing_lost(follower, lines)


@pytest.mark.parametrize("jump_s", [HOUR_S, -HOUR_S], ids=["ahead", "back"])
def test_t33_a_clock_that_jumps_changes_no_order_and_stops_no_timer(
    follow: Follow, log: Path, lines: Lines, tmp_path: Path, jump_s: float
) -> None:
    clock = tmp_path / "clock"
    clock.write_text("0")
    follower = follow(log, options=("--clock", str(clock)))
    follower.tells(lines)
    fresh = tmp_path / "fresh"
    fresh.write_text(str(jump_s))
    fresh.replace(clock)
    follower.sees(lambda: "clock" in follower.gaps)
    # An error waits a moment for a traceback: by a clock that went back, it would wait for an hour.
    append(log, "ERROR:bot:alone\n")
    lines.written.append("alone")
    follower.tells(lines)
    append(log, lines.next(5))
    log.rename(log.with_name("bot.log.1"))
    log.write_text(lines.next(5))
    nothing_lost(follower, lines)
    assert follower.gaps == ["clock"]
    jumped = follower.lines[-1].received - follower.lines[0].received
    assert abs(jumped - jump_s) < 60


def test_t33_lines_from_the_future_stay_in_the_order_of_arrival_and_are_marked(
    follow: Follow, log: Path, lines: Lines
) -> None:
    follower = follow(log)
    follower.tells(lines)
    now = datetime.now(UTC)
    for hours in (0, 5, -5, 1, 0):
        written = (now + timedelta(hours=hours)).strftime("%Y-%m-%d %H:%M:%S")
        append(log, f"{written},000 - bot - INFO - {hours} hours\n")
        lines.written.append(f"{hours} hours")
    nothing_lost(follower, lines)
    assert [record.ahead for record in follower.lines[10:]] == [False, True, False, True, False]
