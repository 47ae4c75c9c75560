"""Logs that have no successor when the next run starts (T4, T23): their last lines matter most."""

from __future__ import annotations

from pathlib import Path

from tests.adapters.faults.conftest import Follow
from tests.adapters.faults.oracle import Lines, append, loss_is_said, nothing_lost, shift

HASTY = ("--gone", "0.4")


def test_t04_a_log_that_was_deleted_between_two_runs_is_said(follow: Follow, log: Path, lines: Lines) -> None:
    follower = follow(log, options=HASTY)
    follower.tells(lines)
    with follower.away("ended"):
        append(log, lines.next(5))
        log.unlink()
    loss_is_said(follower, lines, "vanished")


def test_t32_a_log_rotated_between_two_runs_is_read_although_no_new_one_is_there(
    follow: Follow, log: Path, lines: Lines
) -> None:
    follower = follow(log, options=HASTY)
    follower.tells(lines)
    with follower.away("ended"):
        append(log, lines.next(5))
        log.rename(shift(log))
    nothing_lost(follower, lines)
    assert follower.gaps == ["vanished"]
    log.write_text(lines.next(5))
    nothing_lost(follower, lines)
