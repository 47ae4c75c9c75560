"""The shape of a message: what stays when numbers, ids and quoted text are taken out."""

from __future__ import annotations

import re
from collections import OrderedDict

_MASK = re.compile(r'"[^"]{0,400}"|\b[0-9a-fA-F-]{16,}\b|\b[a-z]{1,3}-\d+\b|\d+')
_LENGTH = 120


def shape_of(message: str) -> str:
    """Return the message's first line with its variable parts masked."""
    return _MASK.sub("#", message[:_LENGTH].split("\n", 1)[0])


class Seen:
    """Which things were seen before; forgets the ones seen longest ago beyond its size."""

    def __init__(self, size: int = 5000) -> None:
        self._size = size
        self._known: OrderedDict[str, None] = OrderedDict()

    def __contains__(self, thing: str) -> bool:
        return thing in self._known

    def __len__(self) -> int:
        return len(self._known)

    def add(self, thing: str) -> bool:
        """Remember a thing; returns whether it is new."""
        fresh = thing not in self._known
        self._known[thing] = None
        self._known.move_to_end(thing)
        if len(self._known) > self._size:
            self._known.popitem(last=False)
        return fresh
