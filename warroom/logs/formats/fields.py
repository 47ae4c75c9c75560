"""The names by which programs call the same thing, and the record field that each fills."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from warroom.core.record import Level, Record

_LEVELS = {
    "TRACE": Level.DEBUG,
    "DEBUG": Level.DEBUG,
    "VERBOSE": Level.DEBUG,
    "INFO": Level.INFO,
    "INFORMATION": Level.INFO,
    "INFORMATIONAL": Level.INFO,
    "NOTICE": Level.INFO,
    "SUCCESS": Level.INFO,
    "WARN": Level.WARNING,
    "WARNING": Level.WARNING,
    "ERR": Level.ERROR,
    "ERROR": Level.ERROR,
    "EXCEPTION": Level.ERROR,
    "CRIT": Level.CRITICAL,
    "CRITICAL": Level.CRITICAL,
    "FATAL": Level.CRITICAL,
    "ALERT": Level.CRITICAL,
    "EMERG": Level.CRITICAL,
    "PANIC": Level.CRITICAL,
}
LEVELS: Mapping[str, Level] = _LEVELS | {word.lower(): level for word, level in _LEVELS.items()}
"""Words for a level in the wild, upper or lower case, and Python's name for it."""


def level_of(word: str | None) -> Level | None:
    """Return the level that a word names, None when it names none."""
    if word is None:
        return None
    return LEVELS.get(word) or LEVELS.get(word.upper())


_SEVERITIES = (Level.DEBUG, Level.DEBUG, Level.INFO, Level.WARNING, Level.ERROR, Level.CRITICAL)
_SEVERITY_STEPS = 4


def level_of_severity(severity: Any) -> Level | None:
    """Return the level of an OTel severity number, 1 (trace) to 24 (fatal), four numbers a step; None for no number."""
    if type(severity) is not int or not 1 <= severity <= len(_SEVERITIES) * _SEVERITY_STEPS:
        return None
    return _SEVERITIES[(severity - 1) // _SEVERITY_STEPS]


BOT_NAMES = ("bot", "gen_ai.agent.name", "agent.name", "service.name")
"""Names under which a line says whose it is; kept as attributes, because a line may not choose its bot by itself."""

TEXT_FIELDS: Mapping[str, str] = {
    "event": "event",
    "event.name": "event",
    "event.action": "event",
    "user": "user",
    "user.id": "user",
    "user.name": "user",
    "user_id": "user",
    "enduser.id": "user",
    "session": "session",
    "session.id": "session",
    "session_id": "session",
    "conversation_id": "session",
    "thread_id": "session",
    "gen_ai.conversation.id": "session",
    "client": "address",
    "address": "address",
    "client.address": "address",
    "client.ip": "address",
    "client_ip": "address",
    "source.ip": "address",
    "source.address": "address",
    "remote_addr": "address",
    "tool": "tool",
    "tool.name": "tool",
    "tool_name": "tool",
    "gen_ai.tool.name": "tool",
    "error": "error",
    "error.type": "error",
    "exception.type": "error",
}
"""Names of text fields (plain, OTel `gen_ai.*`, ECS, OpenInference) and the record field that each fills."""

WHOLE_FIELDS: Mapping[str, str] = {
    "tokens_in": "tokens_in",
    "input_tokens": "tokens_in",
    "prompt_tokens": "tokens_in",
    "gen_ai.usage.input_tokens": "tokens_in",
    "gen_ai.usage.prompt_tokens": "tokens_in",
    "llm.token_count.prompt": "tokens_in",
    "tokens_out": "tokens_out",
    "tokens": "tokens_out",
    "output_tokens": "tokens_out",
    "completion_tokens": "tokens_out",
    "gen_ai.usage.output_tokens": "tokens_out",
    "gen_ai.usage.completion_tokens": "tokens_out",
    "llm.token_count.completion": "tokens_out",
    "status": "status",
    "status_code": "status",
    "http.status_code": "status",
    "http.response.status_code": "status",
}
"""Names of fields that hold a whole number."""

NUMBER_FIELDS: Mapping[str, str] = {"latency_ms": "latency_ms", "duration_ms": "latency_ms", "elapsed_ms": "latency_ms"}
"""Names of fields that hold milliseconds."""

KNOWN = frozenset({*TEXT_FIELDS, *WHOLE_FIELDS, *NUMBER_FIELDS})
LARGEST = 1 << 53
_DIGITS = 16


def fill(record: Record, name: str, value: Any) -> bool:
    """Put one named value into the record field of that name; False when name or type fits none.

    The first of two names for one field counts; a second value says False too, so that it is kept beside.
    """
    field = TEXT_FIELDS.get(name)
    if field is not None:
        return fill_text(record, field, value)
    field = WHOLE_FIELDS.get(name)
    if field is not None:
        return fill_whole(record, field, value)
    field = NUMBER_FIELDS.get(name)
    return field is not None and fill_number(record, field, value)


def fill_text(record: Record, field: str, value: Any) -> bool:
    """Set a text field that is not set yet."""
    if type(value) is not str:
        if type(value) is not int:
            return False
        value = str(value)
    if getattr(record, field) is not None:
        return False
    setattr(record, field, value)
    return True


def fill_whole(record: Record, field: str, value: Any) -> bool:
    """Set a field of a whole number that is not set yet."""
    if type(value) is int and 0 <= value < LARGEST:
        whole = value
    elif type(value) is str and value.isdecimal() and len(value) < _DIGITS:
        whole = int(value)
    else:
        found = number(value)
        if found is None or found != int(found):
            return False
        whole = int(found)
    if getattr(record, field) is not None:
        return False
    setattr(record, field, whole)
    return True


def fill_number(record: Record, field: str, value: Any) -> bool:
    """Set a field of a number that is not set yet."""
    found = number(value)
    if found is None or getattr(record, field) is not None:
        return False
    setattr(record, field, found)
    return True


def number(value: Any) -> float | None:
    """Return a number from 0 to 2^53, or None: NaN, 1e400 and negative sizes are kept as attrs, not as figures."""
    if type(value) is not float and type(value) is not str and type(value) is not int:
        return None
    try:
        found = float(value)
    except (ValueError, OverflowError):
        return None
    return found if 0 <= found < LARGEST else None
