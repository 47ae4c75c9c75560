"""Following logs: one reader thread, whose batches cross into the event loop through a bounded queue.

Files are the truth; watchfiles is the alarm clock, and what it does not say a regular look at all logs finds.
"""

from __future__ import annotations

import asyncio
import threading
import time
from collections import deque
from collections.abc import AsyncIterator, Callable, Sequence

from msgspec.structs import replace

from warroom.adapters.tail_queue import BatchQueue
from warroom.adapters.tail_reader import SCAN_S, LogReader
from warroom.adapters.tail_watch import FolderWatch
from warroom.core.record import Batch, Checkpoint
from warroom.logs.formats.format import Format

_WATCH_S = 0.5
"""Time between two looks at which folders are to be watched."""


class TailSource:
    """A `LogSource` over files; `add` may be called at any time, from any thread."""

    def __init__(
        self,
        formats: Sequence[Format] = (),
        *,
        follow: bool = True,
        now: Callable[[], float] = time.time,
        show_again: bool = False,
    ) -> None:
        """Read with these formats before those that are built in; without `follow` end when what is there was read.

        With `show_again` the last lines that a former run read of a log are handed on once more, marked so.
        """
        self._follow = follow
        self._asked: deque[tuple[str, str, bool]] = deque()
        self._wake = threading.Event()
        self._stop = threading.Event()
        self._watch = FolderWatch(self._wake)
        self._watched_at = float("-inf")
        self._told_unwatched = ""
        self._reader = LogReader(
            self._queue, stopped=self._stop.is_set, formats=formats, now=now, show_again=show_again
        )
        self._thread: threading.Thread | None = None
        self._ready = BatchQueue()
        self._read_to: dict[str, tuple[Checkpoint, int]] = {}
        """Of each source how far the reader is, and how many bytes lay beyond that."""
        self._ended = False
        self._arrived: asyncio.Event | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._failed: BaseException | None = None

    def add(self, pattern: str, bot: str, *, from_start: bool) -> None:
        """Follow a path or glob; with `from_start` False only the last lines of what is there now are read."""
        self._asked.append((pattern, bot, from_start))
        self._wake.set()

    def resume(self, checkpoints: Sequence[Checkpoint]) -> None:
        """Continue where a former run ended: the newest generation of each source counts. Call it before `batches`."""
        self._reader.resume(checkpoints)

    def backlog_end(self, source: str) -> int:
        """Return where a source ended when it was first opened from its end; 0 when all of it is new."""
        return self._reader.backlog_end(source)

    async def batches(self) -> AsyncIterator[Batch]:
        """Yield batches in the order read; starts the reader."""
        self._loop, self._arrived = asyncio.get_running_loop(), asyncio.Event()
        self._thread = threading.Thread(target=self._run, name="tail", daemon=True)
        self._thread.start()
        while not self._stop.is_set():
            self._arrived.clear()
            ended = self._ended
            while (batch := self._ready.take()) is not None:
                yield self._with_what_waits(batch)
            if self._failed is not None:
                raise RuntimeError("the reader broke") from self._failed
            if ended:
                return
            await self._arrived.wait()

    async def close(self) -> None:
        """Stop reading and let go of the files."""
        self._stop.set()
        self._wake.set()
        if self._arrived is not None:
            self._arrived.set()
        if self._thread is not None:
            await asyncio.to_thread(self._thread.join, 10.0)
            self._thread = None
        await asyncio.to_thread(self._watch.stop)
        self._reader.close()

    def _with_what_waits(self, batch: Batch) -> Batch:
        """Return a batch that counts what waits in the queue as behind too."""
        there, here = self._read_to.get(batch.source), batch.checkpoint
        if there is None or here is None:
            return batch
        newest, beyond = there
        here_to = here.offset if newest.generation == here.generation else 0
        return replace(batch, behind_bytes=max(0, newest.offset - here_to) + beyond)

    # The reader thread

    def _run(self) -> None:
        try:
            if self._follow:
                self._follow_for_ever()
            else:
                self._take_asked()
                self._reader.finish()
        except BaseException as error:  # noqa: BLE001  not a fence: it crosses to the consumer, which raises it
            self._failed = error
        self._ended = True
        self._tell_consumer()

    def _follow_for_ever(self) -> None:
        while not self._stop.is_set():
            self._wake.clear()
            self._take_asked()
            self._reader.step(self._watch.changed())
            self._watch_folders()
            self._wake.wait(self._reader.pause_s)

    def _take_asked(self) -> None:
        while self._asked:
            pattern, bot, from_start = self._asked.popleft()
            self._reader.follow(pattern, bot, from_start=from_start)

    def _watch_folders(self) -> None:
        now = time.monotonic()
        if now - self._watched_at < _WATCH_S:
            return
        self._watched_at = now
        self._watch.watch(self._reader.folders)
        trouble = self._watch.trouble
        if trouble != self._told_unwatched:
            self._told_unwatched = trouble
            if trouble:
                reason = f"changes are not reported ({trouble}); all logs are looked at each {SCAN_S:g} s or later"
                self._reader.warn("unwatched", reason)

    def _queue(self, batch: Batch) -> None:
        if batch.checkpoint is not None:
            self._read_to[batch.source] = (batch.checkpoint, batch.behind_bytes)
        # After a stop nothing is handed on: a later checkpoint would skip what was not read before it.
        while not self._stop.is_set():
            if self._ready.put(batch, timeout_s=0.2):
                self._tell_consumer()
                return

    def _tell_consumer(self) -> None:
        loop, arrived = self._loop, self._arrived
        if loop is None or arrived is None:
            return
        try:
            loop.call_soon_threadsafe(arrived.set)
        except RuntimeError:
            # The loop is closed: nobody waits any more.
            self._stop.set()
