"""One thing is not told in the plural."""

from __future__ import annotations

from warroom.core.counted import counted


def test_one_is_one_and_none_is_many() -> None:
    assert [counted(number, "file") for number in (0, 1, 2000)] == ["0 files", "1 file", "2,000 files"]


def test_a_noun_that_takes_more_than_an_s_is_given_whole() -> None:
    assert [counted(number, "process", "processes") for number in (1, 2)] == ["1 process", "2 processes"]
