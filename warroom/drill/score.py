"""How a drill went: expectations against the journal, detection against the truth. Pure.

Points: met = weight; late = half the weight, falling to nothing at twice the time; missed = nothing; a forbidden thing
that happened costs its weight. P from 90, S from 70, M from 50 of 100, else U; a missed critical expectation is U.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import msgspec

from warroom.core import facts as f
from warroom.core.desk import Desk
from warroom.core.facts import Fact
from warroom.core.model import ActionState, Verb
from warroom.core.moments import utc_text
from warroom.core.ports import Entry
from warroom.core.reduce import reduce
from warroom.drill.scenario import Expectation, Scenario

_SLICE_S = 10.0
"""Precision and recall are counted over slices of this length."""
_MUTE = (Verb.DISABLE, Verb.FREEZE, Verb.STOP)
"""Verbs under which a bot must not answer."""


class Visit(msgspec.Struct, frozen=True):
    """One request as the truth file knows it."""

    at: float
    hostile: bool
    served: bool
    done: float = 0.0
    leaked: bool = False


class Outcome(msgspec.Struct, frozen=True):
    """What became of one expectation; times are seconds after the first hostile request."""

    id: str
    event: str
    by_s: float
    at_s: float | None
    result: str
    """met, late, missed, forbidden, avoided"""
    points: float
    weight: float
    critical: bool
    text: str = ""
    """What was expected, in the words of page 8."""


class Detection(msgspec.Struct, frozen=True):
    """How well the attack was seen; None where it cannot be said."""

    ttd_s: float | None
    """First alarm after the first hostile request."""
    precision: float | None
    """Share of alarms whose window holds a hostile request."""
    recall: float | None
    """Share of 10 s slices with hostile requests, until containment, that an alarm window covers."""


class JournalState(msgspec.Struct, frozen=True):
    """Where the record of the drill ended."""

    length: int
    head: str


class Report(msgspec.Struct, frozen=True):
    """The drill report."""

    scenario: str
    seed: int
    grade: str
    score: float
    expectations: list[Outcome]
    detection: Detection
    hostile_served_after_held: int
    timeline: list[dict[str, str]]
    journal: JournalState
    attack_s: float | None = None
    """When the first hostile request was sent, in seconds on the drill's clock; None when there was none."""


def _alarm(fact: Fact) -> bool:
    # A containment that flipped is no finding of the detectors.
    return isinstance(fact, f.AlarmRaised) and not fact.alarm.action


EVENTS: dict[str, Callable[[Fact], bool]] = {
    "alarm_raised": _alarm,
    "alarm_acknowledged": lambda fact: isinstance(fact, f.AlarmAcknowledged),
    "incident_opened": lambda fact: isinstance(fact, f.IncidentOpened),
    "evidence_taken": lambda fact: isinstance(fact, f.EvidenceTaken) and bool(fact.files),
    "containment_requested": lambda fact: isinstance(fact, f.ContainmentRequested),
    "containment_not_held": lambda fact: isinstance(fact, f.ContainmentNotHeld),
    "containment_held": lambda fact: isinstance(fact, f.ContainmentHeld),
    "containment_released": lambda fact: isinstance(fact, f.ContainmentReleased),
    "note_added": lambda fact: isinstance(fact, f.NoteAdded),
    "role_assigned": lambda fact: isinstance(fact, f.RoleAssigned),
    "report_exported": lambda fact: isinstance(fact, f.ReportExported),
    "incident_closed": lambda fact: isinstance(fact, f.IncidentClosed),
}
"""Things that a scenario may expect, by name."""

FORBIDDEN = ("contain_before_snapshot", "hostile_served_after_held")
"""Things that a scenario may forbid."""


def score(
    scenario: Scenario,
    seed: int,
    entries: Sequence[Entry],
    visits: Sequence[Visit],
    told: Sequence[str],
    began: float = 0.0,
) -> Report:
    """Return the report of a drill; `told` are the entries in words, one for each entry.

    `began` is where the drill's clock began, in seconds since the epoch.
    """
    attack = first_attack(visits)
    outcomes = outcomes_of(scenario, entries, visits)
    percent, grade = graded(outcomes)
    head = entries[-1].hash if entries else ""
    return Report(
        scenario=scenario.id,
        seed=seed,
        grade=grade,
        score=percent,
        expectations=outcomes,
        detection=detection_of(entries, visits, attack),
        hostile_served_after_held=served_after_held(entries, visits),
        timeline=[
            {"at": utc_text(entry.at), "who": entry.actor.label, "text": text}
            for entry, text in zip(entries, told, strict=True)
        ],
        journal=JournalState(len(entries), head),
        attack_s=None if attack is None else round(attack - began, 3),
    )


def outcomes_of(scenario: Scenario, entries: Sequence[Entry], visits: Sequence[Visit]) -> list[Outcome]:
    """Return what became of each expectation, in the scenario's order."""
    attack = first_attack(visits)
    return [_outcome(one, entries, visits, attack) for one in scenario.expect]


