"""A hole of megabytes (T16): what is dropped of it says nothing about the line behind it."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.adapters.faults.conftest import Follow
from tests.adapters.faults.oracle import Lines, append, nothing_lost
from tests.adapters.faults.test_bytes import gap_bytes

PIECE = 1 << 16


@pytest.mark.parametrize("over", [-12, -5, 0, 5])
def test_t16_a_hole_of_megabytes_does_not_touch_the_line_behind_it(
    follow: Follow, log: Path, lines: Lines, over: int
) -> None:
    follower = follow(log)
    follower.tells(lines)
    # The line behind the hole begins a few bytes around the border of a piece in which the log is read.
    hole = 64 * PIECE + over
    with follower.away("stopped"):
        append(log, b"\0" * hole)
        append(log, lines.next(5))
    nothing_lost(follower, lines)
    assert follower.gaps == ["nul_hole"]
    assert gap_bytes(follower.records, "nul_hole") == [hole]
