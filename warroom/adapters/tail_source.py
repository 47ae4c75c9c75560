"""Following logs: files are the truth, watchfiles is the alarm clock, a scan finds what events missed.

One reader thread, no asyncio in it. Every generation of a file is held open and read to its end after it was rotated
away; what cannot be read is said as a gap.
"""

from __future__ import annotations

import asyncio
import glob
import threading
import time
from collections import deque
from collections.abc import AsyncIterator, Sequence
from pathlib import Path

from warroom.adapters.tail_file import NotALog, TailFile, rotated_file
from warroom.adapters.tail_watch import FolderWatch
from warroom.core.record import Batch, Checkpoint, Gap, Record
from warroom.logs.formats.format import Format
from warroom.logs.line_parser import gap_record

SCAN_S = 0.5
"""Longest time between two scans."""
HOLD_S = 0.3
"""Longest time that a record waits for lines that belong to it."""
GONE_S = 5.0
"""Time that a file is read on after it left its name."""
SHOWN_LINES = 1000
"""Old lines that are shown of a log which is followed from its end."""
_QUEUE = 64


class _Followed:
    """A path or glob and whose log it is."""

    def __init__(self, pattern: str, bot: str, *, from_start: bool) -> None:
        self.pattern = pattern
        self.bot = bot
        self.from_start = from_start
        self.scanned = False
        self.said = ""
        """The last trouble that was told of this pattern, so that it is told once."""


