"""Bytes that no log should hold (T15-T17): each is accounted for, and the next line is right."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path

import pytest

from tests.adapters.faults.conftest import Follow
from tests.adapters.faults.oracle import Lines, append, each_in_its_place, nothing_lost
from warroom.core.record import Record

LONGEST_LINE = 1 << 20
MEGABYTE = 1_000_000


def gap_bytes(records: Sequence[Record], kind: str) -> list[int | None]:
    """Return how many bytes the gaps of a kind name."""
    return [one.gap.bytes for one in records if one.gap is not None and one.gap.kind == kind]


ODD = [
    (b"caf\xe9 \xff\xfe", "caf\ufffd \ufffd\ufffd"),
    (b"in\0side", "in\0side"),
    (b"windows\r", "windows"),
    (b"over\rwritten", "over\rwritten"),
    ("one\u2028line\u2029and\u0085no more".encode(), "one\u2028line\u2029and\u0085no more"),
    (b"form\x0cfeed\x0btab\x1c\x1d\x1e", "form\x0cfeed\x0btab\x1c\x1d\x1e"),
    ("\ufeffmark in the middle".encode(), "\ufeffmark in the middle"),
    (b"half a character \xe2\x82", "half a character \ufffd"),
    (b"surrogate \xed\xa0\x80", "surrogate \ufffd\ufffd\ufffd"),
    (b"overlong \xc0\xaf", "overlong \ufffd\ufffd"),
]
"""What is written, and what is told of it."""


def test_t15_odd_bytes_stay_one_line_of_their_length(follow: Follow, log: Path, lines: Lines) -> None:
    follower = follow(log)
    follower.tells(lines)
    for written, message in ODD:
        append(log, b"INFO:bot:" + written + b"\n")
        lines.written.append(message)
    append(log, lines.next(1))
    nothing_lost(follower, lines)
    told = follower.lines[10 : 10 + len(ODD)]
    assert [one.length for one in told] == [len(b"INFO:bot:") + len(written) + 1 for written, _ in ODD]
    assert follower.gaps == []


def test_t15_a_mark_at_the_start_of_a_log_and_windows_line_ends_are_no_part_of_its_lines(
    follow: Follow, tmp_path: Path, lines: Lines
) -> None:
    log = tmp_path / "bot.log"
    log.write_bytes(("\ufeff" + lines.next(10).replace("\n", "\r\n")).encode())
    follower = follow(log)
    nothing_lost(follower, lines)
    assert follower.lines[0].length == 3 + len("INFO:bot:line 0\r\n")


@pytest.mark.parametrize("before", [10, 20_000], ids=["short", "longer than a piece"])
def test_t16_the_hole_of_a_writer_that_does_not_append_is_dropped_and_said(
    follow: Follow, tmp_path: Path, lines: Lines, before: int
) -> None:
    """A copytruncate under a writer that keeps its place leaves as many NUL bytes as were written before."""
    log = tmp_path / "bot.log"
    with log.open("w", buffering=1) as writer:
        writer.write(lines.next(before))
        writer.flush()
        follower = follow(log)
        follower.tells(lines)
        hole = writer.tell()
        os.truncate(log, 0)
        follower.looks()
        writer.write(lines.next(5))
    nothing_lost(follower, lines)
    assert gap_bytes(follower.records, "nul_hole") == [hole]
    assert set(follower.gaps) <= {"truncated", "rewritten", "nul_hole"}


@pytest.mark.parametrize("megabytes", [10, pytest.param(100, marks=pytest.mark.long)])
def test_t17_a_line_of_many_megabytes_is_cut_and_costs_little_memory(
    follow: Follow, log: Path, lines: Lines, megabytes: int
) -> None:
    follower = follow(log)
    follower.tells(lines)
    before_mib = follower.peak_mib
    size = len("INFO:bot:") + megabytes * MEGABYTE + 1
    with log.open("ab") as writer:
        writer.write(b"INFO:bot:")
        for _ in range(megabytes):
            writer.write(b"x" * MEGABYTE)
        writer.write(b"\n")
    append(log, lines.next(5))
    follower.sees(lambda: len(follower.lines) == 16, "the lines after the long one")
    assert follower.gaps == ["cut_line"]
    assert gap_bytes(follower.records, "cut_line") == [size - 1 - LONGEST_LINE]
    long = follower.lines[10]
    assert long.length == size
    assert long.message == "x" * (LONGEST_LINE - len("INFO:bot:"))
    messages = follower.messages
    assert messages[:10] + messages[11:] == lines.written
    each_in_its_place(follower.records)
    assert follower.peak_mib - before_mib < 40


def test_t17_lines_of_exactly_the_longest_length_are_whole(follow: Follow, log: Path, lines: Lines) -> None:
    follower = follow(log)
    follower.tells(lines)
    append(log, lines.next(1, width=LONGEST_LINE - len("INFO:bot:")))
    append(log, lines.next(1))
    nothing_lost(follower, lines)
    assert follower.gaps == []


def test_t17_a_long_line_that_never_ends_is_shown_and_does_not_fill_the_memory(
    follow: Follow, log: Path, lines: Lines
) -> None:
    follower = follow(log, options=("--half", "0.4"))
    follower.tells(lines)
    before_mib = follower.peak_mib
    # It is shown as far as it goes once nobody wrote for a moment, which a slow writer gives it time for.
    with follower.away("stopped"), log.open("ab") as writer:
        for _ in range(50):
            writer.write(b"y" * MEGABYTE)
    follower.sees(lambda: "partial" in follower.gaps, "the half line")
    assert gap_bytes(follower.records, "partial")[0] == 50 * MEGABYTE
    assert follower.peak_mib - before_mib < 40
