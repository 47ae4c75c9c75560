"""Plans in lines: what exactly will be done, what was looked at before, and how it is undone."""

from __future__ import annotations

from collections.abc import Iterable

from warroom.core.counted import counted
from warroom.core.model import Plan, Reversible, Verb
from warroom.core.ports import Check, Checked
from warroom.core.queries import PlanAnswer, QueryAnswer, ShadowAnswer
from warroom.tui.cells import fit, labelled
from warroom.tui.lines import Line, line
from warroom.tui.times import minute_text
from warroom.tui.words import span_text

_CHECKED = {Checked.OK: ("ok", "good"), Checked.FAILED: ("FAILED", "bad"), Checked.UNKNOWN: ("UNKNOWN", "warn")}
_WORST_FIRST = (Checked.FAILED, Checked.UNKNOWN, Checked.OK)
_UNDO = {Reversible.EXACT: "exact: ", Reversible.BEST_EFFORT: "best effort, not exact: ", Reversible.NO: ""}


def preview_lines(answer: PlanAnswer, width: int, last_hour: str = "") -> list[Line]:
    """Return a dry run with its checks: what is not well first, then whom it hits, the plan, and what is well."""
    checks = sorted(answer.checks, key=lambda check: _WORST_FIRST.index(check.state))
    well = [check for check in checks if check.state is Checked.OK]
    rows = check_lines((check for check in checks if check.state is not Checked.OK), width)
    rows += labelled("last hour", last_hour, width, "warn") if last_hour else []
    rows += plan_lines(answer.plan, width, answer.sha256, observed=answer.observed)
    return rows + check_lines(well, width)


def last_hour_words(answer: QueryAnswer) -> str:
    """Return whom a bot served in the last hour, as its logs say; an empty text where that is not known."""
    if not isinstance(answer, ShadowAnswer):
        return ""
    blast, reached = answer.blast, answer.coverage
    asked, users = counted(blast.requests_last_hour, "request"), counted(blast.users_last_hour, "user")
    counts = f"{asked} of {users}, {blast.hostile_last_hour} hostile"
    told = counts if blast.requests_last_hour else "no request"
    told += f", {blast.ours_last_hour} of our own probes left out" if blast.ours_last_hour else ""
    return told if reached.whole else f"{told}, since {minute_text(reached.since)} alone: {reached.why}"


def check_lines(checks: Iterable[Check], width: int) -> list[Line]:
    """Return one precondition after another: how it stands, its name and what was found."""
    rows: list[Line] = []
    for check in checks:
        word, style = _CHECKED[check.state]
        rows += labelled("check", f"{word}  {check.name}: {check.text}", width, style)
    return rows


def plan_lines(plan: Plan, width: int, sha256: str, *, observed: str = "") -> list[Line]:
    """Return a plan: the exact requests or processes, effects, who else is hit, undo, probe, end.

    `sha256` is the hash that binds it, which is not that of a plan whose texts were cleaned.
    """
    rows = _listed("exactly", plan.exact, width, "strong")
    rows += _listed("users", plan.effects, width, "text")
    rows += _listed("also hit", plan.shared, width, "warn")
    rows += _listed("acts on", plan.instances, width, "text")
    rows += undo_lines(plan, width)
    rows += observed_lines(observed, width)
    rows += labelled("probe", plan.probe, width)
    if plan.verb is not Verb.SNAPSHOT:
        rows += labelled("ends", end_words(plan), width)
    return rows + labelled("adapter", f"{plan.adapter}, plan {sha256[:12]}", width, "dim")


def undo_lines(plan: Plan, width: int) -> list[Line]:
    """Return how a plan is undone, and how well; loudly where it is not."""
    if plan.reversible is Reversible.NO:
        return labelled("undo", f"CANNOT BE UNDONE: {plan.undo}", width, "bad")
    how = "" if plan.verb is Verb.SNAPSHOT else _UNDO[plan.reversible]
    return labelled("undo", how + plan.undo, width, "text" if plan.reversible is Reversible.EXACT else "warn")


def observed_lines(observed: str, width: int) -> list[Line]:
    """Return what the adapter reads of its target now; nothing when it read nothing."""
    if not observed:
        return []
    return labelled("now", f"{observed} (the adapter’s own word, proves nothing)", width)


def end_words(plan: Plan) -> str:
    """Return when a containment ends by itself."""
    return "never by itself" if plan.expires_s is None else f"by itself after {span_text(plan.expires_s)}"


def _listed(label: str, texts: list[str], width: int, style: str) -> list[Line]:
    return [
        row for number, text in enumerate(texts) for row in labelled(label if number == 0 else "", text, width, style)
    ]


def loud_lines(plan: Plan, two: str, width: int) -> list[Line]:
    """Return what nobody may overlook about a plan, each over the whole width."""
    texts = [f"{plan.verb} CANNOT BE UNDONE"] if plan.reversible is Reversible.NO else []
    texts += [f"a second person will be asked: {two}"] if two else []
    return [line((fit(f" {text}", width), "loud")) for text in texts]
