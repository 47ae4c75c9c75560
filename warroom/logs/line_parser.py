"""Whole lines of one file to records: decoded, out of envelopes, parsed, joined; every byte stays accounted for."""

from __future__ import annotations

import codecs
import re
from collections.abc import Sequence

from warroom.core.record import Gap, Level, Place, Record
from warroom.logs.detect_format import FormatChooser
from warroom.logs.formats.format import Format, Opened
from warroom.logs.multiline import Continuation, JsonBlock

LONGEST_LINE = 1 << 20
"""Bytes kept of one line; the rest is cut and said."""
_JOINED_LINES = 2000
_ERROR, _CRITICAL = Level.ERROR, Level.CRITICAL
"""Levels whose records wait a moment for a traceback."""
_colours = re.compile(r"\x1b\[[0-9;:]*m")
"""What colours a log for people. Other escape codes stay: they are no decoration, and whoever reads has to see them."""


class LineParser:
    """Parses the lines of one generation of one file in order.

    The last record may wait for lines that belong to it (a traceback, the rest of a split line); `flush` gives it up,
    and `settled` says up to which offset everything has been handed on.
    """

    def __init__(self, source: str, bot: str, generation: int, line: int = 0, formats: Sequence[Format] = ()) -> None:
        self._source = source
        self._bot = bot
        self._generation = generation
        self._line = line
        self._chooser = FormatChooser(formats)
        self._continuation = Continuation()
        self._block = JsonBlock()
        self._pending: Record | None = None
        self._pending_lines = 0
        self._split: Opened | None = None
        """The first parts of a line that its envelope split."""
        self._origin: tuple[str | None, ...] = ()
        """Who wrote the last line that came in an envelope."""
        self._around: Opened | None = None
        """The envelope of a block's first line."""
        self._gaps: dict[int, list[Gap]] = {}
        """Gaps of the lines being fed, by the line's offset."""

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

    def feed(self, block: bytes, offset: int, received: float, dropped: int = 0, holes: int = 0) -> list[Record]:
        """Return the records that a block of whole lines completes, in order; gaps are records too.

        `block` ends with a newline and begins at `offset` of the file; `dropped` bytes of its first line were not kept,
        nor were `holes` NUL bytes before it.
        """
        texts, sizes = self._lines(block, offset, dropped, holes)
        done: list[Record] = []
        leading = self._chooser.leading if self._chooser.envelope is None else None
        strays = 0
        for text, size in zip(texts, sizes, strict=True):
            self._line += 1
            if self._gaps and offset in self._gaps:
                done.extend(self.flush())
                done.extend(self._gap(offset, gap, received) for gap in self._gaps[offset])
            place = (self._source, self._generation, offset, size, received, self._line, self._bot)
            offset += size
            record = leading(text, place) if leading and self._pending is None else None
            if record is None:
                strays += 1
                self._take(text, place, done)
            elif record.level is _ERROR or record.level is _CRITICAL:
                self._keep(record, done, fits=True)
            else:
                done.append(record)
        self._chooser.usual(len(texts) - strays)
        return done

    def flush(self) -> list[Record]:
        """Return the record that waits, if one does."""
        pending, self._pending = self._pending, None
        self._pending_lines = 0
        if pending is None:
            return []
        if self._block.open:
            pending.message = self._block.end()
        if self._split is not None:
            opened, self._split = self._split, None
            return [self._read(opened.text, _place_of(pending), opened)[0]]
        return [pending]

    def _take(self, text: str, place: Place, done: list[Record]) -> None:
        """Keep a line that needs more than the leading format: an envelope, a block, a traceback, another format."""
        described = self._chooser.describes(text, place)
        opened = None if described else self._chooser.open(text, place[4])
        if opened is not None:
            self._take_opened(opened, place, done)
            return
        if self._split is not None:
            done.extend(self.flush())
        self._take_text(text, place, done, None)

    def _take_opened(self, opened: Opened, place: Place, done: list[Record]) -> None:
        """Keep a line out of its envelope, put together with the parts before it."""
        if opened.origin != self._origin:
            # Another program or stream wrote this one: it cannot continue what waits.
            done.extend(self.flush())
            self._continuation.reset()
            self._origin = opened.origin
        opened.text = opened.text.removesuffix("\r")
        if "\x1b" in opened.text:
            opened.text = _colours.sub("", opened.text)
        lines = 1
        if self._split is not None and self._pending is not None:
            first, lines = self._pending, self._pending_lines + 1
            opened.text = self._split.text + opened.text
            first.length += place[3]
            place = _place_of(first)
            self._split = self._pending = None
        if not opened.whole and len(opened.text) < LONGEST_LINE:
            done.extend(self.flush())
            self._split, self._pending, self._pending_lines = opened, Record(*place), lines
            return
        self._take_text(opened.text, place, done, opened, lines)

    def _take_text(self, text: str, place: Place, done: list[Record], opened: Opened | None, lines: int = 1) -> None:
        """Keep the text of a line: within a block, or as a record or what continues one."""
        if self._block.open:
            if self._block.takes(text):
                self._grow(place[3], lines)
                if self._block.complete:
                    self._end_block(done)
                return
            done.extend(self.flush())
        record, fits = self._read(text, place, opened)
        self._keep(record, done, fits=fits, lines=lines)
        if self._block.open:
            self._around = opened

    def _read(self, text: str, place: Place, opened: Opened | None) -> tuple[Record, bool]:
        """Return the record of a text and whether some format fits it; what its envelope says fills what it leaves."""
        rest = ""
        if opened is not None and "\n" in text and text[:1] != "{":
            text, _, rest = text.partition("\n")
        found = self._chooser.read(text, place)
        record = found or Record(*place, "raw", text)
        if rest:
            record.message = f"{record.message}\n{rest}"
        if opened is not None and self._chooser.envelope is not None:
            opened.complete(record, self._chooser.envelope)
        return record, found is not None

    def _keep(self, record: Record, done: list[Record], *, fits: bool, lines: int = 1) -> None:
        """Join a line to the record that waits, let it wait itself, or hand it on."""
        text = record.message
        room = self._pending is not None and self._pending_lines < _JOINED_LINES
        if not fits and room and self._continuation.joins(text):
            assert self._pending is not None
            self._pending.message = f"{self._pending.message}\n{text}"
            self._grow(record.length, lines)
            return
        done.extend(self.flush())
        if not fits and self._continuation.joins(text):
            # A traceback whose record was handed on already stands for itself.
            self._pending, self._pending_lines = record, lines
            return
        self._continuation.reset()
        if (fits and record.level in (_ERROR, _CRITICAL)) or self._block.begins(text, fits=fits):
            self._pending, self._pending_lines = record, lines
        else:
            done.append(record)

    def _grow(self, length: int, lines: int = 1) -> None:
        assert self._pending is not None
        self._pending.length += length
        self._pending_lines += lines

    def _end_block(self, done: list[Record]) -> None:
        """A block of JSON is whole: read it as one line would be."""
        pending, lines = self._pending, self._pending_lines
        assert pending is not None
        self._pending = None
        text, place = self._block.end(), _place_of(pending)
        around, self._around = self._around, None
        if around is None and (opened := self._chooser.open(text, place[4])) is not None:
            text, around = opened.text, opened
        record, fits = self._read(text, place, around)
        self._keep(record, done, fits=fits, lines=lines)

    def _lines(self, block: bytes, offset: int, dropped: int, holes: int) -> tuple[list[str], list[int]]:
        """Return the texts of the lines and their lengths in the file, newline included."""
        if not dropped and not holes and self._is_plain(block):
            texts = block[:-1].decode("ascii").split("\n")
            return texts, [len(text) + 1 for text in texts]
        self._gaps.clear()
        texts, sizes = [], []
        for content in block[:-1].split(b"\n"):
            size = len(content) + 1 + dropped
            texts.append(self._text(content, offset, size, holes))
            sizes.append(size + holes)
            offset += size + holes
            # What was dropped lies between the kept start of the first line and its newline.
            dropped = holes = 0
        return texts, sizes

    @staticmethod
    def _is_plain(block: bytes) -> bool:
        """Whether nothing in the block needs a second look: most logs are such blocks, and read faster."""
        odd = any(mark in block for mark in (b"\0", b"\r", b"\x1b"))
        return block.isascii() and not odd and len(block) <= LONGEST_LINE

    def _text(self, content: bytes, offset: int, size: int, holes: int) -> str:
        if holes or content[:1] == b"\0":
            kept = content.lstrip(b"\0")
            more = len(content) - len(kept)
            self._note(offset, Gap("nul_hole", "NUL bytes before the line were dropped", holes + more))
            content, size = kept, size - more
        if offset == 0 and content[:3] == codecs.BOM_UTF8:
            content = content[3:]
        if size > LONGEST_LINE + 1:
            cut = size - 1 - LONGEST_LINE
            self._note(offset, Gap("cut_line", f"the line has {size} bytes", cut))
            content = content[:LONGEST_LINE]
        text = content.removesuffix(b"\r").decode("utf-8", "replace")
        return _colours.sub("", text) if "\x1b" in text else text

    def _note(self, offset: int, gap: Gap) -> None:
        self._gaps.setdefault(offset, []).append(gap)

    def _gap(self, offset: int, gap: Gap, received: float) -> Record:
        return gap_record(self._source, self._bot, self._generation, offset, gap, received)


def _place_of(record: Record) -> Place:
    return (
        record.source,
        record.generation,
        record.offset,
        record.length,
        record.received,
        record.line or 0,
        record.bot or "",
    )


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
