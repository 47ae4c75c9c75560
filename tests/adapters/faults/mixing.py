"""Any mix of what happens to a log, drawn from a seed: lines, bursts, rotations, packing, and runs that end or stop."""

from __future__ import annotations

import contextlib
import gzip
import os
import random
import shutil
from collections.abc import Callable, Sequence
from pathlib import Path

from tests.adapters.faults.oracle import Follower, Lines, append


def _number(path: Path) -> int:
    return int(path.name.split(".")[2])


class Mix:
    """Does things to a log that lose nothing of it; `did` names them in order."""

    def __init__(self, log: Path, lines: Lines, seed: int) -> None:
        self.did: list[str] = []
        self._log = log
        self._lines = lines
        self._chance = random.Random(seed)

    def play(self, follower: Follower, kinds: Sequence[str]) -> None:
        """Let a few things of these kinds happen while the follower looks, or while it does not."""
        named: dict[str, Callable[[], None]] = {
            "line": lambda: self._write(1, 6),
            "many": lambda: self._write(1, 3000),
            "alike": self._write_alike,
            "half": self._write_in_halves,
            "rename": self._rename,
            "copy": self._copy_and_truncate,
            "pack": self._pack,
        }
        for _ in range(self._chance.randrange(2, 6)):
            away = self._chance.choice(["", "stopped", "ended", "killed"])
            self.did.append(f"{away or 'here'}:")
            with follower.away(away) if away else contextlib.nullcontext():
                for _ in range(self._chance.randrange(1, 6)):
                    kind = self._chance.choice(kinds)
                    self.did.append(kind)
                    named[kind]()
            if self._chance.random() < 0.7:
                follower.tells(self._lines)
        self._write(1, 2)

    def _write(self, least: int, most: int) -> None:
        append(self._log, self._lines.next(self._chance.randrange(least, most)))

    def _write_alike(self) -> None:
        for _ in range(20):
            append(self._log, self._lines.also("the same words again " + "=" * 60))

    def _write_in_halves(self) -> None:
        content = self._lines.next(2)
        cut = self._chance.randrange(len(content))
        append(self._log, content[:cut])
        append(self._log, content[cut:])

    def _shift(self) -> Path:
        for path in sorted(self._log.parent.glob("bot.log.*"), key=_number, reverse=True):
            suffix = ".gz" if path.suffix == ".gz" else ""
            path.rename(path.with_name(f"bot.log.{_number(path) + 1}{suffix}"))
        return self._log.with_name("bot.log.1")

    def _rename(self) -> None:
        self._log.rename(self._shift())
        self._log.touch()

    def _copy_and_truncate(self) -> None:
        shutil.copy(self._log, self._shift())
        os.truncate(self._log, 0)

    def _pack(self) -> None:
        plain = [path for path in self._log.parent.glob("bot.log.*") if path.suffix != ".gz"]
        if plain:
            oldest = max(plain, key=_number)
            with gzip.open(f"{oldest}.gz", "wb") as to:
                to.write(oldest.read_bytes())
            shutil.copystat(oldest, f"{oldest}.gz")
            oldest.unlink()
