"""What keys do is a table: every act has its action, and each console act has its plain twin."""

from __future__ import annotations

import inspect

from warroom.tui.actions import ACTIONS
from warroom.tui.acts import ACTS


def test_every_act_belongs_to_an_action_of_the_table() -> None:
    assert set(ACTS) <= {action.id for action in ACTIONS}


def test_every_act_waits_for_its_answer_and_says_what_it_does() -> None:
    for name, act in ACTS.items():
        assert inspect.iscoroutinefunction(act), name
        assert act.__doc__, name


def test_what_is_dangerous_is_never_a_direct_command() -> None:
    dangerous = {action.id for action in ACTIONS if action.dangerous}
    assert {"contain", "release"} <= dangerous
