"""The bytes of a generation: read from anywhere, unpacked beside, told apart from copies."""

from __future__ import annotations

import gzip
import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.adapters.logs_in_time import NOW, steady, text, write
from warroom.adapters.replay_content import Content, Stopped, former_of, is_copy, logs_among
from warroom.adapters.tail_file import NotALog


def nothing() -> None:
    """Let it go on."""


@pytest.mark.parametrize("most", [1 << 30, 100_000, 1000])
def test_an_unpacked_one_has_the_same_bytes_at_the_same_offsets(most: int, tmp_path: Path) -> None:
    plain = steady(NOW - 5000, NOW).encode()
    content = Content(str(write(tmp_path / "bot.log.1.gz", gzip.compress(plain))), "bot.log")
    assert content.packed
    content.unpack(most, nothing)
    assert (content.packed, content.end, content.first, content.fault) == (
        False,
        len(plain),
        max(0, len(plain) - most),
        "",
    )
    for offset in (content.first, content.first + 777, len(plain) - 10):
        assert content.at(500, offset) == plain[offset : offset + 500]
    content.close()
    content.close()


def test_a_damaged_one_is_unpacked_as_far_as_it_goes(tmp_path: Path) -> None:
    plain = steady(NOW - 50_000, NOW).encode()
    packed = gzip.compress(plain)
    content = Content(str(write(tmp_path / "bot.log.1.gz", packed[: len(packed) // 2])), "bot.log")
    content.unpack(1 << 30, nothing)
    assert content.fault
    assert 0 < content.end < len(plain)
    assert content.at(content.end, 0) == plain[: content.end]
    content.close()


def test_unpacking_ends_when_it_is_told_to(tmp_path: Path) -> None:
    content = Content(str(write(tmp_path / "bot.log.1.gz", gzip.compress(b"x" * 10_000_000))), "bot.log")

    def over() -> None:
        raise Stopped

    with pytest.raises(Stopped):
        content.unpack(1 << 30, over)
    content.close()


def test_what_is_no_file_is_refused_and_not_kept_open(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    before = os.listdir("/proc/self/fd")
    with pytest.raises(NotALog):
        Content(str(tmp_path / "pipe"), "pipe")
    with pytest.raises(FileNotFoundError):
        Content(str(tmp_path / "gone"), "gone")
    assert len(os.listdir("/proc/self/fd")) == len(before)


@given(st.binary(max_size=300), st.integers(0, 310))
def test_the_next_line_begins_after_a_newline(content: bytes, offset: int) -> None:
    path = f"/proc/self/fd/{os.memfd_create('log')}"
    try:
        Path(path).write_bytes(content)
        file = Content(path, "log")
        found = file.line_start(offset)
        starts = [0, *(at + 1 for at, char in enumerate(content) if char == 10), len(content)]
        assert found == min((start for start in starts if start >= offset), default=len(content))
        file.close()
    finally:
        os.close(int(path.rpartition("/")[2]))


def test_a_look_finds_the_next_record_and_its_time(tmp_path: Path) -> None:
    lines = ["  File a.py\n", text(NOW - 10, 1), "INFO:bot:bare\n", "words\n", "x" * 100_000 + "\n", text(NOW - 5, 2)]
    log = write(tmp_path / "bot.log", "".join(lines))
    at = [sum(map(len, lines[:number])) for number in range(len(lines) + 1)]
    content = Content(str(log), "bot.log")
    found = [content.look(place, NOW, ()) for place in (0, at[1], at[1] + 1, at[3], at[5] + 1)]
    assert [(one.offset, one.time, one.fits) for one in found] == [
        (at[1], NOW - 10, True),
        (at[1], NOW - 10, True),
        (at[2], None, True),
        (at[5], NOW - 5, True),
        (at[6], None, False),
    ]
    assert (content.record_start(0, NOW, ()), content.record_start(1, NOW, ())) == (0, at[1])
    last = content.last_timed(NOW, ())
    assert last is not None
    assert last.time == NOW - 5
    content.close()


def test_a_copy_holds_the_beginning_of_the_other_and_nothing_else(tmp_path: Path) -> None:
    long, short = steady(NOW - 100, NOW), steady(NOW - 100, NOW - 50)
    contents = {"long": long, "short": short, "other": short[:-2] + "X\n", "empty": ""}
    files = {name: Content(str(write(tmp_path / name, content)), name) for name, content in contents.items()}
    copies = {(one, other) for one in files for other in files if is_copy(files[one], files[other])}
    assert copies == {("long", "long"), ("short", "short"), ("other", "other"), ("short", "long")}
    for file in files.values():
        file.close()


def test_former_generations_are_those_that_were_written_in_the_span(tmp_path: Path) -> None:
    log = write(tmp_path / "bot.log", "now\n")
    for number, modified in ((1, NOW - 10), (2, NOW - 1000), (3, NOW - 5000)):
        write(tmp_path / f"bot.log.{number}", f"{number}\n", modified)
    write(tmp_path / "other.log.1", "no\n")
    found = former_of(str(log), NOW - 3600, set())
    assert [Path(path).name for path in found] == ["bot.log.1", "bot.log.2"]
    state = (tmp_path / "bot.log.1").stat()
    assert len(former_of(str(log), NOW - 3600, {(state.st_dev, state.st_ino)})) == 1


def test_rotated_names_are_logs_only_where_their_log_is_not_there() -> None:
    assert logs_among(["a.log", "a.log.1", "b.log.2.gz", "a.log"]) == ["a.log", "b.log.2.gz"]
