"""What every format offers: a way to read one line into a record, and samples that show what it is for."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import msgspec

from warroom.core.record import Level, Place, Record, TimeSource
from warroom.logs.formats.fields import KNOWN, fill

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
    words: bool = True
    """False when none of its lines begins with a letter, so that it need not be asked about those that do."""


class Opened(msgspec.Struct, gc=False):
    """A line taken out of its envelope."""

    text: str
    whole: bool = True
    """False when the envelope says that the line goes on in the next one."""
    time: float | None = None
    time_source: TimeSource = "line"
    level: Level | None = None
    logger: str | None = None
    attrs: dict[str, Any] = {}
    origin: tuple[str | None, ...] = ()
    """Who wrote the line, as far as the envelope says: only lines of one origin continue each other."""

    def complete(self, record: Record, envelope: Envelope) -> None:
        """Put what the envelope says into a record of the text where the text itself says nothing."""
        if record.time is None and self.time is not None:
            record.time, record.time_source = self.time, self.time_source
        record.level = record.level or self.level
        record.logger = record.logger or self.logger
        for name, value in self.attrs.items():
            if name not in KNOWN or not fill(record, name, value):
                record.attrs.setdefault(name, value)
        plain = envelope.complete and record.format == "raw"
        record.format = envelope.id if plain else f"{envelope.id}+{record.format}"


class Envelope(msgspec.Struct, frozen=True):
    """What a collector wraps around each line of another format."""

    id: str
    title: str
    open: Callable[[str, float], Opened | None]
    """Takes a line out, given the moment of its arrival (seconds since the epoch); None for a line without envelope."""
    samples: tuple[str, ...]
    complete: bool = False
    """Whether it says by itself when, how severe and by whom, so that free text inside is a whole record."""
