"""Access logs of web servers, with what hostile clients put into them."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.logs.formats.reading import PLACE, made, read
from warroom.logs.formats.access_log import FORMAT
from warroom.logs.formats.basic import FORMAT as BASIC

COMBINED = '203.0.113.9 - ana [22/Nov/2026:21:07:51 +0000] "POST /v1/chat?a=b HTTP/1.1" 503 512 "https://x/" "curl/8.5"'


def test_a_combined_line_fills_the_record() -> None:
    record = read(FORMAT, COMBINED)
    assert (record.message, record.address, record.user, record.status) == (
        "POST /v1/chat?a=b HTTP/1.1",
        "203.0.113.9",
        "ana",
        503,
    )
    assert (record.time, record.time_source, record.level) == (1795381671.0, "line", None)
    assert record.attrs == {
        "method": "POST",
        "path": "/v1/chat?a=b",
        "size": 512,
        "referer": "https://x/",
        "user_agent": "curl/8.5",
    }


def test_what_is_absent_is_not_there() -> None:
    record = read(FORMAT, '::1 - - [22/Nov/2026 21:07:47] "GET / HTTP/1.0" 200 -')
    assert (record.user, record.time_source, record.attrs) == (None, "assumed_zone", {"method": "GET", "path": "/"})


def test_a_request_that_is_none_is_kept_as_the_message() -> None:
    record = read(FORMAT, '1.2.3.4 - - [22/Nov/2026:21:07:51 +0000] "\\x16\\x03 \\"quoted\\"" 400 150 "-" "-"')
    assert record.message == '\\x16\\x03 \\"quoted\\"'
    assert record.attrs == {"size": 150}


def test_werkzeug_inside_a_basic_line_is_read_as_well() -> None:
    record = read(BASIC, 'INFO:werkzeug:127.0.0.1 - - [22/Nov/2026 21:07:47] "POST /bot HTTP/1.1" 401 -')
    assert (record.format, record.logger, record.message, record.status) == (
        "basic",
        "werkzeug",
        "POST /bot HTTP/1.1",
        401,
    )
    assert record.address == "127.0.0.1"


@pytest.mark.parametrize(
    "line",
    [
        "",
        "hello",
        COMBINED.replace("Nov", "Nof"),
        COMBINED.replace("503", "5x3"),
        COMBINED.replace('"POST', "POST"),
        " " + COMBINED,
    ],
)
def test_what_is_no_access_line_is_left(line: str) -> None:
    assert made(FORMAT, line) is None


@given(st.text(max_size=200))
def test_any_agent_is_read(agent: str) -> None:
    quoted = agent.replace("\\", "\\\\").replace('"', '\\"')
    record = read(FORMAT, f'1.2.3.4 - - [22/Nov/2026:21:07:51 +0000] "GET / HTTP/1.1" 200 1 "-" "{quoted}"')
    assert record.status == 200


def test_a_hostile_line_costs_no_more_than_its_length() -> None:
    reader = FORMAT.reader()
    costs = []
    for size in (2_000, 20_000):
        began = time.process_time()
        reader('1.2.3.4 - - [22/Nov/2026:21:07:51 +0000] "' + '\\" ' * size + '] "', PLACE)
        costs.append(time.process_time() - began)
    assert costs[1] < 100 * max(costs[0], 0.001), costs
