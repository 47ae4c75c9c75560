"""The alarm clock: it rings for a change, survives strange names and missing folders, and stops."""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.waiting import wait_until
from warroom.adapters.tail_watch import FolderWatch


@pytest.fixture
def clock() -> Iterator[tuple[FolderWatch, threading.Event]]:
    wake = threading.Event()
    watch = FolderWatch(wake)
    yield watch, wake
    watch.stop()
    assert not [thread for thread in threading.enumerate() if thread.name == "watch"]


def rings(wake: threading.Event, path: Path) -> bool:
    """Whether a change is heard; the watch needs a moment to begin, so the change is repeated."""
    path.write_text(f"{path.exists()} {os.urandom(4).hex()}")
    return wake.wait(0.2)


def test_a_change_in_a_watched_folder_rings(clock: tuple[FolderWatch, threading.Event], tmp_path: Path) -> None:
    watch, wake = clock
    watch.watch([str(tmp_path)])
    wait_until(lambda: rings(wake, tmp_path / "bot.log"), what="the ring")


def test_a_missing_folder_is_left_to_the_scan_and_watched_when_it_comes(
    clock: tuple[FolderWatch, threading.Event], tmp_path: Path
) -> None:
    watch, wake = clock
    later = tmp_path / "later"
    watch.watch([str(later)])
    later.mkdir()
    watch.watch([str(later)])
    wait_until(lambda: rings(wake, later / "bot.log"), what="the ring")


def test_a_watch_that_died_of_a_strange_name_is_started_anew(
    clock: tuple[FolderWatch, threading.Event], tmp_path: Path
) -> None:
    watch, wake = clock
    watch.watch([str(tmp_path)])
    wait_until(lambda: rings(wake, tmp_path / "bot.log"))
    (tmp_path / os.fsdecode(b"bad\xff")).write_text("x")
    wake.clear()

    def again() -> bool:
        watch.watch([str(tmp_path)])
        return rings(wake, tmp_path / "bot.log")

    wait_until(again, what="the ring after the strange name")
