"""From a file to batches: each says how far it goes, what waits is handed on in time, a stop falls between two."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from tests.adapters.reading import numbered, text
from warroom.adapters.tail_file import TailFile
from warroom.adapters.tail_intake import Intake, Reading
from warroom.core.record import Batch

MANY = 200_000


class Taken:
    """An intake over one file, and what it hands on."""

    def __init__(self, path: Path, content: str) -> None:
        path.write_text(content)
        self.file = TailFile(str(path), "bot", 0)
        self.batches: list[Batch] = []
        self.stop_after = 1 << 30
        self.intake = Intake(
            Reading((), time.time, self.batches.append, lambda: self.stop_after <= len(self.batches), lambda: False, {})
        )

    @property
    def lines(self) -> list[str]:
        return [record.message for batch in self.batches for record in batch.records if record.gap is None]


def test_each_batch_says_what_is_read_and_what_is_not(tmp_path: Path) -> None:
    taken = Taken(tmp_path / "bot.log", text(numbered(0, MANY)))
    size = taken.file.size
    while taken.intake.read(taken.file):
        pass
    assert taken.lines == numbered(0, MANY)
    for batch in taken.batches:
        assert batch.checkpoint is not None
        last = batch.records[-1]
        assert batch.checkpoint.offset == last.offset + last.length
        assert size - taken.file.size <= batch.behind_bytes < size
    assert taken.batches[-1].behind_bytes == 0
    taken.file.close()


def test_a_stop_ends_between_two_batches(tmp_path: Path) -> None:
    taken = Taken(tmp_path / "bot.log", text(numbered(0, MANY)))
    taken.stop_after = 3
    taken.intake.drain(taken.file)
    assert len(taken.batches) == 3
    taken.file.close()


def test_an_error_waits_for_its_traceback_but_not_for_ever(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("warroom.adapters.tail_intake.HOLD_S", 3600.0)
    taken = Taken(tmp_path / "bot.log", "INFO:bot:one\nERROR:bot:two\n")
    taken.intake.read(taken.file)
    assert taken.lines == ["one"]
    monkeypatch.setattr("warroom.adapters.tail_intake.HOLD_S", 0.0)
    taken.intake.read(taken.file)
    assert taken.lines == ["one", "two"]
    taken.file.close()


def test_a_file_that_is_read_out_gives_its_unfinished_line_and_is_let_go(tmp_path: Path) -> None:
    taken = Taken(tmp_path / "bot.log", "INFO:bot:one\nINFO:bot:no end")
    taken.intake.read_out(taken.file)
    assert taken.lines == ["one", "no end"]
    assert taken.file.parked