class TailSource:
    """A `LogSource` over files; `add` may be called at any time, from any thread."""

    def __init__(self, formats: Sequence[Format] = ()) -> None:
        """Read with these formats before those that are built in."""
        self._formats = formats
        self._lock = threading.Lock()
        self._followed: list[_Followed] = []
        self._current: dict[str, TailFile] = {}
        self._gone: list[TailFile] = []
        self._checkpoints: dict[str, Checkpoint] = {}
        self._generations: dict[str, int] = {}
        self._backlog: dict[str, int] = {}
        self._troubles: dict[str, str] = {}
        self._wake = threading.Event()
        self._stop = threading.Event()
        self._watch = FolderWatch(self._wake)
        self._thread: threading.Thread | None = None
        self._room = threading.BoundedSemaphore(_QUEUE)
        self._ready: deque[Batch] = deque()
        self._arrived: asyncio.Event | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._held_since = 0.0
        self._failed: BaseException | None = None

    def add(self, pattern: str, bot: str, *, from_start: bool) -> None:
        """Follow a path or glob; with `from_start` False only the last lines of what is there now are read."""
        with self._lock:
            if all(one.pattern != pattern for one in self._followed):
                self._followed.append(_Followed(pattern, bot, from_start=from_start))
        self._wake.set()

    def resume(self, checkpoints: Sequence[Checkpoint]) -> None:
        """Continue where a former run ended: the newest generation of each source counts."""
        for one in checkpoints:
            known = self._checkpoints.get(one.source)
            if known is None or one.generation > known.generation:
                self._checkpoints[one.source] = one

    def backlog_end(self, source: str) -> int:
        """Return where a source ended when it was first opened from its end; 0 when all of it is new."""
        return self._backlog.get(source, 0)

    async def batches(self) -> AsyncIterator[Batch]:
        """Yield batches in the order read; starts the reader."""
        self._loop, self._arrived = asyncio.get_running_loop(), asyncio.Event()
        self._thread = threading.Thread(target=self._run, name="tail", daemon=True)
        self._thread.start()
        while not self._stop.is_set():
            self._arrived.clear()
            while self._ready:
                batch = self._ready.popleft()
                self._room.release()
                yield batch
            if self._failed is not None:
                raise RuntimeError("the reader broke") from self._failed
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
        for file in [*self._current.values(), *self._gone]:
            file.close()
        self._current.clear()
        self._gone.clear()

    # The reader thread

    def _run(self) -> None:
        try:
            while not self._stop.is_set():
                self._wake.clear()
                self._scan()
                self._wake.wait(HOLD_S if any(f.parser.held_back for f in self._open_files()) else SCAN_S)
        except BaseException as error:  # noqa: BLE001  not a fence: it crosses to the consumer, which raises it
            self._failed = error
            self._tell_consumer()

    def _open_files(self) -> list[TailFile]:
        return [*self._current.values(), *self._gone]

    def _scan(self) -> None:
        with self._lock:
            followed = list(self._followed)
        self._watch.watch(_folders(followed))
        seen: set[str] = set()
        for one in followed:
            paths = sorted(glob.glob(one.pattern)) if glob.has_magic(one.pattern) else [one.pattern]  # noqa: PTH207
            for path in paths:
                seen.add(path)
                self._look(path, one)
            one.scanned = True
        for path in [path for path in self._current if path not in seen]:
            self._leave(path)
        for file in self._open_files():
            self._read(file)
        self._drop_gone()

    def _look(self, path: str, one: _Followed) -> None:
        """Compare what lies at a path with what is held open for it."""
        try:
            found = Path(path).stat()
        except FileNotFoundError:
            if path in self._current:
                self._leave(path)
            elif path not in self._generations:
                self._trouble(path, one.bot, "waiting", "")
            return
        except OSError as error:
            self._trouble(path, one.bot, "unreadable", f"{error.strerror or error}")
            return
        identity = (found.st_dev, found.st_ino)
        held = self._current.get(path)
        if held is not None and held.identity == identity:
            self._check(held)
            return
        if any(file.identity == identity for file in self._open_files()):
            # The file that was rotated away matches the glob under its new name: it is read already.
            if held is not None:
                self._leave(path)
            return
        if held is not None:
            self._leave(path)
        self._open(path, one)

    def _check(self, file: TailFile) -> None:
        """Start a new generation when the file was truncated or rewritten under us."""
        why = file.rewritten()
        if not why:
            return
        now = time.time()
        records = file.parser.flush()
        lost = "what was not read of it is gone" if why == "truncated" else "it no longer holds what was read"
        file.generation += 1
        self._generations[file.path] = file.generation
        file.start_at(0)
        records.append(file.gap(why, f"the file was {why}; {lost}", now))
        self._put(file, records, file.checkpoint())

    def _open(self, path: str, one: _Followed) -> None:
        first = path not in self._generations
        generation = 0 if first else self._generations[path] + 1
        try:
            file = TailFile(path, one.bot, generation, self._formats)
        except NotALog as error:
            self._trouble(path, one.bot, "not_a_log", str(error))
            return
        except OSError as error:
            self._trouble(path, one.bot, "unreadable", f"{error.strerror or error}")
            return
        self._generations[path] = generation
        self._troubles.pop(path, None)
        self._current[path] = file
        checkpoint = self._checkpoints.pop(path, None)
        if checkpoint is not None:
            self._resume(file, checkpoint)
        elif first and not one.from_start and not one.scanned:
            self._backlog[path] = file.size
            file.start_at(file.last_lines_start(SHOWN_LINES))

    def _resume(self, file: TailFile, checkpoint: Checkpoint) -> None:
        """Go on where the last run ended, in this file or in the one that was rotated away meanwhile."""
        now = time.time()
        file.generation = checkpoint.generation
        if file.identity == (checkpoint.device, checkpoint.inode) and file.matches(checkpoint):
            file.start_at(checkpoint.offset, checkpoint.line)
        else:
            rotated = rotated_file(file.path, file.bot, checkpoint, self._formats)
            file.generation = checkpoint.generation + 1
            file.start_at(0)
            if rotated is None:
                reason = "the log is another one than the last run read; it is read from its start"
                self._put(file, [file.gap("rewritten", reason, now)], None)
            else:
                rotated.gone_since = time.monotonic()
                self._gone.append(rotated)
        self._generations[file.path] = file.generation

    def _leave(self, path: str) -> None:
        """The file left its name: read it on for a while, a writer may still have it open."""
        file = self._current.pop(path)
        file.gone_since = time.monotonic()
        self._gone.append(file)

    def _drop_gone(self) -> None:
        now = time.monotonic()
        for file in [f for f in self._gone if f.gone_since is not None and now - f.gone_since > GONE_S]:
            if file.behind:
                continue
            records = file.finish(time.time())
            if records:
                self._put(file, records, file.checkpoint())
            self._gone.remove(file)
            file.close()

    def _read(self, file: TailFile) -> None:
        while not self._stop.is_set():
            records = file.read(time.time())
            more = file.behind > 0
            if not records and not more:
                break
            self._put(file, records, file.checkpoint())
            self._held_since = time.monotonic()
            if not more:
                break
        if file.parser.held_back and time.monotonic() - self._held_since >= HOLD_S:
            self._put(file, file.parser.flush(), file.checkpoint())

    def _trouble(self, path: str, bot: str, state: str, reason: str) -> None:
        """Say once that a path cannot be followed now."""
        if self._troubles.get(path) == f"{state}{reason}":
            return
        self._troubles[path] = f"{state}{reason}"
        records: list[Record] = []
        if reason:
            gap = Gap(state, reason)
            records.append(gap_record(path, bot, self._generations.get(path, 0), 0, gap, time.time()))
        self._queue(Batch(source=path, bot=bot, records=records, state=state))

    def _put(self, file: TailFile, records: list[Record], checkpoint: Checkpoint | None) -> None:
        self._queue(Batch(file.path, file.bot, records, checkpoint, file.behind))

    def _queue(self, batch: Batch) -> None:
        while not self._room.acquire(timeout=0.2):
            if self._stop.is_set():
                return
        self._ready.append(batch)
        self._tell_consumer()

    def _tell_consumer(self) -> None:
        loop, arrived = self._loop, self._arrived
        if loop is None or arrived is None:
            return
        try:
            loop.call_soon_threadsafe(arrived.set)
        except RuntimeError:
            # The loop is closed: nobody waits any more.
            self._stop.set()


def _folders(followed: Sequence[_Followed]) -> set[str]:
    folders: set[str] = set()
    for one in followed:
        parent = str(Path(one.pattern).parent)
        folders.update(glob.glob(parent) if glob.has_magic(parent) else [parent])  # noqa: PTH207
        target = Path(one.pattern)
        if not glob.has_magic(one.pattern) and target.is_symlink():
            # A watched folder is silent about a link whose target lies elsewhere.
            folders.add(str(target.resolve().parent))
    return folders
