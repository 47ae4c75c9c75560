"""Receivers and files of secrets for tests of channels."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.adapters.notify.receivers import HttpReceiver, http_receiver

SecretFile = Callable[..., str]


@pytest.fixture
def receiver() -> Iterator[HttpReceiver]:
    """A running HTTP service."""
    with http_receiver() as running:
        yield running


@pytest.fixture
def secret_file(tmp_path: Path) -> SecretFile:
    """Write a file of a secret; returns its path."""

    def write(name: str, content: bytes, mode: int = 0o600) -> str:
        path = tmp_path / name
        path.write_bytes(content)
        path.chmod(mode)
        return str(path)

    return write
