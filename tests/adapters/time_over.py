"""Letting somebody's time be over at the right moment: a test neither waits for it nor races it.

A limit of a tenth of a second is over on a busy machine before anything was sent. So limits are long here, and a clock
goes forward once that has happened after which the limit is to strike.
"""

from __future__ import annotations

import asyncio
import contextlib
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from warroom.adapters.clock import SystemClock

PATIENCE_S = 30.0
"""A limit for those who ought to answer: late is not never."""
_FAR_S = 10_000.0
_ESTABLISHED = "01"


class LoopClock:
    """The clock of the running loop: when it is put forward, limits that were begun before are over."""

    def __init__(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._ahead_s = 0.0
        real = self._loop.time
        # For good: the loop ends with its test, and timers that were begun in between must not come late.
        pytest.MonkeyPatch().setattr(self._loop, "time", lambda: real() + self._ahead_s)

    def forward(self, seconds: float = _FAR_S) -> None:
        """Put it forward, from any thread."""
        self._loop.call_soon_threadsafe(self.go, seconds)

    def go(self, seconds: float = _FAR_S) -> None:
        """Put it forward at once, from the loop itself."""
        self._ahead_s += seconds


@contextlib.contextmanager
def over_once_sent(url: str, clock: LoopClock | None = None) -> Iterator[None]:
    """Let limits of PATIENCE_S in the running loop be over as soon as a request lies unread at the port of `url`."""
    clock, port = clock or LoopClock(), urlsplit(url).port
    assert port is not None
    before, ended = set(_unread(port)), threading.Event()

    def watch() -> None:
        while not ended.wait(0.005):
            if set(_unread(port)) - before:
                break
        # No further than one limit, or the next larger one were over too. One that began too late for that is next.
        while not ended.is_set():
            clock.forward(1.5 * PATIENCE_S)
            ended.wait(1.0)

    watcher = threading.Thread(target=watch)
    watcher.start()
    try:
        yield
    finally:
        ended.set()
        watcher.join()


def _unread(port: int) -> list[str]:
    """Return the far ends of the connections to a port of this host on which bytes came that nobody has read."""
    rows = [row.split() for row in Path("/proc/net/tcp").read_text("ascii").splitlines()[1:]]
    here = [row for row in rows if int(row[1].partition(":")[2], 16) == port and row[3] == _ESTABLISHED]
    return [row[2] for row in here if int(row[4].partition(":")[2], 16) > 0]


class WhenClock(SystemClock):
    """Real, but time stands until `over` says that it is over."""

    def __init__(self, over: Callable[[], bool]) -> None:
        self._over = over
        self._asked = False

    def monotonic(self) -> float:
        """Nothing, then very much. A limit begins with the first question, whatever is over by then."""
        first, self._asked = not self._asked, True
        return _FAR_S if not first and self._over() else 0.0


class SlowClock(SystemClock):
    """Real, but twenty times as slow: limits that only keep somebody from waiting for ever strike later."""

    def monotonic(self) -> float:
        """A twentieth of the seconds."""
        return super().monotonic() / 20
