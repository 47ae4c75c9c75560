"""What a format found in a line, and the names by which programs call the same thing."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec

from warroom.core.record import Level, TimeSource


class Parsed(msgspec.Struct):
    """The fields of one line; what is not there stays None."""

    format: str
    message: str
    level: str | None = None
    logger: str | None = None
    time: float | None = None
    time_source: TimeSource = "arrival"
    fields: dict[str, Any] = {}
    """Record fields by their names, of the record's types."""
    attrs: dict[str, Any] = {}
    """The rest, as written."""


LEVELS = {
    "DEBUG": Level.DEBUG,
    "TRACE": Level.DEBUG,
    "INFO": Level.INFO,
    "NOTICE": Level.INFO,
    "WARN": Level.WARNING,
    "WARNING": Level.WARNING,
    "ERR": Level.ERROR,
    "ERROR": Level.ERROR,
    "CRITICAL": Level.CRITICAL,
    "FATAL": Level.CRITICAL,
}
"""Words for a level in the wild, upper case, and Python's name for it."""

TEXT_FIELDS: Mapping[str, str] = {
    "bot": "bot",
    "gen_ai.agent.name": "bot",
    "event": "event",
    "event.name": "event",
    "event.action": "event",
    "user": "user",
    "user.id": "user",
    "user_id": "user",
    "session": "session",
    "session.id": "session",
    "session_id": "session",
    "gen_ai.conversation.id": "session",
    "client": "address",
    "address": "address",
    "client.address": "address",
    "client_ip": "address",
    "tool": "tool",
    "gen_ai.tool.name": "tool",
    "error": "error",
    "error.type": "error",
}
"""Names of text fields (plain, OTel `gen_ai.*`, ECS) and the record field that each fills."""

WHOLE_FIELDS: Mapping[str, str] = {
    "tokens_in": "tokens_in",
    "gen_ai.usage.input_tokens": "tokens_in",
    "tokens_out": "tokens_out",
    "tokens": "tokens_out",
    "gen_ai.usage.output_tokens": "tokens_out",
    "status": "status",
    "status_code": "status",
    "http.response.status_code": "status",
}
"""Names of fields that hold a whole number."""

NUMBER_FIELDS: Mapping[str, str] = {"latency_ms": "latency_ms", "duration_ms": "latency_ms"}
"""Names of fields that hold milliseconds."""

_LARGEST = 1 << 53


def place(name: str, value: Any, fields: dict[str, Any], attrs: dict[str, Any]) -> None:
    """Put one named value where it belongs: into a record field when name and type fit, else into `attrs`."""
    field = TEXT_FIELDS.get(name)
    if field is not None and isinstance(value, str | int) and not isinstance(value, bool):
        fields.setdefault(field, str(value))
        return
    field = WHOLE_FIELDS.get(name)
    if field is not None:
        number = _number(value)
        if number is not None and number == int(number):
            fields.setdefault(field, int(number))
            return
    field = NUMBER_FIELDS.get(name)
    if field is not None:
        number = _number(value)
        if number is not None:
            fields.setdefault(field, number)
            return
    attrs[name] = value


def _number(value: Any) -> float | None:
    """Return a number from 0 to 2^53, or None: NaN, 1e400 and negative sizes are kept as attrs, not as figures."""
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return None
    try:
        number = float(value)
    except (ValueError, OverflowError):
        return None
    return number if 0 <= number < _LARGEST else None
