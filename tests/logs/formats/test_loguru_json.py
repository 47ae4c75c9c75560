"""Loguru's JSON; the lines are as loguru 0.7.3 wrote them."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.logs.formats.enveloped import in_blocks, records, shown, tiled
from tests.logs.formats.reading import made, read
from warroom.logs.formats import jsonl
from warroom.logs.formats.loguru_json import FORMAT

PLAIN: dict[str, Any] = {
    "text": "2026-11-23 08:31:42.606 | ERROR    | __main__:<module>:5 - rate limit hit\n",
    "record": {
        "elapsed": {"repr": "0:00:00.007646", "seconds": 0.007646},
        "exception": None,
        "extra": {"bot": "s1", "user": "u7", "status": 401, "tokens_in": 12},
        "file": {"name": "bot.py", "path": "/srv/bot.py"},
        "function": "<module>",
        "level": {"icon": "❌", "name": "ERROR", "no": 40},
        "line": 5,
        "message": "rate limit hit",
        "module": "bot",
        "name": "__main__",
        "process": {"id": 15537, "name": "MainProcess"},
        "thread": {"id": 139772773186432, "name": "MainThread"},
        "time": {"repr": "2026-11-23 08:31:42.606713+00:00", "timestamp": 1795422702.606713},
    },
}
TRACE = "Traceback (most recent call last):\n\n> File \"/srv/bot.py\", line 7, in <module>\n\nKeyError: 'api_key'"
FAILED = {"type": "KeyError", "value": "'api_key'", "traceback": True}


def line(text: str = PLAIN["text"], **changes: Any) -> str:
    return json.dumps({"text": text, "record": {**PLAIN["record"], **changes}})


def test_the_record_behind_the_text_is_read() -> None:
    record = read(FORMAT, line())
    assert (record.format, record.message, record.level) == ("loguru-json", "rate limit hit", "ERROR")
    assert (record.logger, record.time, record.time_source) == ("__main__", 1795422702.606713, "line")
    assert (record.user, record.status, record.tokens_in) == ("u7", 401, 12)
    assert record.attrs == {"bot": "s1", "function": "<module>", "line": 5}


def test_an_exception_is_the_error_and_its_traceback_is_kept() -> None:
    record = read(FORMAT, line(f"… - tool failed\n{TRACE}\n", exception=FAILED, message="tool failed", extra={}))
    assert (record.message, record.error) == ("tool failed", "KeyError")
    assert record.attrs["exception.stacktrace"] == TRACE
    assert record.attrs["exception.message"] == "'api_key'"


def test_an_error_that_the_program_bound_itself_is_kept_beside() -> None:
    record = read(FORMAT, line(exception=FAILED, extra={"error": "quota"}))
    assert (record.error, record.attrs["exception.type"]) == ("quota", "KeyError")


@pytest.mark.parametrize(
    ("name", "number", "level"),
    [("TRACE", 5, "DEBUG"), ("SUCCESS", 25, "INFO"), ("AUDIT", 35, "WARNING"), ("AUDIT", 7, "DEBUG")],
)
def test_levels_that_python_does_not_have_find_the_next_lower_one(name: str, number: int, level: str) -> None:
    assert read(FORMAT, line(level={"name": name, "no": number})).level == level


def test_nan_as_python_writes_it_is_read() -> None:
    record = read(FORMAT, line(extra={"score": float("nan"), "latency_ms": float("inf"), "nested": {"a": 1}}))
    assert (record.latency_ms, record.attrs["nested"]) == (None, {"a": 1})
    assert record.attrs["score"] != record.attrs["score"]


def test_a_record_without_a_usable_time_arrives() -> None:
    assert read(FORMAT, line(time={"timestamp": 1e300})).time is None
    assert read(FORMAT, line(time=None)).time_source == "arrival"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "{",
        '{"record"',
        '{"text":"x","record":1}',
        '{"text":"x","record":{"message":"x"}}',
        '{"message":"record"}',
        '{"record":' + "[" * 5000,
        '{"text":"x","record":{"message":"x","level":{"name":"INFO"},"extra":{"a":' + '{"a":' * 5000,
    ],
)
def test_what_is_no_such_line_is_left(text: str) -> None:
    assert made(FORMAT, text) is None


values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=9),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=9), inner, max_size=3),
    max_leaves=6,
)


@given(st.dictionaries(st.sampled_from([*PLAIN["record"], "x"]), values), st.text(max_size=30))
def test_records_of_any_kind_are_read_or_left(changes: dict[str, Any], text: str) -> None:
    made(FORMAT, line(text, **changes))
    made(FORMAT, '{"record"' + text)
    # Whatever the values are, the line is never taken for one of another shape.
    assert made(jsonl.FORMAT, line(text, **changes)) is None


@given(st.dictionaries(st.text(max_size=9), values, max_size=5))
def test_any_extra_value_is_read(extra: dict[str, Any]) -> None:
    record = read(FORMAT, line(extra=extra))
    assert all(number is None or number >= 0 for number in (record.tokens_in, record.status, record.latency_ms))


@given(st.lists(st.sampled_from([line(), line(message="y"), "", "  more", "none"]), max_size=8), st.integers(0, 8))
def test_it_does_not_matter_how_the_lines_are_cut_into_blocks(lines: list[str], cut: int) -> None:
    whole = records(*lines)
    assert shown(in_blocks(lines, cut)) == shown(whole)
    assert tiled(whole, lines)


def test_its_sample_is_its_own() -> None:
    assert read(FORMAT, FORMAT.samples[0]).logger == "bot.chat"
