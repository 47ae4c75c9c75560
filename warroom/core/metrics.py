"""How long it took: the four durations of an incident, each defined once, from its named moments."""

from __future__ import annotations

import statistics
from collections.abc import Iterable, Mapping

MOMENTS = ("started", "detected", "acked", "commanded", "contained", "resolved", "closed")
"""Named moments in the order in which they are expected, for prompts and reports.

`started` is the first hostile line (a person sets it), `detected` the first alarm, `acked` the first acknowledgement,
`commanded` when somebody took command, `contained` when the first containment was proven from outside, `resolved` when
service was back, `closed` when the incident was closed.
"""

_SPANS = {
    "ttd_s": ("started", "detected"),
    "tta_s": ("detected", "acked"),
    "ttc_s": ("detected", "contained"),
    "ttr_s": ("detected", "resolved"),
}


def durations(moments: Mapping[str, float]) -> dict[str, float | None]:
    """Return ttd_s, tta_s, ttc_s and ttr_s in seconds from moments in seconds since the epoch.

    A duration is None while one of its ends is missing. It may be negative: somebody marked a moment before the other,
    and hiding that would hide a mistake.
    """
    return {name: _between(moments, first, last) for name, (first, last) in _SPANS.items()}


def median_of(values: Iterable[float | None]) -> tuple[float | None, int]:
    """Return the median of the values that are there, and how many they are; (None, 0) when none is."""
    known = [value for value in values if value is not None]
    return (statistics.median(known) if known else None), len(known)


def _between(moments: Mapping[str, float], first: str, last: str) -> float | None:
    if first not in moments or last not in moments:
        return None
    return moments[last] - moments[first]
