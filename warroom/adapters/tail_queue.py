"""What was read from logs and not taken yet: bounded, so that a slow taker stops the reader and not the machine."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable
from operator import attrgetter

from warroom.core.record import Batch, Record

MOST_BATCHES = 64
MOST_WEIGHT = 16 << 20
"""About as many bytes of memory may wait."""
_RECORD_WEIGHT = 512
"""What a record takes beside its text."""
_length: Callable[[Record], int] = attrgetter("length")


def weight(batch: Batch) -> int:
    """Return about how many bytes of memory a batch takes."""
    return sum(map(_length, batch.records)) + _RECORD_WEIGHT * len(batch.records)


class BatchQueue:
    """First in, first out; one thread puts and another one takes."""

    def __init__(self) -> None:
        self._waiting: deque[tuple[Batch, int]] = deque()
        self._weight = 0
        self._taken = threading.Condition()

    def put(self, batch: Batch, *, timeout_s: float) -> bool:
        """Add a batch once there is room for it, which there always is for a single one; False after `timeout_s`."""
        heavy = weight(batch)
        with self._taken:
            if not self._taken.wait_for(lambda: self._has_room(heavy), timeout_s):
                return False
            self._waiting.append((batch, heavy))
            self._weight += heavy
        return True

    def take(self) -> Batch | None:
        """Return the oldest batch; None when nothing waits."""
        with self._taken:
            if not self._waiting:
                return None
            batch, heavy = self._waiting.popleft()
            self._weight -= heavy
            self._taken.notify()
        return batch

    def _has_room(self, heavy: int) -> bool:
        if not self._waiting:
            return True
        return len(self._waiting) < MOST_BATCHES and self._weight + heavy <= MOST_WEIGHT
