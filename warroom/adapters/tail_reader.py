"""Follows the logs of patterns: finds them, looks at those that changed, and at all of them now and then.

What a look at all costs sets how often it is done, so that thousands of idle logs cost next to nothing; changes that
the kernel reports are looked at at once. No thread and no asyncio in here.
"""

from __future__ import annotations

import os
import resource
import time
from collections.abc import Callable, Iterable, Sequence

from warroom.adapters.tail_file import Identity
from warroom.adapters.tail_intake import HOLD_S, Reading
from warroom.adapters.tail_log import FollowedLog
from warroom.adapters.tail_paths import PathPattern, shown_name
from warroom.adapters.tail_rotation import log_names
from warroom.core.record import Batch, Checkpoint, Gap
from warroom.logs.formats.format import Format

SCAN_S = 0.5
"""Time between two looks at all logs, when a look is cheap."""
_LONGEST_SCAN_S = 5.0
_SCAN_SHARE = 0.0075
"""Share of one processor that looking at all logs may take."""
_FIND_SHARE = 0.05
"""The same of looking for new logs, which in a folder where much comes and goes is called for all the time."""
_CLOCK_JUMP_S = 5.0
_PARKED_AT_ONCE = 256


class _Pattern:
    """A path or glob, and whose logs it names."""

    def __init__(self, pattern: str, bot: str, *, from_start: bool) -> None:
        self.text = pattern
        self.bot = bot
        self.from_start = from_start
        self.scanned = False
        self.paths = PathPattern(pattern)
        self.found: list[str] = []
        self.logs: list[FollowedLog] = []


