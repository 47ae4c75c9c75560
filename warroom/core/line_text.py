"""A log record as one cleaned line for people."""

from __future__ import annotations

from collections.abc import Iterable

from warroom.core.clean import clean
from warroom.core.record import Record

_TOLD = frozenset({"raw", "basic", "asctime", "leveled", "uvicorn", "loguru"})
"""Formats that read every field out of the message itself."""


def line_text(record: Record) -> str:
    """Return a record as one cleaned line for people: what happened first, then the fields that say more."""
    if record.gap is not None:
        size = "" if record.gap.bytes is None else f" ({record.gap.bytes} bytes)"
        return clean(f"~~ {record.gap.kind}: {record.gap.reason}{size}")
    fields = (
        ("user", record.user),
        ("session", record.session),
        ("tool", record.tool),
        ("status", record.status),
        ("latency_ms", record.latency_ms),
        ("tokens_out", record.tokens_out),
        ("error", record.error),
    )
    told = record.message
    # In an envelope the format that read the line itself is named last.
    more = record.format.rpartition("+")[2] not in _TOLD and any(value is not None for _, value in fields)
    extra = _pairs(fields, f" {told} ") if more else ""
    prompt = record.attrs.get("prompt")
    shown = f' prompt="{prompt}"' if isinstance(prompt, str) and prompt and prompt not in told and more else ""
    return clean(f"{told}{extra}{shown}", 2000)


def _pairs(fields: Iterable[tuple[str, object]], told: str) -> str:
    """Return the fields that the message, between blanks, does not tell in the same words."""
    pairs = (f" {name}={_short(value)}" for name, value in fields if value is not None)
    return "".join(pair for pair in pairs if f"{pair} " not in told)


def _short(value: object) -> str:
    return f"{value:g}" if isinstance(value, float) else str(value)
