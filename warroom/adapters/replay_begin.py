"""Where in a log a span of time begins: a few looks over all of it, then bisection between two of them."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from warroom.adapters.replay_content import Content
from warroom.core.record import SKEW_S
from warroom.logs.formats.format import Format

LOOKS = 64
"""Looks over the whole region: a clock that jumped is seen when its stretch is longer than one part of it."""
_NEAR = 1 << 16
"""Bytes within which the place is near enough."""


class Timeless(Exception):
    """No line that was looked at carries a time."""


def begin_of(
    content: Content,
    lowest: int,
    since: float,
    latest: float,
    formats: Sequence[Format],
    check: Callable[[], None] = lambda: None,
) -> int:
    """Return an offset, at the start of a record, before which nothing of the span lies; at least `lowest`.

    Late lines may lie `SKEW_S` behind. A time after `latest` is a clock that is wrong and says nothing. Raises Timeless
    where no look finds a time that may be; `check` is called before each look and may raise.
    """
    edge = since - SKEW_S

    def inside(offset: int) -> bool | None:
        check()
        time = content.look(offset, latest, formats).time
        return None if time is None or time > latest + SKEW_S else time >= edge

    places = [lowest + (content.end - lowest) * part // LOOKS for part in range(LOOKS)]
    found = [(place, seen) for place in dict.fromkeys(places) if (seen := inside(place)) is not None]
    if not found:
        raise Timeless
    first = next((number for number, (_, seen) in enumerate(found) if seen), len(found))
    high = found[first][0] if first < len(found) else content.end
    # What lies before the first look that found a time may belong to the span as well.
    low = found[first - 1][0] if first else lowest
    if first == 0:
        return content.record_start(lowest, latest, formats)
    while high - low > _NEAR:
        middle = (low + high) // 2
        if inside(middle) is False:
            low = middle
        else:
            high = middle
    return content.record_start(low, latest, formats)
