"""What the reader made of a log: the formats of its records, where times come from, the first line that fits none."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

import msgspec

from warroom.core.record import Record
from warroom.logs.formats.catalogue import ENVELOPES, FORMATS


class Unparsed(msgspec.Struct, frozen=True):
    """A line that no format fits; its text is as written (untrusted)."""

    line: int
    text: str


class Explanation(msgspec.Struct, frozen=True):
    """The sum over all records of a log."""

    records: int
    formats: dict[str, int]
    """Records of each format, the most frequent first; `raw` are those that no format fits."""
    times: dict[str, int]
    """Records by where their time comes from: line, assumed_zone, arrival."""
    gaps: dict[str, int]
    blank: int
    """Empty lines that belong to no record; they are not counted among the records."""
    first_unparsed: Unparsed | None

    @property
    def format(self) -> str:
        """The id of the format that most records have; `raw` for an empty log."""
        return next(iter(self.formats), "raw")

    @property
    def parsed_share(self) -> float:
        """Share of records that some format fits, 0 to 1; 1 for an empty log."""
        raw = sum(count for name, count in self.formats.items() if name.rpartition("+")[2] == "raw")
        return 1 - raw / self.records if self.records else 1.0


def explain(records: Iterable[Record]) -> Explanation:
    """Count what the records are."""
    formats: Counter[str] = Counter()
    times: Counter[str] = Counter()
    gaps: Counter[str] = Counter()
    first: Unparsed | None = None
    blank = 0
    for record in records:
        if record.gap is not None:
            gaps[record.gap.kind] += 1
            continue
        if record.format.endswith("raw") and not record.message.strip():
            blank += 1
            continue
        formats[record.format] += 1
        times[record.time_source] += 1
        if first is None and record.format.endswith("raw"):
            first = Unparsed(record.line or 0, record.message)
    return Explanation(formats.total(), dict(formats.most_common()), dict(times), dict(gaps), blank, first)


def title_of(format_id: str) -> str:
    """Return what a format id stands for, such as `docker+json`: the titles of its envelope and of what is inside."""
    titles = {one.id: one.title for one in FORMATS}
    titles |= {one.id: one.title for one in ENVELOPES} | {"raw": "no known format"}
    return " around ".join(titles.get(part, "described in the config") for part in format_id.split("+"))
