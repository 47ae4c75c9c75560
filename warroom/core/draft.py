"""A post-mortem as it would be written now: what a console is given to read before anything is written."""

from __future__ import annotations

import msgspec


class DraftPart(msgspec.Struct, frozen=True):
    """One part that only people can write."""

    title: str
    """Its heading in the text."""
    words: tuple[str, ...]
    """Words that a note begins with to land there."""
    ask: str
    """What is asked of people there."""
    written: bool


class Exported(msgspec.Struct, frozen=True):
    """A post-mortem that the record knows of."""

    seq: int
    at: float
    who: str
    format: str


class Draft(msgspec.Struct, frozen=True):
    """The text with what is said of it."""

    text: str
    """Markdown; text of others in it is escaped."""
    parts: tuple[DraftPart, ...]
    seq: int
    """Number of the newest entry that it is drawn from."""
    exported: Exported | None = None
    """The newest one that was written."""
