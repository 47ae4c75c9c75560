"""An action ends when both clocks say so: one that jumps lets nobody back."""

from __future__ import annotations

import math

from msgspec.structs import replace

from tests.core.story import ANA, START, plan
from warroom.core.desk import ActionRecord
from warroom.engine.ends import Ends


class Clocks:
    """Two clocks, each moved by hand."""

    def __init__(self) -> None:
        self.day, self.steady = START, 50.0

    def now(self) -> float:
        return self.day

    def monotonic(self) -> float:
        return self.steady

    def passes(self, seconds: float) -> None:
        self.day += seconds
        self.steady += seconds

    async def sleep(self, seconds: float) -> None:
        self.passes(seconds)


ACTION = ActionRecord("ACT-001", None, replace(plan(), expires_s=3600.0), "leak", ANA, START, started=START)


def test_while_both_clocks_agree_time_is_time() -> None:
    clocks = Clocks()
    ends = Ends(clocks)
    assert ends.left_s(ACTION) == 3600.0
    clocks.passes(3000.0)
    assert ends.left_s(ACTION) == 600.0
    clocks.passes(601.0)
    assert ends.left_s(ACTION) == -1.0
    assert ends.left_s(replace(ACTION, plan=plan())) == math.inf


def test_a_clock_that_jumps_ahead_brings_no_end_nearer() -> None:
    clocks = Clocks()
    ends = Ends(clocks)
    ends.left_s(ACTION)
    clocks.day += 3700.0
    assert ends.left_s(ACTION) == 3600.0
    clocks.passes(3600.0)
    assert ends.left_s(ACTION) == 0.0


def test_a_clock_that_is_set_back_puts_the_end_off() -> None:
    clocks = Clocks()
    ends = Ends(clocks)
    ends.left_s(ACTION)
    clocks.day -= 3600.0
    clocks.passes(3600.0)
    assert ends.left_s(ACTION) == 3600.0


def test_what_a_former_engine_began_ends_by_the_time_of_day_at_which_it_was_first_seen() -> None:
    clocks = Clocks()
    clocks.day += 3000.0
    ends = Ends(clocks)
    assert ends.left_s(ACTION) == 600.0
    clocks.passes(600.0)
    assert ends.left_s(ACTION) == 0.0
