"""One generation of one log file: its held descriptor, its identity, and reading it forward to whole lines."""

from __future__ import annotations

import glob
import hashlib
import os
import stat
from collections.abc import Sequence
from pathlib import Path

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


class NotALog(Exception):
    """The path is no regular file; reading it could block for ever."""


def fingerprint(content: bytes) -> str:
    """Return the sha256 of some bytes of a file, hex."""
    return hashlib.sha256(content).hexdigest()


class TailFile:
    """Holds a file open, so that its inode cannot be used again while we read."""

    def __init__(self, path: str, bot: str, generation: int, formats: Sequence[Format] = ()) -> None:
        """Open `path`; raises OSError when it cannot be opened and NotALog when it is no regular file."""
        self.path = path
        self.bot = bot
        self.generation = generation
        self.fd = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
        found = os.fstat(self.fd)
        if not stat.S_ISREG(found.st_mode):
            os.close(self.fd)
            raise NotALog(f"{path} is no regular file")
        self.identity = (found.st_dev, found.st_ino)
        self.offset = 0
        """End of the last whole line that was fed to the parser."""
        self.gone_since: float | None = None
        """When the file left its name; it is read on for a while."""
        self._formats = formats
        self.parser = LineParser(path, bot, generation, formats=formats)
        self._partial = bytearray()
        self._dropped = 0
        self._head = b""
        self._tail = b""
        self._settled_tail: tuple[int, bytes] = (0, b"")

    @property
    def size(self) -> int:
        """Bytes of the file now."""
        return os.fstat(self.fd).st_size

    @property
    def read_to(self) -> int:
        """Bytes read, the unfinished line included."""
        return self.offset + len(self._partial) + self._dropped

    @property
    def behind(self) -> int:
        """Bytes that are there and not read."""
        return max(0, self.size - self.read_to)

    def close(self) -> None:
        """Let go of the file."""
        os.close(self.fd)

    def start_at(self, offset: int, line: int = 0) -> None:
        """Begin reading at the start of a line."""
        self.offset = offset
        self.parser = LineParser(self.path, self.bot, self.generation, line, self._formats)
        self._partial.clear()
        self._dropped = 0
        self._head = os.pread(self.fd, min(HEAD_BYTES, offset), 0)
        self._tail = os.pread(self.fd, min(TAIL_BYTES, offset), max(0, offset - TAIL_BYTES))

    def rewritten(self) -> str:
        """Return why what was read is no longer what lies there (truncated, rewritten), or an empty text."""
        if self.size < self.read_to:
            return "truncated"
        if self._tail and os.pread(self.fd, len(self._tail), self.offset - len(self._tail)) != self._tail:
            return "rewritten"
        if self._head and os.pread(self.fd, len(self._head), 0) != self._head:
            return "rewritten"
        if self._partial:
            kept = bytes(self._partial[:TAIL_BYTES])
            if os.pread(self.fd, len(kept), self.offset) != kept:
                return "rewritten"
        return ""

    def read(self, received: float) -> list[Record]:
        """Return the records of at most `BATCH_BYTES` more bytes."""
        records: list[Record] = []
        taken = 0
        while taken < BATCH_BYTES:
            piece = os.pread(self.fd, PIECE, self.read_to)
            if not piece:
                break
            taken += len(piece)
            records.extend(self._take(piece, received))
        if taken:
            self._remember()
        return records

    def _take(self, piece: bytes, received: float) -> list[Record]:
        end = piece.rfind(b"\n")
        if end < 0:
            self._keep(piece)
            return []
        whole = bytes(self._partial) + piece[: end + 1] if self._partial else piece[: end + 1]
        dropped, offset = self._dropped, self.offset
        self._partial.clear()
        self._dropped = 0
        self.offset += len(whole) + dropped
        self._keep(piece[end + 1 :])
        return self.parser.feed(whole, offset, received, dropped)

    def _keep(self, piece: bytes) -> None:
        room = LONGEST_KEPT - len(self._partial)
        self._partial += piece[:room]
        self._dropped += max(0, len(piece) - room)

    def _remember(self) -> None:
        if len(self._head) < HEAD_BYTES:
            self._head = os.pread(self.fd, min(HEAD_BYTES, self.offset), 0)
        self._tail = os.pread(self.fd, min(TAIL_BYTES, self.offset), max(0, self.offset - TAIL_BYTES))

    def finish(self, received: float) -> list[Record]:
        """Return what still waits when nobody will write here any more; an unfinished line is said."""
        records = self.parser.flush()
        if self._partial:
            gap = Gap("partial", "the file ended in the middle of a line", None)
            records.append(gap_record(self.path, self.bot, self.generation, self.offset, gap, received))
            # There is no newline, so the record is one byte shorter than a line of this content.
            last = [
                *self.parser.feed(bytes(self._partial) + b"\n", self.offset, received, self._dropped),
                *self.parser.flush(),
            ]
            last[-1].length -= 1
            records.extend(last)
            self.offset += len(self._partial) + self._dropped
            self._partial.clear()
            self._dropped = 0
        return records

    def gap(self, kind: str, reason: str, received: float, size: int | None = None) -> Record:
        """Return a record that says what happened to this file here."""
        return gap_record(self.path, self.bot, self.generation, self.offset, Gap(kind, reason, size), received)

    def checkpoint(self) -> Checkpoint:
        """Return how far everything has been handed on; a record that waits is not covered."""
        settled = self.parser.settled(self.offset)
        tail = os.pread(self.fd, min(TAIL_BYTES, settled), max(0, settled - TAIL_BYTES))
        head = self._head[: min(HEAD_BYTES, settled)]
        return Checkpoint(
            source=self.path,
            generation=self.generation,
            device=self.identity[0],
            inode=self.identity[1],
            offset=settled,
            line=self.parser.settled_line,
            head=fingerprint(head),
            head_bytes=len(head),
            tail=fingerprint(tail),
            tail_bytes=len(tail),
        )

    def matches(self, checkpoint: Checkpoint) -> bool:
        """Return whether the bytes that a checkpoint vouches for lie here unchanged."""
        if self.size < checkpoint.offset:
            return False
        head = os.pread(self.fd, checkpoint.head_bytes, 0)
        tail = os.pread(self.fd, checkpoint.tail_bytes, checkpoint.offset - checkpoint.tail_bytes)
        return fingerprint(head) == checkpoint.head and fingerprint(tail) == checkpoint.tail

    def last_lines_start(self, lines: int) -> int:
        """Return the offset at which the last `lines` whole lines begin."""
        end = self.size
        found = 0
        while end > 0:
            start = max(0, end - PIECE)
            piece = os.pread(self.fd, end - start, start)
            place = len(piece)
            while (place := piece.rfind(b"\n", 0, place)) >= 0:
                found += 1
                if found > lines:
                    return start + place + 1
            end = start
        return 0


def rotated_file(path: str, bot: str, checkpoint: Checkpoint, formats: Sequence[Format] = ()) -> TailFile | None:
    """Return the file of a checkpoint under the name that rotation gave it, ready to go on; None when it is gone."""
    place = Path(path)
    for sibling in sorted(place.parent.glob(f"{glob.escape(place.name)}*")):
        try:
            found = sibling.stat()
            if (found.st_dev, found.st_ino) != (checkpoint.device, checkpoint.inode):
                continue
            file = TailFile(str(sibling), bot, checkpoint.generation, formats)
        except (OSError, NotALog):
            continue
        if file.matches(checkpoint):
            file.path = path
            file.start_at(checkpoint.offset, checkpoint.line)
            return file
        file.close()
    return None
