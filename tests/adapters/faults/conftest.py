"""A log, its lines, and followers that end with their test."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Protocol

import pytest

from tests.adapters.faults.oracle import Follower, Lines


class Follow(Protocol):
    """Starts a follower of some patterns."""

    def __call__(self, *patterns: Path | str, options: Sequence[str] = (), around: Sequence[str] = ()) -> Follower: ...


@pytest.fixture
def lines() -> Lines:
    return Lines()


@pytest.fixture
def log(tmp_path: Path, lines: Lines) -> Path:
    """A log that has ten lines already."""
    path = tmp_path / "bot.log"
    path.write_text(lines.next(10))
    return path


@pytest.fixture
def open_folder() -> Iterator[Path]:
    """A folder into which every user may go: the folders of pytest are their owner's alone."""
    with tempfile.TemporaryDirectory() as folder:
        Path(folder).chmod(0o755)
        yield Path(folder)


@pytest.fixture
def follow() -> Iterator[Follow]:
    started: list[tuple[Follower, tempfile.TemporaryDirectory[str]]] = []

    def start(*patterns: Path | str, options: Sequence[str] = (), around: Sequence[str] = ()) -> Follower:
        folder = tempfile.TemporaryDirectory()
        Path(folder.name).chmod(0o755)
        follower = Follower(Path(folder.name), patterns, options, around)
        started.append((follower, folder))
        return follower

    yield start
    for follower, folder in started:
        follower.end(kill=True)
        folder.cleanup()
