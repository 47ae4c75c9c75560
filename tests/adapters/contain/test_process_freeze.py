"""Freezing and thawing a tree, without an adapter around it."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest

from tests.adapters.contain.rigs import forking_bot
from warroom.adapters.clock import SystemClock
from warroom.adapters.contain.process_freeze import freeze, thaw
from warroom.adapters.contain.process_target import identify
from warroom.core.ports import AdapterFailed

CLOCK = SystemClock()


async def test_all_stand_and_all_run_again_twice_over(tmp_path: Path) -> None:
    with forking_bot(tmp_path) as bot:
        identity = identify(bot.pidfile)
        for act, states in ((freeze, {"T"}), (freeze, {"T"}), (thaw, {"S", "R"}), (thaw, {"S", "R"})):
            assert await act(identity, CLOCK) == 3
            assert set(bot.states()) <= states


async def test_a_process_of_another_start_is_not_the_tree(tmp_path: Path) -> None:
    with forking_bot(tmp_path) as bot:
        identity = identify(bot.pidfile)
        other = msgspec.structs.replace(identity, start_ticks=identity.start_ticks - 1)
        with pytest.raises(AdapterFailed, match="nothing is stopped"):
            await freeze(other, CLOCK)
        with pytest.raises(AdapterFailed, match="ended while it was frozen"):
            await thaw(other, CLOCK)
        assert "T" not in bot.states()
