"""structlog on a console: a padded event and its pairs."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.logs.formats.reading import made, read
from warroom.logs.formats.structlog_console import FORMAT

HEAD = "2026-11-22T21:07:47.486398Z [warning  ] "


@pytest.mark.parametrize(
    ("said", "message", "user"),
    [
        ("refusal                        bot=support-1 user=u-7", "refusal", "u-7"),
        (
            "a very long event that is longer than its padding user=u-7",
            "a very long event that is longer than its padding",
            "u-7",
        ),
        ("tool call failed", "tool call failed", None),
        ("1 + 1 = 2", "1 + 1 = 2", None),
    ],
)
def test_event_and_pairs_are_told_apart(said: str, message: str, user: str | None) -> None:
    record = read(FORMAT, HEAD + said)
    assert (record.message, record.user, record.level, record.time) == (message, user, "WARNING", 1795381667.486398)


@pytest.mark.parametrize(
    "line", ["", HEAD, "2026-11-22T21:07:47Z [loud] x", "[warning  ] refusal", HEAD[:-3] + "refusal"]
)
def test_what_is_not_structlog_is_left(line: str) -> None:
    assert made(FORMAT, line) is None


@given(st.text(max_size=200))
def test_any_event_is_read_or_left(text: str) -> None:
    made(FORMAT, HEAD + text)
