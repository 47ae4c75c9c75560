"""An action that somebody decides about, in lines: who asked, which rule, and exactly what would follow."""

from __future__ import annotations

from warroom.core.ports import Checked
from warroom.core.queries import NotAnswered, ObservationAnswer, PlanAnswer, QueryAnswer
from warroom.core.view import ActionView, ApprovalView
from warroom.tui.cells import fit, labelled
from warroom.tui.decisions import Decision, undoes
from warroom.tui.keymap import key_for
from warroom.tui.lines import Line, line
from warroom.tui.plan_lines import check_lines, loud_lines, observed_lines, plan_lines, undo_lines
from warroom.tui.times import moment_text
from warroom.tui.words import action_state, left_text, waits


def decide_lines(
    decision: Decision, action: ActionView, today: QueryAnswer | None, width: int, now: float
) -> list[Line]:
    """Return what is decided about: `today` is what was read of the target for it, None while it is not there yet."""
    rows = _asked_lines(action, width, now)
    if undoes(decision, action):
        return rows + _undo_lines(action, today, width)
    checks = today.checks if isinstance(today, PlanAnswer) else []
    observed = today.observed if isinstance(today, PlanAnswer) else ""
    rows += check_lines((check for check in checks if check.state is not Checked.OK), width)
    rows += plan_lines(action.plan, width, action.plan_sha256, observed=observed)
    return rows + check_lines((check for check in checks if check.state is Checked.OK), width)


def _asked_lines(action: ActionView, width: int, now: float) -> list[Line]:
    rows = labelled("asked", person_words(action.operator, action.uid, action.requested, action.reason), width)
    asked = action.approval
    if asked is not None and waits(action):
        if asked.release:
            who = person_words(asked.asked_by, asked.asked_uid, asked.asked, asked.reason)
            rows += labelled("let back", f"asked {who}", width)
        rows += labelled("needs two", rule_words(asked, now), width, "warn")
    return rows


def person_words(name: str, uid: int | None, at: float, reason: str) -> str:
    """Return who asked when and why."""
    return f"by {name} (uid {'–' if uid is None else uid}) at {moment_text(at)}: {reason or 'no reason given'}"


def rule_words(asked: ApprovalView, now: float) -> str:
    """Return the rule that asks for a second person, and until when."""
    left = asked.lapses - now
    return f"{asked.why}; {f'lapses in {left_text(left)}' if left > 0 else 'the request lapsed'}"


def _undo_lines(action: ActionView, today: QueryAnswer | None, width: int) -> list[Line]:
    word, style = action_state(action)
    rows = labelled("stands", f"{word}: {action.verb} {action.bot} by {action.adapter}", width, style)
    rows += undo_lines(action.plan, width)
    rows += observed_lines(today.text if isinstance(today, ObservationAnswer) else "", width)
    rows += labelled("after it", "the probes must see the bot at work again, else it is not released", width)
    rows += labelled("probe", action.plan.probe, width)
    return rows + labelled("plan", action.plan_sha256[:12], width, "dim")


def decide_loud(decision: Decision, action: ActionView, today: QueryAnswer | None, width: int) -> list[Line]:
    """Return what nobody may overlook: what has no way back, what changed meanwhile, who else is asked or told."""
    rows: list[Line] = []
    if undoes(decision, action):
        texts = [f"this lets {action.bot} back to its users"]
    else:
        two = today.two if isinstance(today, PlanAnswer) and decision is Decision.BEGIN else ""
        rows = loud_lines(action.plan, two, width)
        texts = _changes(decision, action, today)
        if decision is Decision.BREAK_GLASS:
            texts.append("nobody else agreed: every console is told, and the post-mortem lists it")
    return rows + [line((fit(f" {text}", width), "loud")) for text in texts]


def _changes(decision: Decision, action: ActionView, today: QueryAnswer | None) -> list[str]:
    if isinstance(today, PlanAnswer) and today.sha256 != action.plan_sha256:
        approving = decision is Decision.APPROVE
        away = f"{key_for('deny')} says no" if approving else f"{key_for('cancel')} calls it off"
        return [f"the target changed since: this will be refused; {away}, {key_for('contain')} asks anew"]
    if isinstance(today, NotAnswered):
        return [f"no plan can be made now: {today.reason}"]
    return []
