"""What is no log at all under a pattern (T36): it is refused, and nothing blocks on it."""

from __future__ import annotations

import os
import socket
from pathlib import Path

from tests.adapters.faults.conftest import Follow
from tests.adapters.faults.oracle import Lines, append, nothing_lost


def listen(path: Path) -> None:
    server = socket.socket(socket.AF_UNIX)
    server.bind(str(path))
    server.close()


def test_t36_what_is_no_regular_file_is_refused_and_holds_nothing_up(
    follow: Follow, tmp_path: Path, lines: Lines
) -> None:
    odd = {name: tmp_path / f"{name}.log" for name in ("fifo", "folder", "socket", "zero", "terminal")}
    os.mkfifo(odd["fifo"])
    odd["folder"].mkdir()
    listen(odd["socket"])
    odd["zero"].symlink_to("/dev/zero")
    odd["terminal"].symlink_to("/dev/tty")
    good = tmp_path / "good.log"
    good.write_text(lines.next(3))
    follower = follow(tmp_path / "*.log")
    follower.tells(lines)
    append(good, lines.next(3))
    nothing_lost(follower, lines)
    told = {one.source: one.gap.kind for one in follower.records if one.gap is not None}
    assert told == {str(path): "not_a_log" for path in odd.values()}
    assert len(follower.gaps) == len(odd), "each is said once"
    for path in odd.values():
        # When a log takes its place, it is read.
        path.rmdir() if path.name == "folder.log" else path.unlink()
        path.write_text(lines.next(3))
    nothing_lost(follower, lines, in_order=False)
