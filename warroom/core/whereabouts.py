"""Where somebody stood in a room when they were last here: written often, read once, so that they can go on there.

It is comfort and no record: what is odd about a file of it is said, and the next one is written over it.
"""

from __future__ import annotations

from typing import Annotated

import msgspec

from warroom.core.clean import clean
from warroom.core.line_filter import LONGEST_TERM, MOST_TERMS, FilterRefused, LineFilter, Sieve, Term
from warroom.core.permalink import NoPermalink, permalink_of
from warroom.core.queries import Spot

VERSION = 1
MOST_BYTES = 1 << 19
MOST_MARKS = 100
"""Marks that are kept; the newest ones."""
MOST_SPOTS = 1000
"""Logs whose boundary is kept."""

Name = Annotated[str, msgspec.Meta(max_length=1400)]
Word = Annotated[str, msgspec.Meta(max_length=100)]
Moment = Annotated[float, msgspec.Meta(ge=0, le=1e11)]
Terms = Annotated[list[Annotated[str, msgspec.Meta(max_length=LONGEST_TERM)]], msgspec.Meta(max_length=MOST_TERMS)]
Spots = Annotated[list[Spot], msgspec.Meta(max_length=MOST_SPOTS)]


class MarkedLine(msgspec.Struct, frozen=True, omit_defaults=True):
    """A line that somebody wanted to find again."""

    link: Name
    """Its permalink, with the sum of its bytes where that was known."""
    at: Moment
    spots: Spots = []
    """The boundary below it."""


class Sight(msgspec.Struct, frozen=True, omit_defaults=True):
    """How somebody looked at the log of one bot, or of all."""

    bot: Name = ""
    all: bool = False
    spots: Spots = []
    """The boundary below the last row of the screen; empty where new lines were followed."""
    line: Name = ""
    """Permalink of the line under the cursor of a log that stood still."""
    at: Moment = 0.0
    """That line's time."""
    only: Terms = []
    without: Terms = []
    level: Word = ""
    on: bool = True
    """Whether the filters were in force."""
    search: Annotated[str, msgspec.Meta(max_length=LONGEST_TERM)] = ""
    wrap: bool = False
    marks: Annotated[list[MarkedLine], msgspec.Meta(max_length=MOST_MARKS)] = []

    @property
    def filters(self) -> int:
        """How many filters there are, on or off."""
        return len(self.only) + len(self.without) + bool(self.level)


class Whereabouts(msgspec.Struct, frozen=True, omit_defaults=True):
    """One person's place in one room."""

    version: int = VERSION
    saved: Moment = 0.0
    """When it was written."""
    page: Word = "overview"
    pane: Word = ""
    """Id of the pane that had the keys."""
    ids: Annotated[dict[Word, Name], msgspec.Meta(max_length=20)] = {}
    """Kind to id of what was chosen."""
    kind: Word = ""
    sights: Annotated[dict[Word, Sight], msgspec.Meta(max_length=20)] = {}
    """Page to how its log was looked at."""


class Ignored(msgspec.Struct, frozen=True):
    """A file that nobody can go on from, and why."""

    reason: str


class _Envelope(msgspec.Struct):
    version: int = 0


_decoder = msgspec.json.Decoder(Whereabouts)
_envelope = msgspec.json.Decoder(_Envelope)


def whereabouts_of(content: bytes) -> Whereabouts | Ignored:
    """Read what was written; whatever is not whole, too long or of a newer warroom is ignored."""
    if len(content) > MOST_BYTES:
        return Ignored(f"it has more than {MOST_BYTES:,} bytes")
    try:
        version = _envelope.decode(content).version
        if version > VERSION:
            return Ignored(f"a newer warroom wrote it (version {version}, this one reads {VERSION})")
        found = _decoder.decode(content)
        for sight in found.sights.values():
            _check(sight)
    except (msgspec.DecodeError, UnicodeDecodeError, FilterRefused, NoPermalink) as error:
        return Ignored(clean(f"it is damaged: {error}", 200))
    except RecursionError:
        return Ignored("it is damaged: nested too deep")
    return found


def _check(sight: Sight) -> None:
    Sieve(LineFilter(sight.level, tuple(sight.only), tuple(sight.without)))
    if sight.search:
        Term(sight.search)
    for link in (sight.line, *(mark.link for mark in sight.marks)):
        if link:
            permalink_of(link)


def whereabouts_bytes(whereabouts: Whereabouts) -> bytes:
    """Return what is to be written; where it is too long, the boundaries of marks go, then marks, then places."""
    content = msgspec.json.encode(whereabouts)
    for lessen in (_without_spots, _without_marks, _without_place):
        if len(content) <= MOST_BYTES:
            break
        sights = {page: lessen(sight) for page, sight in whereabouts.sights.items()}
        whereabouts = msgspec.structs.replace(whereabouts, sights=sights)
        content = msgspec.json.encode(whereabouts)
    return content


def _without_spots(sight: Sight) -> Sight:
    marks = [msgspec.structs.replace(mark, spots=[]) for mark in sight.marks]
    return msgspec.structs.replace(sight, marks=marks)


def _without_marks(sight: Sight) -> Sight:
    return msgspec.structs.replace(sight, marks=[])


def _without_place(sight: Sight) -> Sight:
    return msgspec.structs.replace(sight, spots=[], line="", at=0.0)
