"""One log looked at step by step, so that a fault lies exactly between two looks, or at one moment of a look."""

from __future__ import annotations

import gzip
import os
from collections.abc import Callable
from pathlib import Path

from tests.adapters.reading import Told, numbered, text
from warroom.adapters.tail_reader import LogReader
from warroom.core.record import Batch, Checkpoint


class Looks(Told):
    """A reader without a thread: each call is one look at all logs."""

    def __init__(self, pattern: Path | str, *, resume: list[Checkpoint] | None = None, most_open: int = 0) -> None:
        self.batches: list[Batch] = []
        self.meanwhile: Callable[[], None] = lambda: None
        """What happens each time that something was read."""
        self.reader = LogReader(self._take, most_open=most_open)
        self.reader.resume(resume or [])
        self.reader.follow(str(pattern), "bot", from_start=True)

    def _take(self, batch: Batch) -> None:
        self.batches.append(batch)
        self.meanwhile()

    def look(self) -> None:
        self.reader._scan()
        while self.reader.pause_s == 0.0:
            self.reader.step()

    @property
    def checkpoints(self) -> list[Checkpoint]:
        """The last of each generation, as a room keeps them."""
        kept = {(b.source, b.checkpoint.generation): b.checkpoint for b in self.batches if b.checkpoint is not None}
        return list(kept.values())

    def read_once(self) -> bool:
        """Whether no byte of a generation was read twice."""
        places = [(one.source, one.generation, one.offset) for one in self.records if one.gap is None]
        return len(places) == len(set(places))


def append(path: Path, first: int, last: int) -> None:
    with path.open("a") as out:
        out.write(text(numbered(first, last)))


def rotate(log: Path, keep: int, *, pack: bool = False) -> None:
    """As Python's RotatingFileHandler does it."""
    suffix = ".gz" if pack else ""
    log.with_name(f"bot.log.{keep}{suffix}").unlink(missing_ok=True)
    for number in range(keep - 1, 0, -1):
        one = log.with_name(f"bot.log.{number}{suffix}")
        if one.exists():
            one.rename(log.with_name(f"bot.log.{number + 1}{suffix}"))
    if pack:
        log.with_name("bot.log.1.gz").write_bytes(gzip.compress(log.read_bytes()))
        log.unlink()
    else:
        log.rename(log.with_name("bot.log.1"))
    log.touch()


class Rotations:
    """Rotates a log under names that count up; each generation has ten lines and was written later than the last."""

    def __init__(self, log: Path) -> None:
        self.log = log
        self.turns = 0
        self._age()

    def move(self) -> None:
        self._age()
        self.log.rename(self.log.with_name(f"bot.log.{self.turns}"))

    def create(self) -> None:
        self.turns += 1
        append(self.log, self.turns * 10, self.turns * 10 + 10)
        self._age()

    def turn(self) -> None:
        self.move()
        self.create()

    def _age(self) -> None:
        moment = 1_700_000_000 + self.turns
        os.utime(self.log, (moment, moment))


def parked(log: Path, looks: Looks) -> None:
    looks.look()
    file = looks.reader.logs[str(log)].file
    assert file is not None
    file.close()
