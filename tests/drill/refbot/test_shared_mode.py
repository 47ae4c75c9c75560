"""A mode that several processes share: what one of them took counts for all, once."""

from __future__ import annotations

import json
import multiprocessing
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from tests.waiting import wait_until
from warroom.drill.refbot.file_lock import locked
from warroom.drill.refbot.mode import Mode, Order
from warroom.drill.refbot.shared_mode import SharedGovernor


class Clock:
    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def told() -> list[str]:
    return []


@pytest.fixture
def made(tmp_path: Path, clock: Clock, told: list[str]) -> Callable[[], SharedGovernor]:
    return lambda: SharedGovernor(tmp_path / "control.json", clock, told.append)


def test_an_order_that_one_took_counts_for_the_other(made: Callable[[], SharedGovernor]) -> None:
    one, other = made(), made()
    one.take("a", Order(Mode.DISABLED))
    assert other.state.mode is Mode.DISABLED
    other.take("b", Order(Mode.NORMAL))
    assert (one.state.mode, one.state.revision) == (Mode.NORMAL, 2)


def test_an_id_that_one_took_is_a_replay_for_the_other(made: Callable[[], SharedGovernor]) -> None:
    one, other = made(), made()
    first = one.take("a", Order(Mode.DISABLED))
    again = other.take("a", Order(Mode.DISABLED))
    assert (first.replay, again.replay, again.revision) == (False, True, first.revision)


def test_an_expiry_is_ended_once_and_told_once(
    made: Callable[[], SharedGovernor], clock: Clock, told: list[str]
) -> None:
    one, other = made(), made()
    one.take("a", Order(Mode.LIMITED, expires_in=60.0))
    assert other.state.mode is Mode.LIMITED
    clock.now += 60.0
    assert [one.state, other.state] == [one.state, one.state]
    assert (one.state.mode, one.state.revision) == (Mode.NORMAL, 2)
    assert told == ["mode set to limited by unknown", "control order expired, back to normal"]


def waits_for(path: Path) -> bool:
    """Whether somebody waits for the lock on a file, as the kernel tells it."""
    lines = Path("/proc/locks").read_text().splitlines()
    return any("->" in line and line.split()[6].endswith(f":{path.stat().st_ino}") for line in lines)


def test_an_order_that_came_while_another_expired_is_not_ended_with_it(
    tmp_path: Path, made: Callable[[], SharedGovernor], clock: Clock
) -> None:
    governor, lock = made(), tmp_path / "control.lock"
    governor.take("a", Order(Mode.LIMITED, expires_in=60.0))
    clock.now += 60.0
    with ThreadPoolExecutor(1) as pool:
        with locked(lock):
            looking = pool.submit(lambda: governor.state)
            wait_until(lambda: waits_for(lock), what="the governor at the lock")
            kept = {"mode": "disabled", "revision": 5, "expires_at": None, "answers": {}}
            (tmp_path / "control.json").write_text(json.dumps(kept))
        assert (looking.result(60).mode, looking.result().revision) == (Mode.DISABLED, 5)


@pytest.mark.parametrize("content", [b"", b"{", b'{"mode": "off"}'])
def test_a_file_that_breaks_while_they_run_shuts_them(
    content: bytes, tmp_path: Path, made: Callable[[], SharedGovernor]
) -> None:
    governor = made()
    modes = [governor.state.mode]
    (tmp_path / "control.json").write_bytes(content)
    assert [*modes, governor.state.mode] == [Mode.NORMAL, Mode.DISABLED]


def give_orders(path: Path, names: list[str]) -> None:
    governor = SharedGovernor(path, lambda: 1.0, lambda words: None)
    for name in names:
        governor.take(name, Order(Mode.DISABLED))


def test_no_order_is_lost_between_processes(tmp_path: Path, made: Callable[[], SharedGovernor]) -> None:
    spawn = multiprocessing.get_context("spawn")
    path = tmp_path / "control.json"
    workers = [
        spawn.Process(target=give_orders, args=(path, [f"{one}-{n}" for n in range(60)] + ["same"])) for one in "abc"
    ]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join(100)
        assert worker.exitcode == 0
    assert made().state.revision == 181
