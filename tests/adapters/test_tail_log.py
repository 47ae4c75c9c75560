"""One log and its generations, looked at step by step, so that a fault lies exactly between two looks."""

from __future__ import annotations

import gzip
import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.adapters.looks import Looks, Rotations, append, parked, rotate
from tests.adapters.reading import numbered, text


@pytest.fixture
def log(tmp_path: Path) -> Path:
    path = tmp_path / "bot.log"
    path.write_text(text(numbered(0, 10)))
    return path


@pytest.mark.parametrize("pack", [False, True])
@pytest.mark.parametrize("pattern", ["bot.log", "bot.log*", "*"])
def test_many_rotations_between_two_looks_lose_nothing(log: Path, pattern: str, *, pack: bool) -> None:
    looks = Looks(log.with_name(pattern))
    looks.look()
    for turn in range(1, 21):
        append(log, turn * 10, turn * 10 + 10)
        rotate(log, 30, pack=pack)
    append(log, 210, 215)
    looks.look()
    looks.look()
    assert looks.lines == numbered(0, 215)
    assert looks.gaps == []
    assert looks.read_once()


@pytest.mark.parametrize("pattern", ["bot.log", "bot.log*"])
@pytest.mark.parametrize("turns", [1, 2])
@pytest.mark.parametrize("at", range(1, 4))
def test_rotations_at_any_moment_of_a_look_lose_nothing(log: Path, pattern: str, turns: int, at: int) -> None:
    looks, rotations = Looks(log.with_name(pattern)), Rotations(log)
    looks.look()
    for _ in range(3):
        rotations.turn()
    done = len(looks.batches)

    def meanwhile() -> None:
        if len(looks.batches) == done + at:
            for _ in range(turns):
                rotations.turn()

    looks.meanwhile = meanwhile
    for _ in range(3):
        looks.look()
    rotations.turn()
    looks.look()
    written = numbered(0, rotations.turns * 10 + 10)
    assert rotations.turns == 4 + turns
    assert sorted(looks.lines, key=written.index) == written
    assert looks.gaps == []
    assert looks.read_once()


@pytest.mark.parametrize("at", range(1, 3))
def test_a_name_that_is_empty_for_a_moment_of_a_look_hides_nothing(log: Path, at: int) -> None:
    looks, rotations = Looks(log), Rotations(log)
    looks.look()
    for _ in range(2):
        rotations.turn()
    done = len(looks.batches)
    looks.meanwhile = lambda: rotations.move() if len(looks.batches) == done + at else None
    looks.look()
    looks.meanwhile = lambda: None
    assert not log.exists()
    rotations.create()
    rotations.turn()
    looks.look()
    written = numbered(0, rotations.turns * 10 + 10)
    assert sorted(looks.lines, key=written.index) == written
    assert looks.gaps == []
    assert looks.read_once()


@pytest.mark.parametrize("at_rest", [False, True])
def test_a_log_that_was_gone_for_long_and_is_rotated_before_a_look_loses_nothing(
    log: Path, monkeypatch: pytest.MonkeyPatch, *, at_rest: bool
) -> None:
    for name in ("GONE_S", "KEPT_S"):
        monkeypatch.setattr(f"warroom.adapters.tail_log.{name}", 0.0)
    looks, rotations = Looks(log), Rotations(log)
    rotations.turn()
    looks.look()
    if at_rest:
        parked(log, looks)
    rotations.move()
    looks.look()
    looks.look()
    assert looks.reader.logs[str(log)].file is None
    rotations.create()
    rotations.turn()
    looks.look()
    assert looks.lines == numbered(10, rotations.turns * 10 + 10)
    assert looks.gaps == ["vanished"]
    assert looks.read_once()


def test_generations_that_were_deleted_between_two_looks_are_said(log: Path) -> None:
    looks = Looks(log)
    looks.look()
    for turn in range(1, 21):
        append(log, turn * 10, turn * 10 + 10)
        rotate(log, 1)
    looks.look()
    assert looks.lines == [*numbered(0, 20), *numbered(200, 210)]
    assert looks.gaps == ["rotated_unread"]


