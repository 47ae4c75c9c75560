"""The lock among processes: one at a time, and free again whatever happens to its holder."""

from __future__ import annotations

import fcntl
import os
import subprocess
import sys
from pathlib import Path

import pytest

from warroom.drill.refbot.file_lock import locked


def is_free(path: Path) -> bool:
    file = os.open(path, os.O_RDWR | os.O_CREAT)
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    finally:
        os.close(file)
    return True


def test_nobody_else_has_it_while_the_block_runs_also_when_it_breaks(tmp_path: Path) -> None:
    lock = tmp_path / "a.lock"

    def broken() -> None:
        with locked(lock):
            assert not is_free(lock)
            raise ValueError("broken")

    with pytest.raises(ValueError, match="broken"):
        broken()
    assert is_free(lock)


def test_the_lock_of_a_process_that_was_killed_is_free(tmp_path: Path) -> None:
    lock = tmp_path / "a.lock"
    code = (
        "import sys; from pathlib import Path; from warroom.drill.refbot.file_lock import locked\n"
        "with locked(Path(sys.argv[1])): print(1, flush=True); input()"
    )
    argv = [sys.executable, "-c", code, str(lock)]
    with subprocess.Popen(argv, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == b"1\n"
        assert not is_free(lock)
        holder.kill()
    assert is_free(lock)
