"""Records as a reader makes them, written shortly."""

from __future__ import annotations

from typing import Any

from warroom.core.record import Record

T0 = 1_795_000_000.0


def line(at: float | None, message: str = "something", **fields: Any) -> Record:
    """Return a record of a line at `T0 + at`; without a time it arrives at `T0`."""
    moment = None if at is None else T0 + at
    received = fields.pop("received", T0 if moment is None else moment)
    place = {"source": "bot.log", "generation": 0, "offset": 0, "length": 10, **fields}
    return Record(received=received, format=place.pop("format", "json"), message=message, time=moment, **place)


def chat(at: float | None, user: str | None = "u-1", **fields: Any) -> Record:
    """Return a record of a request that was answered."""
    return line(at, "chat completed", **{"event": "chat.completed", "status": 200, "user": user, **fields})


def tool(at: float, user: str | None = "u-1", **fields: Any) -> Record:
    """Return a record of a tool call."""
    return line(at, "tool called", **{"event": "tool.called", "tool": "refund", "user": user, **fields})
