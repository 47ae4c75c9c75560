"""Lines in envelopes, read as the parser reads a file: whole, or cut into two blocks anywhere."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from warroom.core.record import Record
from warroom.logs.line_parser import LineParser

RECEIVED = 1795424400.0
"""When the lines of these tests arrive: 2026-11-23T09:00:00Z."""


def records(*lines: str) -> list[Record]:
    """Return the records of a file with these lines."""
    return in_blocks(lines, len(lines))


def in_blocks(lines: Sequence[str], cut: int) -> list[Record]:
    """Return the records of a file whose first `cut` lines are fed before the others."""
    parser = LineParser("/x", "bot", 0)
    found: list[Record] = []
    offset = 0
    for part in (lines[:cut], lines[cut:]):
        block = "".join(f"{line}\n" for line in part).encode("utf-8", "surrogatepass")
        if block:
            found.extend(parser.feed(block, offset, RECEIVED))
        offset += len(block)
    return [*found, *parser.flush()]


def shown(found: Sequence[Record]) -> list[bytes]:
    """Return records in a form that can be compared, NaN and all."""
    return [msgspec.msgpack.encode(record) for record in found]


def tiled(found: Sequence[Record], lines: Sequence[str]) -> bool:
    """Return whether the records cover the bytes of these lines one after the other."""
    end = 0
    for record in found:
        if record.offset != end and record.gap is None:
            return False
        end += record.length
    return end == sum(len(line.encode("utf-8", "surrogatepass")) + 1 for line in lines)
