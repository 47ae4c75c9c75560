"""An alarm in lines: why it was raised, measured against what is usual, and what to do next."""

from __future__ import annotations

from warroom.core.clean import clean
from warroom.core.model import Reason
from warroom.core.view import AlarmView, View
from warroom.tui.cells import cut, fit, labelled, width_of, wrapped
from warroom.tui.keymap import key_for
from warroom.tui.lines import EMPTY, Line, Span, line
from warroom.tui.similar import similar_lines, similar_to, similar_words
from warroom.tui.times import clock_text
from warroom.tui.words import alarm_mark, number_text, score_style

_BAR = 24
_FIRST = 4
"""Reasons that stand above the lines, the heaviest first: more would push the lines off the screen."""


def alarm_lines(alarm: AlarmView, view: View, width: int) -> list[Line]:
    """Return the alarm's head, next step, reasons, samples, alarms like it before and taxonomy."""
    mark, style = alarm_mark(alarm)
    before = similar_to(alarm, view)
    first = len(alarm.reasons) if alarm.action else _FIRST
    head: list[Span] = [
        (f"{mark}  ", style),
        (fit(alarm.bot, min(24, len(alarm.bot))), "strong"),
        *_measured(alarm),
        (f"  {clock_text(alarm.time)}  {fit(alarm.id, 14)}", "dim"),
    ]
    rows = [
        line(*cut(head, width)),
        *labelled("next", _next(alarm), width, "accent"),
        *labelled("similar", similar_words(alarm, before, view), width, "text" if before else "dim"),
        line(("WHY", "head")),
        *(row for reason in alarm.reasons[:first] for row in _reason_lines(reason, width)),
    ]
    if not alarm.action:
        rows += _sample_lines(alarm, width)
    if rest := alarm.reasons[first:]:
        rows += [line(("WHY, TOO", "head")), *(row for reason in rest for row in _reason_lines(reason, width))]
    if before:
        rows += [line(("SIMILAR BEFORE, AND HOW THEY ENDED", "head")), *similar_lines(before, view, width)]
    if not alarm.action:
        rows += [EMPTY, *labelled("catalogue", " ".join(alarm.taxonomy) or "not classified", width, "dim")]
    rows += labelled("cause", alarm.cause, width, "dim")
    return rows


def _measured(alarm: AlarmView) -> list[Span]:
    """Return score and p, where one is known; a containment that does not hold was not measured but seen."""
    if alarm.action:
        return [(f"  NOT HELD: {alarm.action}", "bad")]
    chance: list[Span] = [(f"  p {alarm.p:.2g}", "dim")] if alarm.p < 1 else []
    return [(f"  score {alarm.score:.0f}", score_style(alarm.score)), *chance]


def _sample_lines(alarm: AlarmView, width: int) -> list[Line]:
    rows = [line(("LINES THAT SHOW IT", "head"))]
    for sample in alarm.samples:
        rows += wrapped(sample, width, "text", "  ")
    return rows if alarm.samples else [*rows, line(("  none kept", "dim"))]


def _next(alarm: AlarmView) -> str:
    if alarm.incident:
        return f"belongs to {alarm.incident}: Enter opens its room"
    if alarm.action:
        seen = f"seen by {alarm.acknowledged}" if alarm.acknowledged else f"{key_for('ack')} acknowledges it"
        proof = f"{key_for('page_actions')} shows {alarm.action}"
        return f"{seen}, {key_for('contain')} acts harder, {proof}"
    then = f"{key_for('open')} opens an incident, {key_for('contain')} contains the bot"
    if alarm.acknowledged:
        return f"seen by {alarm.acknowledged}; {then}"
    return f"{key_for('ack')} acknowledges it, {then}"


def _reason_lines(reason: Reason, width: int) -> list[Line]:
    share = f"{reason.contribution:.0%}" if reason.contribution else ""
    head: Span = (fit(share, 5, right=True) + " ", "warn")
    text, name = clean(reason.text), f"{reason.kind}: {clean(reason.name)}"
    if 6 + width_of(text) + 3 + width_of(name) <= width:
        rows = [line(head, (text, "strong"), (f"   {name}", "dim"))]
    else:
        rows = [line(head, (fit(name, width - 6), "strong")), *wrapped(reason.text, width, "text", "      ")]
    if reason.value is not None and reason.usual is not None:
        low, middle, high = reason.usual
        rows.append(
            line(
                ("      ", "text"),
                (range_bar(reason.value, reason.usual), "accent"),
                (f"  {number_text(reason.value)}", "bad" if not low <= reason.value <= high else "text"),
                (f"  usual {number_text(low)} to {number_text(high)}, median {number_text(middle)}", "dim"),
            )
        )
    return rows


def range_bar(value: float, usual: tuple[float, float, float], cells: int = _BAR) -> str:
    """Return `cells` characters: the usual range as `├──┤`, the value as `●`, on one linear scale."""
    low, _, high = usual
    least, most = min(low, value), max(high, value)
    spread = (most - least) or 1.0

    def place(number: float) -> int:
        return round((number - least) / spread * (cells - 1))

    bar = ["·"] * cells
    left, right = place(low), place(high)
    bar[left : right + 1] = ["─"] * (right - left + 1)
    bar[left], bar[right] = "├", "┤"
    bar[place(value)] = "●"
    return "".join(bar)
