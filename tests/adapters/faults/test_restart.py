"""Runs that end and begin anew (T30-T32): what is kept of the last one may be old, damaged, or another host's."""

from __future__ import annotations

import gzip
import os
import random
import shutil
import threading
from collections.abc import Callable
from functools import partial
from pathlib import Path

import msgspec
import pytest

from tests.adapters.faults.conftest import Follow
from tests.adapters.faults.oracle import Follower, Lines, append, loss_is_said, nothing_lost, shift
from tests.waiting import wait_until
from warroom.core.record import Checkpoint

LONG = pytest.mark.long
"""Cases that differ little from one that always runs."""


def pack(path: Path) -> Path:
    """Pack a file as gzip does: the plain one goes, its time stays."""
    packed = path.with_name(f"{path.name}.gz")
    with gzip.open(packed, "wb") as to:
        to.write(path.read_bytes())
    shutil.copystat(path, packed)
    path.unlink()
    return packed


def _told_or_over(follower: Follower, lines: int, writer: threading.Thread) -> bool:
    return len(follower.lines) >= lines or not writer.is_alive()


@pytest.mark.long
@pytest.mark.parametrize("rotated", [pytest.param(False, id="one file", marks=LONG), pytest.param(True, id="rotated")])
def test_t30_killed_while_much_is_written_nothing_is_lost_or_stored_twice(
    follow: Follow, log: Path, lines: Lines, *, rotated: bool
) -> None:
    follower = follow(log)
    follower.tells(lines)
    rest = threading.Event()

    def write() -> None:
        for turn in range(400):
            append(log, lines.next(5))
            if rotated and turn % 40 == 20:
                log.rename(shift(log))
            rest.wait(0.005)

    writer = threading.Thread(target=write)
    writer.start()
    try:
        chance = random.Random(11)
        while writer.is_alive():
            wait_until(partial(_told_or_over, follower, len(follower.lines) + chance.randrange(200), writer))
            follower.end(kill=True)
            follower.resume(follower.checkpoints)
    finally:
        writer.join()
    append(log, lines.next(1))
    nothing_lost(follower, lines)
    assert follower.gaps == []


def damaged(kept: list[Checkpoint]) -> list[Checkpoint]:
    return [msgspec.structs.replace(one, head="0" * 64, tail="0" * 64) for one in kept]


def beyond(kept: list[Checkpoint]) -> list[Checkpoint]:
    return [msgspec.structs.replace(one, offset=one.offset + 1_000_000) for one in kept]


def of_another_host(kept: list[Checkpoint]) -> list[Checkpoint]:
    return [
        msgspec.structs.replace(one, device=one.device + 7, inode=one.inode + 7, head="1" * 64, tail="1" * 64)
        for one in kept
    ]


def within_a_line(kept: list[Checkpoint]) -> list[Checkpoint]:
    return [msgspec.structs.replace(one, offset=one.offset - 3) for one in kept]


@pytest.mark.parametrize("damage", [damaged, beyond, of_another_host, within_a_line])
def test_t31_a_checkpoint_that_does_not_fit_leads_to_a_new_reading_and_is_said(
    follow: Follow, log: Path, lines: Lines, damage: Callable[[list[Checkpoint]], list[Checkpoint]]
) -> None:
    follower = follow(log)
    follower.tells(lines)
    follower.end()
    append(log, lines.next(5))
    follower.resume(damage(follower.checkpoints))
    again = lines.written[:]
    lines.written[:0] = again[:10]
    nothing_lost(follower, lines)
    assert follower.gaps == ["rewritten"]
    assert {record.generation for record in follower.lines[10:]} == {1}, "it is not mixed up with what was stored"


def test_t31_a_checkpoint_from_before_the_last_lines_leads_to_a_second_telling_in_the_same_places(
    follow: Follow, log: Path, lines: Lines
) -> None:
    follower = follow(log)
    follower.tells(lines)
    follower.looks()
    early = follower.checkpoints
    append(log, lines.next(5))
    follower.tells(lines)
    follower.end()
    follower.resume(early)
    lines.written += lines.written[10:]
    follower.tells(lines)
    follower.looks()
    assert follower.messages == lines.written
    places = [(record.generation, record.offset, record.line) for record in follower.lines]
    assert places[10:15] == places[15:20], "whoever stores them by place stores them once"


def test_t31_without_checkpoints_all_is_read_anew(follow: Follow, log: Path, lines: Lines) -> None:
    follower = follow(log)
    follower.tells(lines)
    follower.end()
    follower.resume([])
    lines.written *= 2
    follower.tells(lines)
    assert follower.messages == lines.written


@pytest.mark.parametrize("pattern", [pytest.param("bot.log", marks=LONG), "bot.log*"])
@pytest.mark.parametrize("unread", [0, 7])
def test_t32_rotated_and_packed_while_down_is_read_from_the_packed_file(
    follow: Follow, log: Path, lines: Lines, unread: int, pattern: str
) -> None:
    follower = follow(log.with_name(pattern))
    follower.tells(lines)
    with follower.away("ended"):
        append(log, lines.next(unread))
        pack(log.rename(shift(log)))
        log.write_text(lines.next(5))
    nothing_lost(follower, lines)
    assert follower.gaps == []


def test_t32_of_several_packed_generations_each_is_read_once(follow: Follow, log: Path, lines: Lines) -> None:
    follower = follow(log)
    follower.tells(lines)
    with follower.away("ended"):
        for number in (3, 2, 1):
            append(log, lines.next(1000))
            pack(log.rename(log.with_name(f"bot.log.{number}")))
            log.touch()
        append(log, lines.next(5))
    nothing_lost(follower, lines)
    assert follower.gaps == []


@pytest.mark.long
def test_t32_a_log_large_in_its_packed_form_is_gone_on_with_in_its_middle(
    follow: Follow, log: Path, lines: Lines
) -> None:
    append(log, lines.next(20_000))
    follower = follow(log)
    follower.tells(lines)
    with follower.away("killed"):
        append(log, lines.next(20_000))
        pack(log.rename(log.with_name("bot.log-20261123")))
        log.write_text(lines.next(5))
    nothing_lost(follower, lines)
    assert follower.gaps == []


def test_t32_a_packed_file_that_was_torn_is_said(follow: Follow, log: Path, lines: Lines) -> None:
    follower = follow(log)
    follower.tells(lines)
    with follower.away("ended"):
        # Of such content the packed form cannot be much smaller, so that half of it holds whole lines.
        for number in range(3000):
            append(log, lines.also(f"{number} {random.Random(number).randbytes(30).hex()}"))
        packed = pack(log.rename(shift(log)))
        os.truncate(packed, packed.stat().st_size // 2)
        log.write_text(lines.next(5))
    follower.sees(lambda: lines.written[-1] in follower.messages)
    assert "unreadable" in follower.gaps
    whole = [message for message in follower.messages if message in set(lines.written)]
    assert len(whole) > 500, "what can be unpacked is read"
    assert len(whole) == len(set(whole))
    assert len(whole) < len(lines.written)


def test_t32_a_generation_that_is_gone_when_the_next_run_starts_is_said(
    follow: Follow, log: Path, lines: Lines
) -> None:
    follower = follow(log)
    follower.tells(lines)
    with follower.away("ended"):
        append(log, lines.next(5))
        log.unlink()
        log.write_text(lines.next(20))
    loss_is_said(follower, lines, "rewritten")
    assert follower.messages[10:] == lines.written[15:]
