"""Rotation (T1-T5): whatever becomes of a log's old generations, no line of them is lost or told twice."""

from __future__ import annotations

import gzip
import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.adapters.faults.conftest import Follow
from tests.adapters.faults.oracle import PATIENT, Lines, append, loss_is_said, nothing_lost, shift

LONG = pytest.mark.long
"""Cases that differ little from one that always runs."""
Rotate = Callable[[Path, int], None]


def numbered(log: Path, turn: int) -> None:
    log.rename(shift(log))


def dated(log: Path, turn: int) -> None:
    log.rename(log.with_name(f"bot.log-202611{turn + 1:02}"))


def loguru(log: Path, turn: int) -> None:
    log.rename(log.with_name(f"bot.2026-11-23_09-18-{turn:02}_123456.log"))


def packed(log: Path, turn: int) -> None:
    """All but the newest are packed, as with logrotate's delaycompress."""
    before = log.with_name(f"bot.log.{turn - 1}")
    if before.exists():
        with gzip.open(f"{before}.gz", "wb") as to:
            to.write(before.read_bytes())
        shutil.copystat(before, f"{before}.gz")
        before.unlink()
    log.rename(log.with_name(f"bot.log.{turn}"))


def burst(log: Path, lines: Lines, rotate: Rotate, turns: int = 20) -> None:
    for turn in range(turns):
        append(log, lines.next(10))
        rotate(log, turn)
        log.touch()
    append(log, lines.next(10))


@pytest.mark.parametrize("pattern", ["bot.log", "bot.log*"])
def test_t01_renamed_and_created_anew_again_and_again(follow: Follow, log: Path, lines: Lines, pattern: str) -> None:
    follower = follow(log.with_name(pattern))
    follower.tells(lines)
    for turn in range(5):
        append(log, lines.next(10))
        numbered(log, turn)
        append(log, lines.next(10))
        follower.tells(lines)
    nothing_lost(follower, lines)
    assert {record.generation for record in follower.lines} == set(range(6))
    assert follower.gaps == []


@pytest.mark.parametrize("unlinked", [False, True], ids=["kept", "deleted"])
def test_t02_a_writer_that_keeps_the_old_file_is_read_under_the_old_generation(
    follow: Follow, log: Path, lines: Lines, *, unlinked: bool
) -> None:
    follower = follow(log, options=PATIENT)
    follower.tells(lines)
    with log.open("a", buffering=1) as writer:
        if unlinked:
            log.unlink()
        else:
            numbered(log, 0)
        append(log, lines.next(10))
        follower.tells(lines)
        late = len(lines.written)
        for _ in range(3):
            writer.write(lines.next(5))
            follower.tells(lines)
    append(log, lines.next(5))
    nothing_lost(follower, lines)
    assert {record.generation for record in follower.lines[late : late + 15]} == {0}
    assert {record.generation for record in follower.lines[late + 15 :]} == {1}


@pytest.mark.long
@pytest.mark.parametrize(
    ("rotate", "away"),
    [
        (numbered, "stopped"),
        (numbered, "killed"),
        (dated, "killed"),
        (loguru, "stopped"),
        (packed, "stopped"),
        *(pytest.param(*case, marks=LONG) for case in ((dated, "stopped"), (loguru, "killed"), (packed, "killed"))),
    ],
)
def test_t03_twenty_rotations_in_one_burst_lose_nothing(
    follow: Follow, log: Path, lines: Lines, rotate: Rotate, away: str
) -> None:
    follower = follow(log)
    follower.tells(lines)
    with follower.away(away):
        burst(log, lines, rotate)
    nothing_lost(follower, lines)
    assert follower.gaps == []


@pytest.mark.parametrize("away", ["stopped", pytest.param("ended", marks=LONG)])
@pytest.mark.parametrize(("rotate", "pattern"), [(numbered, "bot.log*"), (packed, "bot.log*"), (loguru, "bot*.log")])
def test_t03_a_pattern_that_names_the_old_generations_tells_none_of_them_twice(
    follow: Follow, log: Path, lines: Lines, rotate: Rotate, pattern: str, away: str
) -> None:
    follower = follow(log.with_name(pattern))
    follower.tells(lines)
    with follower.away(away):
        burst(log, lines, rotate)
    nothing_lost(follower, lines)
    assert {record.source for record in follower.lines} == {str(log)}


def test_t03_rotations_while_it_reads_lose_nothing(follow: Follow, log: Path, lines: Lines) -> None:
    follower = follow(log)
    follower.tells(lines)
    burst(log, lines, numbered, turns=40)
    nothing_lost(follower, lines)


@pytest.mark.parametrize("away", ["stopped", "ended"])
@pytest.mark.parametrize("kept", [1, 5])
def test_t04_generations_that_were_deleted_unread_are_said(
    follow: Follow, log: Path, lines: Lines, kept: int, away: str
) -> None:
    def rotate(log: Path, turn: int) -> None:
        numbered(log, turn)
        log.with_name(f"bot.log.{kept + 1}").unlink(missing_ok=True)

    follower = follow(log)
    follower.tells(lines)
    with follower.away(away):
        burst(log, lines, rotate)
    loss_is_said(follower, lines, "rotated_unread")
    assert set(lines.written[-(kept + 1) * 10 :]) <= set(follower.messages), "what was kept is read"


@pytest.mark.parametrize("pattern", ["bot.log", "bot.log*"])
def test_t05_copied_and_truncated_when_all_was_read(follow: Follow, log: Path, lines: Lines, pattern: str) -> None:
    follower = follow(log.with_name(pattern))
    for _ in range(3):
        append(log, lines.next(10))
        follower.tells(lines)
        shutil.copy(log, shift(log))
        os.truncate(log, 0)
        append(log, lines.next(3))
        follower.tells(lines)
    nothing_lost(follower, lines)


@pytest.mark.parametrize("grown", [0, 5, 40])
@pytest.mark.parametrize(
    ("away", "pattern"),
    [("stopped", "bot.log*"), *(pytest.param(how, "bot.log", marks=LONG) for how in ("stopped", "killed"))],
)
def test_t05_copied_and_truncated_before_all_was_read(
    follow: Follow, log: Path, lines: Lines, away: str, pattern: str, grown: int
) -> None:
    follower = follow(log.with_name(pattern))
    follower.tells(lines)
    with follower.away(away):
        append(log, lines.next(10))
        shutil.copy(log, shift(log))
        os.truncate(log, 0)
        append(log, lines.next(grown))
    append(log, lines.next(1))
    nothing_lost(follower, lines)


@pytest.mark.parametrize("away", ["stopped", "ended"])
def test_t05_copied_and_truncated_several_times_before_a_look(
    follow: Follow, log: Path, lines: Lines, away: str
) -> None:
    follower = follow(log)
    follower.tells(lines)
    with follower.away(away):
        for count in (10, 2, 30):
            append(log, lines.next(count))
            shutil.copy(log, shift(log))
            os.truncate(log, 0)
        append(log, lines.next(5))
    nothing_lost(follower, lines)
