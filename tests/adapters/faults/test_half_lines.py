"""Lines that come in pieces (T11-T14): shown late rather than torn, and never glued to another file's."""

from __future__ import annotations

import contextlib
import shutil
import time
from itertools import pairwise
from pathlib import Path

import pytest

from tests.adapters.faults.conftest import Follow
from tests.adapters.faults.oracle import PATIENT, Follower, Lines, append, nothing_lost, replace

PARTIAL_S = 5.0
HASTY = ("--gone", "0.4", "--half", "3600")
"""What lost its name is given up at once, so that its half line is told; no half line is shown before that."""


def partials(follower: Follower) -> list[str]:
    """Return the texts of the half lines that were told as such."""
    follower.hear()
    return [one.message for one in follower.records if one.gap is not None and one.gap.kind == "partial"]


@pytest.mark.parametrize("content", [b"", b"I", b"INFO:bot:lin"], ids=["no byte", "one byte", "half a line"])
def test_t11_the_first_line_of_a_tiny_log_is_told_at_once(follow: Follow, tmp_path: Path, content: bytes) -> None:
    log = tmp_path / "bot.log"
    log.write_bytes(content)
    follower = follow(log, options=PATIENT)
    follower.looks()
    assert follower.records == []
    append(log, b"INFO:bot:line 0\n"[len(content) :])
    follower.sees(lambda: follower.messages == ["line 0"])
    assert [record.offset for record in follower.lines] == [0]


def test_t12_a_half_line_waits_for_its_rest(follow: Follow, log: Path, lines: Lines) -> None:
    follower = follow(log, options=PATIENT)
    follower.tells(lines)
    append(log, "INFO:bot:one ")
    follower.looks()
    append(log, "and ")
    follower.looks()
    assert len(follower.records) == 10
    append(log, "the same\n")
    lines.also("one and the same")
    append(log, lines.next(1))
    nothing_lost(follower, lines)
    assert follower.gaps == []


@pytest.mark.long
def test_t12_a_half_line_is_shown_after_five_seconds_and_told_whole_when_it_ends(
    follow: Follow, log: Path, lines: Lines
) -> None:
    follower = follow(log)
    follower.tells(lines)
    began = time.monotonic()
    append(log, "INFO:bot:one ")
    follower.sees(lambda: partials(follower), "the half line")
    assert time.monotonic() - began >= PARTIAL_S
    assert partials(follower) == ["INFO:bot:one "]
    assert len(follower.lines) == 10, "a half line does not count as a line"
    append(log, "and the same\n")
    lines.also("one and the same")
    append(log, lines.next(1))
    nothing_lost(follower, lines)
    assert len(partials(follower)) == 1


@pytest.mark.parametrize("away", ["ended", pytest.param("killed", marks=pytest.mark.long)])
def test_t12_a_half_line_outlives_the_reader(follow: Follow, log: Path, lines: Lines, away: str) -> None:
    follower = follow(log, options=PATIENT)
    follower.tells(lines)
    append(log, "INFO:bot:one ")
    follower.looks()
    with follower.away(away):
        append(log, "and ")
    follower.looks()
    append(log, "the same\n")
    lines.also("one and the same")
    nothing_lost(follower, lines)
    assert follower.gaps == []


def test_t13_a_half_line_before_a_rotation_is_not_glued_to_the_next_file(
    follow: Follow, log: Path, lines: Lines
) -> None:
    follower = follow(log, options=HASTY)
    follower.tells(lines)
    append(log, "INFO:bot:torn")
    follower.looks()
    replace(log, log.with_name("bot.log.1"), lines.next(5))
    follower.tells(lines)
    lines.also("torn")
    nothing_lost(follower, lines, in_order=False)
    assert follower.gaps == ["partial"]
    assert {one.generation for one in follower.lines if one.message == "torn"} == {0}


def test_t13_the_end_of_a_half_line_is_taken_from_the_old_file_after_a_rotation(
    follow: Follow, log: Path, lines: Lines
) -> None:
    follower = follow(log, options=PATIENT)
    follower.tells(lines)
    with log.open("a", buffering=1) as writer:
        writer.write("INFO:bot:not ")
        writer.flush()
        follower.looks()
        log.rename(log.with_name("bot.log.1"))
        log.write_text(lines.next(5))
        follower.tells(lines)
        writer.write("torn\n")
    lines.also("not torn")
    nothing_lost(follower, lines, in_order=False)
    assert follower.gaps == []


@pytest.mark.parametrize("away", ["stopped", pytest.param("killed", marks=pytest.mark.long)])
@pytest.mark.parametrize("how", ["renamed", "copied and truncated"])
def test_t13_a_half_line_rotated_away_before_a_look_is_told_once(
    follow: Follow, log: Path, lines: Lines, how: str, away: str
) -> None:
    follower = follow(log, options=HASTY)
    follower.tells(lines)
    append(log, "INFO:bot:torn")
    follower.looks()
    with follower.away(away):
        append(log, " apart")
        if how == "renamed":
            log.rename(log.with_name("bot.log.1"))
        else:
            shutil.copy(log, log.with_name("bot.log.1"))
        log.write_text(lines.next(5))
    lines.also("torn apart")
    nothing_lost(follower, lines, in_order=False)
    assert len(partials(follower)) == 1


@pytest.mark.parametrize("away", ["", "ended"])
def test_t14_characters_cut_between_two_writes_stay_whole(follow: Follow, log: Path, lines: Lines, away: str) -> None:
    follower = follow(log)
    follower.tells(lines)
    first, second, third, last = 10, 14, 19, 20
    content = lines.also("Ü € 🚨 end").encode()
    for begin, end in pairwise([0, first, second, third, last]):
        append(log, content[begin:end])
        follower.looks()
    with follower.away(away) if away else contextlib.nullcontext():
        append(log, content[last:])
    append(log, lines.next(1))
    nothing_lost(follower, lines)


def test_t14_characters_across_the_pieces_in_which_a_log_is_read_stay_whole(
    follow: Follow, tmp_path: Path, lines: Lines
) -> None:
    log = tmp_path / "bot.log"
    log.write_text("".join(lines.also(f"{number} " + "Ü€🚨" * 100) for number in range(2000)))
    follower = follow(log)
    nothing_lost(follower, lines)
