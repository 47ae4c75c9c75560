"""Logs of which nothing was read yet when they were rotated (T3, T32): no content tells one from another."""

from __future__ import annotations

import gzip
import shutil
from pathlib import Path

import pytest

from tests.adapters.faults.conftest import Follow
from tests.adapters.faults.oracle import Lines, append, nothing_lost, shift


@pytest.mark.long
@pytest.mark.parametrize("packed", [False, True], ids=["plain", "packed"])
@pytest.mark.parametrize("away", ["stopped", "ended"])
def test_t03_a_log_that_was_empty_at_the_last_look_is_written_and_rotated(
    follow: Follow, tmp_path: Path, lines: Lines, away: str, *, packed: bool
) -> None:
    log = tmp_path / "bot.log"
    log.touch()
    follower = follow(log)
    follower.looks()
    with follower.away(away):
        append(log, lines.next(50))
        old = log.rename(shift(log))
        if packed:
            with gzip.open(f"{old}.gz", "wb") as to:
                to.write(old.read_bytes())
            shutil.copystat(old, f"{old}.gz")
            old.unlink()
        append(log, lines.next(5))
    nothing_lost(follower, lines)
    assert follower.gaps == []
