"""One line of one log, named so that anybody can find it again and prove that it is the same.

`/var/log/bot.log#g0@4242+87:SHA256` is the 87 bytes from byte 4242 of generation 0 of that log, and their sha256.
Length and sum may be left out; of the sum, the first 12 digits are enough.
"""

from __future__ import annotations

import re

import msgspec

from warroom.core.clean import clean

_FORM = re.compile(
    r"(?P<source>.+)#g(?P<generation>-?\d{1,9})@(?P<offset>\d{1,18})(?:\+(?P<length>\d{1,9}))?(?P<sum>:.*)?", re.ASCII
)
_SUM = re.compile(r"[0-9a-f]{12,64}")
_LONGEST_SOURCE = 1000


class Permalink(msgspec.Struct, frozen=True):
    """Where a line lies, and what its bytes are."""

    source: str
    """The log's name as it is shown: cleaned."""
    generation: int
    offset: int
    length: int = 0
    """Bytes with the newline, all lines of a joined record; 0 when it was not said."""
    sha256: str = ""
    """Of these bytes, hex, or its first digits; empty when it was not said."""


class NoPermalink(ValueError):
    """The text names no line; the message says how one looks."""


def source_text(source: str) -> str:
    """Return the name of a log as it is shown and as permalinks bear it."""
    return clean(source, _LONGEST_SOURCE)


def permalink_text(link: Permalink) -> str:
    """Return a permalink as text."""
    length = f"+{link.length}" if link.length else ""
    digest = f":{link.sha256}" if link.sha256 else ""
    return f"{link.source}#g{link.generation}@{link.offset}{length}{digest}"


def permalink_of(text: str) -> Permalink:
    """Read a permalink; raises NoPermalink."""
    found = _FORM.fullmatch(text.strip())
    digest = (found["sum"] or "")[1:].lower() if found else ""
    if found is None or ((found["sum"] or "") and not _SUM.fullmatch(digest)):
        raise NoPermalink(f"{clean(text, 80)} names no line; one looks like /var/log/bot.log#g0@4242+87")
    return Permalink(found["source"], int(found["generation"]), int(found["offset"]), int(found["length"] or 0), digest)
