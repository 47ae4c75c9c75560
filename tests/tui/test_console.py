"""The hands are the console that acts are written for."""

from __future__ import annotations

import inspect

from warroom.tui.console import Console
from warroom.tui.hands import Hands

ASKED = [name for name in vars(Console) if not name.startswith("_") and name != "scene"]


def test_the_hands_do_all_that_an_act_may_ask_in_the_same_words() -> None:
    assert ASKED
    for name in ASKED:
        wanted, made = getattr(Console, name), getattr(Hands, name)
        assert list(inspect.signature(made).parameters) == list(inspect.signature(wanted).parameters), name
        assert inspect.iscoroutinefunction(made) == inspect.iscoroutinefunction(wanted), name
