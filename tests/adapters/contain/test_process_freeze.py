"""Freezing and thawing a tree, without an adapter around it."""

from __future__ import annotations

import signal
from pathlib import Path

import msgspec
import pytest

from tests.adapters.contain.rigs import forking_bot
from warroom.adapters.clock import SystemClock
from warroom.adapters.contain import process_tree
from warroom.adapters.contain.process_freeze import freeze, thaw
from warroom.adapters.contain.process_target import identify
from warroom.adapters.contain.process_tree import Process
from warroom.core.ports import AdapterFailed

CLOCK = SystemClock()


async def test_all_stand_and_all_run_again_twice_over(tmp_path: Path) -> None:
    with forking_bot(tmp_path) as bot:
        identity = identify(bot.pidfile)
        for act, stand in ((freeze, 3), (freeze, 3), (thaw, 0), (thaw, 0)):
            assert await act(identity, CLOCK) == 3
            assert bot.states().count("T") == stand


class SleptClock(SystemClock):
    """Real waits; time goes on by them alone."""

    def __init__(self) -> None:
        self.slept_s = 0.0

    def monotonic(self) -> float:
        """What was slept."""
        return self.slept_s

    async def sleep(self, seconds: float) -> None:
        """Wait."""
        self.slept_s += seconds
        await super().sleep(min(seconds, 0.001))


@pytest.mark.parametrize("turns", [5, 10_000], ids=["a busy host", "workers that never rest"])
async def test_a_parent_runs_on_once_its_workers_had_their_turn(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, turns: int
) -> None:
    order: list[str] = []
    send, clock = process_tree.send, SleptClock()

    def noted(process: Process, number: signal.Signals) -> bool:
        order.append("parent" if process.pid == bot.process.pid else "worker")
        return send(process, number)

    def is_busy(process: Process) -> bool:
        order.append("waits")
        return order.count("waits") <= turns

    with forking_bot(tmp_path) as bot:
        identity = identify(bot.pidfile)
        await freeze(identity, clock)
        monkeypatch.setattr(process_tree, "send", noted)
        monkeypatch.setattr(process_tree, "is_busy", is_busy)
        before = clock.slept_s
        assert await thaw(identity, clock) == 3
    assert [one for one in order if one != "waits"] == ["worker", "worker", "parent"]
    assert order[-1] == "parent"
    assert order.count("waits") > 5
    assert clock.slept_s - before < 2.1


async def test_a_process_of_another_start_is_not_the_tree(tmp_path: Path) -> None:
    with forking_bot(tmp_path) as bot:
        identity = identify(bot.pidfile)
        other = msgspec.structs.replace(identity, start_ticks=identity.start_ticks - 1)
        with pytest.raises(AdapterFailed, match="nothing is stopped"):
            await freeze(other, CLOCK)
        with pytest.raises(AdapterFailed, match="ended while it was frozen"):
            await thaw(other, CLOCK)
        assert "T" not in bot.states()
