"""Lines that begin with a level and carry no time."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.logs.formats.reading import made, read
from warroom.logs.formats.leveled import LEVELED, UVICORN


def test_an_access_line_of_uvicorn_fills_address_and_status() -> None:
    record = read(UVICORN, 'INFO:     127.0.0.1:50412 - "POST /v1/chat?a=b HTTP/1.1" 401 Unauthorized')
    assert (record.level, record.address, record.status) == ("INFO", "127.0.0.1", 401)
    assert record.attrs == {"method": "POST", "path": "/v1/chat?a=b"}


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("INFO:     Application startup complete.", "Application startup complete."),
        ("CRITICAL: out of memory", "out of memory"),
        ("WARNING:  refused user=u-7", "refused user=u-7"),
    ],
)
def test_its_other_lines_are_level_and_message(line: str, message: str) -> None:
    assert read(UVICORN, line).message == message


def test_an_ipv6_address_keeps_its_colons() -> None:
    assert read(UVICORN, 'INFO:     ::1:50412 - "GET / HTTP/1.1" 200 OK').address == "::1"


def test_level_logger_and_message_are_told_apart() -> None:
    record = read(LEVELED, "WARNING opsdroid.loader No databases in configuration.")
    assert (record.level, record.logger, record.message) == (
        "WARNING",
        "opsdroid.loader",
        "No databases in configuration.",
    )


@pytest.mark.parametrize("line", ["", "INFO", "INFORMATION: x", "info: x", "Error: x", "INFO:x:y", "INFO 123 x"])
def test_what_only_looks_like_it_is_left(line: str) -> None:
    assert made(UVICORN, line) is None
    assert made(LEVELED, line) is None


@given(st.text(max_size=100))
def test_any_message_is_read(message: str) -> None:
    assert read(UVICORN, f"ERROR:    {message}").level == "ERROR"
