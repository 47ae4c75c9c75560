"""Former generations beside a log: known by the names that rotation gives, recognised by what they hold."""

from __future__ import annotations

import gzip
import os
import shutil
from pathlib import Path

import pytest

from tests.adapters.reading import numbered, text
from warroom.adapters.tail_file import TailFile
from warroom.adapters.tail_rotation import find_lost, log_names, rotated_files
from warroom.core.record import Checkpoint


@pytest.mark.parametrize(
    "name",
    [
        "bot.log.1",
        "bot.log.12.gz",
        "bot.log.gz",
        "bot.log-20261123",
        "bot.log-20261123.gz",
        "bot.log.2026-11-23",
        "bot.log.2026-11-23_09-18",
        "bot.log-2026-11-23T09.1",
        "bot.log-1795382400",
        "bot.log.old",
        "bot.2026-11-23_09-18-21_123456.log",
        "bot-20261123.log.gz",
    ],
)
def test_names_that_rotation_gives_lead_to_their_log(name: str) -> None:
    assert "/logs/bot.log" in log_names(f"/logs/{name}")


@pytest.mark.parametrize("name", ["bot-2.log", "bot.log", "bot.logger", "bots.log.1", "bot.log.1.txt", "x-bot.log"])
def test_other_names_do_not(name: str) -> None:
    assert "/logs/bot.log" not in [one for one in log_names(f"/logs/{name}") if one != f"/logs/{name}"]


def written(path: Path, first: int, last: int, at_ns: int) -> Path:
    path.write_text(text(numbered(first, last)))
    os.utime(path, ns=(at_ns, at_ns))
    return path


def read_to_the_end(path: Path) -> Checkpoint:
    file = TailFile(str(path), "bot", 0)
    file.read(0.0)
    checkpoint = file.checkpoint()
    file.close()
    return checkpoint


def test_they_come_oldest_first_and_a_burst_by_number(tmp_path: Path) -> None:
    log = tmp_path / "bot.log"
    for name, at_ns in (("bot.log.3", 10), ("bot.log.1", 20), ("bot.log.2", 20), ("bot.log-20261123", 15)):
        written(tmp_path / name, 0, 1, at_ns)
    names = [Path(one.path).name for one in rotated_files(str(log))]
    assert names == ["bot.log.3", "bot.log-20261123", "bot.log.2", "bot.log.1"]


def test_one_that_is_being_packed_counts_once(tmp_path: Path) -> None:
    written(tmp_path / "bot.log.1", 0, 9, 10)
    (tmp_path / "bot.log.1.gz").write_bytes(b"\x1f\x8b half of it")
    assert [Path(one.path).name for one in rotated_files(str(tmp_path / "bot.log"))] == ["bot.log.1"]


@pytest.mark.parametrize("how", ["renamed", "copied", "packed"])
def test_the_generation_of_a_checkpoint_is_found_and_so_is_what_came_after_it(tmp_path: Path, how: str) -> None:
    log = written(tmp_path / "bot.log", 0, 20, 1000)
    checkpoint = read_to_the_end(log)
    with log.open("a") as out:
        out.write(text(numbered(20, 25)))
    os.utime(log, ns=(1500, 1500))
    rotated = tmp_path / "bot.log.2"
    if how == "renamed":
        log.rename(rotated)
    elif how == "copied":
        shutil.copy2(log, rotated)
    else:
        rotated = tmp_path / "bot.log.2.gz"
        rotated.write_bytes(gzip.compress(log.read_bytes()))
        os.utime(rotated, ns=(1500, 1500))
    written(tmp_path / "bot.log.1", 25, 30, 2000)
    written(tmp_path / "bot.log.3", 80, 90, 500)
    lost = find_lost(str(log), "bot", checkpoint)
    assert lost.rest is not None
    assert [one.message for one in lost.rest.read(0.0)] == numbered(20, 25)
    assert lost.rest.source == str(log)
    assert [Path(one.path).name for one in lost.later] == ["bot.log.1"]
    lost.rest.close()


def test_what_was_read_before_or_is_open_is_not_lost(tmp_path: Path) -> None:
    log = written(tmp_path / "bot.log", 0, 20, 1000)
    checkpoint = read_to_the_end(log)
    read = written(tmp_path / "bot.log.1", 40, 60, 1000)
    held = written(tmp_path / "bot.log.2", 60, 80, 1000).stat()
    lost = find_lost(str(log), "bot", checkpoint, known=[read_to_the_end(read)], held=[(held.st_dev, held.st_ino)])
    assert lost == (None, [])


def test_of_a_generation_of_which_nothing_was_read_only_the_inode_tells(tmp_path: Path) -> None:
    log = written(tmp_path / "bot.log", 0, 0, 1000)
    checkpoint = read_to_the_end(log)
    shutil.copy2(log, tmp_path / "bot.log.2")
    log.rename(tmp_path / "bot.log.1")
    lost = find_lost(str(log), "bot", checkpoint)
    assert lost.rest is not None
    assert lost.rest.path == str(tmp_path / "bot.log.1")
    lost.rest.close()
