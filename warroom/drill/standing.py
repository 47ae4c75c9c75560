"""How a drill stands while it is played, without giving its answers away. Pure.

What a scenario expects is told when it is reached or when its time has passed; until the attack was seen, or should
have been, nothing says that it has begun. What must not happen is told when it happened, and at the end.
"""

from __future__ import annotations

from collections.abc import Sequence

from warroom.core import facts as f
from warroom.core.exercise import Exercise, Goal, Mark
from warroom.core.ports import Entry
from warroom.drill.scenario import Expectation, Scenario
from warroom.drill.score import FORBIDDEN, Outcome, Visit, first_attack, graded, outcomes_of

_MARKS = {
    "met": Mark.MET,
    "late": Mark.LATE,
    "missed": Mark.MISSED,
    "forbidden": Mark.BROKEN,
    "avoided": Mark.KEPT,
}
_GOES_ON = "q on the bots’ page (1) ends the drill and prints its report"
_WRITTEN = (
    "all is closed and written up; what is marked LATE still counts half until it is missed; "
    "q on the bots’ page (1) ends the drill and prints its report"
)
_OVER = "nothing is left to reach; q on the bots’ page (1) ends the drill and prints its report"


def standing(
    scenario: Scenario, entries: Sequence[Entry], visits: Sequence[Visit], *, began: float, now: float
) -> Exercise:
    """Return the board at `now`; times are seconds since the epoch, `entries` the whole journal."""
    attack = first_attack(visits)
    outcomes = outcomes_of(scenario, entries, visits)
    score, grade = graded(outcomes)
    pairs = list(zip(scenario.expect, outcomes, strict=True))
    timed = [(wanted, outcome) for wanted, outcome in pairs if wanted.event not in FORBIDDEN]
    ended = _ended(timed, entries, attack, now)
    known = attack is not None and any(one.at_s is not None or now > attack + wanted.by_s for wanted, one in timed)
    goals = [_timed(wanted, one, attack, now) for wanted, one in timed] if attack is not None and known else []
    must_not = [(wanted, one) for wanted, one in pairs if wanted.event in FORBIDDEN]
    told = [(wanted, one) for wanted, one in must_not if one.result == "forbidden" or ended is not None]
    goals = sorted(goals, key=lambda goal: goal.due or 0.0)
    goals += [Goal(wanted.text, _MARKS[one.result]) for wanted, one in told]
    word = _WRITTEN if any(goal.mark is Mark.OPEN for goal in goals) else _OVER
    return Exercise(
        title=scenario.title,
        story=scenario.briefing if ended is None else scenario.summary,
        began=began,
        goals=goals,
        unseen=len(pairs) - len(goals),
        ended=ended,
        score=score,
        grade=grade if ended is not None else "",
        word=_GOES_ON if ended is None else word,
    )


def _timed(wanted: Expectation, outcome: Outcome, attack: float, now: float) -> Goal:
    """Return one goal as far as it may be told of."""
    due = attack + wanted.by_s
    if outcome.at_s is not None:
        return Goal(wanted.text, _MARKS[outcome.result], due, attack + outcome.at_s)
    if now <= due:
        return Goal("", Mark.OPEN, due)
    gone = now > attack + 2 * wanted.by_s
    return Goal(wanted.text, Mark.MISSED if gone else Mark.OPEN, due, hint=wanted.hint)


def _ended(
    timed: Sequence[tuple[Expectation, Outcome]], entries: Sequence[Entry], attack: float | None, now: float
) -> float | None:
    """Return when nothing was left to reach: all decided, or everything closed and written up."""
    if attack is None or not timed:
        return None
    decided = [attack + (2 * wanted.by_s if one.at_s is None else one.at_s) for wanted, one in timed]
    if max(decided) < now:
        return max(decided)
    opened = {entry.fact.incident for entry in entries if isinstance(entry.fact, f.IncidentOpened)}
    closed = {entry.fact.incident: entry.at for entry in entries if isinstance(entry.fact, f.IncidentClosed)}
    written = {entry.fact.incident: entry.at for entry in entries if isinstance(entry.fact, f.ReportExported)}
    if not opened or not opened <= closed.keys() & written.keys():
        return None
    return max(*(closed[name] for name in opened), *(written[name] for name in opened))
