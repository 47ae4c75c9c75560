"""A log by place: pieces without a seam, generations told by their bytes, faults said, huge files bounded."""

from __future__ import annotations

import contextlib
import gzip
import os
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from warroom.adapters.log_history import WIDEST, FileHistory
from warroom.core.arrivals import Arrival
from warroom.core.record import Record

ROW = "INFO:root:Event logged: {}\n"


@contextlib.contextmanager
def history(path: Path, newest: int = 0, **more: object) -> Iterator[FileHistory]:
    opened = FileHistory(str(path), "bot", newest=newest, **more)  # type: ignore[arg-type]  # a test's shorthand
    try:
        yield opened
    finally:
        opened.close()


def walked_back(files: FileHistory, generation: int, size: int) -> list[Record]:
    found: list[Record] = []
    offset = files.end(generation)
    while offset > files.begin(generation):
        page = files.before(generation, offset, size)
        assert page.first < offset == page.next
        found, offset = page.records + found, page.first
    return found


def walked_on(files: FileHistory, generation: int, size: int) -> list[Record]:
    found: list[Record] = []
    offset = files.begin(generation)
    while offset < files.end(generation):
        page = files.after(generation, offset, size)
        assert page.first == offset < page.next
        found, offset = found + page.records, page.next
    return found


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=40, deadline=None)
@given(st.lists(st.integers(0, 400), min_size=1, max_size=60), st.integers(16, 3000))
def test_pieces_of_any_size_give_every_line_once_both_ways(tmp_path: Path, sizes: list[int], size: int) -> None:
    log = tmp_path / "bot.log"
    log.write_text("".join(ROW.format(f"{n} " + "x" * width) for n, width in enumerate(sizes)))
    with history(log) as files:
        for found in (walked_back(files, 0, size), walked_on(files, 0, size)):
            assert [int(one.message.split()[2]) for one in found] == list(range(len(sizes)))
            assert [one.offset for one in found[1:]] == [one.offset + one.length for one in found[:-1]]


def test_a_traceback_is_not_torn_by_the_edge_of_a_piece(tmp_path: Path) -> None:
    log = tmp_path / "bot.log"
    trace = (
        "ERROR:root:it broke\nTraceback (most recent call last):\n"
        + '  File "x.py", line 1\n' * 20
        + "ValueError: no\n"
    )
    log.write_text((ROW.format("before") + trace) * 30)
    with history(log) as files:
        whole = walked_on(files, 0, 1 << 20)
        assert len(whole) == 60
        for size in (200, 333, 1000):
            assert [one.message for one in walked_back(files, 0, size)] == [one.message for one in whole]
            assert [one.message for one in walked_on(files, 0, size)] == [one.message for one in whole]


def test_generations_are_read_plain_and_packed_and_a_last_line_without_an_end_too(tmp_path: Path) -> None:
    log = tmp_path / "bot.log"
    log.write_text(ROW.format("newest") + "INFO:root:Event logged: not yet wh")
    (tmp_path / "bot.log.1").write_text(ROW.format("former").rstrip("\n"))
    (tmp_path / "bot.log.2.gz").write_bytes(gzip.compress(ROW.format("oldest").encode()))
    for age, name in enumerate(("bot.log", "bot.log.1", "bot.log.2.gz")):
        os.utime(tmp_path / name, (1_790_000_000 - age, 1_790_000_000 - age))
    with history(log, newest=2) as files:
        assert [files.older(3), files.older(2), files.older(1), files.older(0)] == [2, 1, 0, None]
        assert [files.newer(0), files.newer(1), files.newer(2)] == [1, 2, None]
        texts = [files.before(n, files.end(n), 1000).records[-1].message.split()[-1] for n in (2, 1, 0)]
        assert texts == ["newest", "former", "oldest"]
        last = files.before(1, files.end(1), 1000).records[-1]
        assert files.raw(1, last.offset, last.length) == ROW.format("former").encode().rstrip(b"\n")
        assert files.faults == []


