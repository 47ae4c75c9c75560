"""Loguru's `serialize=True`: the printed text and the record behind it, one JSON object a line."""

from __future__ import annotations

from typing import Any

import msgspec

from warroom.core.record import Level, Place, Record
from warroom.logs.formats.fields import KNOWN, fill, level_of
from warroom.logs.formats.format import Format
from warroom.logs.formats.jsonl import decode_as
from warroom.logs.times import since_epoch

_TRACEBACK = "Traceback (most recent call last):"
_STEPS = ((50, Level.CRITICAL), (40, Level.ERROR), (30, Level.WARNING), (20, Level.INFO))
"""Numbers of loguru's levels; its SUCCESS is 25, and programs add their own."""


class _Level(msgspec.Struct, gc=False):
    name: str
    no: float = 0


class _Time(msgspec.Struct, gc=False):
    timestamp: float


class _Exception(msgspec.Struct, gc=False):
    type: str | None = None
    value: Any = None


class _Record(msgspec.Struct):
    message: str
    level: _Level
    time: _Time | None = None
    extra: dict[str, Any] = {}
    name: str | None = None
    function: str | None = None
    line: int | None = None
    exception: _Exception | None = None


class _Line(msgspec.Struct):
    text: str
    record: _Record


_decoder = msgspec.json.Decoder(_Line)


def read(text: str, place: Place) -> Record | None:
    """Return the record of a line; bound and extra values fill the fields whose names are known.

    The name of the exception is the `error`, its traceback the attribute `exception.stacktrace`, as OTel names it.
    """
    if text[:1] != "{" or '"record"' not in text:
        return None
    line = decode_as(_decoder, text)
    if line is None:
        return None
    said = line.record
    record = Record(*place, "loguru-json", said.message, _level(said.level), said.name)
    time = None if said.time is None else since_epoch(said.time.timestamp)
    if time is not None:
        record.time, record.time_source = time, "line"
    attrs = record.attrs
    for name, value in said.extra.items():
        if name not in KNOWN or not fill(record, name, value):
            attrs[name] = value
    if said.function is not None:
        attrs.setdefault("function", said.function)
    if said.line is not None:
        attrs.setdefault("line", said.line)
    if said.exception is not None:
        _set_exception(record, said.exception, line.text)
    return record


def _level(level: _Level) -> Level | None:
    found = level_of(level.name)
    if found is not None:
        return found
    return next((step for number, step in _STEPS if level.no >= number), Level.DEBUG)


def _set_exception(record: Record, exception: _Exception, text: str) -> None:
    if exception.type is not None and not fill(record, "exception.type", exception.type):
        record.attrs["exception.type"] = exception.type
    if isinstance(exception.value, str):
        record.attrs["exception.message"] = exception.value
    start = text.find(_TRACEBACK)
    if start >= 0:
        record.attrs["exception.stacktrace"] = text[start:].rstrip("\n")


FORMAT = Format(
    "loguru-json",
    "Loguru with serialize=True",
    lambda: read,
    (
        '{"text": "rate limit hit\\n", "record": {"exception": null, "extra": {"bot": "s1"}, "function": "reply", '
        '"level": {"icon": "x", "name": "ERROR", "no": 40}, "line": 5, "message": "rate limit hit", '
        '"name": "bot.chat", "time": {"repr": "2026-11-22 21:07:47.507000+00:00", "timestamp": 1795381667.507}}}',
    ),
    words=False,
)
