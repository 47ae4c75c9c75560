"""The reference bot, one for each worker of the test run."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.engine.rig import KEY
from warroom.drill.refbot.launch import RunningBot, start_bot, stop_bot


@pytest.fixture
def key(tmp_path: Path) -> Path:
    path = tmp_path / "control.key"
    path.touch(mode=0o600)
    path.write_text(KEY)
    return path


@pytest.fixture
def bot(tmp_path: Path, key: Path) -> Iterator[RunningBot]:
    running = start_bot(tmp_path / "bot", shape="json", key_file=key, name="support", seed=1)
    yield running
    stop_bot(running)
