"""Which lines belong to the record before them."""

from __future__ import annotations

import pytest

from warroom.logs.multiline import Continuation


def joined(lines: list[str]) -> list[bool]:
    continuation = Continuation()
    return [continuation.joins(line) for line in lines]


def test_a_traceback_ends_with_its_exception() -> None:
    lines = ["Traceback (most recent call last):", '  File "a"', "    ~~^^", "ValueError: bad", "something else"]
    assert joined(lines) == [True, True, True, True, False]


@pytest.mark.parametrize("line", ["KeyError: 'x'", "mypackage.errors.Broken: no", "KeyboardInterrupt", "SystemExit: 1"])
def test_the_line_of_the_exception_is_known(line: str) -> None:
    assert joined(["Traceback (most recent call last):", line]) == [True, True]


def test_indented_lines_continue_and_others_do_not() -> None:
    assert joined(["  more", "\tmore", "other", ""]) == [True, True, False, False]


def test_a_new_record_ends_a_traceback() -> None:
    continuation = Continuation()
    continuation.joins("Traceback (most recent call last):")
    continuation.reset()
    assert not continuation.joins("ValueError: not of the one before")
