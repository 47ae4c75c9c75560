"""One generation of one log file: its held descriptor, its identity, and reading it forward to whole lines."""

from __future__ import annotations

import hashlib
import os
import stat
import time
from collections.abc import Sequence

from warroom.adapters.tail_paths import SETTLED_NS, shown_name
from warroom.core.record import Checkpoint, Gap, Record
from warroom.logs.formats.format import Format
from warroom.logs.line_parser import LineParser, gap_record

PIECE = 1 << 16
"""Bytes read at once (larger pieces fall out of the processor's cache, measured)."""
BATCH_BYTES = 1 << 18
HEAD_BYTES = 1024
TAIL_BYTES = 64
LONGEST_KEPT = 1 << 21
"""Bytes of an unfinished line kept in memory; what goes beyond is dropped and said."""
_SHOWN_PARTIAL = 4096
_LARGEST_FILE = 1 << 60

Identity = tuple[int, int]
"""Device and inode."""
Stamp = tuple[int, int, int, int]
"""Device, inode, size and time of the last change: while these stay, so does the content."""


class NotALog(Exception):
    """The path is no regular file; reading it could block for ever."""


def fingerprint(content: bytes) -> str:
    """Return the sha256 of some bytes of a file, hex."""
    return hashlib.sha256(content).hexdigest()


def stamp_of(found: os.stat_result) -> Stamp:
    """Return what tells that a file has changed."""
    return (found.st_dev, found.st_ino, found.st_size, found.st_ctime_ns)


def _makes_sense(checkpoint: Checkpoint) -> bool:
    """Whether a reader could have written it: it comes from a file that may be damaged."""
    offset = checkpoint.offset
    head, tail = min(HEAD_BYTES, offset), min(TAIL_BYTES, offset)
    fits = 0 <= checkpoint.head_bytes <= head and 0 <= checkpoint.tail_bytes <= tail
    return fits and 0 <= offset < _LARGEST_FILE and checkpoint.line >= 0


