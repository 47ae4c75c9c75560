"""A shell for each story, and a place for GNU screen."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.stories.screen import end_screens
from tests.stories.shell import Shell


@pytest.fixture
def shell(tmp_path: Path) -> Iterator[Shell]:
    running = Shell(tmp_path)
    yield running
    running.end()


@pytest.fixture
def screens(tmp_path: Path) -> Iterator[Path]:
    """Return a folder for SCREENDIR; skips where screen is not installed."""
    if shutil.which("screen") is None:
        pytest.skip("screen is not installed (Debian: screen)")
    folder = tmp_path / "screens"
    folder.mkdir(mode=0o700)
    yield folder
    end_screens(folder)
