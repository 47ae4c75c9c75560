"""Raw lines of one file to records: decoded, detected, parsed, joined; every byte stays accounted for."""

from __future__ import annotations

from warroom.core.record import Gap, Level, Record
from warroom.logs.detect_format import FormatDetector
from warroom.logs.formats.fields import Parsed
from warroom.logs.multiline import Continuation

LONGEST_LINE = 1 << 20
"""Bytes kept of one line; the rest is cut and said."""
_JOINED_LINES = 2000

RawLine = tuple[int, int, bytes]
"""Offset and length in the file, newline included, and the content without it."""


class LineParser:
    """Parses the lines of one generation of one file in order.

    The last record may wait for lines that belong to it (a traceback); `flush` gives it up, and `settled` says up to
    which offset everything has been handed on.
    """

    def __init__(self, source: str, bot: str, generation: int, line: int = 0) -> None:
        self._source = source
        self._bot = bot
        self._generation = generation
        self._line = line
        self._detector = FormatDetector()
        self._continuation = Continuation()
        self._pending: Record | None = None
        self._pending_lines = 0

    @property
    def line(self) -> int:
        """Lines fed so far."""
        return self._line

    @property
    def held_back(self) -> bool:
        """Whether a record waits for lines that belong to it."""
        return self._pending is not None

    @property
    def settled_line(self) -> int:
        """Lines that everything handed on covers."""
        return self._line - (self._pending_lines if self._pending else 0)

    def settled(self, fed: int) -> int:
        """Return the offset up to which all is handed on, where `fed` is the end of what was fed."""
        return fed if self._pending is None else self._pending.offset

    def feed(self, lines: list[RawLine], received: float) -> list[Record]:
        """Return the records that these lines complete, in order; gaps are records too."""
        done: list[Record] = []
        for offset, length, content in lines:
            self._line += 1
            text = self._text(offset, length, content, received, done)
            parsed = self._detector.parse(text)
            if parsed is None and self._joined(text, length):
                continue
            done.extend(self.flush())
            record = self._record(offset, length, text, parsed, received)
            if parsed is not None and record.level in (Level.ERROR, Level.CRITICAL):
                self._continuation.reset()
                self._pending, self._pending_lines = record, 1
            elif parsed is None and self._continuation.joins(text):
                # A traceback whose record was handed on already stands for itself.
                self._pending, self._pending_lines = record, 1
            else:
                self._continuation.reset()
                done.append(record)
        return done

    def flush(self) -> list[Record]:
        """Return the record that waits, if one does."""
        pending, self._pending = self._pending, None
        self._pending_lines = 0
        return [] if pending is None else [pending]

    def _text(self, offset: int, length: int, content: bytes, received: float, done: list[Record]) -> str:
        if content[:1] == b"\0":
            kept = content.lstrip(b"\0")
            gap = Gap("nul_hole", "NUL bytes before the line were dropped", len(content) - len(kept))
            done.append(self._gap(offset, gap, received))
            content = kept
        if len(content) > LONGEST_LINE:
            gap = Gap("cut_line", f"the line has {length} bytes", len(content) - LONGEST_LINE)
            done.append(self._gap(offset, gap, received))
            content = content[:LONGEST_LINE]
        if content[-1:] == b"\r":
            content = content[:-1]
        return content.decode("utf-8", "replace")

    def _joined(self, text: str, length: int) -> bool:
        pending = self._pending
        if pending is None or self._pending_lines >= _JOINED_LINES or not self._continuation.joins(text):
            return False
        pending.message = f"{pending.message}\n{text}"
        pending.length += length
        self._pending_lines += 1
        return True

    def _gap(self, offset: int, gap: Gap, received: float) -> Record:
        return gap_record(self._source, self._bot, self._generation, offset, gap, received)

    def _record(self, offset: int, length: int, text: str, parsed: Parsed | None, received: float) -> Record:
        record = Record(
            source=self._source,
            generation=self._generation,
            offset=offset,
            length=length,
            received=received,
            line=self._line,
            bot=self._bot,
        )
        if parsed is None:
            record.message = text
            return record
        record.format = parsed.format
        record.message = parsed.message
        record.level = parsed.level
        record.logger = parsed.logger
        record.time = parsed.time
        record.time_source = parsed.time_source
        record.attrs = parsed.attrs
        for name, value in parsed.fields.items():
            setattr(record, name, value)
        return record


def gap_record(source: str, bot: str, generation: int, offset: int, gap: Gap, received: float) -> Record:
    """Return a record that stands for bytes that were not read, or for what happened to the file there."""
    return Record(
        source=source,
        generation=generation,
        offset=offset,
        length=0,
        received=received,
        format="gap",
        bot=bot,
        gap=gap,
    )
