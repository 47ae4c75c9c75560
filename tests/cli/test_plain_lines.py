"""Lines in and out never make anybody wait."""

from __future__ import annotations

import asyncio
import os
import pty
from pathlib import Path

import pytest

from tests.waiting import eventually, wait_until
from warroom.cli.plain_lines import LinesIn, LinesOut


async def test_a_full_pipe_is_waited_for_and_gets_the_rest_when_it_is_read() -> None:
    ours, theirs = os.pipe()
    out = LinesOut(theirs, asyncio.Event(), ascii_only=False)
    filling = asyncio.ensure_future(_fill(out, 60))
    os.set_blocking(ours, False)
    got = b""

    def more() -> bool:
        nonlocal got
        try:
            got += os.read(ours, 4096)
        except BlockingIOError:
            return False
        return got.count(b"\n") == 60

    await eventually(lambda: filling.done() or more(), timeout_s=60)
    await eventually(lambda: filling.done(), timeout_s=60)
    while not more():
        pass
    assert got == b"".join(b"%d %s\n" % (n, b"x" * 3000) for n in range(60))
    os.close(ours)
    os.close(theirs)


async def _fill(out: LinesOut, count: int) -> None:
    for number in range(count):
        await out.say(f"{number} {'x' * 3000}")


async def test_whoever_leaves_waits_for_no_reader() -> None:
    ours, theirs = os.pipe()
    leaving = asyncio.Event()
    leaving.set()
    # Nobody ever reads: whoever waited for that would wait for good.
    await asyncio.wait_for(_fill(LinesOut(theirs, leaving, ascii_only=False), 60), 30)
    os.close(ours)
    os.close(theirs)


async def test_a_pipe_that_nobody_reads_any_more_is_said() -> None:
    ours, theirs = os.pipe()
    os.close(ours)
    with pytest.raises(BrokenPipeError):
        await LinesOut(theirs, asyncio.Event(), ascii_only=False).say("x")
    os.close(theirs)


async def test_what_leaves_is_clean_and_in_ascii_where_that_is_wanted(tmp_path: Path) -> None:
    with (tmp_path / "out").open("wb") as file:
        await LinesOut(file.fileno(), asyncio.Event(), ascii_only=True).say("a\x1b[2J\u202eb\nc \u00fc")
    told = (tmp_path / "out").read_bytes()
    assert told == b"a<U+241B>[2J<U+202E>b / c u\n"


def test_lines_come_whole_and_what_is_half_waits() -> None:
    ours, theirs = os.pipe()
    lines = LinesIn(ours)
    assert lines.take() == []
    os.write(theirs, b"status\nal")
    assert lines.take() == ["status"]
    os.write(theirs, b"arms\r\nn")
    assert lines.take() == ["alarms"]
    os.close(theirs)
    assert lines.take() == ["n"]
    assert lines.ended
    assert not lines.by_hand
    assert lines.take() == []
    os.close(ours)


def test_an_input_that_was_closed_before_the_start_has_ended() -> None:
    assert LinesIn(None).ended


def test_a_terminal_is_read_by_a_description_of_its_own_that_blocks_nobody() -> None:
    ours, theirs = pty.openpty()
    lines = LinesIn(theirs)
    assert lines.by_hand
    assert lines.take() == []
    os.write(ours, b"help\n")
    # The kernel carries it over when it has time.
    assert wait_until(lines.take) == ["help"]
    assert os.get_blocking(theirs), "what the shell holds is as it was"
    lines.close()
    os.close(ours)
    os.close(theirs)


def test_a_line_without_end_is_bounded() -> None:
    ours, theirs = os.pipe()
    lines = LinesIn(ours)
    for _ in range(5):
        os.write(theirs, b"x" * 4096)
        assert lines.take() == []
    os.write(theirs, b"\n")
    (line,) = lines.take()
    assert len(line) <= 1000
    os.close(ours)
    os.close(theirs)
