"""JSON lines under the names that programs use, hostile ones among them."""

from __future__ import annotations

import json
import math
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.logs.formats.enveloped import records
from tests.logs.formats.reading import made, read
from warroom.logs.formats.jsonl import FORMAT

values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=10), inner, max_size=3),
    max_leaves=10,
)


NAMES = ["message", "event", "level", "time", "user", "user.id", "status", "tokens", "latency_ms", "bot", "x", "log"]


@pytest.mark.parametrize(
    ("line", "wanted"),
    [
        (
            {
                "asctime": "2026-11-22 21:07:47,456",
                "levelname": "INFO",
                "name": "bot.chat",
                "message": "reply",
                "bot": "b",
            },
            {
                "message": "reply",
                "level": "INFO",
                "logger": "bot.chat",
                "time_source": "assumed_zone",
                "attrs": {"bot": "b"},
            },
        ),
        (
            {"event": "tool_call", "tool": "web", "level": "warning", "timestamp": "2026-11-22T21:07:47.486265Z"},
            {"message": "tool_call", "level": "WARNING", "time_source": "line", "tool": "web"},
        ),
        (
            {"@timestamp": "2026-11-22T21:14:37.967Z", "log.level": "error", "message": "x", "log": {"logger": "l"}},
            {"message": "x", "level": "ERROR", "logger": "l"},
        ),
        (
            {"gen_ai": {"usage": {"output_tokens": 12}, "conversation": {"id": "s"}}, "user": {"id": 7}, "body": "x"},
            {"message": "x", "tokens_out": 12, "session": "s", "user": "7"},
        ),
        (
            {"message": "x", "http.response.status_code": 503, "duration_ms": 1.5, "error.type": "E", "ts": 1795381667},
            {"status": 503, "latency_ms": 1.5, "error": "E", "time_source": "line"},
        ),
    ],
)
@pytest.mark.parametrize("times", [1, 2])
def test_the_names_of_known_libraries_fill_the_record(line: dict[str, Any], wanted: dict[str, Any], times: int) -> None:
    # The second line of a shape is read by the decoder that the first one taught.
    record = read(FORMAT, *[json.dumps(line)] * times)
    assert {name: getattr(record, name) for name in wanted} == wanted


CONSOLE = """{
    "body": "tool failed",
    "severity_number": 17,
    "severity_text": "ERROR",
    "attributes": {
        "user.id": "u7",
        "gen_ai.usage.output_tokens": 12,
        "status": 401,
        "code.line.number": 22,
        "exception.type": "KeyError"
    },
    "dropped_attributes": 0,
    "timestamp": "2026-11-22T21:07:47.732797Z",
    "resource": {
        "attributes": {
            "service.name": "support-bot"
        },
        "schema_url": ""
    },
    "event_name": ""
}"""


def test_what_otels_console_exporter_prints_over_many_lines_is_read() -> None:
    (record,) = records(*CONSOLE.split("\n"))
    assert (record.format, record.message, record.level, record.time) == (
        "json",
        "tool failed",
        "ERROR",
        1795381667.732797,
    )
    assert (record.user, record.tokens_out, record.status, record.error) == ("u7", 12, 401, "KeyError")
    assert record.attrs["service.name"] == "support-bot"
    assert record.attrs["code.line.number"] == 22
    assert record.length == len(CONSOLE) + 1


def test_a_severity_without_its_word_is_known_by_its_number() -> None:
    without = {"body": "x", "severity_text": None, "severity_number": 13}
    assert read(FORMAT, json.dumps(without)).level == "WARNING"
    assert read(FORMAT, json.dumps({**without, "severity_number": "13"})).level is None


def test_an_attribute_takes_no_others_place() -> None:
    record = read(
        FORMAT, '{"message": "x", "shade": 1, "attributes": {"shade": 2, "a": 3}, "user": "u", "b": {"a": 4}}'
    )
    assert record.attrs == {"shade": 1, "attributes.shade": 2, "a": 3, "b.a": 4}


@given(st.dictionaries(st.sampled_from(NAMES), values, max_size=8))
def test_the_second_line_of_a_shape_is_read_as_the_first(value: dict[str, Any]) -> None:
    line = json.dumps(value)
    first, second = made(FORMAT, line), made(FORMAT, line, line)
    assert repr(second) == repr(first)


def test_lines_of_other_shapes_in_between_change_nothing() -> None:
    lines = [json.dumps({"message": "m", "time": 1795381667, f"k{n}": n}) for n in range(9)]
    record = read(FORMAT, *lines, *lines)
    assert (record.attrs, record.time) == ({"k8": 8}, 1795381667.0)


def test_nan_and_infinity_as_python_writes_them_are_read() -> None:
    record = read(FORMAT, '{"message": "x", "score": NaN, "latency_ms": Infinity}')
    assert math.isnan(record.attrs["score"])
    assert record.latency_ms is None


def test_half_a_surrogate_pair_is_replaced_so_that_the_record_can_be_written() -> None:
    record = read(FORMAT, r'{"message": "a\ud800b \ud83d\ude00", "\udfff": ["\udc00"]}')
    assert record.message == "a\ufffdb 😀"
    assert msgspec.json.encode(record)


@pytest.mark.parametrize("line", ["", "[]", "{", '{"a":', "null", "x", '"text"', "[" * 5000, '{"a":' * 5000])
def test_what_is_no_object_is_left(line: str) -> None:
    assert made(FORMAT, line) is None


def test_a_duplicate_key_takes_the_last_value() -> None:
    line = '{"message":"first","message":"last"}'
    assert read(FORMAT, line).message == read(FORMAT, line, line).message == "last"


@given(st.dictionaries(st.text(max_size=12), values, max_size=6))
def test_any_object_is_read(value: dict[str, Any]) -> None:
    line = json.dumps(value)
    for record in (read(FORMAT, line), read(FORMAT, line, line)):
        assert all(number is None or number >= 0 for number in (record.tokens_in, record.status, record.latency_ms))


def test_a_level_is_known_by_word_or_by_the_numbers_of_pino() -> None:
    levels = [
        read(FORMAT, json.dumps({"msg": "x", "level": level})).level for level in ("Info", "warn", 50, 35, "loud")
    ]
    assert levels == ["INFO", "WARNING", "ERROR", None, None]


@pytest.mark.parametrize(
    "keys",
    [("log", "stream", "time"), ("text", "record"), ("resourceLogs",), ("_PID", "MESSAGE", "__REALTIME_TIMESTAMP")],
)
def test_what_another_format_claims_is_left_to_it(keys: tuple[str, ...]) -> None:
    assert made(FORMAT, json.dumps(dict.fromkeys(keys, "x"))) is None
