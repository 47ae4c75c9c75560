"""Descriptors that following many logs takes (T28): at no moment all that the process may have."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from tests.adapters.faults.conftest import Follow
from tests.adapters.faults.oracle import Lines, nothing_lost
from tests.waiting import wait_until

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
    began = time.monotonic()

    def sampled() -> bool:
        seen.append(follower.open_files)
        return time.monotonic() - began > 6.0

    wait_until(sampled)
    nothing_lost(follower, lines, in_order=False)
    assert max(seen) < LIMIT - RESERVE
