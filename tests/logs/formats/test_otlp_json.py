"""OTLP/JSON; the first line is as the file exporter of OTel's Python SDK 1.45 wrote it, with shorter attributes."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.logs.formats.enveloped import in_blocks, records, shown, tiled
from tests.logs.formats.reading import made, read
from warroom.logs.formats import jsonl
from warroom.logs.formats.otlp_json import FORMAT

WRITTEN = (
    '{"resourceLogs":[{"resource":{"attributes":[{"key":"telemetry.sdk.language","value":{"stringValue":"python"}},'
    '{"key":"service.name","value":{"stringValue":"support-bot"}}]},"scopeLogs":[{"scope":{"name":"bot.chat"},'
    '"logRecords":[{"timeUnixNano":"1795423703362691584","observedTimeUnixNano":"1795423703362794462",'
    '"severityNumber":13,"severityText":"WARN","body":{"stringValue":"refused"},"attributes":[{"key":"user.id",'
    '"value":{"stringValue":"u7"}},{"key":"gen_ai.usage.output_tokens","value":{"intValue":"12"}},{"key":"status",'
    '"value":{"intValue":"401"}},{"key":"code.line.number","value":{"intValue":"19"}}]},'
    '{"timeUnixNano":"1795423703363118336","severityNumber":9,"severityText":"INFO","body":{"stringValue":"fine"},'
    '"attributes":[]},{"timeUnixNano":"1795423703363265024","severityNumber":17,"severityText":"ERROR",'
    '"body":{"stringValue":"tool failed"},"attributes":[{"key":"exception.type","value":{"stringValue":"KeyError"}}]}'
    "]}]}]}"
)


def line(*events: dict[str, Any]) -> str:
    return json.dumps({"resourceLogs": [{"scopeLogs": [{"logRecords": list(events)}]}]})


def attributes(**values: dict[str, Any]) -> list[dict[str, Any]]:
    return [{"key": name, "value": value} for name, value in values.items()]


def test_a_batch_of_log_records_is_one_record() -> None:
    record = read(FORMAT, WRITTEN)
    assert (record.format, record.message, record.level) == ("otlp-json", "refused\nfine\ntool failed", "ERROR")
    assert (record.logger, record.time_source) == ("bot.chat", "line")
    assert record.time == pytest.approx(1795423703.362691, abs=1e-5)
    assert (record.user, record.tokens_out, record.status, record.error) == ("u7", 12, 401, None)
    assert record.attrs == {
        "code.line.number": 19,
        "telemetry.sdk.language": "python",
        "service.name": "support-bot",
        "records": 3,
    }


def test_log_records_are_found_under_every_resource_and_scope() -> None:
    scope = {"logRecords": [{"body": {"stringValue": "x"}}]}
    resource = {"scopeLogs": [scope, scope]}
    assert read(FORMAT, json.dumps({"resourceLogs": [resource, resource, {}]})).attrs == {"records": 4}


def test_a_line_with_one_log_record_says_no_count() -> None:
    record = read(FORMAT, line({"body": {"stringValue": "x"}, "traceId": "ab", "spanId": "", "eventName": "tool_call"}))
    assert (record.message, record.event, record.attrs) == ("x", "tool_call", {"trace_id": "ab"})


@pytest.mark.parametrize("text", ['{"resourceLogs":[]}', line(), '{"resourceLogs":[{"scopeLogs":[{}]}]}', line({})])
def test_a_line_without_any_text_is_still_a_record(text: str) -> None:
    record = read(FORMAT, text)
    assert (record.message, record.level, record.time_source) == ("", None, "arrival")


def test_a_log_record_without_its_time_has_the_one_when_it_was_seen() -> None:
    for missing in ({"timeUnixNano": "0"}, {}):
        assert read(FORMAT, line({**missing, "observedTimeUnixNano": 1795381667000000000})).time == 1795381667.0


@pytest.mark.parametrize(
    ("event", "level"),
    [
        ({"severityNumber": 13, "severityText": "error"}, "WARNING"),
        ({"severityNumber": "SEVERITY_NUMBER_ERROR2"}, "ERROR"),
        ({"severityNumber": "21"}, "CRITICAL"),
        ({"severityNumber": 0, "severityText": "warn"}, "WARNING"),
        ({"severityNumber": 99}, None),
    ],
)
def test_the_level_is_the_number_or_the_word(event: dict[str, Any], level: str | None) -> None:
    assert read(FORMAT, line(event)).level == level


def test_values_of_every_kind_are_flattened() -> None:
    nested = {"kvlistValue": {"values": attributes(b={"intValue": "2"}, c={"boolValue": False})}}
    array = {"arrayValue": {"values": [{"stringValue": "x"}, {"doubleValue": 1.5}, nested, {}]}}
    many = attributes(a=nested, list=array, bytes={"bytesValue": "QQ=="}, nan={"doubleValue": "NaN"}, none={})
    assert read(FORMAT, line({"attributes": many})).attrs == {
        "a.b": 2,
        "a.c": False,
        "list": ["x", 1.5, {"b": 2, "c": False}, None],
        "bytes": "QQ==",
        "nan": "NaN",
    }


def test_a_body_of_named_values_fills_the_record() -> None:
    pairs = attributes(message={"stringValue": "refused"}, user={"stringValue": "u7"}, n={"intValue": 7})
    record = read(FORMAT, line({"body": {"kvlistValue": {"values": pairs}}}))
    assert (record.message, record.user, record.attrs["n"]) == ("refused", "u7", 7)
    other = {"body": {"arrayValue": {"values": [{"intValue": "1"}]}}}
    assert read(FORMAT, line(other)).message == "[1]"


def test_nan_as_python_writes_it_is_read() -> None:
    record = read(FORMAT, line({"attributes": attributes(latency_ms={"doubleValue": float("nan")})}))
    assert record.latency_ms is None


def test_half_a_surrogate_pair_in_a_body_is_replaced() -> None:
    text = line({"body": {"arrayValue": {"values": [{"stringValue": "\ud800"}]}}})
    assert read(FORMAT, text).message == '["\ufffd"]'


def test_numbers_too_wide_for_a_whole_stay_texts() -> None:
    wide = "9" * 5000
    record = read(FORMAT, line({"timeUnixNano": wide, "attributes": attributes(n={"intValue": wide})}))
    assert (record.time, record.attrs["n"]) == (None, wide)


def deep(levels: int, kind: str) -> str:
    before, after = {"kvlist": ('{"kvlistValue":{"values":[{"key":"k","value":', "}]}}")}.get(
        kind, ('{"arrayValue":{"values":[', "]}}")
    )
    value = before * levels + '{"stringValue":"x"}' + after * levels
    event = f'{{"body":{value},"attributes":[{{"key":"a","value":{value}}}]}}'
    return f'{{"resourceLogs":[{{"scopeLogs":[{{"logRecords":[{event}]}}]}}]}}'


@pytest.mark.parametrize("kind", ["kvlist", "array"])
@pytest.mark.parametrize("levels", [1, 5, 6, 7, 50, 5000])
def test_no_depth_ends_the_reader(levels: int, kind: str) -> None:
    made(FORMAT, deep(levels, kind))


@pytest.mark.parametrize(
    "text",
    ["", "{", '{"resourceLogs"', '{"resourceLogs":1}', '{"x":"resourceLogs"}', '{"resourceLogs":' + "[" * 5000],
)
def test_what_is_no_such_line_is_left(text: str) -> None:
    assert made(FORMAT, text) is None


values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=9),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.fixed_dictionaries({}, optional={"stringValue": inner, "intValue": inner, "arrayValue": inner})
        | st.fixed_dictionaries({"kvlistValue": st.fixed_dictionaries({"values": inner})})
    ),
    max_leaves=6,
)


@given(
    st.dictionaries(st.sampled_from(["body", "severityNumber", "severityText", "timeUnixNano", "eventName"]), values),
    st.dictionaries(st.text(max_size=5), values, max_size=3),
    st.text(max_size=30),
)
def test_events_of_any_kind_are_read_or_left(event: dict[str, Any], named: dict[str, Any], text: str) -> None:
    made(FORMAT, line({**event, "attributes": attributes(**named)}))
    made(FORMAT, '{"resourceLogs"' + text)
    assert made(jsonl.FORMAT, line(event)) is None


@given(st.lists(st.integers(-(2**70), 2**70) | st.floats() | st.text(max_size=25), max_size=4))
def test_bodies_of_any_number_are_text(numbers: list[Any]) -> None:
    kinds = {int: "intValue", float: "doubleValue", str: "intValue"}
    body = {"arrayValue": {"values": [{kinds[type(one)]: one} for one in numbers]}}
    made(FORMAT, line({"body": body}, {"body": body}))


@given(st.lists(st.sampled_from([WRITTEN, line({}), "", "  more", "none"]), max_size=8), st.integers(0, 8))
def test_it_does_not_matter_how_the_lines_are_cut_into_blocks(lines: list[str], cut: int) -> None:
    whole = records(*lines)
    assert shown(in_blocks(lines, cut)) == shown(whole)
    assert tiled(whole, lines)


def test_its_sample_is_its_own() -> None:
    assert read(FORMAT, FORMAT.samples[0]).logger == "bot.chat"
