"""Python's `logging.basicConfig` default: `LEVEL:logger:message`, without a time."""

from __future__ import annotations

import re
from typing import Any

from warroom.logs.formats.fields import LEVELS, NUMBER_FIELDS, TEXT_FIELDS, WHOLE_FIELDS, Parsed, place

_LINE = re.compile(r"(DEBUG|INFO|WARNING|ERROR|CRITICAL):([^:\s][^:]{0,200}):(.*)", re.DOTALL)
_PAIR = re.compile(r'(?<!\S)([A-Za-z_][\w.]{0,40})=("(?:[^"\\]|\\.){0,4000}"|[^\s"]{1,400})')
_KNOWN = frozenset({*TEXT_FIELDS, *WHOLE_FIELDS, *NUMBER_FIELDS})
_PROSE = ("prompt", "reply", "message", "query", "output")


def parse(text: str) -> Parsed | None:
    """Return the fields of a line, or None when it does not begin a record of this format.

    `key=value` pairs in the message fill the record's fields where their names are known.
    """
    found = _LINE.match(text)
    if found is None:
        return None
    level, logger, message = found.groups()
    parsed = Parsed("basic", message, LEVELS[level], logger)
    if "=" in message:
        parsed.fields, parsed.attrs = pairs(message)
    return parsed


def pairs(message: str) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return the record fields and the prose attributes that `key=value` pairs in a message hold."""
    fields: dict[str, Any] = {}
    attrs: dict[str, Any] = {}
    for name, value in _PAIR.findall(message):
        if value[0] == '"':
            value = value[1:-1].replace('\\"', '"').replace("\\\\", "\\")
        if name in _KNOWN:
            place(name, value, fields, attrs)
        elif name in _PROSE:
            attrs.setdefault(name, value)
    return fields, attrs
