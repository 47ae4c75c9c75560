"""Checkpoints that no reader ever wrote (T31)."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import msgspec
import pytest

from tests.adapters.faults.conftest import Follow
from tests.adapters.faults.oracle import Lines, append, nothing_lost
from warroom.core.record import Checkpoint


def senseless(kept: list[Checkpoint]) -> list[Checkpoint]:
    return [msgspec.structs.replace(one, offset=-5, head_bytes=-1, tail_bytes=1 << 40, line=-3) for one in kept]


def huge(kept: list[Checkpoint]) -> list[Checkpoint]:
    return [msgspec.structs.replace(one, offset=1 << 62, head_bytes=1 << 62, tail_bytes=1 << 62) for one in kept]


@pytest.mark.parametrize("damage", [senseless, huge])
def test_t31_a_checkpoint_whose_numbers_make_no_sense_leads_to_a_new_reading_and_is_said(
    follow: Follow, log: Path, lines: Lines, damage: Callable[[list[Checkpoint]], list[Checkpoint]]
) -> None:
    follower = follow(log)
    follower.tells(lines)
    follower.end()
    append(log, lines.next(5))
    follower.resume(damage(follower.checkpoints))
    again = lines.written[:]
    lines.written[:0] = again[:10]
    nothing_lost(follower, lines)
    assert follower.gaps == ["rewritten"]
    assert {record.generation for record in follower.lines[10:]} == {1}, "it is not mixed up with what was stored"
