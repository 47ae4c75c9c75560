"""Where rotation put what was not read yet: the files beside a log that hold its former generations.

Names of logrotate, of Python's rotating handlers and of loguru are known, plain or packed with gzip. A generation is
recognised by its content, since each other sign (name, inode, size) can lie.
"""

from __future__ import annotations

import errno
import os
import re
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from warroom.adapters.tail_file import Identity, NotALog, TailFile
from warroom.adapters.tail_packed import open_log
from warroom.core.record import Checkpoint
from warroom.logs.formats.format import Format

_DATE = r"\d{4}[-_.]?\d\d[-_.]?\d\d[-_.T\d]*"
_rotated = re.compile(rf"(.+?)(?:[.-](?:\d{{1,20}}|{_DATE}|old|bak|prev)(?:\.gz)?|\.gz)", re.ASCII | re.DOTALL)
"""bot.log.1, bot.log.2.gz, bot.log-20261123, bot.log.2026-11-23_09, bot.log.old, bot.log.gz"""
_dated = re.compile(rf"(.+?)[.-]{_DATE}(\.[A-Za-z]\w*)(?:\.gz)?", re.ASCII | re.DOTALL)
"""bot.2026-11-23_09-18-21_123456.log; a plain number there (bot-2.log) is more likely another bot."""
_number = re.compile(r".*\.(\d{1,6})(?:\.gz)?", re.ASCII | re.DOTALL)
_TRIES = 10
"""Looks at a folder in which somebody renames files all the time."""


class Rotated(NamedTuple):
    """A file that holds a former generation of a log."""

    modified_ns: int
    path: str
    identity: Identity


class Lost(NamedTuple):
    """What can be found of a generation whose name was taken from it, and of those that came after it."""

    rest: TailFile | None
    """The generation itself under its new name, ready to go on."""
    later: list[Rotated]
    """Generations between it and the log of now, oldest first."""


def log_names(path: str) -> list[str]:
    """Return the logs of which a path could be a former generation, by its name alone."""
    folder, name = os.path.split(path)
    names: list[str] = []
    if (found := _rotated.fullmatch(name)) is not None:
        names.append(found[1])
    if (found := _dated.fullmatch(name)) is not None:
        names.append(found[1] + found[2])
    return [os.path.join(folder, one) for one in names]


def rotated_files(log: str) -> list[Rotated]:
    """Return the former generations of a log that lie beside it, oldest first."""
    found = _look_beside(log)
    for _ in range(_TRIES):
        # Somebody may rename them one after another just now: a look in between sees some twice and others not at all.
        before, found = found, _look_beside(log)
        if {one[1:] for one in found} == {one[1:] for one in before}:
            break
    return found


def open_rotated(
    log: str, one: Rotated, bot: str, generation: int, formats: Sequence[Format] = (), *, source: str = ""
) -> TailFile:
    """Open a former generation, whatever its name is by now. Raises OSError or NotALog."""
    path = one.path
    for _ in range(_TRIES):
        try:
            file = open_log(path, bot, generation, formats, source=source)
        except FileNotFoundError:
            pass
        else:
            if file.identity == one.identity:
                return file
            file.close()
        path = next((other.path for other in rotated_files(log) if other.identity == one.identity), "")
    raise FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT), one.path)


def _look_beside(log: str) -> list[Rotated]:
    folder = os.path.dirname(log)
    found: list[Rotated] = []
    try:
        paths = {os.path.join(folder, name) for name in os.listdir(folder or ".")}
    except OSError:
        return []
    for path in paths:
        # Beside a plain file of the same name a packed one is still being written.
        if path == log or log not in log_names(path) or path.removesuffix(".gz") in paths - {path, log}:
            continue
        try:
            state = os.stat(path)
        except OSError:
            continue
        found.append(Rotated(state.st_mtime_ns, path, (state.st_dev, state.st_ino)))
    return sorted(found, key=_age)


def _age(one: Rotated) -> tuple[int, int, str]:
    """Old ones first; of a burst, which the clock of the file system does not resolve, the higher number is older."""
    number = _number.fullmatch(one.path)
    return (one.modified_ns, -int(number[1]) if number else 0, one.path)


def find_lost(
    log: str,
    bot: str,
    checkpoint: Checkpoint,
    *,
    known: Iterable[Checkpoint] = (),
    held: Iterable[Identity] = (),
    formats: Sequence[Format] = (),
) -> Lost:
    """Look for the generation of a checkpoint and for what was rotated after it.

    `known` are checkpoints of generations that were read before, `held` the files that are open: neither is lost.
    """
    held, known = set(held), list(known)
    candidates = [one for one in rotated_files(log) if one.identity not in held]
    rest, at = None, None
    for at in candidates:
        rest = _generation_in(log, at, checkpoint, bot, formats)
        if rest is not None:
            break
    # Whatever was written to last before the checkpoint was made is older than its generation.
    newer = [one for one in candidates if 0 < checkpoint.modified_ns <= one.modified_ns]
    later = [one for one in newer if not (rest is not None and one is at) and not _was_read(log, one, known)]
    return Lost(rest, later)


def _generation_in(
    log: str, one: Rotated, checkpoint: Checkpoint, bot: str, formats: Sequence[Format]
) -> TailFile | None:
    """Return a file ready to go on from a checkpoint, None when it holds another generation."""
    if checkpoint.offset == 0 and one.identity != (checkpoint.device, checkpoint.inode):
        # Nothing was read, so nothing can be recognised.
        return None
    try:
        file = open_rotated(log, one, bot, checkpoint.generation, formats, source=checkpoint.source)
    except (OSError, NotALog):
        return None
    if file.matches(checkpoint):
        file.start_at(checkpoint.offset, checkpoint.line)
        return file
    file.close()
    return None


def _was_read(log: str, one: Rotated, known: Sequence[Checkpoint]) -> bool:
    for checkpoint in known:
        file = _generation_in(log, one, checkpoint, "", ())
        if file is not None:
            file.close()
            return True
    return False
