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
_STRAYS = 0.2
"""Share of lines of a window that the leading format does not fit, above which all are tried anew."""


class FormatChooser:
    """Remembers which format leads, so that the usual line is read at its first try."""

    def __init__(self, extra: Sequence[Format] = ()) -> None:
        self._known = [(one.id, one.reader()) for one in (*extra, *FORMATS)]
        self._own = {one.id for one in extra}
        self._described = [read for _, read in self._known[: len(extra)]]
        self._order = list(self._known)
        self._fits: Counter[str] = Counter()
        self._left = SAMPLED
        """Lines still to be sampled."""
        self._seen = 0
        self._strays = 0
        self._bare = 0
        """Lines since the last one that came in an envelope."""
        self.envelope: Envelope | None = None

    @property
    def leading(self) -> Read | None:
        """How to read the usual line; None while every format is tried."""
        return None if self._left else self._order[0][1]

    def read(self, text: str, place: Place) -> Record | None:
        """Return the record that the first fitting format makes, the leading one first; None when none fits."""
        if self._left:
            self._sample(text, place)
        for rank, (_, read) in enumerate(self._order):
            record = read(text, place)
            if record is not None:
                self._count(stray=rank > 0)
                return record
        self._count(stray=True)
        return None

    def usual(self, lines: int) -> None:
        """Count lines that the leading format read without asking here."""
        self._seen += lines
        self._count(stray=False, lines=0)

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
        for name, read in self._known:
            record = read(text, place)
            if record is not None:
                # Of two formats that fit as often, the one that finds a time knows more.
                self._fits[name] += 2 if record.time is None else 3
        self._left -= 1
        self._order.sort(key=lambda one: self._rank(one[0]))

    def _rank(self, name: str) -> tuple[bool, int]:
        """What the config describes goes first where it fits at all; then what fits most."""
        fits = self._fits[name]
        return not (fits and name in self._own), -fits

    def _count(self, *, stray: bool, lines: int = 1) -> None:
        self._seen += lines
        self._strays += stray
        if self._seen >= _WINDOW:
            if self._strays > _STRAYS * self._seen:
                self._left = SAMPLED
                self._fits.clear()
                self._order = list(self._known)
            self._seen = self._strays = 0
