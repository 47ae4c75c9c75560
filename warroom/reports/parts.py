"""The parts of a post-mortem that only people can write, and how they write them: as notes with a word in front.

A note `impact: 61 users saw the away page` fills the part on impact. docs/reports.md lists the words.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import msgspec

from warroom.core.clean import clean
from warroom.core.view import StepView

TO_WRITE = "TO WRITE"
"""What stands where people have not written yet."""


class Item(msgspec.Struct, frozen=True):
    """One row of the action items; an empty owner or date shows as TO WRITE."""

    what: str
    owner: str
    due: str
    offered: bool
    """Proposed from the record, not by a person."""


class Part(msgspec.Struct, frozen=True):
    """One part for people."""

    key: str
    title: str
    words: tuple[str, ...]
    """Words that a note begins with to land here."""
    lines: list[str]
    """What people wrote, in the order written; the word in front is kept where several lead here."""
    prompts: list[str]
    written: bool


_PARTS: tuple[tuple[str, str, tuple[str, ...], tuple[str, ...]], ...] = (
    (
        "summary",
        "Summary",
        ("summary",),
        ("In three sentences for somebody who was not there: what happened, whom it touched, how it ended?",),
    ),
    (
        "impact",
        "Impact",
        ("impact",),
        (
            "How many users, sessions and records were touched, and how sure is that number?",
            "For how long did users get worse answers or none, and what did it cost?",
        ),
    ),
    (
        "factor",
        "Contributing factors",
        ("factor",),
        ("Which conditions had to come together? Name systems and texts, not people; there is more than one.",),
    ),
    (
        "hard",
        "What went well, what was hard, what was luck",
        ("well", "hard", "luck"),
        ("What helped, and would it help again?", "What would have gone worse an hour earlier or later?"),
    ),
    (
        "surprise",
        "What surprised us and what would have stopped it earlier",
        ("surprise",),
        ("What did we believe at the start that turned out otherwise?",),
    ),
    (
        "action",
        "Action items",
        ("action",),
        ("What will prevent it, show it sooner, contain it faster? Give each an owner and a date.",),
    ),
    (
        "change",
        "Changes to playbook, detectors and drills",
        ("change",),
        ("Which step, rule or drill should be different next time?",),
    ),
)

WORDS = tuple(word for _, _, found, _ in _PARTS for word in found)
"""Every word that fills a part."""


def parts_of(notes: Sequence[str], prompts: Mapping[str, Sequence[str]], items: Sequence[Item]) -> list[Part]:
    """Return the seven parts, filled from notes; `prompts` adds questions from the record to a part's own.

    The action items count as written when there is one and each has an owner and a date.
    """
    said = [_split(note) for note in notes]
    parts: list[Part] = []
    for key, title, found, asked in _PARTS:
        lines = [f"{word}: {text}" if len(found) > 1 else text for word, text in said if word in found]
        own = [item for item in items if not item.offered]
        written = bool(lines) if key != "action" else bool(own) and all(item.owner and item.due for item in own)
        parts.append(Part(key, title, found, lines, [*asked, *prompts.get(key, ())], written))
    return parts


def items_of(notes: Sequence[str], left_over: Sequence[StepView]) -> list[Item]:
    """Return action items: notes `action: what | owner | due`, then required steps that were left over, as offers."""
    items: list[Item] = []
    for word, text in map(_split, notes):
        if word == "action":
            what, owner, due = (*(part.strip() for part in text.split("|", 2)), "", "")[:3]
            items.append(Item(what, owner, due, False))
    return items + [Item(f"Step {step.id}: {step.title}", "", "", True) for step in left_over]


def _split(note: str) -> tuple[str, str]:
    word, colon, text = clean(note).partition(":")
    word = word.strip().lower()
    return (word, text.strip()) if colon and word in WORDS and text.strip() else ("", note)
