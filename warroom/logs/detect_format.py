"""Which format a log has: the one that most of its newest lines fit; a line that does not fit tries the others."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable

from warroom.logs.formats import basic, docker, jsonl
from warroom.logs.formats.fields import Parsed

Parser = Callable[[str], Parsed | None]
ENVELOPES: tuple[Parser, ...] = (docker.parse,)
"""Tried first, always: a format inside would take an envelope for a line of its own."""
PARSERS: tuple[Parser, ...] = (jsonl.parse, basic.parse)

_REMEMBERED = 200


class FormatDetector:
    """Remembers which format the last lines had, so that the usual line is parsed at its first try."""

    def __init__(self) -> None:
        self._order = [*ENVELOPES, *PARSERS]
        self._fitted: deque[bool] = deque(maxlen=_REMEMBERED)

    @property
    def share_parsed(self) -> float:
        """Share of the last 200 lines that some format fitted; 1.0 before the first line."""
        return sum(self._fitted) / len(self._fitted) if self._fitted else 1.0

    def parse(self, text: str) -> Parsed | None:
        """Return what the fitting format finds, or None when none fits."""
        for place, parser in enumerate(self._order):
            parsed = parser(text)
            if parsed is not None:
                if place > len(ENVELOPES):
                    self._order.insert(len(ENVELOPES), self._order.pop(place))
                self._fitted.append(True)
                return parsed
        self._fitted.append(False)
        return None
