"""The board of an exercise as lines: clock and score, what was reached, what is late, what is next, how to begin."""

from __future__ import annotations

from collections.abc import Sequence

from warroom.core.exercise import GRADES, Exercise, Goal, Mark
from warroom.core.moments import elapsed_text
from warroom.core.view import View
from warroom.tui.cells import across, fit, labelled, width_of, wrapped
from warroom.tui.keymap import key_for
from warroom.tui.lines import EMPTY, Line, Span, line
from warroom.tui.times import moment_text
from warroom.tui.words import left_text, span_text

_MARKS = {
    Mark.MET: ("[x] met", "good"),
    Mark.LATE: ("[~] late", "warn"),
    Mark.MISSED: ("[!] missed", "bad"),
    Mark.BROKEN: ("!!  broken", "loud"),
    Mark.KEPT: ("[x] kept", "good"),
}
_STATE_CELLS = 14
_COUNTED = ((Mark.MET, "met"), (Mark.LATE, "late"), (Mark.MISSED, "missed"), (Mark.BROKEN, "broken"))


def head_lines(board: Exercise, view: View, width: int, now: float) -> list[Line]:
    """Return clock and score, then the key for what is next, then what may be known."""
    rows = [across(_score(board), [], width), *labelled("next", next_words(board, view), width, "accent")]
    if board.left is not None:
        gone = f"whoever leads this is gone: this is how it stood at {moment_text(board.left)}"
        rows += wrapped(gone, width, "warn")
    rows += [EMPTY, *wrapped(board.story, width)] if board.story else []
    return rows


def clock_line(board: Exercise, now: float) -> Line:
    """Return the running clock; it stands still at the end."""
    end = now if board.ended is None else board.ended
    return line((elapsed_text(end - board.began), "strong"))


def _score(board: Exercise) -> list[Span]:
    score = "" if board.score is None else f"{board.score:.0f} of 100"
    if board.grade:
        words = GRADES.get(board.grade, "")
        meaning: list[Span] = [(f" · {words}", "text")] if words else []
        return [(f" GRADE {board.grade} ", "phase"), (f" {score}", "strong"), *meaning]
    spans: list[Span] = [("over" if board.ended is not None else "runs", "strong"), (f" · {score} so far", "text")]
    for mark, word in _COUNTED:
        number = sum(goal.mark is mark for goal in board.goals)
        if number:
            spans.append((f" · {number} {word}", _MARKS[mark][1]))
    if board.unseen:
        spans.append((f" · {board.unseen} not told yet", "dim"))
    return spans


def next_words(board: Exercise, view: View) -> str:
    """Return what a person can do now, with its key, from what the room itself shows."""
    if board.ended is not None and board.word:
        return board.word
    waiting = sum(1 for alarm in view.alarms if alarm.acknowledged is None)
    incident = next((one for one in reversed(view.incidents) if one.open), None)
    if waiting:
        noun = "alarm waits" if waiting == 1 else "alarms wait"
        more = "" if incident else f", {key_for('open')} opens an incident"
        return f"{waiting} {noun}: {key_for('page_alarms')} shows why, {key_for('ack')} acknowledges{more}"
    if incident is not None:
        step = incident.next_step or f"all steps are settled: {key_for('close')} closes it"
        return f"{step} ({key_for('page_incident')} shows the room of {incident.id})"
    if view.incidents:
        return f"{key_for('page_postmortem')} shows the post-mortem, {key_for('export')} writes it"
    return f"watch: {key_for('page_overview')} shows the bots, {key_for('page_stream')} the log of one"


def goal_lines(board: Exercise, width: int, now: float) -> list[Line]:
    """Return the goals that may be told of: mark, when, what; a hint where one is late."""
    rows: list[Line] = []
    for goal in board.goals:
        rows += _goal(goal, board, width, now)
    if board.unseen:
        things = ("more " if rows else "") + ("thing is" if board.unseen == 1 else "things are")
        words = f"{board.unseen} {things} expected; each is told when it is reached or its time has passed"
        rows += [EMPTY, *wrapped(words, width, "dim")] if rows else wrapped(words, width, "dim")
    if board.word and board.ended is None:
        rows += [EMPTY, *wrapped(board.word, width, "dim")]
    return rows


def _goal(goal: Goal, board: Exercise, width: int, now: float) -> list[Line]:
    state, style = _state(goal, now)
    when = elapsed_text(goal.at - board.began)[3:] if goal.at is not None else ""
    label: tuple[Span, ...] = ((fit(state, _STATE_CELLS), style), (fit(when, 6), "dim"))
    indent = _STATE_CELLS + 6
    words = goal.text or "not told before its time"
    if goal.mark in (Mark.LATE, Mark.MISSED) and goal.due is not None:
        words += f" (by {elapsed_text(goal.due - board.began)[3:]})"
    first, *more = wrapped(words, width - indent, "text" if goal.text else "dim")
    rows = [Line((*label, *first.spans)), *(Line(((" " * indent, "text"), *row.spans)) for row in more)]
    if goal.hint:
        rows += [
            Line(((" " * indent, "text"), *row.spans))
            for row in wrapped(f"hint: {goal.hint}", width - indent, "accent")
        ]
    return rows


def _state(goal: Goal, now: float) -> Span:
    if goal.mark is not Mark.OPEN:
        return _MARKS[goal.mark]
    if goal.due is None:
        return "[ ]", "dim"
    left = goal.due - now
    return (f"[ ] in {left_text(left)}", "text") if left >= 0 else (f"[ ] LATE {span_text(-left)}", "bad")


def no_exercise_lines(scenarios: Sequence[tuple[str, str]], width: int) -> list[Line]:
    """Return what a drill is and how one is begun."""
    rows = [
        line(("Nobody leads a drill in this room now.", "strong")),
        EMPTY,
        *wrapped(
            "A drill attacks a real bot in a room of its own and counts what you do against the clock. "
            "Nothing in this room is touched, and what is done there is marked as a drill for ever.",
            width,
        ),
        EMPTY,
        line(("TO BEGIN, IN ANOTHER TERMINAL", "head")),
        line(("  warroom drill ", "key"), ("SCENARIO", "accent")),
        EMPTY,
        line(("SCENARIOS", "head")),
    ]
    cells = min(24, max((width_of(name) for name, _ in scenarios), default=0))
    for name, title in scenarios:
        for place, row in enumerate(wrapped(title, width - cells - 4)):
            rows.append(line(("  " + fit(name if place == 0 else "", cells) + "  ", "key"), *row.spans))
    if not scenarios:
        rows.append(line(("  warroom drill list", "key"), ("  names them", "text")))
    return rows
