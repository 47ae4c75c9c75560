"""Containments in lines: the list, one with its proof, and the loud words when one does not hold."""

from __future__ import annotations

from warroom.core.model import ActionState, Plan
from warroom.core.moments import clock_text
from warroom.core.view import ActionView, View
from warroom.tui.cells import cut, fit, labelled, wrapped
from warroom.tui.lines import EMPTY, Line, line
from warroom.tui.words import LIVE_ACTIONS, RELEASABLE, action_state, span_text

_VERDICTS = {"contained": "good", "open": "bad", "unknown": "warn"}
_LOUD = (ActionState.NOT_HELD, ActionState.FAILED, ActionState.AMBIGUOUS)


def action_rows(actions: list[ActionView], width: int, now: float) -> list[Line]:
    """Return one row an action, newest first: state, verb and bot, by whom and when, proof."""
    rows = [_row(action, width, now) for action in reversed(actions)]
    return rows or [line(("nothing was done to a bot; x contains one", "dim"))]


def _row(action: ActionView, width: int, now: float) -> Line:
    words, style = action_state(action)
    spans = [
        (fit(words, 13), style),
        (" " + fit(f"{action.verb} {action.bot}", 24 if width >= 70 else 15), "strong"),
        (" " + fit(_proof_words(action, now), max(12, width - 45 if width >= 70 else width - 36)), "text"),
        (" " + clock_text(action.requested)[:5], "dim"),
        (" " + action.operator, "dim"),
    ]
    return line(*cut(spans, width), key=f"action:{action.id}")


def _proof_words(action: ActionView, now: float) -> str:
    if action.state in _LOUD and action.note:
        return action.note
    if action.proof is None:
        return "waiting for the probe" if action.state in LIVE_ACTIONS else action.note
    agree = sum(1 for s in action.proof.samples if s.verdict is action.proof.verdict)
    words = f"proof {agree}/{len(action.proof.samples)} {action.proof.verdict}"
    if action.expires is not None and action.state in LIVE_ACTIONS:
        words += f", ends in {span_text(action.expires - now)}"
    return words


def actions_title(actions: list[ActionView]) -> str:
    """Return how many actions there are, and loudly how many do not hold."""
    held = sum(1 for a in actions if a.state is ActionState.HELD)
    bad = sum(1 for a in actions if a.state in (ActionState.NOT_HELD, ActionState.AMBIGUOUS))
    return f"Actions {len(actions)} · {held} held" + (f" · {bad} NOT PROVEN" if bad else "")


def action_lines(action: ActionView, width: int, now: float) -> list[Line]:
    """Return one action in full: state, keys, plan, and each probe as sent and got."""
    words, style = action_state(action)
    rows = [
        line(
            *cut(
                [
                    (words, style),
                    (f"  {action.verb} {action.bot}", "strong"),
                    (f"  {action.id} by {action.adapter}", "dim"),
                ],
                width,
            )
        )
    ]
    if action.state in RELEASABLE:
        rows.append(line(("r ", "key"), ("release   ", "text"), ("v ", "key"), ("verify now", "text")))
    if action.note:
        rows += labelled("note", action.note, width, "bad" if action.state in _LOUD else "text")
    asked = f"by {action.operator} (uid {'–' if action.uid is None else action.uid}) at {clock_text(action.requested)}"
    rows += labelled("asked", asked + (f": {action.reason}" if action.reason else ""), width)
    if action.expires is not None:
        rows += labelled("expires", f"{clock_text(action.expires)}, in {span_text(action.expires - now)}", width)
    rows += labelled("evidence", f"{action.evidence} files", width)
    rows += [EMPTY, line(("PROOF FROM OUTSIDE", "head"))]
    if action.proof is None:
        rows.append(line(("  no probe has answered yet", "dim")))
    else:
        for sample in action.proof.samples:
            rows.append(
                line((f"  {clock_text(sample.at)} ", "dim"), (sample.verdict.upper(), _VERDICTS[sample.verdict]))
            )
            rows += labelled("    sent", sample.sent, width, "text", 9)
            rows += labelled("    got", sample.got, width, "text", 9)
    return [*rows, EMPTY, line(("PLAN", "head")), *plan_lines(action.plan, width)]


def plan_lines(plan: Plan, width: int) -> list[Line]:
    """Return a dry run: the exact requests or processes, effects, undo and probe."""
    rows: list[Line] = []
    for number, request in enumerate(plan.exact):
        rows += labelled("exactly" if number == 0 else "", request, width, "strong")
    for number, effect in enumerate(plan.effects):
        rows += labelled("users" if number == 0 else "", effect, width)
    rows += labelled("undo", plan.undo, width)
    rows += labelled("probe", plan.probe, width)
    if plan.expires_s is not None:
        rows += labelled("expires", f"after {span_text(plan.expires_s)}", width)
    rows += labelled("adapter", f"{plan.adapter}, plan {plan.sha256[:12]}", width, "dim")
    return rows


def alarm_banner(view: View) -> str:
    """Return the loud words for the newest action on a bot that is not proven, or an empty text."""
    newest = {action.bot: action for action in view.actions}
    for action in newest.values():
        if action.state is ActionState.NOT_HELD:
            return f"NOT HELD: {action.verb} {action.bot}: the bot still answers. x acts harder, 4 shows the proof"
        if action.state is ActionState.AMBIGUOUS:
            return f"AMBIGUOUS: {action.verb} {action.bot}: nobody knows whether it was done. v verifies on page 4"
    return ""


def headline(text: str, width: int) -> list[Line]:
    """Return a loud text over the whole width, at most three rows of it."""
    return [line((fit(f" {row.text}", width), "loud")) for row in wrapped(text, width - 2, "loud")[:3]]
