"""Containments in lines: the list, and one with its proof."""

from __future__ import annotations

from warroom.core.counted import counted
from warroom.core.model import ActionState, Verb
from warroom.core.view import ActionView
from warroom.tui.cells import cut, fit, labelled, width_of, wrapped
from warroom.tui.decide_lines import person_words, rule_words
from warroom.tui.keymap import key_for
from warroom.tui.lines import EMPTY, Line, Span, line
from warroom.tui.plan_lines import plan_lines
from warroom.tui.times import clock_text, minute_text, moment_text
from warroom.tui.words import LIVE_ACTIONS, RELEASABLE, UNBEGUN, action_state, left_text, waits

MOST_WORDS = 72
"""Cells for the words of a row: what stands behind them is not lost at the far edge of a wide screen."""
_VERDICTS = {"contained": "good", "open": "bad", "unknown": "warn"}
_NEVER_BEGAN = frozenset({ActionState.DENIED, ActionState.CANCELLED, ActionState.LAPSED})
_LOUD = (ActionState.NOT_HELD, ActionState.FAILED, ActionState.AMBIGUOUS)


def action_rows(actions: list[ActionView], width: int, now: float) -> list[Line]:
    """Return one row an action, newest first: state, verb and bot, by whom and when, proof."""
    rows = [_row(action, width, now) for action in reversed(actions)]
    return rows or [line((f"nothing was done to a bot; {key_for('contain')} contains one", "dim"))]


def _row(action: ActionView, width: int, now: float) -> Line:
    words, style = action_state(action)
    cells = min(MOST_WORDS, max(12, width - 45 if width >= 70 else width - 36))
    tail, tail_style = _tail(action, now, cells)
    spans = [
        (fit(words, 13), style),
        (" " + fit(f"{action.verb} {action.bot}", 24 if width >= 70 else 15), "strong"),
        (" " + fit(tail, cells), tail_style),
        (" " + minute_text(action.requested), "dim"),
        (" " + action.operator, "dim"),
    ]
    return line(*cut(spans, width), key=f"action:{action.id}")


def _tail(action: ActionView, now: float, cells: int) -> Span:
    """Return what matters most about an action now, in the most words that fit."""
    if action.state in _LOUD and action.note:
        return action.note, "text"
    if waits(action) and action.approval is not None:
        return _longest(_waiting_words(action, now), cells), "warn"
    if action.state is ActionState.DRAFT:
        begin = key_for("begin")
        return _longest([f"prepared, nothing is done yet · {begin} begins", f"{begin} begins it"], cells), "text"
    if action.broken_glass and action.state in LIVE_ACTIONS:
        loud, proved = "GLASS BROKEN", _proof_words(action, now)
        why = f"{loud}: {action.broken_glass}"
        return _longest([f"{why} · {proved[0]}", why, *(f"{loud} · {words}" for words in proved), loud], cells), "bad"
    return _longest(_proof_words(action, now), cells), "text"


def _waiting_words(action: ActionView, now: float) -> list[str]:
    asked = action.approval
    assert asked is not None
    what = "letting it back waits for" if asked.release else "waits for"
    end = f"lapses in {left_text(asked.lapses - now)}"
    by = f"asked by {asked.asked_by}"
    short = "back? " if asked.release else ""
    return [
        f"{what} a 2nd person: {by}, {end} · {key_for('approve')} approves",
        f"{short}{by}, {end} · {key_for('approve')} approves",
        f"{short}{by}, {end}",
        f"{short}{end}",
        end,
    ]


def _proof_words(action: ActionView, now: float) -> list[str]:
    ends = action.expires is not None and action.state in LIVE_ACTIONS
    end = f"ends in {left_text((action.expires or now) - now)}" if ends else ""
    if action.proof is None:
        waiting = "evidence is being taken" if action.verb is Verb.SNAPSHOT else "waiting for the probe"
        words = waiting if action.state in LIVE_ACTIONS else action.note
        return [f"{words}, {end}", words] if end else [words]
    agree = sum(1 for s in action.proof.samples if s.verdict is action.proof.verdict)
    share = f"{agree}/{len(action.proof.samples)}"
    words = f"proof {share} {action.proof.verdict}"
    return [f"{words}, {end}", f"proof {share}, {end}", end] if end else [words, f"proof {share}"]


def _longest(texts: list[str], cells: int) -> str:
    """Return the first text that fits, the last one when none does."""
    return next((text for text in texts if width_of(text) <= cells), texts[-1])


