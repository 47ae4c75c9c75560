"""A log record as one cleaned line for people."""

from __future__ import annotations

from collections.abc import Iterable

from warroom.core.clean import clean
from warroom.core.record import Record


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
    # A plain line has its fields in its message already.
    told = record.message
    extra = "" if record.format in ("raw", "basic") else _pairs(fields)
    prompt = record.attrs.get("prompt")
    shown = f' prompt="{prompt}"' if isinstance(prompt, str) and prompt and prompt not in told and extra else ""
    return clean(f"{told}{extra}{shown}", 2000)


def _pairs(fields: Iterable[tuple[str, object]]) -> str:
    return "".join(f" {name}={_short(value)}" for name, value in fields if value is not None)


def _short(value: object) -> str:
    return f"{value:g}" if isinstance(value, float) else str(value)
