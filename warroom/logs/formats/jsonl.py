"""JSON lines: OTel `gen_ai.*`, ECS, python-json-logger and structlog names; NaN is read as Python writes it."""

from __future__ import annotations

import datetime as dt
import json
from typing import Any

import msgspec

from warroom.logs.formats.fields import LEVELS, Parsed, place

_MESSAGE = ("message", "msg", "event", "body", "text")
_LEVEL = ("level", "levelname", "severity", "severity_text", "log.level", "lvl")
_LOGGER = ("logger", "name", "log.logger")
_TIME = ("ts", "time", "timestamp", "@timestamp", "asctime")
_DEPTH = 6
_decode = msgspec.json.Decoder().decode


def parse(text: str) -> Parsed | None:
    """Return the fields of a line, or None when it is no JSON object."""
    if not text.startswith("{"):
        return None
    try:
        value = _decode(text)
    except msgspec.DecodeError:
        value = _lenient(text)
    except RecursionError:
        return None
    if not isinstance(value, dict):
        return None
    return from_object(value, "json")


def _lenient(text: str) -> Any:
    """Decode what Python's json writes and strict JSON forbids (NaN, Infinity)."""
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return None


def from_object(value: dict[str, Any], format_id: str) -> Parsed:
    """Return the fields that a decoded object holds; nested objects are read by their dotted names."""
    flat = _flat(value)
    message = _take(flat, _MESSAGE)
    level = _take(flat, _LEVEL)
    logger = _take(flat, _LOGGER)
    parsed = Parsed(format_id, _text(message), logger=None if logger is None else _text(logger))
    if level is not None:
        parsed.level = LEVELS.get(_text(level).upper())
    _set_time(parsed, flat)
    fields: dict[str, Any] = {}
    attrs: dict[str, Any] = {}
    for name, found in flat.items():
        place(name, found, fields, attrs)
    parsed.fields, parsed.attrs = fields, attrs
    return parsed


def _flat(value: dict[str, Any], prefix: str = "", depth: int = 0) -> dict[str, Any]:
    flat: dict[str, Any] = {}
    for name, found in value.items():
        if isinstance(found, dict) and depth < _DEPTH:
            flat.update(_flat(found, f"{prefix}{name}.", depth + 1))
        else:
            flat[f"{prefix}{name}"] = found
    return flat


def _take(flat: dict[str, Any], names: tuple[str, ...]) -> Any:
    for name in names:
        if name in flat and not isinstance(flat[name], list):
            return flat.pop(name)
    return None


def _text(value: Any) -> str:
    return value if isinstance(value, str) else "" if value is None else str(value)


def _set_time(parsed: Parsed, flat: dict[str, Any]) -> None:
    for name in _TIME:
        if name in flat:
            found = time_of(flat[name])
            if found is not None:
                flat.pop(name)
                parsed.time, zoned = found
                parsed.time_source = "line" if zoned else "assumed_zone"
                return


def time_of(value: Any) -> tuple[float, bool] | None:
    """Return (seconds since the epoch, whether the zone was written) of a text or number; None when it is no time.

    A text without a zone is taken as UTC; a number above 1e11 as milliseconds.
    """
    if isinstance(value, bool):
        return None
    if isinstance(value, int | float):
        seconds = value / 1000 if value > 1e11 else float(value)
        return (seconds, True) if 0 < seconds < 1e11 else None
    if not isinstance(value, str) or not 10 <= len(value) <= 40:
        return None
    try:
        moment = dt.datetime.fromisoformat(value.replace(",", ".", 1))
        zoned = moment.tzinfo is not None
        return (moment if zoned else moment.replace(tzinfo=dt.UTC)).timestamp(), zoned
    except (ValueError, OverflowError):
        return None