@pytest.mark.parametrize("pack", [False, True])
def test_rotations_while_nobody_read_lose_nothing(log: Path, *, pack: bool) -> None:
    first = Looks(log)
    first.look()
    first.reader.close()
    for turn in range(1, 6):
        append(log, turn * 10, turn * 10 + 10)
        rotate(log, 9, pack=pack)
    append(log, 60, 65)
    second = Looks(log, resume=first.checkpoints)
    second.look()
    assert second.lines == numbered(10, 65)
    assert second.gaps == []
    third = Looks(log, resume=[*first.checkpoints, *second.checkpoints])
    third.look()
    assert third.lines == []


def test_a_log_whose_generation_is_gone_after_a_pause_is_said_and_the_later_ones_are_read(log: Path) -> None:
    first = Looks(log)
    first.look()
    for turn in range(1, 6):
        append(log, turn * 10, turn * 10 + 10)
        rotate(log, 2)
    second = Looks(log, resume=first.checkpoints)
    second.look()
    assert second.lines == numbered(40, 60)
    assert second.gaps == ["rotated_unread"]


@pytest.mark.parametrize("copy", [shutil.copy, shutil.copy2])
def test_copy_and_truncate_between_two_looks_loses_nothing(log: Path, copy: Callable[[Path, Path], object]) -> None:
    looks = Looks(log.with_name("bot.log*"))
    looks.look()
    append(log, 10, 20)
    copy(log, log.with_name("bot.log.1"))
    os.truncate(log, 0)
    append(log, 20, 25)
    looks.look()
    assert looks.lines == numbered(0, 25)
    assert looks.gaps == ["truncated"]
    assert looks.records[20].gap is not None
    assert looks.records[20].gap.bytes == 0
    assert looks.read_once()


def test_copy_and_truncate_while_nobody_read_loses_nothing(log: Path) -> None:
    first = Looks(log)
    first.look()
    append(log, 10, 20)
    shutil.copy(log, log.with_name("bot.log.1"))
    os.truncate(log, 0)
    append(log, 20, 45)
    second = Looks(log, resume=first.checkpoints)
    second.look()
    assert second.lines == numbered(10, 45)
    assert second.gaps == []


def test_a_packed_copy_of_what_was_read_is_not_read_again(log: Path) -> None:
    looks = Looks(log.with_name("bot.log*"))
    looks.look()
    log.with_name("bot.log.1.gz").write_bytes(gzip.compress(log.read_bytes()))
    log.unlink()
    append(log, 10, 20)
    looks.look()
    assert looks.lines == numbered(0, 20)
    assert looks.gaps == []


def test_a_pattern_that_names_old_generations_reads_them_first(log: Path) -> None:
    for turn in range(1, 4):
        append(log, turn * 10, turn * 10 + 10)
        rotate(log, 9, pack=turn == 1)
    append(log, 40, 45)
    looks = Looks(log.with_name("bot.log*"))
    looks.look()
    assert looks.lines == numbered(0, 45)
    assert {record.source for record in looks.records} == {str(log)}
    assert looks.read_once()


def test_a_log_under_two_names_is_read_once(log: Path) -> None:
    os.link(log, log.with_name("other.log"))
    log.with_name("third.log").symlink_to(log)
    looks = Looks(log.with_name("*.log"))
    looks.look()
    assert looks.lines == numbered(0, 10)
    log.rename(log.with_name("archive-of-bot.log"))
    looks.look()
    assert looks.lines == numbered(0, 10)


def test_a_name_that_gets_a_file_of_its_own_is_followed(log: Path) -> None:
    link = log.with_name("link.log")
    link.symlink_to(log)
    looks = Looks(log.with_name("*.log"))
    looks.look()
    link.unlink()
    link.write_text(text(["own"]))
    looks.look()
    assert looks.lines == [*numbered(0, 10), "own"]


