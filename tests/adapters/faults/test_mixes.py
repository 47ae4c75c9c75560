"""Many faults in a row, drawn from seeds: what holds for each alone must hold for any mix of them."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.adapters.faults.conftest import Follow
from tests.adapters.faults.mixing import Mix
from tests.adapters.faults.oracle import Lines, nothing_lost

WRITING = ("line", "line", "line", "many", "alike", "half")


@pytest.mark.long
@pytest.mark.parametrize("seed", [pytest.param(n, marks=pytest.mark.long) if n > 2 else n for n in range(40)])
@pytest.mark.parametrize("pattern", ["bot.log", "bot.log*"])
def test_any_mix_of_renaming_packing_and_restarts_loses_nothing(
    follow: Follow, log: Path, lines: Lines, seed: int, pattern: str
) -> None:
    follower = follow(log.with_name(pattern))
    follower.tells(lines)
    mix = Mix(log, lines, seed)
    mix.play(follower, (*WRITING, "rename", "pack"))
    nothing_lost(follower, lines, in_order=False)
    assert follower.messages == lines.written, mix.did
    assert follower.gaps == [], mix.did
