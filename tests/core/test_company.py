"""Who is together: what a text names, how a target reads, and when it is gone."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from tests.tui.example import example_view
from warroom.core.commands import Refused
from warroom.core.company import (
    MOST_SPOTS,
    Kind,
    Target,
    is_commander,
    named_target,
    person_name,
    roles_of,
    target_words,
    unfit_target,
)
from warroom.core.model import Role
from warroom.core.queries import Spot

VIEW = example_view()
LINE = "/var/log/support.log#g1@4200+100"


def test_everything_in_the_view_can_be_named_and_reads_as_what_it_is() -> None:
    shown = {
        "INC-001": "INC-001: Prompt injection",
        "INC-001/isolate": "step 4: Disable the bot",
        "ACT-002": "ACT-002: disable mail",
        "AL-0009": "alarm of support: ",
        "sales": "the bot sales",
        LINE: "a line of support: support.log",
    }
    for text, words in shown.items():
        target = named_target(VIEW, text)
        assert target is not None, text
        assert target_words(VIEW, target).startswith(words), target_words(VIEW, target)


def test_what_is_not_there_is_not_named() -> None:
    for text in ("", "/", "INC-001/", "INC-001/nothing", "INC-9/isolate", "nobody", "/etc/passwd#g0@1", "x#g", "#g1@2"):
        assert named_target(VIEW, text) is None, text


def test_a_step_of_a_closed_incident_is_gone() -> None:
    target = Target(Kind.STEP, "isolate", "INC-001")
    closed = replace(VIEW, incidents=[replace(VIEW.incidents[0], open=False)])
    assert target_words(VIEW, target)
    assert target_words(closed, target) == ""


def test_a_step_says_its_incident_only_where_there_are_several() -> None:
    target = Target(Kind.STEP, "isolate", "INC-001")
    several = replace(VIEW, incidents=[*VIEW.incidents, replace(VIEW.incidents[0], id="INC-002")])
    assert "of INC-001" not in target_words(VIEW, target)
    assert "of INC-001" in target_words(several, target)


@given(st.text(max_size=400), st.text(max_size=400))
def test_words_of_a_line_are_one_printable_row_whatever_is_said_of_it(name: str, text: str) -> None:
    for target in (Target(Kind.LINE, LINE, text=text), Target(Kind.LINE, name, text=text), Target(Kind.BOT, name)):
        words = target_words(VIEW, target)
        assert "\n" not in words
        assert "\x1b" not in words
        assert len(words) < 200


def test_a_pointer_without_measure_is_refused() -> None:
    spot = Spot("/var/log/support.log", 0, 1)
    assert unfit_target(Target(Kind.LINE, LINE, spots=[spot] * MOST_SPOTS)) is None
    for target in (
        Target(Kind.LINE, LINE, spots=[spot] * (MOST_SPOTS + 1)),
        Target(Kind.LINE, LINE, spots=[Spot("x" * 2000, 0, 1)]),
        Target(Kind.BOT, "x" * 2000),
        Target(Kind.LINE, LINE, text="x" * 2000),
    ):
        assert isinstance(unfit_target(target), Refused)


def test_a_person_is_known_by_name_behind_a_shared_account_too() -> None:
    incident = replace(VIEW.incidents[0], roles={"incident_commander": "ana (claimed, as root)", "scribe": "ben"})
    assert person_name("ana (claimed, as root)") == "ana"
    assert roles_of([incident], "ana (claimed, as root)") == [(Role.INCIDENT_COMMANDER, "INC-001")]
    assert is_commander([incident], "ana (claimed, as root)")
    assert not is_commander([incident], "ben")
    assert roles_of([replace(incident, open=False)], "ben") == []
