"""Generations of a log: numbered in order, told apart from what was read, and said when they cannot be read."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from tests.adapters.reading import numbered, text
from warroom.adapters.tail_generations import Generations
from warroom.adapters.tail_intake import Reading
from warroom.core.record import Batch, Gap


class Past:
    """The generations of a log, and what they hand on."""

    def __init__(self, log: Path) -> None:
        self.batches: list[Batch] = []
        reading = Reading((), time.time, self.batches.append, lambda: False, lambda: False, {})
        self.generations = Generations(str(log), "bot", reading)

    @property
    def lines(self) -> list[tuple[int, str]]:
        return [(r.generation, r.message) for batch in self.batches for r in batch.records if r.gap is None]

    @property
    def gaps(self) -> list[str]:
        return [record.gap.kind for batch in self.batches for record in batch.records if record.gap is not None]


@pytest.fixture
def log(tmp_path: Path) -> Path:
    path = tmp_path / "bot.log"
    path.write_text(text(["now"]))
    return path


def test_rotated_files_are_generations_in_the_order_given(log: Path) -> None:
    past = Past(log)
    paths = [log.with_name(f"bot.log.{number}") for number in (2, 1)]
    for number, path in enumerate(paths):
        path.write_text(text([f"file {number}"]))
    past.generations.read_rotated(map(str, paths))
    file = past.generations.open(str(log))
    past.generations.begin(file)
    past.generations.intake.read_out(file)
    assert past.lines == [(0, "file 0"), (1, "file 1"), (2, "now")]
    assert {batch.source for batch in past.batches} == {str(log)}


def test_what_was_read_to_its_end_is_not_lost(log: Path) -> None:
    past = Past(log)
    file = past.generations.open(str(log))
    past.generations.begin(file)
    past.generations.intake.drain(file)
    checkpoint = file.checkpoint()
    for number in (1, 2):
        log.with_name(f"bot.log.{number}").write_text(text(numbered(number * 10, number * 10 + 5)))
    past.generations.read_rotated([str(log.with_name("bot.log.2"))])
    lost = past.generations.find_lost(checkpoint, [file])
    assert [Path(one.path).name for one in lost.later] == ["bot.log.1"]
    file.close()


def test_a_generation_that_cannot_be_read_is_said(log: Path) -> None:
    past = Past(log)
    past.generations.read_rotated([str(log.with_name("bot.log.1"))])
    assert past.gaps == ["rotated_unread"]
    assert past.generations.number == -1


def test_a_state_can_be_said_without_a_gap(log: Path) -> None:
    past = Past(log)
    past.generations.say("waiting", None)
    past.generations.say("gone", Gap("vanished", "it is gone"), 42)
    assert [(batch.state, len(batch.records)) for batch in past.batches] == [("waiting", 0), ("gone", 1)]
    assert past.batches[1].records[0].offset == 42