def test_more_logs_than_descriptors_are_followed(tmp_path: Path) -> None:
    logs = [tmp_path / f"{number:03d}.log" for number in range(200)]
    for log in logs:
        append(log, 0, 1)
    looks = Looks(tmp_path / "*.log", most_open=20)
    before = len(os.listdir("/proc/self/fd"))
    looks.look()
    assert len(looks.lines) == 200
    assert len(os.listdir("/proc/self/fd")) - before <= 20
    for log in logs:
        append(log, 1, 3)
    looks.look()
    assert len(looks.lines) == 600
    assert len(os.listdir("/proc/self/fd")) - before <= 20
    assert looks.read_once()
    looks.reader.close()


def test_a_log_rotated_while_its_descriptor_was_given_up_is_found_again(log: Path) -> None:
    looks = Looks(log)
    parked(log, looks)
    append(log, 10, 20)
    rotate(log, 5)
    append(log, 20, 25)
    looks.look()
    assert looks.lines == numbered(0, 25)
    assert looks.gaps == []


def test_a_log_replaced_while_its_descriptor_was_given_up_is_said(log: Path) -> None:
    looks = Looks(log)
    parked(log, looks)
    fresh = log.with_name("fresh")
    append(fresh, 50, 55)
    fresh.replace(log)
    looks.look()
    assert looks.lines == [*numbered(0, 10), *numbered(50, 55)]
    assert looks.gaps == ["vanished"]


def test_a_log_rewritten_while_its_descriptor_was_given_up_is_said(log: Path) -> None:
    looks = Looks(log)
    parked(log, looks)
    log.write_text(text(numbered(50, 80)))
    looks.look()
    assert looks.lines == [*numbered(0, 10), *numbered(50, 80)]
    assert looks.gaps == ["rewritten"]


def test_a_half_line_is_shown_after_a_while_and_then_completed(log: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("warroom.adapters.tail_intake.PARTIAL_S", 3600.0)
    looks = Looks(log)
    with log.open("a") as out:
        out.write("INFO:bot:first half,")
        out.flush()
        looks.look()
        assert looks.gaps == []
        monkeypatch.setattr("warroom.adapters.tail_intake.PARTIAL_S", 0.0)
        looks.look()
        looks.look()
        assert looks.gaps == ["partial"]
        assert looks.records[-1].message == "INFO:bot:first half,"
        out.write(" second half\n")
    looks.look()
    assert looks.lines == [*numbered(0, 10), "first half, second half"]
    assert looks.gaps == ["partial"]


def test_a_log_that_is_gone_is_said_once_and_read_when_it_is_back(log: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("warroom.adapters.tail_log.GONE_S", 0.0)
    looks = Looks(log)
    looks.look()
    log.unlink()
    looks.look()
    looks.look()
    assert looks.gaps == ["vanished"]
    assert looks.batches[-1].state == "gone"
    append(log, 10, 12)
    looks.look()
    assert looks.lines == numbered(0, 12)
    assert looks.batches[-1].state == "reading"


def test_what_is_written_to_a_deleted_log_is_still_read(log: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("warroom.adapters.tail_log.GONE_S", 3600.0)
    looks = Looks(log)
    with log.open("a") as out:
        looks.look()
        log.unlink()
        looks.look()
        out.write(text(numbered(10, 20)))
        out.flush()
        looks.look()
    assert looks.lines == numbered(0, 20)


def test_a_log_that_turns_into_a_folder_and_back_is_said_and_read(log: Path) -> None:
    looks = Looks(log)
    looks.look()
    log.rename(log.with_name("bot.log.1"))
    log.mkdir()
    looks.look()
    looks.look()
    assert looks.gaps == ["not_a_log"]
    log.rmdir()
    append(log, 10, 15)
    looks.look()
    assert looks.lines == numbered(0, 15)
