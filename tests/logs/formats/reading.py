"""Reading one line by one format, as the parser does."""

from __future__ import annotations

from warroom.core.record import Place, Record
from warroom.logs.formats.format import Format

PLACE: Place = ("/x", 0, 0, 10, 5.0, 1, "bot")


def made(format: Format, *lines: str) -> Record | None:
    """Return the record that a fresh reader makes of the last of these lines, None when it is not of the format."""
    read = format.reader()
    return [read(line, PLACE) for line in lines][-1]


def read(format: Format, *lines: str) -> Record:
    """Return the record of a line that has to be of the format."""
    record = made(format, *lines)
    assert record is not None
    return record
