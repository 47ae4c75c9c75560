"""Packed logs: read as plain ones are, gone on with in their middle, read as far as a damaged one goes."""

from __future__ import annotations

import gzip
from pathlib import Path

import pytest

from tests.adapters.reading import numbered, text
from warroom.adapters.tail_file import TailFile
from warroom.adapters.tail_packed import PackedFile, open_log
from warroom.core.record import Record

MANY = 40_000


def read_all(file: TailFile) -> list[Record]:
    records: list[Record] = []
    while file.behind:
        records.extend(file.read(0.0))
    records.extend(file.finish(0.0))
    return records


@pytest.fixture
def content() -> bytes:
    return text(numbered(0, MANY)).encode()


def test_a_packed_log_reads_as_the_plain_one(tmp_path: Path, content: bytes) -> None:
    plain, packed = tmp_path / "bot.log", tmp_path / "bot.log.1.gz"
    plain.write_bytes(content)
    packed.write_bytes(gzip.compress(content))
    files = open_log(str(plain), "bot", 0), open_log(str(packed), "bot", 0)
    assert [type(file) for file in files] == [TailFile, PackedFile]
    records = [[(one.offset, one.length, one.line, one.message) for one in read_all(file)] for file in files]
    assert records[0] == records[1]
    assert len(records[0]) == MANY
    for file in files:
        file.close()


def test_reading_goes_on_in_its_middle(tmp_path: Path, content: bytes) -> None:
    plain, packed = tmp_path / "bot.log", tmp_path / "bot.log.1.gz"
    plain.write_bytes(content)
    first = TailFile(str(plain), "bot", 0)
    first.read(0.0)
    checkpoint = first.checkpoint()
    assert 0 < checkpoint.offset < len(content)
    packed.write_bytes(gzip.compress(content))
    second = open_log(str(packed), "bot", 0)
    assert second.matches(checkpoint)
    second.start_at(checkpoint.offset, checkpoint.line)
    rest = read_all(second)
    assert rest[0].offset == checkpoint.offset
    assert rest[0].line == checkpoint.line + 1
    assert rest[-1].message == f"line {MANY - 1}"
    assert second.matches(checkpoint), "looking back unpacks anew"
    other = packed.with_name("bot.log.2.gz")
    other.write_bytes(gzip.compress(content.replace(b"line 0\n", b"line X\n")))
    third = open_log(str(other), "bot", 0)
    assert not third.matches(checkpoint)
    for file in (first, second, third):
        file.close()


@pytest.mark.parametrize("damage", ["cut", "scribbled"])
def test_a_damaged_one_is_read_as_far_as_it_goes_and_the_damage_is_said(
    tmp_path: Path, content: bytes, damage: str
) -> None:
    packed = tmp_path / "bot.log.1.gz"
    whole = gzip.compress(content)
    half = len(whole) // 2
    packed.write_bytes(whole[:half] if damage == "cut" else whole[:half] + b"\xff" * 64 + whole[half + 64 :])
    file = open_log(str(packed), "bot", 0)
    records = read_all(file)
    lines = [one.message for one in records if one.gap is None]
    # What comes out of the damaged bytes themselves is anything.
    assert lines[: MANY // 3] == numbered(0, MANY // 3)
    assert len(lines) < MANY
    assert "unreadable" in [one.gap.kind for one in records if one.gap is not None]
    assert file.behind == 0
    file.close()


def test_an_empty_one_has_no_lines(tmp_path: Path) -> None:
    packed = tmp_path / "bot.log.1.gz"
    packed.write_bytes(gzip.compress(b""))
    file = open_log(str(packed), "bot", 0)
    assert read_all(file) == []
    file.close()
