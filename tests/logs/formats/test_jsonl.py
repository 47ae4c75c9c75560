"""JSON lines under the names that programs use, hostile ones among them."""

from __future__ import annotations

import json
import math
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from warroom.logs.formats.jsonl import parse, time_of

values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=10), inner, max_size=3),
    max_leaves=10,
)


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
            {"message": "reply", "level": "INFO", "logger": "bot.chat", "time_source": "assumed_zone", "bot": "b"},
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
def test_the_names_of_known_libraries_fill_the_record(line: dict[str, Any], wanted: dict[str, Any]) -> None:
    parsed = parse(json.dumps(line))
    assert parsed is not None
    seen = {
        "message": parsed.message,
        "level": parsed.level,
        "logger": parsed.logger,
        "time_source": parsed.time_source,
        **parsed.fields,
    }
    assert {name: seen.get(name) for name in wanted} == wanted


def test_nan_and_infinity_as_python_writes_them_are_read() -> None:
    parsed = parse('{"message": "x", "score": NaN, "latency_ms": Infinity}')
    assert parsed is not None
    assert math.isnan(parsed.attrs["score"])
    assert "latency_ms" not in parsed.fields


@pytest.mark.parametrize("line", ["", "[]", "{", '{"a":', "null", "x", '"text"', "[" * 5000, '{"a":' * 5000])
def test_what_is_no_object_is_left(line: str) -> None:
    assert parse(line) is None


def test_a_duplicate_key_takes_the_last_value() -> None:
    parsed = parse('{"message":"first","message":"last"}')
    assert parsed is not None
    assert parsed.message == "last"


@given(st.dictionaries(st.text(max_size=12), values, max_size=6))
def test_any_object_is_read(value: dict[str, Any]) -> None:
    parsed = parse(json.dumps(value))
    assert parsed is not None
    assert all(number >= 0 for name, number in parsed.fields.items() if name in ("tokens_in", "status", "latency_ms"))


@pytest.mark.parametrize("value", [None, True, "soon", "2026-13-45T00:00:00Z", -1, 1e300, "x" * 100, [], {}])
def test_what_is_no_time_is_none(value: Any) -> None:
    assert time_of(value) is None