def test_what_is_gone_or_broken_is_said_and_raises_nothing(tmp_path: Path) -> None:
    log = tmp_path / "bot.log"
    with history(log) as files:
        assert not files.has(0)
        assert (files.older(5), files.newer(-5), files.end(0), files.raw(0, 0, 9)) == (None, None, 0, b"")
        assert files.before(0, 100, 10).records == files.after(0, 0, 10).records == []
        assert files.faults == []
    log.write_text(ROW.format("x"))
    (tmp_path / "bot.log.1").mkdir()
    (tmp_path / "bot.log.2.gz").write_bytes(gzip.compress(ROW.format("y").encode() * 99)[:-20])
    with history(log, newest=5) as files:
        assert files.older(5) is not None
        assert files.has(5)
        assert any("regular file" in fault.reason for fault in files.faults)
        assert any("damaged" in fault.reason for fault in files.faults)


def test_lines_without_a_time_come_when_their_bytes_came(tmp_path: Path) -> None:
    log = tmp_path / "bot.log"
    log.write_text("".join(ROW.format(n) for n in range(4)))
    length = len(ROW.format(0))
    marks = [Arrival(str(log), 0, length * n, 1000.0 + n) for n in (1, 2, 3, 4)]
    with history(log, arrivals=marks) as files:
        found = walked_on(files, 0, 1000)
    assert [one.received for one in found[1:]] == [1002.0, 1003.0, 1004.0]


def moments(files: FileHistory) -> list[tuple[float, str]]:
    return [(one.received, one.time_source) for one in walked_on(files, 0, 1000)]


def test_a_line_whose_arrival_is_not_known_came_no_later_than_what_is_known(tmp_path: Path) -> None:
    log = tmp_path / "bot.log"
    log.write_text("".join(ROW.format(n) for n in range(4)))
    length = len(ROW.format(0))
    os.utime(log, (2000.0, 2000.0))
    with history(log) as files:
        assert moments(files) == [(2000.0, "no_later")] * 4
    marks = [Arrival(str(log), 0, length * n, 1000.0 + n) for n in (2, 3)]
    with history(log, arrivals=marks) as files:
        assert moments(files) == [(1002.0, "no_later")] * 2 + [(1003.0, "arrival"), (2000.0, "no_later")]
    with log.open("a") as more:
        more.write(ROW.format(4))
    with history(log, arrivals=marks) as files:
        # Only what came since the newest mark depends on the file's last writing.
        assert moments(files)[:3] == [(1002.0, "no_later")] * 2 + [(1003.0, "arrival")]


def test_a_line_without_a_time_among_lines_with_one_takes_theirs_and_says_so(tmp_path: Path) -> None:
    log = tmp_path / "bot.log"
    log.write_text("plain\n2026-11-23T09:00:00Z INFO one\nplain again\n2026-11-23T09:05:00Z INFO two\n")
    with history(log) as files:
        found = walked_on(files, 0, 1000)
    first, second = found[1].time, found[3].time
    assert first is not None
    assert [(one.received, one.time_source) for one in found] == [
        (first, "no_later"),
        (first, found[1].time_source),
        (first, "line_before"),
        (second, found[3].time_source),
    ]


def test_a_piece_of_a_huge_log_costs_a_piece(tmp_path: Path) -> None:
    log = tmp_path / "bot.log"
    block = (ROW.format("x" * 100) * 8000).encode()
    with log.open("wb") as out:
        for _ in range(200_000_000 // len(block)):
            out.write(block)
    begun = time.process_time()
    with history(log) as files:
        end = files.end(0)
        assert end > 199_000_000
        for offset in (end, end // 2 // 127 * 127):
            page = files.before(0, offset, 1 << 16)
            assert 0 < page.size <= 1 << 16
            assert page.records
    assert time.process_time() - begun < 1


def test_one_line_without_end_comes_in_bounded_pieces(tmp_path: Path) -> None:
    log = tmp_path / "bot.log"
    log.write_bytes(ROW.format("first").encode() + b"x" * (3 * WIDEST) + b"\n" + ROW.format("last").encode())
    with history(log) as files:
        offset, pieces = files.end(0), 0
        while offset > 0:
            page = files.before(0, offset, 1 << 15)
            assert page.first < offset
            assert page.size <= WIDEST
            offset, pieces = page.first, pieces + 1
        assert pieces < 20


def test_a_question_that_is_called_off_ends_while_it_looks(tmp_path: Path) -> None:
    log = tmp_path / "bot.log"
    log.write_text(ROW.format("x") * 1000)

    class Enough(Exception):
        pass

    def check() -> None:
        raise Enough

    with history(log, check=check) as files, pytest.raises(Enough):
        files.before(0, files.end(0), 100)
