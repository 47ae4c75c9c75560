"""Descriptors that following many logs takes (T28): at no moment all that the process may have."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.adapters.faults.conftest import Follow
from tests.adapters.faults.oracle import Lines, nothing_lost

LOGS = 5000
LIMIT = 4096
RESERVE = 512
"""What the rest of a program needs beside the logs: its database, its sockets, its probes."""


@pytest.mark.long
def test_t28_the_cap_on_open_files_holds_at_every_moment(follow: Follow, tmp_path: Path, lines: Lines) -> None:
    for number in range(LOGS):
        (tmp_path / f"{number}.log").write_text(lines.next(1))
    follower = follow(tmp_path / "*.log", around=("sh", "-c", f'ulimit -n {LIMIT}; exec "$@"', "sh"))
    seen: list[int] = []

    def told_all() -> bool:
        seen.append(follower.open_files)
        return len(follower.lines) >= LOGS

    follower.sees(told_all, f"{LOGS} lines")
    nothing_lost(follower, lines, in_order=False)
    seen.append(follower.open_files)
    assert max(seen) < LIMIT - RESERVE
