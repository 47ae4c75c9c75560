"""`key=value` pairs within a message: those with a known name fill the record's fields."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from warroom.core.record import Record
from warroom.logs.formats.fields import (
    NUMBER_FIELDS,
    TEXT_FIELDS,
    WHOLE_FIELDS,
    fill_number,
    fill_text,
    fill_whole,
)

_pairs = re.compile(r' ([^ ="]+)=("[^"\\]*(?:\\.[^"\\]*)*"|[^ "]+)').findall
_KNOWN: dict[str, tuple[str, Callable[[Record, str, Any], bool] | None]] = {
    **{name: (name, None) for name in ("prompt", "reply", "message", "query", "output")},
    **{name: (field, fill_text) for name, field in TEXT_FIELDS.items()},
    **{name: (field, fill_whole) for name, field in WHOLE_FIELDS.items()},
    **{name: (field, fill_number) for name, field in NUMBER_FIELDS.items()},
}
"""Name to record field and how it is filled; prose has no field and becomes an attribute."""
_LONGEST = 4000


def read_pairs(message: str, record: Record) -> None:
    """Fill record fields and the prose attributes (prompt, reply, …) from a message; other pairs stay in the text."""
    for name, value in _pairs(f" {message}"):
        known = _KNOWN.get(name)
        if known is None:
            continue
        if value[0] == '"':
            value = unquoted(value)
        field, put = known
        if put is None or not put(record, field, value[:_LONGEST]):
            record.attrs.setdefault(name, value[:_LONGEST])


def unquoted(value: str) -> str:
    """Return what stands between quotes, with their escapes taken out."""
    inner = value[1:-1]
    return inner.replace('\\"', '"').replace("\\\\", "\\") if "\\" in inner else inner
