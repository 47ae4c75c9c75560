"""What a person likes at the console: the bounds of it."""

from __future__ import annotations

import math

import pytest

from warroom.core.settings_console import LEAST_BPS, ConsoleSettings, console_faults


@pytest.mark.parametrize(("budget", "bps"), [(None, None), (0, math.inf), (LEAST_BPS, LEAST_BPS), (9000, 9000)])
def test_a_budget_is_none_without_a_limit_or_enough_to_draw_with(budget: int | None, bps: float | None) -> None:
    settings = ConsoleSettings(budget=budget)
    assert list(console_faults(settings)) == []
    assert settings.budget_bps == bps


@pytest.mark.parametrize("budget", [-1, 1, LEAST_BPS - 1])
def test_a_budget_that_shows_nothing_is_a_fault(budget: int) -> None:
    assert [place for place, _ in console_faults(ConsoleSettings(budget=budget))] == [("budget",)]
