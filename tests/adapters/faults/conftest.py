"""A log, its lines, and followers that end with their test."""

from __future__ import annotations

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
def follow(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Follow]:
    started: list[Follower] = []

    def start(*patterns: Path | str, options: Sequence[str] = (), around: Sequence[str] = ()) -> Follower:
        started.append(Follower(tmp_path_factory.mktemp("told"), patterns, options, around))
        return started[-1]

    yield start
    for follower in started:
        if follower.process.poll() is None:
            follower.end(kill=True)
