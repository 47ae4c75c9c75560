"""Watches a log for a while: a bot that writes is at work; silence is contained.

A bot that nobody asks is silent too, so silence agrees with other looks and is never a proof by itself. A new byte is a
proof that it works.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import stat
from pathlib import Path

import msgspec

from warroom.core.clean import clean
from warroom.core.model import Sample, Verb, Verdict
from warroom.core.ports import Clock
from warroom.core.settings_probe import SilenceProbe


class _Seen(msgspec.Struct, frozen=True):
    """A file at one moment."""

    device: int
    inode: int
    size: int
    written: int
    """Time of the last change of its content, in nanoseconds since the epoch."""


class _NoLog(Exception):
    """The name leads to no log; the message says why."""


class SilenceLook:
    """Compares the log before and after `quiet_s` seconds.

    The file that was there first is held open: what a bot goes on writing into a log that was renamed or deleted is
    seen, as are bytes in the file that took its place. A log that is not there, was emptied, or was written without
    growing tells nothing.
    """

    def __init__(self, name: str, settings: SilenceProbe, clock: Clock) -> None:
        self.samples = settings.samples
        self._name = name
        self._settings = settings
        self._clock = clock

    def judges(self, verb: Verb) -> bool:
        """The verbs that its settings name."""
        return verb in self._settings.verbs

    def describe(self, verb: Verb) -> str:
        """Return what is watched and what it means, in words."""
        meaning = f"no new byte in {self._settings.quiet_s:g} s agrees with contained, a new one is open"
        alone = f"silence alone is never called held ({self.samples} looks)"
        return clean(f"{self._name}: watch {self._settings.log}: {meaning}; {alone}")

    async def look(self, verb: Verb) -> Sample:
        """Watch once."""
        verdict, got = await self._watched(Path(self._settings.log))
        weak = verdict is Verdict.CONTAINED
        return Sample(self._clock.now(), verdict, clean(f"watch {self._settings.log}"), clean(got), weak)

    async def _watched(self, path: Path) -> tuple[Verdict, str]:
        try:
            held = await asyncio.to_thread(_open, path)
        except (OSError, _NoLog) as error:
            return Verdict.UNKNOWN, f"cannot be read: {_why(error)}"
        try:
            before = _seen(os.fstat(held))
            await self._clock.sleep(self._settings.quiet_s)
            held_now = _seen(os.fstat(held))
        finally:
            os.close(held)
        named_now: _Seen | None = None
        why = "the log is gone"
        try:
            named_now = await asyncio.to_thread(_named, path)
        except (OSError, _NoLog) as error:
            why = f"the log cannot be read any more: {_why(error)}"
        return self._judge(before, held_now, named_now, why)

    def _judge(self, before: _Seen, held: _Seen, named: _Seen | None, why: str) -> tuple[Verdict, str]:
        span = f"in {self._settings.quiet_s:g} s"
        if held.size > before.size:
            return Verdict.OPEN, f"{held.size - before.size} new bytes {span}"
        replaced = named is not None and (named.device, named.inode) != (before.device, before.inode)
        if replaced and named is not None and named.size > 0:
            return Verdict.OPEN, f"{named.size} bytes in a new file of this name {span}"
        if held.size < before.size and held.size > 0:
            return Verdict.OPEN, f"the log was emptied and has {held.size} bytes again {span}"
        if named is None:
            return Verdict.UNKNOWN, why
        if replaced:
            return Verdict.UNKNOWN, "the file was replaced by an empty one"
        if held.size < before.size:
            return Verdict.UNKNOWN, "the log was emptied; what was written before that is not known"
        if held.written != before.written:
            return Verdict.UNKNOWN, "the log was written without growing"
        return Verdict.CONTAINED, f"no new byte {span}; silence alone proves nothing"


def _open(path: Path) -> int:
    # A pipe in the log's place would keep the reader waiting.
    file = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    with contextlib.ExitStack() as undo:
        undo.callback(os.close, file)
        _regular(os.fstat(file))
        undo.pop_all()
    return file


def _named(path: Path) -> _Seen:
    found = path.stat()
    _regular(found)
    return _seen(found)


def _regular(found: os.stat_result) -> None:
    if not stat.S_ISREG(found.st_mode):
        raise _NoLog("it is no regular file")


def _seen(found: os.stat_result) -> _Seen:
    return _Seen(found.st_dev, found.st_ino, found.st_size, found.st_mtime_ns)


def _why(error: OSError | _NoLog) -> str:
    return (error.strerror or str(error)) if isinstance(error, OSError) else str(error)
