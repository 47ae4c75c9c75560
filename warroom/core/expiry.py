"""When an end is due whose release failed before: ever more rarely, and people hear of the first failure. Pure."""

from __future__ import annotations

from warroom.core.desk import ActionRecord
from warroom.core.model import Plan, Reversible
from warroom.core.moments import age_text

FIRST_AGAIN_S = 10.0
LONGEST_AGAIN_S = 600.0


def again_after_s(failed: int) -> float:
    """Return how long an end waits after so many failed releases in a row (1 or more): 10 s, doubling up to 10 min."""
    return min(LONGEST_AGAIN_S, FIRST_AGAIN_S * 2.0 ** min(failed - 1, 10))


def expiry_due(action: ActionRecord, now: float) -> bool:
    """Whether the release of an action whose end has come may be asked for now.

    It goes by the record, so a restart changes nothing; a clock that was set back makes nobody wait for it.
    """
    if not action.failed_releases or action.release_failed is None:
        return True
    return not 0 <= now - action.release_failed < again_after_s(action.failed_releases)


def expired(action: ActionRecord, now: float) -> bool:
    """Whether its own end has come."""
    return action.expires is not None and now >= action.expires


def again_word(action: ActionRecord) -> str:
    """Return what follows a release of an end that failed just now."""
    wait = again_after_s(action.failed_releases + 1)
    return f"its end has come: the engine asks again in {age_text(wait)}, later every {age_text(LONGEST_AGAIN_S)}"


def endless(plan: Plan) -> str:
    """Return why a plan cannot have the end that it has, or an empty text."""
    if plan.reversible is Reversible.NO and plan.expires_s is not None:
        return f"{plan.verb} {plan.bot} cannot be undone, so it has no end: leave the end away"
    return ""
