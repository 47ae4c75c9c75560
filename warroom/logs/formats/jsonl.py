"""JSON lines: python-json-logger, structlog, ECS, OTel `gen_ai.*` and OpenInference names, and Python's NaN.

Programs write the same keys again and again, so what each key is for is worked out once for each set of keys. Values
of the usual type are set at once; odd ones (nested objects, numbers as text) take the longer way.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import lru_cache
from typing import Any, TypeVar

import msgspec

from warroom.core.record import Level, Place, Record
from warroom.logs.formats.fields import (
    LARGEST,
    NUMBER_FIELDS,
    TEXT_FIELDS,
    WHOLE_FIELDS,
    fill,
    level_of,
    level_of_severity,
)
from warroom.logs.formats.format import Format
from warroom.logs.formats.json_shapes import LEVEL, LOGGER, MESSAGE, TIME, Shapes
from warroom.logs.times import any_time, iso

_NUMBERED_LEVELS = {
    10: Level.DEBUG,
    20: Level.DEBUG,
    30: Level.INFO,
    40: Level.WARNING,
    50: Level.ERROR,
    60: Level.CRITICAL,
}
"""pino and bunyan number their levels so; Python's own numbers never stand under these names."""
_OTHERS = (frozenset({"log", "stream", "time"}), frozenset({"text", "record"}), frozenset({"resourceLogs"}))
"""Sets of keys that are formats of their own."""
_JOURNAL = frozenset({"MESSAGE", "__REALTIME_TIMESTAMP"})
"""Keys by which systemd's journal is known."""
_HOLDERS = ("attributes.", "resource.attributes.")
"""Objects in which OTel's console exporter prints the attributes of an event and of its program."""
_DEPTH = 6
_MANY_KEYS = 64

Value = TypeVar("Value")
_decode = msgspec.json.Decoder().decode


class _Plan(msgspec.Struct, frozen=True):
    """What the keys of an object are for: pairs of record field and key, one key for a field."""

    message: str | None
    level: str | None
    logger: str | None
    time: str | None
    texts: tuple[tuple[str, str], ...]
    wholes: tuple[tuple[str, str], ...]
    numbers: tuple[tuple[str, str], ...]
    rest: tuple[str, ...]


def decode(text: str) -> Any:
    """Return the value of a JSON text, None when it is none or too deep.

    NaN and Infinity are numbers, as Python writes them; half of a surrogate pair, which nothing could encode again, is
    replaced.
    """
    try:
        return _decode(text)
    except msgspec.DecodeError:
        pass
    except RecursionError:
        return None
    try:
        value = json.loads(text)
        if "\\u" not in text:
            return value
        again = json.dumps(value, ensure_ascii=False).encode("utf-16", "surrogatepass").decode("utf-16", "replace")
        return json.loads(again)
    except (ValueError, RecursionError):
        return None


def decode_as(decoder: msgspec.json.Decoder[Value], text: str) -> Value | None:
    """Return a typed value of a JSON text, None when it is none of this type; NaN and Infinity are numbers here too."""
    try:
        return decoder.decode(text)
    except RecursionError:
        return None
    except msgspec.DecodeError:
        pass
    try:
        found: Value = msgspec.convert(decode(text), decoder.type)
    except (msgspec.ValidationError, RecursionError):
        return None
    return found


class JsonReader:
    """Reads the JSON lines of one log, and learns their shapes."""

    def __init__(self) -> None:
        self._shapes = Shapes()

    def __call__(self, text: str, place: Place) -> Record | None:
        """Return the record of a line that is a JSON object."""
        if text[:1] != "{":
            return None
        record = self._shapes.read(text, place)
        if record is not None:
            return record
        value = decode(text)
        if type(value) is not dict:
            return None
        record = from_object(value, place)
        if record is not None:
            self._shapes.learn(value)
        return record


def from_object(value: dict[str, Any], place: Place, format_id: str = "json") -> Record | None:
    """Return the record of a decoded object, None when its keys are another format's; nested names are dotted."""
    keys = tuple(value)
    plan = _plan(keys) if len(keys) <= _MANY_KEYS else _plan.__wrapped__(keys)
    if plan is None:
        return None
    record = Record(*place, format_id)
    attrs = record.attrs = {key: value[key] for key in plan.rest}
    odd: list[str] = [key for key in plan.rest if type(value[key]) is dict] if dict in map(type, attrs.values()) else []
    for field, key in plan.texts:
        found = value[key]
        if type(found) is str:
            setattr(record, field, found)
        else:
            odd.append(key)
    for field, key in plan.wholes:
        found = value[key]
        if type(found) is int and 0 <= found < LARGEST:
            setattr(record, field, found)
        else:
            odd.append(key)
    for field, key in plan.numbers:
        found = value[key]
        if type(found) is float and 0.0 <= found < LARGEST:
            setattr(record, field, found)
        else:
            odd.append(key)
    _set_head(value, plan, record, odd)
    if odd:
        _set_odd(value, odd, record)
    return record


