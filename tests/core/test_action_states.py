"""Every pair of state and fact is decided: it leads somewhere named here, or it cannot happen."""

from __future__ import annotations

import itertools

import pytest

from warroom.core.action_states import ACTION_FACTS, NEXT, ActionFact, next_state
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
    GlassBroken,
    ReleaseAsked,
    ReleaseFailed,
    ReleaseRequested,
)
from warroom.core.model import ActionState, Proof, Verdict

PROOF = Proof(Verdict.CONTAINED, [], 0.0)
FACTS: dict[type[ActionFact], ActionFact] = {
    EvidenceTaken: EvidenceTaken("A", []),
    ContainmentApplied: ContainmentApplied("A", ""),
    ContainmentHeld: ContainmentHeld("A", PROOF),
    ContainmentNotHeld: ContainmentNotHeld("A", PROOF),
    ContainmentFailed: ContainmentFailed("A", ""),
    ContainmentAmbiguous: ContainmentAmbiguous("A", ""),
    ActionDone: ActionDone("A"),
    ReleaseRequested: ReleaseRequested("A", ""),
    ContainmentReleased: ContainmentReleased("A", PROOF),
    ReleaseFailed: ReleaseFailed("A", "", None),
    ContainmentExpired: ContainmentExpired("A"),
    ApprovalAsked: ApprovalAsked("A", "", ""),
    ReleaseAsked: ReleaseAsked("A", "", "", ""),
    ApprovalGiven: ApprovalGiven("A", ""),
    ApprovalDenied: ApprovalDenied("A", ""),
    ApprovalLapsed: ApprovalLapsed("A"),
    GlassBroken: GlassBroken("A", ""),
    ContainmentStarted: ContainmentStarted("A", None),
    ContainmentCancelled: ContainmentCancelled("A", ""),
    ExpiryAnnounced: ExpiryAnnounced("A", 120.0),
}
ENDS = {
    ActionState.FAILED,
    ActionState.RELEASED,
    ActionState.EXPIRED,
    ActionState.DONE,
    ActionState.DENIED,
    ActionState.CANCELLED,
    ActionState.LAPSED,
}


@pytest.mark.parametrize(("state", "kind"), list(itertools.product(ActionState, ACTION_FACTS)))
def test_every_pair_is_in_the_table_or_impossible(state: ActionState, kind: type[ActionFact]) -> None:
    assert next_state(state, FACTS[kind]) is NEXT[state].get(kind)


def test_every_state_has_its_row() -> None:
    assert set(NEXT) == set(ActionState)


@pytest.mark.parametrize("state", sorted(ENDS))
def test_nothing_follows_an_end_but_evidence_that_was_still_being_stored(state: ActionState) -> None:
    late = {EvidenceTaken: state} if state in (ActionState.RELEASED, ActionState.EXPIRED) else {}
    assert NEXT[state] == late


def test_held_is_reached_by_a_proof_alone() -> None:
    others = [row for state, row in NEXT.items() if state is not ActionState.HELD]
    roads = {kind for row in others for kind, target in row.items() if target is ActionState.HELD}
    assert roads == {ContainmentHeld}


def test_an_action_that_may_have_an_effect_is_never_forgotten() -> None:
    for state in set(ActionState) - ENDS:
        assert ActionState.RELEASED in reachable(state) or ActionState.DONE in reachable(state)


def test_nothing_is_done_before_it_begins() -> None:
    begins = {state for state, row in NEXT.items() if ContainmentApplied in row}
    assert begins == {ActionState.RUNNING}
    roads = {kind for row in NEXT.values() for kind, target in row.items() if target is ActionState.RUNNING}
    assert roads == {ContainmentStarted, EvidenceTaken, ContainmentApplied, GlassBroken}


def test_what_lies_beside_an_action_never_changes_how_it_stands() -> None:
    for state, row in NEXT.items():
        for kind in (ReleaseAsked, ExpiryAnnounced):
            assert row.get(kind, state) is state


def reachable(start: ActionState) -> set[ActionState]:
    seen, todo = set[ActionState](), [start]
    while todo:
        for target in NEXT[todo.pop()].values():
            if target not in seen:
                seen.add(target)
                todo.append(target)
    return seen
