"""The board of an exercise: what a team is to reach and how far it came, as the one who leads it tells the room.

It is neutral data of the view. Whoever leads posts it like any other client; no rule of a room reads it.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType
from typing import Annotated

import msgspec

from warroom.core.clean import clean

MOST_GOALS = 40
"""Goals of a board; a longer list is refused."""
_TITLE, _TEXT, _STORY = 120, 300, 1000
Moment = Annotated[float, msgspec.Meta(ge=0, le=250_000_000_000)]
"""Seconds since the epoch, in years that have four digits."""


GRADES: Mapping[str, str] = MappingProxyType(
    {
        "P": "performed without challenges",
        "S": "performed with some challenges",
        "M": "performed with major challenges",
        "U": "unable to be performed",
    }
)
"""The ratings of HSEEP, the exercise programme of FEMA, in its words."""


class Mark(StrEnum):
    """How one goal stands."""

    OPEN = "open"
    MET = "met"
    LATE = "late"
    MISSED = "missed"
    BROKEN = "broken"
    """What must not happen has happened."""
    KEPT = "kept"
    """What must not happen did not, until the end."""


class Goal(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One goal."""

    text: str
    """Empty while it would give an answer away."""
    mark: Mark
    due: Moment | None = None
    at: Moment | None = None
    """When it was reached."""
    hint: str = ""


class Exercise(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How an exercise stands now."""

    title: str
    story: str
    """What everybody may know by now."""
    began: Moment
    goals: Annotated[list[Goal], msgspec.Meta(max_length=MOST_GOALS)]
    """Those that may be told of, in the order of their time."""
    unseen: int = 0
    """Goals that are not told of yet."""
    ended: Moment | None = None
    """When nothing was left to reach; None while it goes on."""
    score: float | None = None
    """0 to 100, reached so far."""
    grade: str = ""
    """Given at the end."""
    word: str = ""
    """What the leader says now: how it ends, where the report is."""
    left: Moment | None = None
    """Since when the leader is gone: what stands here is as old."""


def clean_exercise(board: Exercise) -> Exercise:
    """Return a board whose texts are safe to draw and of bounded length."""
    goals = [
        msgspec.structs.replace(goal, text=clean(goal.text, _TEXT), hint=clean(goal.hint, _TEXT))
        for goal in board.goals
    ]
    return msgspec.structs.replace(
        board,
        title=clean(board.title, _TITLE),
        story=clean(board.story, _STORY),
        goals=goals,
        grade=clean(board.grade, 8),
        word=clean(board.word, _TEXT),
        left=None,
    )
