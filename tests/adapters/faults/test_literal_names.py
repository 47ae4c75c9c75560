"""Names with the marks of patterns in them (T24)."""

from __future__ import annotations

from pathlib import Path

from tests.adapters.faults.conftest import Follow
from tests.adapters.faults.oracle import Lines, nothing_lost


def test_t24_brackets_in_a_name_are_no_pattern_when_such_a_file_is_there(
    follow: Follow, tmp_path: Path, lines: Lines
) -> None:
    log = tmp_path / "bot[1].log"
    log.write_text(lines.next(3))
    follower = follow(log)
    nothing_lost(follower, lines)
