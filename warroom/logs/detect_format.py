"""Which format a log has: the one that most of its first lines fit; a line that does not fit it tries the others."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from warroom.core.record import Place, Record
from warroom.logs.formats.catalogue import ENVELOPES, FORMATS
from warroom.logs.formats.format import Envelope, Format, Opened, Read

SAMPLED = 50
"""Lines on which every format is tried before one leads."""
_WINDOW = 200
_WIDEST = 6400
"""Lines after which a log that no format fits is sampled anew at the latest."""
_STRAYS = 0.2
"""Share of lines of a window that the leading format does not fit, above which all are tried anew."""


class FormatChooser:
    """Remembers which format leads, so that the usual line is read at its first try."""

    def __init__(self, extra: Sequence[Format] = ()) -> None:
        self._known = [(one.id, one.reader()) for one in (*extra, *FORMATS)]
        self._own = {one.id for one in extra}
        self._not_words = {one.id for one in FORMATS if not one.words} - self._own
        self._described = [read for _, read in self._known[: len(extra)]]
        self._lead(self._known)
        self._fits: Counter[str] = Counter()
        self._left = SAMPLED
        """Lines still to be sampled."""
        self._window = _WINDOW
        self._seen = 0
        self._strays = 0
        self._bare = 0
        """Lines since the last one that came in an envelope."""
        self.envelope: Envelope | None = None

    @property
    def leading(self) -> Read | None:
        """How to read the usual line; None while every format is tried."""
        return None if self._left else self._reads[0]

    def read(self, text: str, place: Place) -> Record | None:
        """Return the record that the first fitting format makes, the leading one first; None when none fits."""
        if self._left:
            self._sample(text, place)
        self._seen += 1
        for read in self._word_reads if text[:1].isalpha() else self._reads:
            record = read(text, place)
            if record is not None:
                self._strays += read is not self._reads[0]
                break
        else:
            record = None
            self._strays += 1
        if self._seen >= self._window:
            self._judge()
        return record

    def usual(self, lines: int) -> None:
        """Count lines that the leading format read without asking here."""
        self._seen += lines
        if self._seen >= self._window:
            self._judge()

    def describes(self, text: str, place: Place) -> bool:
        """Return whether the config describes such a line, which goes before any envelope."""
        return bool(self._described) and any(read(text, place) is not None for read in self._described)

    def open(self, text: str, received: float) -> Opened | None:
        """Take a line that arrived then out of its envelope; the one that fitted last is tried first."""
        if self.envelope is not None:
            opened = self.envelope.open(text, received)
            if opened is not None:
                self._bare = 0
                return opened
        for envelope in ENVELOPES:
            opened = envelope.open(text, received)
            if opened is not None:
                self.envelope, self._bare = envelope, 0
                return opened
        self._bare += 1
        if self._bare >= SAMPLED:
            # One line that looked like an envelope does not slow a log for good.
            self.envelope = None
        return None

    def _sample(self, text: str, place: Place) -> None:
        fits = False
        for name, read in self._known:
            record = read(text, place)
            if record is not None:
                fits = True
                # Of two formats that fit as often, the one that finds a time knows more.
                self._fits[name] += 2 if record.time is None else 3
        self._left -= 1
        if fits:
            self._lead(sorted(self._order, key=lambda one: self._rank(one[0])))

    def _rank(self, name: str) -> tuple[bool, int]:
        """What the config describes goes first where it fits at all; then what fits most."""
        fits = self._fits[name]
        return not (fits and name in self._own), -fits

    def _judge(self) -> None:
        """At the end of a window, try all formats anew if too many lines did not fit the leading one."""
        if self._strays > _STRAYS * self._seen:
            # Where nothing fitted, another sample would hardly tell more.
            self._window = _WINDOW if self._fits else min(2 * self._window, _WIDEST)
            self._left = SAMPLED
            self._fits.clear()
            self._lead(self._known)
        self._seen = self._strays = 0

    def _lead(self, order: list[tuple[str, Read]]) -> None:
        self._order = list(order)
        self._reads = [read for _, read in self._order]
        self._word_reads = [read for name, read in self._order if name not in self._not_words]