def actions_title(actions: list[ActionView]) -> str:
    """Return how many actions there are, how many wait, and loudly how many do not hold."""
    held = sum(1 for a in actions if a.state is ActionState.HELD)
    waiting = sum(1 for a in actions if waits(a))
    drafts = sum(1 for a in actions if a.state is ActionState.DRAFT)
    bad = sum(1 for a in actions if a.state in (ActionState.NOT_HELD, ActionState.AMBIGUOUS))
    parts = [f"Actions {len(actions)}", f"{held} held"]
    parts += [f"{waiting} WAIT FOR A 2ND PERSON" if waiting > 1 else "1 WAITS FOR A 2ND PERSON"] if waiting else []
    parts += [f"{drafts} prepared"] if drafts else []
    parts += [f"{bad} NOT PROVEN"] if bad else []
    return " · ".join(parts)


def action_lines(action: ActionView, width: int, now: float) -> list[Line]:
    """Return one action in full: state, keys, plan, and each probe as sent and got."""
    words, style = action_state(action)
    head = [(words, style), (f"  {action.verb} {action.bot}", "strong"), (f"  {action.id} by {action.adapter}", "dim")]
    rows = [line(*cut(head, width)), *_key_rows(action, width)]
    if action.broken_glass:
        rows.append(line((fit(f" GLASS BROKEN, one person alone: {action.broken_glass}", width), "loud")))
    if action.note and not waits(action):
        rows += labelled("note", action.note, width, "bad" if action.state in _LOUD else "text")
    rows += labelled("asked", person_words(action.operator, action.uid, action.requested, action.reason), width)
    rows += _approval_lines(action, width, now)
    if action.supersedes is not None:
        rows += labelled("follows", f"{action.supersedes}, which was milder", width)
    if action.told:
        told = action.told.startswith("told")
        rows += labelled("told", action.told.removeprefix("told: "), width, "text" if told else "warn")
    if action.expires is not None and action.state in LIVE_ACTIONS:
        end = f"by itself at {moment_text(action.expires)}, in {left_text(action.expires - now)}"
        rows += labelled("ends", end, width, "warn")
    if action.state in UNBEGUN:
        return [*rows, EMPTY, line(("PLAN: NOTHING OF IT IS DONE YET", "head")), *_plan(action, width)]
    rows += labelled("evidence", counted(action.evidence, "file"), width)
    return [*rows, *_proof_lines(action, width), EMPTY, line(("PLAN", "head")), *_plan(action, width)]


def _plan(action: ActionView, width: int) -> list[Line]:
    return plan_lines(action.plan, width, action.plan_sha256)


def _key_rows(action: ActionView, width: int) -> list[Line]:
    keys: list[tuple[str, str]] = []
    if waits(action):
        keys += [("approve", "approve"), ("deny", "say no")]
    if action.state is ActionState.DRAFT:
        keys += [("begin", "begin")]
    if action.state in UNBEGUN:
        keys += [("cancel", "call off")]
    if action.state is ActionState.PENDING_APPROVAL:
        keys += [("break_glass", "break glass")]
    if action.state in RELEASABLE:
        keys += [] if waits(action) else [("release", "release")]
        keys += [("verify", "verify now")]
    spans = [span for id, what in keys for span in ((f"{key_for(id)} ", "key"), (f"{what}   ", "text"))]
    return [line(*cut(spans, width))] if spans else []


def _approval_lines(action: ActionView, width: int, now: float) -> list[Line]:
    asked = action.approval
    if asked is None:
        return []
    rows: list[Line] = []
    if asked.release:
        rows += labelled(
            "let back", f"asked {person_words(asked.asked_by, asked.asked_uid, asked.asked, asked.reason)}", width
        )
    if asked.given_by is not None:
        return rows + labelled("approved", f"by {asked.given_by}: {asked.why}", width, "good")
    return rows + labelled("needs two", rule_words(asked, now), width, "warn") if waits(action) else rows


def _proof_lines(action: ActionView, width: int) -> list[Line]:
    rows = [EMPTY, line(("PROOF FROM OUTSIDE", "head"))]
    if action.proof is None:
        words = "no probe has answered" + (" yet" if action.state in LIVE_ACTIONS else "")
        if action.verb is Verb.SNAPSHOT:
            words = "none is needed: a snapshot takes evidence and changes nothing on the bot"
        elif action.state in _NEVER_BEGAN:
            words = "none: it never began"
        return [*rows, *wrapped(words, width, "dim", "  ")]
    for sample in action.proof.samples:
        verdict = (sample.verdict.upper(), _VERDICTS[sample.verdict])
        rows.append(line((f"  {clock_text(sample.at)} ", "dim"), verdict))
        rows += labelled("    sent", sample.sent, width, "text", 9)
        rows += labelled("    got", sample.got, width, "text", 9)
    return rows
