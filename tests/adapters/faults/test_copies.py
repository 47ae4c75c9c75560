"""Copying and truncating where nothing of the log was read yet, or where renaming follows it (T5, T6)."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest

from tests.adapters.faults.conftest import Follow
from tests.adapters.faults.mixing import Mix
from tests.adapters.faults.oracle import Lines, append, nothing_lost, shift
from tests.adapters.faults.test_mixes import WRITING


@pytest.mark.parametrize("away", ["stopped", "ended"])
def test_t05_a_log_that_was_empty_at_the_last_look_is_copied_and_truncated(
    follow: Follow, tmp_path: Path, lines: Lines, away: str
) -> None:
    log = tmp_path / "bot.log"
    log.touch()
    follower = follow(log)
    follower.looks()
    with follower.away(away):
        append(log, lines.next(50))
        shutil.copy(log, shift(log))
        os.truncate(log, 0)
        append(log, lines.next(5))
    nothing_lost(follower, lines)


@pytest.mark.parametrize("away", ["stopped", "ended"])
def test_t05_copied_and_truncated_and_then_renamed_before_a_look(
    follow: Follow, log: Path, lines: Lines, away: str
) -> None:
    follower = follow(log)
    follower.tells(lines)
    with follower.away(away):
        append(log, lines.next(10))
        shutil.copy(log, shift(log))
        os.truncate(log, 0)
        append(log, lines.next(30))
        log.rename(shift(log))
        log.write_text(lines.next(5))
    nothing_lost(follower, lines)


@pytest.mark.parametrize("away", ["stopped", "ended"])
@pytest.mark.parametrize("grown", [3, 30])
def test_t06_truncated_and_then_renamed_before_a_look(
    follow: Follow, log: Path, lines: Lines, grown: int, away: str
) -> None:
    follower = follow(log)
    follower.tells(lines)
    with follower.away(away):
        os.truncate(log, 0)
        append(log, lines.next(grown))
        log.rename(shift(log))
        log.write_text(lines.next(5))
    nothing_lost(follower, lines)


@pytest.mark.long
@pytest.mark.parametrize("seed", range(40))
def test_any_mix_of_copying_renaming_and_restarts_loses_nothing(
    follow: Follow, log: Path, lines: Lines, seed: int
) -> None:
    follower = follow(log)
    follower.tells(lines)
    mix = Mix(log, lines, seed)
    mix.play(follower, (*WRITING, "rename", "copy", "pack"))
    nothing_lost(follower, lines, in_order=False)
    assert set(follower.gaps) <= {"truncated", "rewritten"}, mix.did