class TailFile:
    """Holds a file open, so that its inode cannot be used again while we read.

    A file at rest may be parked: its descriptor is given up, all that is known of it stays.
    """

    def __init__(
        self, path: str, bot: str, generation: int, formats: Sequence[Format] = (), *, source: str = ""
    ) -> None:
        """Open `path`; raises OSError when it cannot be opened and NotALog when it is no regular file."""
        self.path = path
        self.source = source or shown_name(path)
        """The name that its records bear: a rotated file has that of its log."""
        self.bot = bot
        self.generation = generation
        self.fd = -1
        self.identity: Identity = (0, 0)
        self.offset = 0
        """End of the last whole line that was fed to the parser."""
        self.settled: Stamp | None = None
        """The state in which all of it was read, once that is surely the last; None while it may hold news."""
        self.modified_ns = 0
        self.active = time.monotonic()
        """When something was last read."""
        self.gone_since: float | None = None
        """When the file left its name; it is read on for a while."""
        self.formats = formats
        self.parser = LineParser(self.source, bot, generation, formats=formats)
        self._partial = bytearray()
        self._partial_told = False
        self._dropped = 0
        self._holes = 0
        """NUL bytes before the unfinished line."""
        self._head = b""
        self._tail = b""
        self.identity = self._open()

    def _open(self) -> Identity:
        fd = os.open(self.path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
        found = os.fstat(fd)
        if not stat.S_ISREG(found.st_mode):
            os.close(fd)
            raise NotALog(f"{self.source} is no regular file")
        self.fd = fd
        self.modified_ns = found.st_mtime_ns
        return (found.st_dev, found.st_ino)

    @property
    def size(self) -> int:
        """Bytes of the file now."""
        return os.fstat(self.fd).st_size

    @property
    def read_to(self) -> int:
        """Bytes read, the unfinished line included."""
        return self.offset + self._holes + len(self._partial) + self._dropped

    @property
    def behind(self) -> int:
        """Bytes that are there and not read."""
        return 0 if self.parked else max(0, self.size - self.read_to)

    @property
    def parked(self) -> bool:
        """Whether its descriptor was given up."""
        return self.fd < 0

    @property
    def deleted(self) -> bool:
        """Whether no name leads to it any more."""
        return not self.parked and os.fstat(self.fd).st_nlink == 0

    @property
    def waits(self) -> bool:
        """Whether something was read that is not told yet: a record that may grow, the start of a line."""
        return self.parser.held_back or (bool(self._partial) and not self._partial_told)

    def close(self) -> None:
        """Let go of the file."""
        fd, self.fd = self.fd, -1
        if fd >= 0:
            os.close(fd)

    def unpark(self) -> bool:
        """Open it again; False when another file has its name now. OSError and NotALog as at first."""
        known, modified_ns = self.identity, self.modified_ns
        if self._open() == known:
            return True
        self.close()
        self.modified_ns = modified_ns
        return False

    def start_at(self, offset: int, line: int = 0) -> None:
        """Begin reading at the start of a line."""
        self.offset = offset
        self.parser = LineParser(self.source, self.bot, self.generation, line, self.formats)
        self._partial.clear()
        self._partial_told = False
        self._dropped = self._holes = 0
        self.settled = None
        self._head = self._at(min(HEAD_BYTES, offset), 0)
        self._tail = self._at(min(TAIL_BYTES, offset), max(0, offset - TAIL_BYTES))

    def rewritten(self) -> str:
        """Return why what was read is no longer what lies there (truncated, rewritten), or an empty text."""
        if self.size < self.read_to:
            return "truncated"
        if self._tail and self._at(len(self._tail), self.offset - len(self._tail)) != self._tail:
            return "rewritten"
        if self._head and self._at(len(self._head), 0) != self._head:
            return "rewritten"
        if self._partial:
            kept = bytes(self._partial[:TAIL_BYTES])
            if self._at(len(kept), self.offset + self._holes) != kept:
                return "rewritten"
        return ""

    def read(self, received: float) -> list[Record]:
        """Return the records of at most `BATCH_BYTES` more bytes."""
        # Looked at before the reading: what is written meanwhile shows as another stamp.
        before = os.fstat(self.fd)
        records: list[Record] = []
        taken = 0
        while taken < BATCH_BYTES:
            piece = self._at(PIECE, self.read_to)
            if not piece:
                break
            taken += len(piece)
            records.extend(self._take(piece, received))
        self.modified_ns = before.st_mtime_ns
        if taken:
            self.active = time.monotonic()
            self._remember()
        at_rest = taken < BATCH_BYTES and time.time_ns() - before.st_ctime_ns > SETTLED_NS
        self.settled = stamp_of(before) if at_rest else None
        return records

    def _at(self, size: int, offset: int) -> bytes:
        """Return at most so many bytes of the content."""
        return os.pread(self.fd, size, offset)

    def _take(self, piece: bytes, received: float) -> list[Record]:
        end = piece.rfind(b"\n")
        if end < 0:
            self._keep(piece)
            return []
        whole = bytes(self._partial) + piece[: end + 1] if self._partial else piece[: end + 1]
        dropped, holes, offset = self._dropped, self._holes, self.offset
        self._partial.clear()
        self._partial_told = False
        self._dropped = self._holes = 0
        self.offset += holes + len(whole) + dropped
        self._keep(piece[end + 1 :])
        return self.parser.feed(whole, offset, received, dropped, holes)

    def _keep(self, piece: bytes) -> None:
        if not self._partial and piece[:1] == b"\0":
            # They are no part of a line, and a hole may be larger than the longest line that is kept.
            size = len(piece)
            piece = piece.lstrip(b"\0")
            self._holes += size - len(piece)
        room = LONGEST_KEPT - len(self._partial)
        self._partial += piece[:room]
        self._dropped += max(0, len(piece) - room)

    def _remember(self) -> None:
        if len(self._head) < HEAD_BYTES:
            self._head = self._at(min(HEAD_BYTES, self.offset), 0)
        self._tail = self._at(min(TAIL_BYTES, self.offset), max(0, self.offset - TAIL_BYTES))

    def partial(self, received: float) -> list[Record]:
        """Return a record that shows the unfinished line, once; when its end comes, it is read as a whole."""
        if not self._partial or self._partial_told:
            return []
        self._partial_told = True
        size = len(self._partial) + self._dropped
        told = self.gap("partial", "the line has no end yet", received, size)
        told.message = bytes(self._partial[:_SHOWN_PARTIAL]).decode("utf-8", "replace")
        return [*self.parser.flush(), told]

    def finish(self, received: float) -> list[Record]:
        """Return what still waits when nobody will write here any more; an unfinished line is said."""
        records = self.parser.flush()
        if self._partial:
            told, size = self._partial_told, len(self._partial) + self._dropped
            if not told:
                records.append(self.gap("partial", "the file ended in the middle of a line", received))
            # There is no newline, so the record is one byte shorter than a line of this content.
            last = [
                *self.parser.feed(bytes(self._partial) + b"\n", self.offset, received, self._dropped, self._holes),
                *self.parser.flush(),
            ]
            last[-1].length -= 1
            records.extend(last)
            self.offset += self._holes + size
            self._partial.clear()
            self._dropped = self._holes = 0
        return records

    def gap(self, kind: str, reason: str, received: float, size: int | None = None) -> Record:
        """Return a record that says what happened to this file here."""
        return gap_record(self.source, self.bot, self.generation, self.offset, Gap(kind, reason, size), received)

    def checkpoint(self) -> Checkpoint:
        """Return how far everything has been handed on; a record that waits is not covered."""
        settled = self.parser.settled(self.offset)
        tail = self._tail if settled == self.offset or self.parked else self._before(settled)
        head = self._head[: min(HEAD_BYTES, settled)]
        return Checkpoint(
            source=self.source,
            generation=self.generation,
            device=self.identity[0],
            inode=self.identity[1],
            offset=settled,
            line=self.parser.settled_line,
            head=fingerprint(head),
            head_bytes=len(head),
            tail=fingerprint(tail),
            tail_bytes=len(tail),
            modified_ns=self.modified_ns,
        )

    def _before(self, offset: int) -> bytes:
        return self._at(min(TAIL_BYTES, offset), max(0, offset - TAIL_BYTES))

    def matches(self, checkpoint: Checkpoint) -> bool:
        """Return whether the bytes that a checkpoint vouches for lie here unchanged."""
        if not _makes_sense(checkpoint):
            return False
        head = self._at(checkpoint.head_bytes, 0)
        if len(head) < checkpoint.head_bytes or fingerprint(head) != checkpoint.head:
            return False
        tail = self._at(checkpoint.tail_bytes, checkpoint.offset - checkpoint.tail_bytes)
        return len(tail) == checkpoint.tail_bytes and fingerprint(tail) == checkpoint.tail

    def last_lines_start(self, lines: int) -> int:
        """Return the offset at which the last `lines` whole lines begin."""
        end = self.size
        found = 0
        while end > 0:
            start = max(0, end - PIECE)
            piece = self._at(end - start, start)
            place = len(piece)
            while (place := piece.rfind(b"\n", 0, place)) >= 0:
                found += 1
                if found > lines:
                    return start + place + 1
            end = start
        return 0


def lines_before(file: TailFile, lines: int, received: float) -> list[Record]:
    """Return the last `lines` lines before the place of reading, of `BATCH_BYTES` bytes at most; no gaps."""
    start = max(0, file.offset - BATCH_BYTES)
    piece = file._at(file.offset - start, start)
    # The end of the newest whole record is the end of a line; what is before the first one may be half a line.
    whole = piece.split(b"\n")[1 if start else 0 : -1][-lines:]
    piece = b"".join(line + b"\n" for line in whole)
    first = max(0, file.parser.settled_line - len(whole))
    parser = LineParser(file.source, file.bot, file.generation, first, file.formats)
    records = [*parser.feed(piece, file.offset - len(piece), received), *parser.flush()] if piece else []
    return [record for record in records if record.gap is None]
