"""What the reader hands on: one record for each log line (or joined lines), and a gap for each byte it could not."""

from __future__ import annotations

from enum import StrEnum
from typing import Any, Literal

import msgspec

SKEW_S = 120.0
"""A line whose own time is further from its arrival counts at its arrival."""
TimeSource = Literal["line", "assumed_zone", "arrival", "line_before", "no_later"]
"""Whose time it is: the last three are of lines without one, the last two of such a line that was read again when
nobody knew any more when it had come: the time of the line before it, or a moment after which it cannot have come."""
UNTIMED: tuple[TimeSource, ...] = ("arrival", "line_before", "no_later")


class Level(StrEnum):
    """Severity of a log line, as Python's logging names it."""

    DEBUG = "DEBUG"
    INFO = "INFO"
    WARNING = "WARNING"
    ERROR = "ERROR"
    CRITICAL = "CRITICAL"


class Gap(msgspec.Struct, frozen=True):
    """A place in a file that was not read, or not read once, and why."""

    kind: str
    """truncated, rewritten, rotated_unread, vanished, cut_line, nul_hole, partial, unreadable, not_a_log, unwatched,
    clock"""
    reason: str
    bytes: int | None = None
    """Bytes concerned, null when nobody can know."""


class Record(msgspec.Struct, gc=False):
    """One parsed log line. Text fields are as written (untrusted): pass `clean` before showing them.

    `time` and `received` are seconds since the epoch, `offset` and `length` bytes in that generation of the file.
    """

    source: str
    generation: int
    offset: int
    length: int
    received: float
    line: int | None = None
    bot: str | None = None
    format: str = "raw"
    message: str = ""
    level: str | None = None
    logger: str | None = None
    time: float | None = None
    event: str | None = None
    user: str | None = None
    session: str | None = None
    address: str | None = None
    tool: str | None = None
    tokens_in: int | None = None
    tokens_out: int | None = None
    latency_ms: float | None = None
    status: int | None = None
    error: str | None = None
    time_source: TimeSource = "arrival"
    attrs: dict[str, Any] = {}
    gap: Gap | None = None

    @property
    def moment(self) -> float:
        """The line's own time, or its arrival where it has none; seconds since the epoch."""
        return self.received if self.time is None else self.time

    @property
    def ahead(self) -> bool:
        """Whether its time has not come yet: the writer's clock, or the line, is wrong."""
        return self.time is not None and self.time > self.received + SKEW_S


Place = tuple[str, int, int, int, float, int, str]
"""Where a line lies and whose it is: the first seven fields of its record."""


class Checkpoint(msgspec.Struct, frozen=True):
    """How far one generation of a file has been read; committed together with the rows derived from it."""

    source: str
    generation: int
    device: int
    inode: int
    offset: int
    """Bytes read up to the end of the last complete line."""
    line: int
    head: str
    """sha256 of the first `head_bytes` bytes, hex."""
    head_bytes: int
    tail: str
    """sha256 of the last `tail_bytes` bytes before `offset`, hex."""
    tail_bytes: int
    modified_ns: int = 0
    """When the file was last written to, as of its last reading; nanoseconds since the epoch."""


class Batch(msgspec.Struct, frozen=True):
    """Records read in one go from one source and the checkpoint that makes them final."""

    source: str
    bot: str
    records: list[Record]
    checkpoint: Checkpoint | None = None
    """None for a batch that only says something (a gap, a missing file)."""
    behind_bytes: int = 0
    """Bytes of the source still unread after this batch."""
    state: str = "reading"
    """reading, waiting (absent until now), gone, unreadable, not_a_log"""
    again: bool = False
    """Lines that a former run read: they are shown, and were judged then."""


class Coverage(msgspec.Struct, frozen=True):
    """How far a reading came."""

    since: float
    """From here on all was read."""
    until: float
    whole: bool
    why: str
    """Why it did not come as far as was asked; empty when it did."""
    bytes_read: int
    took_s: float
