"""The states of an action as a table: which fact may follow in which state, and where it leads."""

from __future__ import annotations

from warroom.core.facts import (
    ActionDone,
    ApprovalAsked,
    ApprovalDenied,
    ApprovalGiven,
    ApprovalLapsed,
    ContainmentAmbiguous,
    ContainmentApplied,
    ContainmentCancelled,
    ContainmentExpired,
    ContainmentFailed,
    ContainmentHeld,
    ContainmentNotHeld,
    ContainmentReleased,
    ContainmentStarted,
    EvidenceTaken,
    ExpiryAnnounced,
    Fact,
    GlassBroken,
    ReleaseAsked,
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
    | ApprovalAsked
    | ApprovalGiven
    | ApprovalDenied
    | ApprovalLapsed
    | GlassBroken
    | ContainmentStarted
    | ContainmentCancelled
    | ReleaseAsked
    | ExpiryAnnounced
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
    ApprovalAsked,
    ApprovalGiven,
    ApprovalDenied,
    ApprovalLapsed,
    GlassBroken,
    ContainmentStarted,
    ContainmentCancelled,
    ReleaseAsked,
    ExpiryAnnounced,
)

_ASIDE: tuple[type[Fact], ...] = (
    EvidenceTaken,
    ReleaseAsked,
    ApprovalGiven,
    ApprovalDenied,
    ApprovalLapsed,
    ExpiryAnnounced,
)
"""What happens beside an action that is open, without changing how it stands."""


def _beside(state: S) -> dict[type[Fact], S]:
    return dict.fromkeys(_ASIDE, state)


NEXT: dict[S, dict[type[Fact], S]] = {
    S.DRAFT: {
        ApprovalAsked: S.PENDING_APPROVAL,
        ContainmentStarted: S.RUNNING,
        ContainmentCancelled: S.CANCELLED,
    },
    S.PENDING_APPROVAL: {
        ApprovalAsked: S.PENDING_APPROVAL,
        ApprovalGiven: S.PENDING_APPROVAL,
        ApprovalDenied: S.DENIED,
        ApprovalLapsed: S.LAPSED,
        GlassBroken: S.PENDING_APPROVAL,
        ContainmentStarted: S.RUNNING,
        ContainmentCancelled: S.CANCELLED,
    },
    S.RUNNING: {
        GlassBroken: S.RUNNING,
        EvidenceTaken: S.RUNNING,
        ContainmentApplied: S.RUNNING,
        ContainmentHeld: S.HELD,
        ContainmentNotHeld: S.NOT_HELD,
        ContainmentFailed: S.FAILED,
        ContainmentAmbiguous: S.AMBIGUOUS,
        ActionDone: S.DONE,
    },
    S.HELD: {
        **_beside(S.HELD),
        ContainmentHeld: S.HELD,
        ContainmentNotHeld: S.NOT_HELD,
        ContainmentAmbiguous: S.AMBIGUOUS,
        ReleaseRequested: S.RELEASING,
        ContainmentReleased: S.RELEASED,
        ContainmentExpired: S.EXPIRED,
    },
    S.NOT_HELD: {
        **_beside(S.NOT_HELD),
        ContainmentHeld: S.HELD,
        ContainmentNotHeld: S.NOT_HELD,
        ContainmentAmbiguous: S.AMBIGUOUS,
        ReleaseRequested: S.RELEASING,
        ContainmentReleased: S.RELEASED,
        ContainmentExpired: S.EXPIRED,
    },
    S.AMBIGUOUS: {
        **_beside(S.AMBIGUOUS),
        ContainmentAmbiguous: S.AMBIGUOUS,
        ContainmentHeld: S.HELD,
        ContainmentNotHeld: S.NOT_HELD,
        ReleaseRequested: S.RELEASING,
        ContainmentReleased: S.RELEASED,
        ContainmentExpired: S.EXPIRED,
    },
    S.RELEASING: {
        EvidenceTaken: S.RELEASING,
        ContainmentReleased: S.RELEASED,
        ReleaseFailed: S.AMBIGUOUS,
        ContainmentAmbiguous: S.AMBIGUOUS,
        ContainmentExpired: S.EXPIRED,
    },
    S.FAILED: {},
    # The whole of a long log takes its time: a bot may be let go before it is stored.
    S.RELEASED: {EvidenceTaken: S.RELEASED},
    S.EXPIRED: {EvidenceTaken: S.EXPIRED},
    S.DONE: {},
    S.DENIED: {},
    S.CANCELLED: {},
    S.LAPSED: {},
}
"""What is not listed cannot happen: the fact is dropped before it reaches the journal."""


def next_state(state: S, fact: ActionFact) -> S | None:
    """Return the state that `fact` leads to, or None when it cannot follow."""
    return NEXT[state].get(type(fact))
