"""The states of an action as a table: which fact may follow in which state, and where it leads."""

from __future__ import annotations

from warroom.core.facts import (
    ActionDone,
    ContainmentAmbiguous,
    ContainmentApplied,
    ContainmentExpired,
    ContainmentFailed,
    ContainmentHeld,
    ContainmentNotHeld,
    ContainmentReleased,
    EvidenceTaken,
    Fact,
    ReleaseFailed,
    ReleaseRequested,
)
from warroom.core.model import ActionState as S

ActionFact = (
    EvidenceTaken
    | ContainmentApplied
    | ContainmentHeld
    | ContainmentNotHeld
    | ContainmentFailed
    | ContainmentAmbiguous
    | ActionDone
    | ReleaseRequested
    | ContainmentReleased
    | ReleaseFailed
    | ContainmentExpired
)
"""Facts about an action that exists."""

ACTION_FACTS: tuple[type[ActionFact], ...] = (
    EvidenceTaken,
    ContainmentApplied,
    ContainmentHeld,
    ContainmentNotHeld,
    ContainmentFailed,
    ContainmentAmbiguous,
    ActionDone,
    ReleaseRequested,
    ContainmentReleased,
    ReleaseFailed,
    ContainmentExpired,
)

NEXT: dict[S, dict[type[Fact], S]] = {
    S.RUNNING: {
        EvidenceTaken: S.RUNNING,
        ContainmentApplied: S.RUNNING,
        ContainmentHeld: S.HELD,
        ContainmentNotHeld: S.NOT_HELD,
        ContainmentFailed: S.FAILED,
        ContainmentAmbiguous: S.AMBIGUOUS,
        ActionDone: S.DONE,
    },
    S.HELD: {
        ContainmentHeld: S.HELD,
        ContainmentNotHeld: S.NOT_HELD,
        ContainmentAmbiguous: S.AMBIGUOUS,
        ReleaseRequested: S.RELEASING,
        ContainmentReleased: S.RELEASED,
    },
    S.NOT_HELD: {
        ContainmentHeld: S.HELD,
        ContainmentNotHeld: S.NOT_HELD,
        ContainmentAmbiguous: S.AMBIGUOUS,
        ReleaseRequested: S.RELEASING,
        ContainmentReleased: S.RELEASED,
    },
    S.AMBIGUOUS: {
        ContainmentAmbiguous: S.AMBIGUOUS,
        ContainmentHeld: S.HELD,
        ContainmentNotHeld: S.NOT_HELD,
        ReleaseRequested: S.RELEASING,
        ContainmentReleased: S.RELEASED,
        ContainmentExpired: S.EXPIRED,
    },
    S.RELEASING: {
        ContainmentReleased: S.RELEASED,
        ReleaseFailed: S.AMBIGUOUS,
        ContainmentAmbiguous: S.AMBIGUOUS,
        ContainmentExpired: S.EXPIRED,
    },
    S.FAILED: {},
    S.RELEASED: {},
    S.EXPIRED: {},
    S.DONE: {},
}
"""What is not listed cannot happen: the fact is dropped before it reaches the journal."""


def next_state(state: S, fact: ActionFact) -> S | None:
    """Return the state that `fact` leads to, or None when it cannot follow."""
    return NEXT[state].get(type(fact))
