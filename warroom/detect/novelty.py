"""Things that a bot never did before, and how rare that is for it."""

from __future__ import annotations

import math
from collections import Counter

import msgspec

from warroom.core.clean import clean
from warroom.core.model import Reason

_CALLS = 200
"""Tool calls that must be known before a new tool is odd."""
_KINDS = 1000
"""A bot with more tools than this names them at random."""
_RARE = 0.01


class Rarity(msgspec.Struct, frozen=True):
    """How odd a new thing is."""

    p: float
    score: float
    reason: Reason


class Tools:
    """The tools that a bot has used, counted."""

    def __init__(self) -> None:
        self._calls: Counter[str] = Counter()

    def add(self, tool: str) -> bool:
        """Count one call; returns whether the tool is new."""
        fresh = tool not in self._calls
        if fresh and len(self._calls) >= _KINDS:
            return False
        self._calls[tool] += 1
        return fresh

    def rarity(self, tool: str) -> Rarity | None:
        """Return how rare a call of a tool is that was never used, or None when it is known or nothing can be said.

        The probability of something new is the Good-Turing estimate: tools seen once over all calls (Good, 1953).
        """
        calls = self._calls.total()
        if tool in self._calls or calls < _CALLS or len(self._calls) >= _KINDS:
            return None
        p = (sum(1 for count in self._calls.values() if count == 1) + 1) / (calls + 1)
        if p > _RARE:
            return None
        text = f"tool {clean(tool, 60)} was never used before in {calls} tool calls of {len(self._calls)} kinds"
        return Rarity(p, min(85.0, 30.0 - 10.0 * math.log10(p)), Reason("new", "tool", text, p, None, 1.0))
