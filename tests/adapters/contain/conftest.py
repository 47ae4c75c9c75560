"""What tests of containment share for a whole session, and end with it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.adapters.contain.rig_docker import end_dockerd
from tests.adapters.contain.rig_systemd import end_machines
from tests.adapters.contain.rigs import full_queue


@pytest.fixture(scope="session", autouse=True)
def engines_ended() -> Iterator[None]:
    """End what the first test that needed it started for all."""
    yield
    try:
        end_dockerd()
    finally:
        end_machines()


@pytest.fixture
def full_backlog() -> Iterator[str]:
    """A listener whose queue is full: the kernel drops further connections, as it does for a frozen busy server."""
    with full_queue() as port:
        yield f"http://127.0.0.1:{port}/"
