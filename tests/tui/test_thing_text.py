"""Things as plain text: the id first, and nothing but the id of what is gone."""

from __future__ import annotations

import pytest

from tests.tui.example import example_view
from warroom.core.company import Kind, Target
from warroom.tui.thing_text import thing_text


@pytest.mark.parametrize(
    ("target", "begins", "holds"),
    [
        (Target(Kind.BOT, "support"), "support: alarm, score ", "score"),
        (Target(Kind.ALARM, "AL-0007"), "AL-0007 2", "alarm of "),
        (Target(Kind.ACTION, "ACT-002"), "ACT-002 ", "plan sha256 "),
        (Target(Kind.INCIDENT, "INC-001"), "INC-001 SEV1 ", "  bots: "),
        (Target(Kind.STEP, "isolate", "INC-001"), "INC-001 step 4 (isolate) ", ": "),
    ],
)
def test_a_thing_begins_with_its_id(target: Target, begins: str, holds: str) -> None:
    text = thing_text(example_view(), target)
    assert text.startswith(begins), text
    assert holds in text
    assert len(text.splitlines()) <= 20


@pytest.mark.parametrize("kind", [kind for kind in Kind if kind is not Kind.STEP])
def test_what_is_gone_is_its_id(kind: Kind) -> None:
    assert thing_text(example_view(), Target(kind, "GONE-1")) == "GONE-1"


def test_a_step_that_is_gone_still_names_its_incident() -> None:
    assert thing_text(example_view(), Target(Kind.STEP, "nothing", "INC-001")) == "INC-001/nothing"
