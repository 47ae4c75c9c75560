"""Which room a verb means."""

from __future__ import annotations

import pytest

from tests.cli.conftest import Here
from tests.stories.shell import Shell
from warroom.cli.exits import ABSENT, REFUSED, Failure
from warroom.cli.rooms import settled
from warroom.core.commands import Ack, Refused

READERS = ["bots", "alarms", "incidents", "actions"]


@pytest.mark.parametrize("verb", READERS)
def test_an_unknown_room_is_3_with_the_rooms_that_there_are(in_busy: Here, verb: str) -> None:
    code, out, err = in_busy(verb, "--room", "nowhere")
    assert (code, out) == (3, "")
    assert "nowhere" in err
    assert "busy" in err


@pytest.mark.parametrize(
    "words",
    [
        ["status", "nowhere"],
        ["stop", "nowhere"],
        ["incident", "note", "INC-001", "x", "--room", "nowhere"],
        ["incident", "show", "INC-001", "--room", "nowhere"],
        ["contain", "support", "freeze", "--yes", "--room", "nowhere"],
        ["release", "ACT-001", "--room", "nowhere"],
        ["export", "INC-001", "--room", "nowhere"],
    ],
    ids=lambda words: " ".join(words[:2]),
)
def test_a_verb_on_an_unknown_room_is_3_starts_nothing_and_lists_the_rooms(in_busy: Here, words: list[str]) -> None:
    code, out, err = in_busy(*words)
    assert (code, out) == (3, "")
    assert "busy" in err
    assert not in_busy.shell.paths("nowhere").folder.exists()


@pytest.mark.parametrize("verb", ["status", *READERS, "stop"])
def test_without_any_room_a_verb_is_3_and_says_so(here: Here, verb: str) -> None:
    code, out, err = here(verb)
    assert (code, out) == (3, "")
    assert "none yet" in err


@pytest.mark.parametrize("name", ["../x", "a/b", "", "A b", ".", "..", "x" * 300, "a\x1b[2J"])
def test_what_is_no_room_name_is_wrong_usage_or_absent_and_touches_nothing(here: Here, name: str) -> None:
    code, out, err = here("bots", "--room", name)
    assert code in {2, 3}, err
    assert out == ""
    assert "\x1b" not in err
    assert not here.shell.paths("x").folder.parent.exists()


def test_the_only_running_live_room_is_the_default(in_busy: Here) -> None:
    code, out, _ = in_busy("status")
    assert code == 0
    assert "room busy" in out


def test_the_option_wins_over_the_environment(in_busy: Here, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WARROOM_ROOM", "nowhere")
    assert in_busy("bots")[0] == 3
    assert in_busy("bots", "--room", "busy")[0] == 0


@pytest.mark.long
def test_a_drill_is_never_the_default_and_two_live_rooms_want_a_name(shell: Shell) -> None:
    shell.start_engine("rehearsal", "--drill")
    refused = shell.run("bots")
    assert refused.returncode == 3
    assert "rehearsal" in refused.stderr
    shell.start_engine("one")
    assert shell.json("status", "--json")["room"] == "one"
    shell.start_engine("two")
    refused = shell.run("status")
    assert refused.returncode == 3
    assert "more than one" in refused.stderr
    assert "one, two" in refused.stderr
    shell.environment["WARROOM_ROOM"] = "rehearsal"
    assert shell.json("status", "--json")["mode"] == "drill"


def test_a_refusal_is_4_and_keeps_its_advice() -> None:
    with pytest.raises(Failure) as caught:
        settled(Refused("INC-001 is closed", "notes still work"))
    assert (caught.value.code, caught.value.next_step) == (REFUSED, "notes still work")
    assert "INC-001 is closed" in caught.value.what


@pytest.mark.parametrize("reason", ["there is no incident INC-9", "there is no alarm A"])
def test_a_command_about_nothing_is_3(reason: str) -> None:
    with pytest.raises(Failure) as caught:
        settled(Refused(reason))
    assert caught.value.code == ABSENT


def test_an_acknowledgement_passes(in_busy: Here) -> None:
    assert settled(Ack(7, "x")) == Ack(7, "x")