def _set_head(value: dict[str, Any], plan: _Plan, record: Record, odd: list[str]) -> None:
    """Set message, level, logger and time where they are texts."""
    message = value[plan.message] if plan.message else ""
    if type(message) is str:
        record.message = message
    else:
        record.message = ""
        odd.append(plan.message or "")
    if plan.level:
        level = value[plan.level]
        if type(level) is str:
            record.level = level_of(level)
        else:
            odd.append(plan.level)
    if plan.logger:
        logger = value[plan.logger]
        if type(logger) is str:
            record.logger = logger
        else:
            odd.append(plan.logger)
    if plan.time:
        moment = value[plan.time]
        found = iso(moment) if type(moment) is str else any_time(moment)
        if found is None:
            record.attrs[plan.time] = moment
        else:
            record.time, zoned = found
            record.time_source = "line" if zoned else "assumed_zone"


def _set_odd(value: dict[str, Any], odd: list[str], record: Record) -> None:
    """Set what is not of the usual type: nested objects by their dotted names, numbers that are texts, and so on."""
    flat: dict[str, Any] = {}
    for key in odd:
        found = value[key]
        if type(found) is dict:
            record.attrs.pop(key, None)
            _flatten(found, f"{key}.", 1, flat)
        else:
            flat[key] = found
    for name, found in flat.items():
        short = _short(name)
        if found is None or fill(record, short, found) or _set_named(record, short, found):
            continue
        record.attrs[name if short in record.attrs else short] = found
    if record.level is None:
        record.level = level_of_severity(record.attrs.get("severity_number"))


def _short(name: str) -> str:
    """Return a dotted name without the object that holds it where OTel keeps attributes."""
    return name.partition("attributes.")[2] if name.startswith(_HOLDERS) else name


def _set_named(record: Record, name: str, found: Any) -> bool:
    """Set message, level or logger from a dotted or odd name where nothing is there yet; say whether it was."""
    if isinstance(found, list | dict):
        return False
    if name in LEVEL and record.level is None:
        record.level = level_of(found) if isinstance(found, str) else _NUMBERED_LEVELS.get(found)
        return record.level is not None
    if name in LOGGER and record.logger is None:
        record.logger = str(found)
        return True
    if name in MESSAGE and not record.message:
        record.message = str(found)
        return True
    return False


def _flatten(value: dict[str, Any], prefix: str, depth: int, flat: dict[str, Any]) -> None:
    for name, found in value.items():
        if type(found) is dict and depth < _DEPTH:
            _flatten(found, f"{prefix}{name}.", depth + 1, flat)
        else:
            flat[f"{prefix}{name}"] = found


@lru_cache(maxsize=1024)
def _plan(keys: tuple[str, ...]) -> _Plan | None:
    """Return what these keys are for; None when another format claims them."""
    if frozenset(keys) in _OTHERS or _JOURNAL.issubset(keys):
        return None
    message, level, logger, time = (
        next((name for name in names if name in keys), None) for names in (MESSAGE, LEVEL, LOGGER, TIME)
    )
    taken: set[str] = set()

    def of_kind(names: Mapping[str, str]) -> tuple[tuple[str, str], ...]:
        found = []
        for key in keys:
            field = names.get(key)
            if field is not None and field not in taken and key not in (message, level, logger, time):
                taken.add(field)
                found.append((field, key))
        return tuple(found)

    texts, wholes, numbers = of_kind(TEXT_FIELDS), of_kind(WHOLE_FIELDS), of_kind(NUMBER_FIELDS)
    used = {message, level, logger, time, *(key for _, key in (*texts, *wholes, *numbers))}
    return _Plan(message, level, logger, time, texts, wholes, numbers, tuple(key for key in keys if key not in used))


FORMAT = Format(
    "json",
    "JSON lines: python-json-logger, structlog, ECS, OTel and OpenInference names",
    JsonReader,
    (
        '{"asctime": "2026-11-22 21:07:47,456", "levelname": "INFO", "name": "bot.chat", "message": "reply sent"}',
        '{"bot": "s1", "tool": "web", "event": "tool_call", "level": "info", "timestamp": "2026-11-22T21:07:47.486Z"}',
        '{"@timestamp":"2026-11-22T21:14:37.967Z","log.level":"warning","message":"refused","user":{"id":"u7"}}',
    ),
    words=False,
)
