"""loguru's text, as the library writes it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.logs.formats.reading import made, read
from warroom.logs.formats.loguru import FORMAT


def test_time_level_and_place_are_read() -> None:
    record = read(FORMAT, "2026-11-22 21:07:47.504 | ERROR    | __main__:<module>:23 - rate limit hit status=429")
    assert (record.level, record.logger, record.message) == (
        "ERROR",
        "__main__:<module>:23",
        "rate limit hit status=429",
    )
    assert (record.status, record.time_source) == (429, "assumed_zone")


def test_a_level_of_its_own_is_kept_as_none() -> None:
    assert read(FORMAT, "2026-11-22 21:07:47.504 | SUCCESS  | a:b:1 - x").level == "INFO"
    assert read(FORMAT, "2026-11-22 21:07:47.504 | CUSTOM   | a:b:1 - x").level is None


@pytest.mark.parametrize(
    "line", ["", "| INFO |", "2026-11-22 21:07:47.504 | info | a - x", "2026-11-22 | INFO | a - x"]
)
def test_what_is_not_loguru_is_left(line: str) -> None:
    assert made(FORMAT, line) is None


@given(st.text(max_size=200))
def test_any_message_is_kept(message: str) -> None:
    assert read(FORMAT, f"2026-11-22 21:07:47.504 | INFO     | a:b:1 - {message}").message == message
