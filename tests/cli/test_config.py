"""`warroom config check`: every fault at once, with key, line and the nearest valid name, and nothing of it is run."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cli.conftest import Here

GOOD = '[bots.support]\nlog = "bot.log"\n[bots.billing]\nlog = "b.log"\n'


def checked(here: Here, text: str) -> tuple[int, str, list[str]]:
    Path("room.toml").write_text(text)
    code, out, err = here("config", "check", "room.toml")
    return code, out, err.splitlines()


def test_a_good_file_is_0_and_names_its_bots(here: Here) -> None:
    assert checked(here, GOOD) == (0, "room.toml: OK, bots: support, billing\n", [])
    assert checked(here, "") == (0, "room.toml: OK, bots: none\n", [])


def test_all_faults_are_told_at_once_with_line_key_and_nearest_name(here: Here) -> None:
    code, out, told = checked(
        here, '# bots\n[bots.support]\nlog = "a"\nhistroy = "b"\n\n[detct]\nx = 1\n[bots.other]\nlog = 5\n'
    )
    assert (code, out) == (2, "")
    assert told[0] == "warroom: room.toml: the config is wrong"
    assert told[-1] == "  docs/config.md lists every key"
    assert sorted(told[1:-1]) == [
        "  room.toml:4: bots.support.histroy: is not known (did you mean history?)",
        "  room.toml:6: detct: is not known (did you mean detect?)",
        "  room.toml:9: bots.other.log: must be a list, not the number 5",
    ]


def test_what_is_no_toml_is_told_with_its_line(here: Here) -> None:
    code, out, told = checked(here, GOOD + "[detect\n")
    assert (code, out) == (2, "")
    assert told[1].startswith("  room.toml:5: not TOML: ")


def test_a_key_with_terminal_codes_reaches_no_terminal(here: Here) -> None:
    code, _, told = checked(here, '["\\u001b]52;c;Y3VybA==\\u0007"]\nx = 1\n')
    assert code == 2
    assert "\x1b" not in "".join(told)
    assert "room.toml:1: " in told[1]


def test_a_file_that_cannot_be_read_is_2_and_no_bug(here: Here) -> None:
    Path("folder.toml").mkdir()
    for name in ("absent.toml", "folder.toml"):
        code, out, err = here("config", "check", name)
        assert (code, out) == (2, ""), err
        assert f"{name}:1: cannot be read: " in err


def test_a_check_makes_no_room(here: Here) -> None:
    assert checked(here, GOOD)[0] == 0
    assert sorted(path.name for path in here.shell.folder.iterdir()) == ["room.toml", "run"]


@pytest.mark.parametrize(("words", "told"), [([], "TASK"), (["check"], "F"), (["chekc", "x"], "check")])
def test_wrong_words_are_2_and_name_what_is_wanted(here: Here, words: list[str], told: str) -> None:
    code, out, err = here("config", *words)
    assert (code, out) == (2, "")
    assert told in err.splitlines()[-1]