def graded(outcomes: Sequence[Outcome]) -> tuple[float, str]:
    """Return the score of 100, with one decimal, and the grade."""
    total = sum(one.weight for one in outcomes if one.event not in FORBIDDEN)
    points = sum(one.points for one in outcomes)
    percent = max(0.0, min(100.0, 100.0 * points / total)) if total else 0.0
    failed = any(one.critical and one.result in ("missed", "forbidden") for one in outcomes)
    return round(percent, 1), _grade(percent, failed)


def first_attack(visits: Sequence[Visit]) -> float | None:
    """Return when the first hostile request was sent; None before it."""
    return min((visit.at for visit in visits if visit.hostile), default=None)


def _grade(percent: float, failed: bool) -> str:
    if failed or percent < 50:
        return "U"
    return "P" if percent >= 90 else "S" if percent >= 70 else "M"


def _outcome(wanted: Expectation, entries: Sequence[Entry], visits: Sequence[Visit], attack: float | None) -> Outcome:
    if wanted.event in FORBIDDEN:
        happened = _happened(wanted.event, entries, visits)
        result, points = ("forbidden", -wanted.weight) if happened else ("avoided", 0.0)
        return Outcome(
            wanted.id, wanted.event, wanted.by_s, None, result, points, wanted.weight, wanted.critical, wanted.text
        )
    seen = EVENTS[wanted.event]
    at = next((e.at for e in entries if seen(e.fact) and (attack is None or e.at >= attack)), None)
    at_s = None if at is None or attack is None else round(at - attack, 3)
    result, points = _points(at_s, wanted.by_s, wanted.weight)
    return Outcome(
        wanted.id, wanted.event, wanted.by_s, at_s, result, points, wanted.weight, wanted.critical, wanted.text
    )


def _points(at_s: float | None, by_s: float, weight: float) -> tuple[str, float]:
    if at_s is None or at_s > 2 * by_s:
        return "missed", 0.0
    if at_s <= by_s:
        return "met", weight
    return "late", round(0.5 * weight * (2 * by_s - at_s) / by_s, 2)


def _happened(event: str, entries: Sequence[Entry], visits: Sequence[Visit]) -> bool:
    if event == "hostile_served_after_held":
        return served_after_held(entries, visits) > 0
    return contained_before_snapshot(entries)


def contained_before_snapshot(entries: Sequence[Entry]) -> bool:
    """Return whether a change was made to a bot before any evidence of the same action was stored."""
    with_evidence: set[str] = set()
    for entry in entries:
        match entry.fact:
            case f.EvidenceTaken(action=action, files=files) if files:
                with_evidence.add(action)
            case f.ContainmentApplied(action=action) if action not in with_evidence:
                return True
            case _:
                pass
    return False


def _held_spans(entries: Sequence[Entry]) -> list[tuple[float, float]]:
    """Return the times during which the journal said held of an action under which the bot must not answer."""
    desk = Desk()
    since: dict[str, float] = {}
    spans: list[tuple[float, float]] = []
    for entry in entries:
        desk, _ = reduce(desk, entry)
        held = {name for name, one in desk.actions.items() if one.state is ActionState.HELD and one.plan.verb in _MUTE}
        spans += [(since.pop(name), entry.at) for name in since.keys() - held]
        since |= dict.fromkeys(held - since.keys(), entry.at)
    return spans + [(start, float("inf")) for start in since.values()]


def served_after_held(entries: Sequence[Entry], visits: Sequence[Visit]) -> int:
    """Return how many hostile requests were sent and served while the journal said held.

    One that waits at a frozen bot and is served after its release is not among them.
    """
    spans = _held_spans(entries)
    hostile = [visit for visit in visits if visit.hostile and visit.served]
    return sum(
        1 for visit in hostile if any(start < visit.at and max(visit.at, visit.done) < end for start, end in spans)
    )


def detection_of(entries: Sequence[Entry], visits: Sequence[Visit], attack: float | None) -> Detection:
    """Return time to detect, precision of the alarms and recall of the attack."""
    found = [entry for entry in entries if _alarm(entry.fact)]
    alarms = [entry.fact.alarm for entry in found if isinstance(entry.fact, f.AlarmRaised)]
    raised = [entry.at for entry in found]
    hostile = [visit.at for visit in visits if visit.hostile]
    first = min((at for at in raised if attack is not None and at >= attack), default=None)
    ttd = None if first is None or attack is None else round(first - attack, 3)
    windows = [(alarm.window_start, alarm.window_end + _SLICE_S) for alarm in alarms]
    true = sum(1 for start, end in windows if any(start <= at <= end for at in hostile))
    precision = round(true / len(windows), 3) if windows else None
    held = min((start for start, _ in _held_spans(entries)), default=float("inf"))
    slices = {int(at // _SLICE_S) for at in hostile if at < held}
    covered = sum(1 for n in slices if any(s < (n + 1) * _SLICE_S and e >= n * _SLICE_S for s, e in windows))
    recall = round(covered / len(slices), 3) if slices else None
    return Detection(ttd, precision, recall)
