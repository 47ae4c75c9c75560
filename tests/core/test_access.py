"""Who may do what."""

from __future__ import annotations

from typing import Any, get_args

import pytest

from tests.core.story import Story, plan
from warroom.core import commands as c
from warroom.core.access import Rights, forbidden, level_for
from warroom.core.commands import Command, Refused
from warroom.core.model import Level, Phase, Role, Severity, Verb

VALUES: dict[str, Any] = {
    "bot": "support",
    "verb": Verb.LIMIT,
    "severity": Severity.SEV1,
    "phase": Phase.REVIEW,
    "role": Role.SCRIBE,
}


def made(kind: type[Any]) -> Command:
    """A command with any words in it."""
    needed = [name for name in kind.__struct_fields__ if name not in kind.__struct_defaults__]
    command: Command = kind(**{name: VALUES.get(name, "x") for name in needed[: _needed(kind)]})
    return command


def _needed(kind: type[Any]) -> int:
    return len(kind.__struct_fields__) - len(kind.__struct_defaults__)


@pytest.mark.parametrize("kind", get_args(Command))
def test_a_viewer_may_ask_for_nothing_that_changes_the_room(kind: type[Any]) -> None:
    refused = forbidden(made(kind), Rights(level=Level.VIEWER))
    assert isinstance(refused, Refused)
    assert "viewer" in refused.reason


@pytest.mark.parametrize("kind", get_args(Command))
def test_a_commander_may_ask_for_all_and_an_unknown_account_for_nothing(kind: type[Any]) -> None:
    assert forbidden(made(kind), Rights()) is None
    assert forbidden(made(kind), Rights(level=None)) is not None


def test_a_responder_contains_but_does_not_let_back() -> None:
    responder = Rights(level=Level.RESPONDER)
    assert forbidden(c.Contain("support", Verb.STOP), responder) is None
    for command in (c.Release("ACT-001"), c.CloseIncident("INC-001", "done"), c.StopEngine()):
        assert level_for(command) is Level.COMMANDER
        assert forbidden(command, responder) is not None


def test_a_shared_account_must_name_the_person() -> None:
    refused = forbidden(c.AddNote("INC-001", "x"), Rights(must_name=True))
    assert refused is not None
    assert "--as NAME" in refused.next


def test_the_engine_decides_and_not_the_key() -> None:
    story = Story(rights=Rights(level=Level.VIEWER))
    assert isinstance(story.ask(c.Contain("support", Verb.DISABLE), made=plan()), Refused)
    assert story.desk.actions == {}