class LogReader:
    """Hands batches to `put`, in the order read. Not for several threads at once."""

    def __init__(
        self,
        put: Callable[[Batch], None],
        *,
        stopped: Callable[[], bool] = lambda: False,
        formats: Sequence[Format] = (),
        now: Callable[[], float] = time.time,
        most_open: int = 0,
        show_again: bool = False,
    ) -> None:
        """`stopped` is asked between batches; `now` gives seconds since the epoch; `most_open` caps descriptors.

        With `show_again` the last lines that a former run read of a log are handed on once more, marked so.
        """
        self.logs: dict[str, FollowedLog] = {}
        self._patterns: list[_Pattern] = []
        self._checkpoints: dict[str, list[Checkpoint]] = {}
        self._reading = Reading(formats, now, put, stopped, self._make_room, {}, show_again)
        self._stopped = stopped
        self._behind: set[FollowedLog] = set()
        self._busy: set[FollowedLog] = set()
        self._others: dict[str, Identity] = {}
        """Paths that lead to a file which is read under another name."""
        self._by_source: dict[str, FollowedLog] = {}
        self._by_event: dict[str, FollowedLog] = {}
        self._link_folders: set[str] = set()
        self._scan_at = self._find_at = 0.0
        self._find_due = False
        self._woken = 0
        """Descriptors that were opened since some were given back."""
        self._most_open = most_open or _descriptors()
        self._clock_offset = _ahead_s(now)

    def follow(self, pattern: str, bot: str, *, from_start: bool) -> None:
        """Follow a path or glob; with `from_start` False only the last lines of what is there now are read."""
        if all(one.text != pattern for one in self._patterns):
            self._patterns.append(_Pattern(pattern, bot, from_start=from_start))
            self._scan_at = 0.0

    def resume(self, checkpoints: Iterable[Checkpoint]) -> None:
        """Go on where a former run ended."""
        for one in checkpoints:
            self._checkpoints.setdefault(one.source, []).append(one)

    def backlog_end(self, source: str) -> int:
        """Return where a source ended when it was first opened from its end; 0 when all of it is new."""
        log = self._by_source.get(source)
        return 0 if log is None else log.backlog_end

    @property
    def folders(self) -> set[str]:
        """Folders in which a change may concern a followed log, as absolute paths."""
        found = {os.path.abspath(folder) for one in self._patterns for folder in one.paths.folders}
        return found | self._link_folders

    @property
    def pause_s(self) -> float:
        """Longest time until the next `step`."""
        if self._behind:
            return 0.0
        due = min(self._scan_at, self._find_at) if self._find_due else self._scan_at
        return max(0.0, min(HOLD_S if self._busy else SCAN_S, due - time.monotonic()))

    def step(self, changed: Iterable[str] = ()) -> None:
        """Look at what changed (absolute paths), at what waits, and at everything when that is due."""
        self._check_clock()
        now = time.monotonic()
        if now >= self._scan_at:
            self._scan()
            return
        touched = [self._by_event.get(path) for path in changed]
        # Something unknown: a new log, or one that was renamed.
        self._find_due = self._find_due or None in touched
        if self._find_due and now >= self._find_at:
            self._find()
        for log in {*self._behind, *self._busy, *(log for log in touched if log is not None)}:
            self._look(log)

    def warn(self, kind: str, reason: str) -> None:
        """Say what concerns all logs, in the stream of the first one."""
        for log in list(self.logs.values())[:1]:
            log.say("reading", Gap(kind, reason))

    def finish(self) -> None:
        """Read everything that is there to its end, once."""
        self._scan()
        for log in list(self.logs.values()):
            log.finish()

    def close(self) -> None:
        """Let go of all files."""
        for log in self.logs.values():
            log.close()

    def _scan(self) -> None:
        began = time.thread_time()
        self._find()
        for log in list(self.logs.values()):
            if self._stopped():
                return
            self._look(log)
        self._park()
        cost = time.thread_time() - began
        self._scan_at = time.monotonic() + min(max(SCAN_S, cost / _SCAN_SHARE), _LONGEST_SCAN_S)

    def _look(self, log: FollowedLog) -> None:
        """Look at one log and read what is new in it."""
        asleep = False
        try:
            found = os.stat(log.path)
        except (FileNotFoundError, NotADirectoryError):
            log.missing()
        except OSError as error:
            log.trouble("unreadable", error.strerror or str(error))
        except ValueError as error:
            # A path that no file can have; it may stand in the record of a room since long ago.
            log.trouble("unreadable", str(error))
        else:
            file = log.file
            rests = file is not None and file.settled == (found.st_dev, found.st_ino, found.st_size, found.st_ctime_ns)
            if rests and log not in self._busy:
                return
            asleep = file is not None and file.parked
            if not rests:
                log.look(found)
        (self._behind.add if log.read() else self._behind.discard)(log)
        (self._busy.add if log.busy else self._busy.discard)(log)
        self._woken += asleep
        if self._woken >= _PARKED_AT_ONCE:
            self._park()

    # Finding logs

    def _find(self) -> None:
        began = time.thread_time()
        for pattern in self._patterns:
            found = pattern.paths.find()
            if found is not pattern.found or not pattern.scanned:
                self._take(pattern, found)
                pattern.found, pattern.scanned = found, True
            elif renamed := [path for path in found if path in self._others and not self._read_elsewhere(path)]:
                self._take(pattern, renamed)
        self._find_due = False
        self._find_at = time.monotonic() + (time.thread_time() - began) / _FIND_SHARE

    def _take(self, pattern: _Pattern, paths: list[str]) -> None:
        """Follow the logs among these paths that are not followed yet; what rotation made of a log is a part of it."""
        fresh = [path for path in paths if path not in self.logs]
        names = {*fresh, *self.logs}
        former: dict[str, list[str]] = {}
        for path in names if fresh else ():
            for log in log_names(path):
                if log != path and log in names:
                    former.setdefault(log, []).append(path)
        rotated = {path for paths in former.values() for path in paths}
        for path in rotated & self.logs.keys():
            self.logs.pop(path).close()
        for path in fresh:
            if path not in rotated and not self._read_elsewhere(path):
                self._follow(path, pattern, former.get(path, ()))

    def _read_elsewhere(self, path: str) -> bool:
        """Whether the file under this path is read under another name, or was."""
        try:
            found = os.stat(path)
        except (OSError, ValueError):
            return False
        identity = (found.st_dev, found.st_ino)
        if self._reading.owners.get(identity, path) != path:
            self._others[path] = identity
        elif self._others.get(path) != identity:
            self._others.pop(path, None)
        return path in self._others

    def _follow(self, path: str, pattern: _Pattern, former: Sequence[str]) -> None:
        log = FollowedLog(path, pattern.bot, self._reading, from_start=pattern.from_start or pattern.scanned)
        if former and pattern.from_start and not pattern.scanned:
            log.former = sorted(former, key=_modified)
        checkpoints = self._checkpoints.pop(shown_name(path), None)
        if checkpoints:
            log.resume(checkpoints)
        self.logs[path] = self._by_source[log.source] = log
        self._by_event[os.path.abspath(path)] = log
        target = _link_target(path)
        if target:
            # A watched folder is silent about a link whose target lies elsewhere.
            self._by_event[target] = log
            self._link_folders.add(os.path.dirname(target))
        self._woken += 1
        self._look(log)

    # Descriptors

    def _park(self, most: int = 0) -> int:
        """Give descriptors back while too many are open: first those of files that rest longest. Return how many."""
        if not self._woken and not most:
            return 0
        self._woken = 0
        logs = [log for log in self.logs.values() if log.file is not None and not log.file.parked]
        over = len(logs) - (most or self._most_open)
        resting = [log.file for log in logs if log.file is not None and log not in self._behind and not log.file.waits]
        chosen = sorted(resting, key=lambda file: file.active)[: max(0, over)]
        for file in chosen:
            file.close()
        return len(chosen)

    def _make_room(self) -> bool:
        return self._park(self._most_open // 2) > 0

    def _check_clock(self) -> None:
        offset = _ahead_s(self._reading.now)
        jump = offset - self._clock_offset
        if abs(jump) >= _CLOCK_JUMP_S:
            self._clock_offset = offset
            self.warn("clock", f"the clock of this host jumped by {jump:+.0f} s; lines stay in the order of arrival")


def _host_s() -> float:
    """Return seconds that no change of the clock touches, a suspended host's time included."""
    return time.clock_gettime(time.CLOCK_BOOTTIME)


def _ahead_s(now: Callable[[], float]) -> float:
    """Return how far a clock is ahead of those seconds."""
    while True:
        before = _host_s()
        ahead = now() - before
        # Whoever stood still between the two would take that for a jump.
        if _host_s() - before < _CLOCK_JUMP_S / 5:
            return ahead


def _link_target(path: str) -> str:
    """Return where a link leads; empty for what is none, went away meanwhile or leads nowhere, as some of /proc do."""
    try:
        return os.path.realpath(path) if os.path.islink(path) else ""
    except OSError:
        return ""


def _modified(path: str) -> tuple[int, str]:
    try:
        return (os.stat(path).st_mtime_ns, path)
    except (OSError, ValueError):
        return (0, path)


def _descriptors() -> int:
    """Return how many logs may be open at once: the limit of the process, with room for everything else."""
    soft, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    return max(16, min(2048, soft // 2))
