"""How an error reads."""

from __future__ import annotations

import pytest

from warroom.cli import exits
from warroom.cli.exits import Failure, complain


def told(failure: Failure, output: pytest.CaptureFixture[str]) -> list[str]:
    complain(failure)
    out, err = output.readouterr()
    assert out == "", "an error is no data"
    return err.splitlines()


def test_an_error_says_what_why_and_what_to_do_next(capsys: pytest.CaptureFixture[str]) -> None:
    failure = Failure(exits.ABSENT, "no room", "rooms: a, b", "name one")
    assert told(failure, capsys) == ["warroom: no room", "  rooms: a, b", "  name one"]


def test_what_is_not_known_takes_no_line(capsys: pytest.CaptureFixture[str]) -> None:
    assert told(Failure(exits.USAGE, "no", next_step="yes"), capsys) == ["warroom: no", "  yes"]


def test_a_why_of_many_lines_keeps_its_lines(capsys: pytest.CaptureFixture[str]) -> None:
    assert told(Failure(exits.USAGE, "two faults", "a:1 x\na:2 y"), capsys) == [
        "warroom: two faults",
        "  a:1 x",
        "  a:2 y",
    ]


def test_a_hostile_name_in_an_error_reaches_no_terminal(capsys: pytest.CaptureFixture[str]) -> None:
    lines = told(Failure(exits.USAGE, "no \x1b[2J", "\u202ewhy", "\udcff"), capsys)
    assert "\x1b" not in "".join(lines)
    assert "\u202e" not in "".join(lines)
    assert "\u241b[2J" in lines[0]


def test_the_codes_are_the_promised_numbers() -> None:
    names = ("OK", "NO", "USAGE", "ABSENT", "REFUSED", "UNKNOWN", "BUG", "INTERRUPTED")
    assert [getattr(exits, name) for name in names] == [0, 1, 2, 3, 4, 5, 70, 130]
