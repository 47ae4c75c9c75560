"""The bytes of one generation of a log, to be read again from anywhere in it; a packed one is unpacked beside."""

from __future__ import annotations

import gzip
import os
import stat
import tempfile
import zlib
from collections.abc import Callable, Sequence
from typing import NamedTuple

from warroom.adapters.tail_file import HEAD_BYTES, PIECE, Identity, NotALog, fingerprint
from warroom.adapters.tail_rotation import log_names, rotated_files
from warroom.core.record import Checkpoint, Record
from warroom.logs.formats.format import Format
from warroom.logs.line_parser import LineParser

_MAGIC = b"\x1f\x8b"
_FIRST_LOOK = 1 << 12
"""Bytes that are enough to find one line; more are read when they are not."""
_FARTHEST_LOOK = 1 << 18
_LINES_LOOKED_AT = 300


class Stopped(Exception):
    """Nobody wants it any more, or time is over."""


class Look(NamedTuple):
    """What lies at a place: where a record begins, and its time if it has one."""

    offset: int
    time: float | None
    fits: bool
    """Whether a format fits it; else it may be the middle of a record."""


class Content:
    """Holds a file open, so that it stays what it is when its name is taken away."""

    def __init__(self, path: str, source: str) -> None:
        """Open `path`; raises OSError, and NotALog when it is no regular file."""
        self.path = path
        self.source = source
        self.fd = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
        found = os.fstat(self.fd)
        if not stat.S_ISREG(found.st_mode):
            self.close()
            raise NotALog(f"{source} is no regular file")
        self.identity: Identity = (found.st_dev, found.st_ino)
        self.modified = found.st_mtime
        self.first = 0
        """Offset of the first byte that can be read."""
        self.end = found.st_size
        self.packed = os.pread(self.fd, len(_MAGIC), 0) == _MAGIC
        self.fault = ""
        """What was wrong with a packed one; it was read as far as it goes."""

    def close(self) -> None:
        """Let go of the file."""
        fd, self.fd = self.fd, -1
        if fd >= 0:
            os.close(fd)

    def at(self, size: int, offset: int) -> bytes:
        """Return at most so many bytes; fewer at the end, or when the file was cut short meanwhile."""
        return os.pread(self.fd, max(0, min(size, self.end - offset)), offset - self.first)

    def unpack(self, most: int, check: Callable[[], None]) -> None:
        """Put the last `most` bytes of a packed file into a plain one without a name; `check` may raise `Stopped`."""
        size = self._unpacked(check)
        plain = tempfile.TemporaryFile(prefix="warroom-replay-")  # noqa: SIM115  its descriptor is kept
        with plain:
            self.first, self.end = max(0, size - most), size
            self._unpacked(check, lambda piece, offset: plain.write(piece[max(0, self.first - offset) :]))
            plain.flush()
            packed, self.fd = self.fd, os.dup(plain.fileno())
        os.close(packed)
        self.packed = False

    def _unpacked(self, check: Callable[[], None], take: Callable[[bytes, int], object] = lambda *_: None) -> int:
        """Unpack from the start; return how many bytes came out."""
        size = 0
        with os.fdopen(os.dup(self.fd), "rb") as raw:
            raw.seek(0)
            content = gzip.GzipFile(fileobj=raw)
            while True:
                check()
                try:
                    piece = content.read(PIECE)
                except (EOFError, OSError, zlib.error) as error:
                    self.fault = str(error)
                    return size
                if not piece:
                    return size
                if size + len(piece) > self.first or not size:
                    take(piece, size)
                size += len(piece)

    def line_start(self, offset: int) -> int:
        """Return where the first line begins at or after an offset; the end when there is none."""
        if offset <= self.first and self.first == 0:
            return 0
        place = max(offset - 1, self.first)
        while place < self.end:
            piece = self.at(PIECE, place)
            found = piece.find(b"\n")
            if found >= 0:
                return place + found + 1
            if not piece:
                break
            place += len(piece)
        return self.end

    def record_start(self, offset: int, until: float, formats: Sequence[Format]) -> int:
        """Return where the first record begins at or after an offset; nothing of the file's beginning is left out."""
        return offset if offset == 0 else self.look(offset, until, formats).offset

    def last_timed(self, until: float, formats: Sequence[Format]) -> Record | None:
        """Return the last record with a time among the last lines; None when there is none."""
        start = self.line_start(max(self.first, self.end - PIECE))
        block = self.at(PIECE, start)
        records = _records(block[: block.rfind(b"\n") + 1], start, until, self.source, formats)
        return next((record for record in reversed(records) if record.time is not None), None)

    def look(self, offset: int, until: float, formats: Sequence[Format]) -> Look:
        """Return where the first record at or after an offset begins that a format fits, and its time.

        Where no format fits in 300 lines or a quarter of a megabyte, it is the first line, and it has no time.
        """
        start = self.line_start(offset)
        size = _FIRST_LOOK
        while True:
            block = self.at(size, start)
            first = _first_lines(block)
            for record in _records(first, start, until, self.source, formats):
                if record.gap is None and not record.format.endswith("raw"):
                    return Look(record.offset, None if record.time_source == "arrival" else record.time, True)
            if len(block) < size or size >= _FARTHEST_LOOK or first.count(b"\n") == _LINES_LOOKED_AT:
                return Look(start, None, False)
            size *= 8


def _first_lines(block: bytes) -> bytes:
    """Return the whole lines at the beginning of a block, at most `_LINES_LOOKED_AT`."""
    rest = block.split(b"\n", _LINES_LOOKED_AT)[-1]
    return block[: len(block) - len(rest)]


def _records(block: bytes, offset: int, until: float, source: str, formats: Sequence[Format]) -> list[Record]:
    if not block:
        return []
    parser = LineParser(source, "", 0, 0, formats)
    return [*parser.feed(block, offset, until), *parser.flush()]


def number_of(content: Content, checkpoints: Sequence[Checkpoint]) -> int | None:
    """Return the number that the watch gave to a generation, recognised by its bytes; None when it knows none of it."""
    for one in checkpoints:
        if one.offset == 0 and content.identity == (one.device, one.inode):
            return one.generation
        head_there = content.first == 0
        head = content.at(one.head_bytes, 0) if head_there else b""
        holds = content.first <= one.offset - one.tail_bytes and one.offset <= content.end
        tail = content.at(one.tail_bytes, one.offset - one.tail_bytes) if holds else b""
        same = not head_there or fingerprint(head) == one.head
        if tail and same and fingerprint(tail) == one.tail:
            return one.generation
    return None


def former_of(log: str, since: float, known: set[Identity]) -> list[str]:
    """Return the rotated files of a log that were written to after `since`, newest first, none that is known."""
    found = [one for one in rotated_files(log) if one.modified_ns >= since * 1e9 and one.identity not in known]
    return [one.path for one in reversed(found)]


def logs_among(paths: Sequence[str]) -> list[str]:
    """Return those of the paths that are logs and not rotated parts of others among them."""
    there = set(paths)
    return sorted(path for path in there if not any(log in there for log in log_names(path)))


def is_copy(one: Content, other: Content) -> bool:
    """Say whether a plain file holds the beginning of another plain one, or all of it, and nothing else."""
    size = one.end
    if one.packed or other.packed or not 0 < size <= other.end:
        return False
    head = min(size, HEAD_BYTES)
    return one.at(head, 0) == other.at(head, 0) and one.at(head, size - head) == other.at(head, size - head)
