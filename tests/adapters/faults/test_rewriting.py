"""Logs that are written anew (T6-T10): neither the name, nor the inode, nor the size, nor the head tells two apart."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests.adapters.faults.conftest import Follow
from tests.adapters.faults.oracle import Lines, append, nothing_lost

REWRITTEN = {"truncated", "rewritten"}
AWAY = pytest.mark.parametrize("away", ["stopped", pytest.param("killed", marks=pytest.mark.long)])


def overwrite(log: Path, content: str) -> None:
    """Write a file anew from its start, in the same inode."""
    with log.open("r+") as writer:
        writer.truncate(0)
        writer.write(content)


def create_with_inode(log: Path, inode: int, content: str) -> bool:
    """Create the log in a deleted file's inode; False when this file system does not use one again."""
    spare = []
    for number in range(200):
        fresh = log.with_name(f"spare{number}")
        fresh.touch()
        if fresh.stat().st_ino == inode:
            fresh.write_text(content)
            fresh.rename(log)
            break
        spare.append(fresh)
    for one in spare:
        one.unlink()
    return log.exists()


@AWAY
@pytest.mark.parametrize("grown", [11, 40])
def test_t06_truncated_and_grown_past_the_old_end_before_a_look(
    follow: Follow, log: Path, lines: Lines, grown: int, away: str
) -> None:
    follower = follow(log)
    follower.tells(lines)
    with follower.away(away):
        overwrite(log, lines.next(grown))
    nothing_lost(follower, lines)
    assert follower.gaps == ["rewritten"]


@AWAY
def test_t06_truncated_and_grown_to_less_than_before(follow: Follow, log: Path, lines: Lines, away: str) -> None:
    follower = follow(log)
    follower.tells(lines)
    with follower.away(away):
        overwrite(log, lines.next(3))
    nothing_lost(follower, lines)
    assert len(follower.gaps) == 1
    assert set(follower.gaps) <= REWRITTEN


@AWAY
def test_t06_truncated_with_lines_unread_says_so(follow: Follow, log: Path, lines: Lines, away: str) -> None:
    follower = follow(log)
    follower.tells(lines)
    unread = Lines("unread")
    with follower.away(away):
        append(log, unread.next(10))
        os.truncate(log, 0)
    follower.sees(lambda: follower.gaps, "a gap")
    append(log, lines.next(3))
    nothing_lost(follower, lines)
    assert set(follower.gaps) <= REWRITTEN
    assert [one.gap.bytes for one in follower.records if one.gap is not None] == [None], "nobody can know how much"


@AWAY
def test_t07_overwritten_with_the_same_size(follow: Follow, log: Path, lines: Lines, away: str) -> None:
    follower = follow(log)
    follower.tells(lines)
    size = log.stat().st_size
    with follower.away(away):
        overwrite(log, "".join(lines.also(f"LINE {number}") for number in range(10)))
        assert log.stat().st_size == size
    nothing_lost(follower, lines)
    assert follower.gaps == ["rewritten"]


@AWAY
def test_t07_overwritten_from_its_start_with_the_same_end(follow: Follow, log: Path, lines: Lines, away: str) -> None:
    same = f"the same end of {'both':=<100}"
    append(log, lines.also(same))
    follower = follow(log)
    follower.tells(lines)
    with follower.away(away):
        overwrite(log, "".join(lines.also(f"LINE {number}") for number in range(10)) + lines.also(same))
    nothing_lost(follower, lines)
    assert follower.gaps == ["rewritten"]


@AWAY
@pytest.mark.parametrize("count", [3, 10, 40], ids=["smaller", "equal", "bigger"])
def test_t08_deleted_and_created_anew(follow: Follow, log: Path, lines: Lines, count: int, away: str) -> None:
    follower = follow(log)
    follower.tells(lines)
    with follower.away(away):
        log.unlink()
        log.write_text("".join(lines.also(f"LINE {number}") for number in range(count)))
    nothing_lost(follower, lines)


@AWAY
def test_t08_replaced_by_a_rename(follow: Follow, log: Path, lines: Lines, away: str) -> None:
    follower = follow(log)
    follower.tells(lines)
    with follower.away(away):
        fresh = log.with_name("fresh")
        fresh.write_text(lines.next(20))
        fresh.replace(log)
    append(log, lines.next(5))
    nothing_lost(follower, lines)


@pytest.mark.parametrize("count", [3, 10, 40], ids=["smaller", "equal", "bigger"])
def test_t09_an_inode_that_is_used_again_is_not_read_from_the_old_place(
    follow: Follow, log: Path, lines: Lines, count: int
) -> None:
    follower = follow(log)
    follower.tells(lines)
    with follower.away("ended"):
        inode = log.stat().st_ino
        content = lines.next(count)
        log.unlink()
        if not create_with_inode(log, inode, content):
            # This file system numbers for ever; the same inode with other content looks the same from outside.
            log.write_text(content)
    nothing_lost(follower, lines)
    assert set(follower.gaps) <= {*REWRITTEN, "vanished"}
    assert follower.gaps


@pytest.mark.parametrize("how", ["same file", "other file"])
@AWAY
def test_t10_the_same_first_kilobyte_does_not_make_the_same_log(
    follow: Follow, tmp_path: Path, lines: Lines, away: str, how: str
) -> None:
    banner = [f"banner {number:03}".ljust(60, "=") for number in range(20)]
    log = tmp_path / "bot.log"
    log.write_text("".join(map(lines.also, banner)) + lines.next(10))
    follower = follow(log)
    follower.tells(lines)
    with follower.away(away):
        content = "".join(map(lines.also, banner)) + lines.next(12)
        if how == "same file":
            overwrite(log, content)
        else:
            log.unlink()
            log.write_text(content)
    nothing_lost(follower, lines)
    assert {record.generation for record in follower.lines} == {0, 1}


@AWAY
def test_t10_two_generations_that_begin_alike_are_told_apart_after_a_rotation(
    follow: Follow, tmp_path: Path, lines: Lines, away: str
) -> None:
    banner = [f"banner {number:03}".ljust(60, "=") for number in range(20)]
    log = tmp_path / "bot.log"
    log.write_text("".join(map(lines.also, banner)) + lines.next(2))
    follower = follow(log)
    follower.tells(lines)
    with follower.away(away):
        append(log, lines.next(3))
        for turn in range(3):
            log.rename(log.with_name(f"bot.log.{3 - turn}"))
            log.write_text("".join(map(lines.also, banner)) + lines.next(2))
    nothing_lost(follower, lines)
    assert follower.gaps == []
