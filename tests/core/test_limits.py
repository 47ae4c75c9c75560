"""What no command may hold, whoever sends it."""

from __future__ import annotations

import pytest

from tests.core.story import Story
from warroom.core import commands as c
from warroom.core.commands import Command, Refused
from warroom.core.limits import LONGEST_S, TEXT_LIMIT, is_duration, is_moment
from warroom.core.model import Role, Verb


@pytest.mark.parametrize(
    "command",
    [
        c.AssignRole("INC-001", Role.SCRIBE, "x" * (TEXT_LIMIT + 1)),
        c.TickStep("INC-001", "det-1", "x" * (TEXT_LIMIT + 1)),
        c.MarkMoment("INC-001", "started", 253402300799.9999),
        c.MarkMoment("INC-001", "started", float("nan")),
        c.MarkMoment("INC-001", "started", -1e20),
        c.Contain("support", Verb.DISABLE, expires_s=float("inf")),
        c.Contain("support", Verb.DISABLE, expires_s=0.0),
    ],
)
def test_it_is_refused_before_anything_else_is_looked_at(command: Command) -> None:
    story = Story()
    answer = story.ask(command)
    assert isinstance(answer, Refused)
    assert "there is no" not in answer.reason


@pytest.mark.parametrize(("seconds", "good"), [(0.1, True), (LONGEST_S, True), (LONGEST_S + 1, False), (-1, False)])
def test_a_duration_is_within_a_year(seconds: float, good: bool) -> None:
    assert is_duration(seconds) is good


def test_a_moment_is_one_that_can_be_written() -> None:
    assert is_moment(1795381667.442)
    assert not is_moment(1e12)
