"""A plan in words for whoever is asked on the command line: what exactly is done, whom it hits, how it ends."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Sequence

from warroom.cli.exits import REFUSED, USAGE, Failure
from warroom.core.clean import clean
from warroom.core.model import Plan, Reversible, Verb
from warroom.core.queries import PlanAnswer

_LABEL = 11
_UNDO = {Reversible.EXACT: "exact: ", Reversible.BEST_EFFORT: "best effort, not exact: ", Reversible.NO: ""}
_UNITS = ((86_400.0, "d"), (3600.0, "h"), (60.0, "m"))


def preview_rows(answer: PlanAnswer, hit: str = "") -> list[str]:
    """Return a dry run; `hit` says whom the bot served in the last hour."""
    beside = [("now", [f"{answer.observed} (the adapter's own word, proves nothing)"] if answer.observed else [])]
    beside += [("last hour", [hit] if hit else [])]
    beside += [("check", [f"{one.state.value.upper()} {one.name}: {one.text}" for one in answer.checks])]
    beside += [("two", [f"a second person will be asked: {answer.two}"] if answer.two else [])]
    return plan_rows(answer.plan, answer.sha256, beside)


def plan_rows(plan: Plan, sha256: str, beside: Iterable[tuple[str, Sequence[str]]] = ()) -> list[str]:
    """Return a plan, every text cleaned; `sha256` binds it, and is no hash of cleaned texts."""
    undo = f"{_UNDO[plan.reversible]}{plan.undo}"
    if plan.reversible is Reversible.NO:
        undo = f"CANNOT BE UNDONE: {plan.undo}"
    parts: list[tuple[str, Sequence[str]]] = [
        ("exactly", plan.exact),
        ("users", plan.effects),
        ("acts on", plan.instances),
        ("also hit", plan.shared),
        ("undo", [plan.undo if plan.verb is Verb.SNAPSHOT else undo]),
        *beside,
        ("probe", [plan.probe] if plan.probe else []),
        ("ends", [] if plan.verb is Verb.SNAPSHOT else [end_text(plan.expires_s)]),
        ("plan", [sha256]),
    ]
    return [f"{plan.verb} {clean(plan.bot, 64)} by {clean(plan.adapter, 64)}", *labelled(parts)]


def labelled(parts: Iterable[tuple[str, Sequence[str]]]) -> list[str]:
    """Return rows under their labels, which stand at the first row of each alone."""
    return [
        f"  {(label if number == 0 else '').ljust(_LABEL)}{clean(text)}"
        for label, texts in parts
        for number, text in enumerate(texts)
    ]


def end_text(expires_s: float | None) -> str:
    """Return when a containment ends by itself."""
    if expires_s is None:
        return "never by itself"
    size, unit = next(((size, unit) for size, unit in _UNITS if expires_s % size == 0), (1.0, "s"))
    return f"by itself after {expires_s / size:g}{unit}"


def confirmed(rows: Sequence[str], question: str, plan: Plan | None, given: str = "") -> str:
    """Show rows on stderr and ask; returns the bot's name where it had to be typed, else what was given for it.

    `plan` is None where nothing is done that cannot be undone. Failure where nobody is here to ask, or who is says no.
    """
    print("\n".join(rows), file=sys.stderr)
    wanted = plan.bot if plan is not None and plan.reversible is Reversible.NO else ""
    if sys.stdin is None or not sys.stdin.isatty():
        options = f"--yes --confirm {clean(wanted, 64)}" if wanted and given != wanted else "--yes"
        raise Failure(USAGE, "nobody is here to ask", next_step=f"repeat with {options}")
    how = "it cannot be undone; type the bot's name" if wanted else "type yes"
    print(f"{question} {how}: ", end="", file=sys.stderr, flush=True)
    if sys.stdin.readline().strip() != (wanted or "yes"):
        raise Failure(REFUSED, "not confirmed: nothing was done")
    return wanted or given
