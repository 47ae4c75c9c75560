"""Lines that somebody wants to find again, and what the bytes of a line are."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from warroom.core.permalink import Permalink, permalink_text
from warroom.core.queries import NotAnswered, RawLine, RawLineAnswer, Spot
from warroom.core.view import LogLine
from warroom.tui.log_rows import Identity, identity_of, moment_of
from warroom.tui.times import clock_text

_KEPT = 500


class Mark(msgspec.Struct):
    """A marked line."""

    entry: LogLine
    spots: list[Spot]
    """The boundary below it."""


class Marks:
    """Marked lines by what names them; they stay when the rows of the screen go."""

    def __init__(self) -> None:
        self.marked: dict[Identity, Mark] = {}
        self._raw: dict[Identity, RawLineAnswer | NotAnswered] = {}
        self._sums: dict[Identity, str] = {}
        """Of marks from an earlier console: what their bytes were."""
        self.gone = 0
        """Marks whose bytes were others when they were read again: none stands on another line than it was put on."""

    def turn(self, entry: LogLine, spots: list[Spot]) -> None:
        """Mark a line, or take its mark away."""
        identity = identity_of(entry)
        if self.marked.pop(identity, None) is None:
            self.marked[identity] = Mark(entry, spots)

    def put_back(self, entry: LogLine, spots: list[Spot], sha256: str) -> None:
        """Mark a line again as it was marked before; `sha256` is the sum of its bytes then, where it was known."""
        identity = identity_of(entry)
        self.marked[identity] = Mark(entry, spots)
        if sha256:
            self._sums[identity] = sha256

    def forget(self) -> None:
        """Take all marks away."""
        self.marked.clear()
        self._sums.clear()
        self.gone = 0

    def nearest(self, here: float, by: int, held: Sequence[Identity]) -> Mark | None:
        """Return the next mark after (1) or before (-1) a moment among those that are not held; None without one."""
        beyond = [mark for mark in self.marked.values() if (moment_of(mark.entry) - here) * by >= 0]
        beyond = [mark for mark in beyond if identity_of(mark.entry) not in held]
        return min(beyond, key=lambda mark: abs(moment_of(mark.entry) - here), default=None)

    def question(self, at_cursor: LogLine | None) -> RawLine | None:
        """Return whose bytes are to be asked for."""
        wanted = [mark.entry for mark in self.marked.values()]
        for entry in [*wanted, *([at_cursor] if at_cursor else [])]:
            if entry.length and entry.level != "GAP" and identity_of(entry) not in self._raw:
                return RawLine(*identity_of(entry), entry.length)
        return None

    def take(self, asked: RawLine, answer: RawLineAnswer | NotAnswered) -> None:
        """Keep what the bytes of a line are, or why nobody knows."""
        if len(self._raw) >= _KEPT:
            self._raw = {identity: known for identity, known in self._raw.items() if identity in self.marked}
        identity = (asked.source, asked.generation, asked.offset)
        self._raw[identity] = answer
        if isinstance(answer, RawLineAnswer) and not answer.sha256.startswith(self._sums.pop(identity, "")):
            self.gone += self.marked.pop(identity, None) is not None

    def known(self, entry: LogLine) -> tuple[str, str]:
        """Return the sha256 of a line's bytes, or why there is none; both empty while nobody has answered."""
        match self._raw.get(identity_of(entry)):
            case RawLineAnswer(sha256=digest):
                return digest, ""
            case NotAnswered(reason=reason):
                return "", reason
            case None:
                return "", ""

    def links(self) -> list[str]:
        """Return the marked lines as permalinks, oldest first, with the sums of their bytes as far as known."""
        return [self.link(entry) for entry in self.entries()]

    def entries(self) -> list[LogLine]:
        """Return the marked lines, oldest first."""
        # Lines that came at one moment stay in the order of their log.
        return sorted(
            (mark.entry for mark in self.marked.values()), key=lambda one: (moment_of(one), *identity_of(one))
        )

    def words(self, entry: LogLine) -> str:
        """Return when a line was and what it says; of one that nobody has read again yet, where it stands."""
        raw = self._raw.get(identity_of(entry))
        read = raw.text if isinstance(raw, RawLineAnswer) else ""
        return f"{clock_text(entry.at)} {entry.text or read or self.link(entry)}"

    def link(self, entry: LogLine) -> str:
        """Return one line as a permalink."""
        digest = self.known(entry)[0] or self._sums.get(identity_of(entry), "")
        return permalink_text(Permalink(entry.source, entry.generation, entry.offset, entry.length, digest))
