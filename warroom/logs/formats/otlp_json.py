"""OTLP/JSON, as OTel's file exporters write it: one line holds a batch of log records, which becomes one record."""

from __future__ import annotations

from typing import Any

import msgspec

from warroom.core.record import Level, Place, Record
from warroom.logs.formats.fields import KNOWN, fill, level_of, level_of_severity
from warroom.logs.formats.format import Format
from warroom.logs.formats.json_shapes import MESSAGE
from warroom.logs.formats.jsonl import decode_as
from warroom.logs.times import since_epoch

_DEPTH = 6
_WIDEST_WHOLE = 19
_ORDER = {level: rank for rank, level in enumerate(Level)}
_SEVERITY_WORD = "SEVERITY_NUMBER_"


class _Value(msgspec.Struct):
    """An AnyValue: https://github.com/open-telemetry/opentelemetry-proto, common.proto; 64-bit numbers are texts."""

    stringValue: str | None = None
    boolValue: bool | None = None
    intValue: int | str | None = None
    doubleValue: float | str | None = None
    arrayValue: _Array | None = None
    kvlistValue: _Pairs | None = None
    bytesValue: str | None = None


class _Array(msgspec.Struct):
    values: list[_Value] = []


class _Pair(msgspec.Struct):
    key: str
    value: _Value | None = None


class _Pairs(msgspec.Struct):
    values: list[_Pair] = []


class _Event(msgspec.Struct):
    timeUnixNano: int | str | None = None
    observedTimeUnixNano: int | str | None = None
    severityNumber: int | str | None = None
    severityText: str | None = None
    body: _Value | None = None
    attributes: list[_Pair] = []
    traceId: str | None = None
    spanId: str | None = None
    eventName: str | None = None


class _Scope(msgspec.Struct):
    name: str | None = None


class _ScopeLogs(msgspec.Struct):
    scope: _Scope | None = None
    logRecords: list[_Event] = []


class _Resource(msgspec.Struct):
    attributes: list[_Pair] = []


class _ResourceLogs(msgspec.Struct):
    resource: _Resource | None = None
    scopeLogs: list[_ScopeLogs] = []


class _Line(msgspec.Struct):
    resourceLogs: list[_ResourceLogs]


_decoder = msgspec.json.Decoder(_Line)


def read(text: str, place: Place) -> Record | None:
    """Return one record for all log records of a line, because a record stands for its bytes.

    Its message holds all their texts, a line each, its level is the worst of them; all else is the first one's. The
    attribute `records` says how many there are when there are several.
    """
    if text[:1] != "{" or '"resourceLogs"' not in text:
        return None
    line = decode_as(_decoder, text)
    if line is None:
        return None
    events = [
        (event, scope, resource)
        for resource in line.resourceLogs
        for scope in resource.scopeLogs
        for event in scope.logRecords
    ]
    record = Record(*place, "otlp-json")
    if events:
        _set_first(record, *events[0])
    if len(events) > 1:
        record.message = "\n".join(_text(event.body) for event, _, _ in events)
        record.level = _worst([_level(event) for event, _, _ in events])
        record.attrs["records"] = len(events)
    return record


def _set_first(record: Record, event: _Event, scope: _ScopeLogs, resource: _ResourceLogs) -> None:
    record.message = _text(event.body)
    record.level = _level(event)
    record.logger = scope.scope.name if scope.scope is not None else None
    record.event = event.eventName or None
    time = _seconds(event.timeUnixNano) or _seconds(event.observedTimeUnixNano)
    if time is not None:
        record.time, record.time_source = time, "line"
    named: dict[str, Any] = {}
    _flatten(event.attributes, "", 1, named)
    if event.body is not None and event.body.kvlistValue is not None:
        _flatten(event.body.kvlistValue.values, "", 1, named)
    attrs = record.attrs
    for name, value in named.items():
        if name not in KNOWN or not fill(record, name, value):
            attrs[name] = value
    if resource.resource is not None:
        about: dict[str, Any] = {}
        _flatten(resource.resource.attributes, "", 1, about)
        for name, value in about.items():
            attrs.setdefault(name, value)
    for name, found in (("trace_id", event.traceId), ("span_id", event.spanId)):
        if found:
            attrs.setdefault(name, found)


def _seconds(nanoseconds: int | str | None) -> float | None:
    whole = _whole(nanoseconds)
    return since_epoch(whole) if type(whole) is int else None


def _whole(value: int | str | None) -> int | str | None:
    """Return a 64-bit number, which protobuf's JSON writes as a text; any other text stays one."""
    if type(value) is not str or not value.removeprefix("-").isdecimal() or len(value) > _WIDEST_WHOLE:
        return value
    return int(value)


def _level(event: _Event) -> Level | None:
    """Return the level by the number, which has a fixed meaning, else by the program's own word."""
    number = event.severityNumber
    if type(number) is str and number.startswith(_SEVERITY_WORD):
        return level_of(number.removeprefix(_SEVERITY_WORD).rstrip("1234"))
    return level_of_severity(_whole(number)) or level_of(event.severityText)


def _worst(levels: list[Level | None]) -> Level | None:
    return max((level for level in levels if level is not None), key=_ORDER.__getitem__, default=None)


def _text(body: _Value | None) -> str:
    """Return a body as text: of named values the one that is the message, else all as JSON."""
    if body is None:
        return ""
    if body.stringValue is not None:
        return body.stringValue
    value = _plain(body, 1)
    if isinstance(value, dict):
        message = next((value[name] for name in MESSAGE if isinstance(value.get(name), str)), None)
        if message is not None:
            return str(message)
    return "" if value is None else msgspec.json.encode(value).decode()


def _plain(value: _Value | None, depth: int) -> Any:
    """Return the Python value of an AnyValue; what is nested deeper than six levels is left out."""
    if value is None or depth > _DEPTH:
        return None
    if value.stringValue is not None:
        return value.stringValue
    if value.intValue is not None:
        return _whole(value.intValue)
    if value.arrayValue is not None:
        return [_plain(one, depth + 1) for one in value.arrayValue.values]
    if value.kvlistValue is not None:
        return {pair.key: _plain(pair.value, depth + 1) for pair in value.kvlistValue.values}
    return next((one for one in (value.boolValue, value.doubleValue, value.bytesValue) if one is not None), None)


def _flatten(pairs: list[_Pair], prefix: str, depth: int, named: dict[str, Any]) -> None:
    """Put pairs under their dotted names; the first of two with one name counts."""
    for pair in pairs:
        name = prefix + pair.key
        if pair.value is not None and pair.value.kvlistValue is not None and depth < _DEPTH:
            _flatten(pair.value.kvlistValue.values, f"{name}.", depth + 1, named)
        elif (value := _plain(pair.value, depth)) is not None:
            named.setdefault(name, value)


FORMAT = Format(
    "otlp-json",
    "OTLP/JSON, OTel's file exporters",
    lambda: read,
    (
        '{"resourceLogs":[{"resource":{"attributes":[{"key":"service.name","value":{"stringValue":"support-bot"}}]},'
        '"scopeLogs":[{"scope":{"name":"bot.chat"},"logRecords":[{"timeUnixNano":"1795381667000000000",'
        '"severityNumber":13,"severityText":"WARN","body":{"stringValue":"refused"},'
        '"attributes":[{"key":"gen_ai.usage.output_tokens","value":{"intValue":"12"}}]}]}]}]}',
    ),
    words=False,
)
