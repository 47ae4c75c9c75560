"""A log that was packed with gzip, read forward as if it lay there plainly."""

from __future__ import annotations

import gzip
import os
import zlib
from collections.abc import Sequence

from warroom.adapters.tail_file import HEAD_BYTES, PIECE, TAIL_BYTES, Identity, TailFile
from warroom.core.record import Record
from warroom.logs.formats.format import Format

_MAGIC = b"\x1f\x8b"
_KEPT = PIECE + TAIL_BYTES
"""Bytes behind the reading place that can be looked at again without unpacking all of it anew."""


class PackedFile(TailFile):
    """Never grows. A damaged one is read as far as it goes, and the damage is said."""

    fault = ""

    def _open(self) -> Identity:
        identity = super()._open()
        self._raw = os.fdopen(self.fd, "rb", closefd=False)
        self._content = gzip.GzipFile(fileobj=self._raw)
        self._start = self._window = b""
        self._window_at = 0
        self._ended = False
        return identity

    @property
    def behind(self) -> int:
        """Packed bytes that were not read, at least 1 until all was read."""
        if self.parked or (self._ended and self.read_to >= self._window_at + len(self._window)):
            return 0
        return max(1, self.size - self._raw.tell())

    def close(self) -> None:
        """Let go of the file."""
        self._raw.close()
        super().close()

    def rewritten(self) -> str:
        """Nobody writes into it."""
        return ""

    def last_lines_start(self, lines: int) -> int:
        """All of it: its last lines cannot be found without reading it."""
        return 0

    def finish(self, received: float) -> list[Record]:
        """Return what still waits, and what was wrong with the file."""
        records = super().finish(received)
        if self.fault:
            records.append(self.gap("unreadable", f"the packed log is damaged: {self.fault}", received))
            self.fault = ""
        return records

    def _at(self, size: int, offset: int) -> bytes:
        if offset == 0 and size <= HEAD_BYTES and self._window_at > 0:
            return self._start[:size]
        if offset < self._window_at:
            self._content.rewind()
            self._window, self._window_at, self._ended = b"", 0, False
        while not self._ended and self._window_at + len(self._window) < offset + size:
            piece = self._unpack()
            self._ended = not piece
            self._start = self._start or piece[:HEAD_BYTES]
            kept = max(0, len(self._window) - _KEPT)
            self._window, self._window_at = self._window[kept:] + piece, self._window_at + kept
        begin = offset - self._window_at
        return self._window[begin : begin + size]

    def _unpack(self) -> bytes:
        try:
            return self._content.read(PIECE)
        except (EOFError, OSError, zlib.error) as error:
            self.fault = str(error)
            return b""


def open_log(path: str, bot: str, generation: int, formats: Sequence[Format] = (), *, source: str = "") -> TailFile:
    """Return a log ready to read, packed or plain; errors as of `TailFile`."""
    file = TailFile(path, bot, generation, formats, source=source)
    if os.pread(file.fd, len(_MAGIC), 0) != _MAGIC:
        return file
    file.close()
    return PackedFile(path, bot, generation, formats, source=source)
