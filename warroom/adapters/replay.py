"""Reads the last minutes of a bot's logs again, from the files: for questions about what was, never for the watch.

Segments are read from the newest to the oldest, so that a reading that comes to an end of its time or bytes has seen
the newest part without a hole. Nothing is kept: no checkpoint is read on or written.
"""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import AsyncGenerator, Generator, Iterator, Mapping, Sequence

import msgspec

from warroom.adapters.replay_content import Content, Stopped, logs_among
from warroom.adapters.replay_log import LogReplay
from warroom.adapters.tail_file import Identity, NotALog
from warroom.adapters.tail_paths import PathPattern, shown_name
from warroom.core.arrivals import Arrival
from warroom.core.bot_names import belongs
from warroom.core.record import Batch, Checkpoint, Coverage, Gap, Record
from warroom.logs.formats.format import Format
from warroom.logs.line_parser import gap_record


class Wanted(msgspec.Struct, frozen=True):
    """What is to be read again."""

    paths: Sequence[str]
    """Paths or globs, as `LogSource.add` takes them; rotated and packed generations beside a log are found."""
    bot: str
    since: float
    """Seconds since the epoch, like `until`."""
    until: float
    where: Mapping[str, str] = {}
    """Fields that a line must have to be this bot's; empty takes every line."""
    formats: Sequence[Format] = ()
    """Formats before those that are built in."""
    checkpoints: Sequence[Checkpoint] = ()
    """What the watch knows of generations: they give them their numbers, so that a record leads to its line."""
    arrivals: Sequence[Arrival] = ()
    """When bytes arrived, for lines that carry no time."""
    most_bytes: int = 200_000_000
    most_s: float = 20.0


class Replay:
    """One reading. Use `batches` in a loop or `read` in a thread, once; then `coverage` says how far it came.

    Batches come newest segment first, in order within one. `received` of their records is the moment at which they
    came as far as that is known; some may lie outside the span. Gaps say what could not be read.
    """

    def __init__(self, wanted: Wanted) -> None:
        self._wanted = wanted
        self._stop = threading.Event()
        self._lock = threading.Lock()
        self._deadline = float("inf")
        self._began = 0.0
        self._took_s = 0.0
        self._bytes = 0
        self._why = ""
        self._reached = wanted.since
        self._logs: list[LogReplay] = []

    @property
    def coverage(self) -> Coverage:
        """How far it came, once it has ended."""
        wanted = self._wanted
        return Coverage(
            max(wanted.since, min(self._reached, wanted.until)),
            wanted.until,
            not self._why,
            self._why,
            self._bytes,
            self._took_s,
        )

    def stop(self) -> None:
        """End the reading, from any thread; what comes after is not handed on."""
        self._stop.set()

    async def batches(self) -> AsyncGenerator[Batch]:
        """Yield batches; files are read in a thread.

        Use it with `contextlib.aclosing`: then whoever is cancelled inside the loop has let go of the files at once.
        """
        reading = self.read()
        try:
            while (batch := await asyncio.to_thread(self._next, reading)) is not None:
                yield batch
        finally:
            self.stop()
            await asyncio.shield(asyncio.to_thread(self._end, reading))

    def _next(self, reading: Iterator[Batch]) -> Batch | None:
        with self._lock:
            return next(reading, None)

    def _end(self, reading: Generator[Batch]) -> None:
        # A thread that still reads ends at its next piece.
        with self._lock:
            reading.close()

    def read(self) -> Generator[Batch]:
        """Yield batches; blocks while it reads."""
        wanted = self._wanted
        self._began = time.monotonic()
        self._deadline = self._began + wanted.most_s
        try:
            yield from self._open()
            yield from self._segments()
        except Stopped:
            self._end_early("it was stopped" if self._stop.is_set() else f"{wanted.most_s:g} s were over")
        except GeneratorExit:
            self._end_early("it was stopped")
            raise
        finally:
            self._took_s = time.monotonic() - self._began
            self._close()

    def _end_early(self, why: str) -> None:
        self._why = why
        self._reached = max((log.reached for log in self._logs if not log.ended), default=self._wanted.until)

    def _segments(self) -> Iterator[Batch]:
        wanted = self._wanted
        while unread := [log for log in self._logs if not log.ended]:
            log = max(unread, key=lambda one: one.reached)
            if self._bytes >= wanted.most_bytes:
                self._end_early(f"{wanted.most_bytes / 1e6:.3g} MB were read")
                return
            for records, size in log.segment(wanted.most_bytes - self._bytes):
                self._bytes += size
                if wanted.where:
                    records = [one for one in records if one.gap is not None or belongs(one, wanted.where)]
                if records:
                    yield Batch(log.source, wanted.bot, records)

    def _open(self) -> Iterator[Batch]:
        wanted, known = self._wanted, set[Identity]()
        paths = [path for pattern in wanted.paths for path in PathPattern(pattern).find()]
        for path in logs_among(paths):
            self._check()
            source = shown_name(path)
            try:
                content = Content(path, source)
            except (OSError, NotALog) as error:
                gap = Gap("unreadable", f"{source} cannot be read again: {error}")
                yield Batch(source, wanted.bot, [self._told(source, gap)], state="unreadable")
                continue
            if content.identity in known:
                content.close()
                continue
            known.add(content.identity)
            self._logs.append(self._log(path, source, content, known))

    def _log(self, path: str, source: str, content: Content, known: set[Identity]) -> LogReplay:
        wanted = self._wanted
        return LogReplay(
            path,
            wanted.bot,
            content,
            known=known,
            span=(wanted.since, wanted.until),
            formats=wanted.formats,
            checkpoints=[one for one in wanted.checkpoints if one.source == source],
            arrivals=[one for one in wanted.arrivals if one.source == source],
            check=self._check,
        )

    def _told(self, source: str, gap: Gap) -> Record:
        return gap_record(source, self._wanted.bot, 0, 0, gap, self._wanted.until)

    def _check(self) -> None:
        if self._stop.is_set() or time.monotonic() > self._deadline:
            raise Stopped

    def _close(self) -> None:
        for log in self._logs:
            log.close()
