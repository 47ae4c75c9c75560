"""What every format offers: a way to read one line into a record, and samples that show what it is for."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import msgspec

from warroom.core.record import Level, Place, Record, TimeSource

Read = Callable[[str, Place], Record | None]
"""Makes the record of a line; None when the line is not of this format."""


class Format(msgspec.Struct, frozen=True):
    """A family of log lines."""

    id: str
    title: str
    """Who writes it, in a few words."""
    reader: Callable[[], Read]
    """Makes a reader for the lines of one file, which may remember what it saw."""
    samples: tuple[str, ...]
    """Lines as that program writes them."""


class Opened(msgspec.Struct, gc=False):
    """A line taken out of its envelope."""

    text: str
    whole: bool = True
    """False when the envelope says that the line goes on in the next one."""
    time: float | None = None
    time_source: TimeSource = "line"
    level: Level | None = None
    logger: str | None = None
    attrs: Mapping[str, Any] = {}


class Envelope(msgspec.Struct, frozen=True):
    """What a collector wraps around each line of another format."""

    id: str
    title: str
    open: Callable[[str], Opened | None]
    samples: tuple[str, ...]
