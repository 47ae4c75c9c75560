"""Alarms that came before and look like this one: how many, when, and how they ended."""

from __future__ import annotations

import msgspec

from warroom.core.model import ActionState, Verb
from warroom.core.view import AlarmView, IncidentView, View
from warroom.tui.cells import cut, fit
from warroom.tui.lines import Line, line
from warroom.tui.times import clock_text
from warroom.tui.words import alarm_mark, span_text

SHOWN = 5
"""Earlier alarms that are listed; the sentence counts all."""
_VIEW_HOLDS = 100
_PROVED = frozenset({ActionState.HELD, ActionState.RELEASED, ActionState.RELEASING, ActionState.EXPIRED})


class Similar(msgspec.Struct, frozen=True):
    """An alarm before, and what it has in common with the one in question."""

    alarm: AlarmView
    shared: tuple[str, ...]
    """Names of the reasons of both; empty when only the bot is the same."""


def similar_to(alarm: AlarmView, view: View) -> list[Similar]:
    """Return earlier alarms with a reason of the same kind and name, or of the same bot; newest first."""
    mine = {(reason.kind, reason.name) for reason in alarm.reasons}
    found: list[Similar] = []
    for one in view.alarms:
        if one.id == alarm.id or one.time > alarm.time:
            continue
        shared = tuple(reason.name for reason in one.reasons if (reason.kind, reason.name) in mine)
        if shared or one.bot == alarm.bot:
            found.append(Similar(one, shared))
    return sorted(found, key=lambda one: one.alarm.time, reverse=True)


def similar_words(alarm: AlarmView, found: list[Similar], view: View) -> str:
    """Return in one sentence how many came before, what they share, and when the last one was."""
    within = f" among the newest {_VIEW_HOLDS}" if len(view.alarms) >= _VIEW_HOLDS else ""
    if not found:
        return f"none before{within}"
    alike = [one for one in found if one.shared]
    parts = []
    if alike:
        names = list(dict.fromkeys(name for one in alike for name in one.shared))
        more = f" and {len(names) - 3} more" if len(names) > 3 else ""
        parts.append(f"{len(alike)} share{'s' if len(alike) == 1 else ''} {', '.join(names[:3])}{more}")
    if rest := len(found) - len(alike):
        parts.append(f"{rest} of {alarm.bot} with other reasons")
    last = span_text(alarm.time - found[0].alarm.time)
    open_ones = sum(1 for one in found if one.alarm.acknowledged is None)
    unseen = f"; {open_ones} not acknowledged" if open_ones else ""
    return f"{len(found)} before{within}: {'; '.join(parts)}; the last one {last} before{unseen}"


def similar_lines(found: list[Similar], view: View, width: int) -> list[Line]:
    """Return the newest of them, one row each: when, level, bot, score, what is shared, how it ended."""
    rows = [_row(one, view, width) for one in found[:SHOWN]]
    if len(found) > SHOWN:
        rows.append(line((f"  and {len(found) - SHOWN} more in the list above", "dim")))
    return rows


def _row(one: Similar, view: View, width: int) -> Line:
    mark, _ = alarm_mark(one.alarm)
    ending, style = how_it_ended(one.alarm, view)
    what = ", ".join(one.shared) or (one.alarm.reasons[0].name if one.alarm.reasons else one.alarm.cause)
    spans = [
        ("  " + clock_text(one.alarm.time), "dim"),
        (" " + fit(mark, 11), "dim"),
        (" " + fit(one.alarm.bot, 12), "strong"),
        (" " + fit(f"{one.alarm.score:.0f}", 3, right=True), "text"),
        (" " + fit(what, 24 if width >= 100 else 14), "text" if one.shared else "dim"),
        (" " + ending, style),
    ]
    return line(*cut(spans, width))


def how_it_ended(alarm: AlarmView, view: View) -> tuple[str, str]:
    """Return what became of an alarm in words, and their style."""
    incident = next((one for one in view.incidents if one.id == alarm.incident), None)
    if incident is not None:
        return _incident_words(incident, view), "text"
    if alarm.acknowledged is not None:
        return f"seen by {alarm.acknowledged}, no incident", "dim"
    return "not acknowledged", "warn"


def _incident_words(incident: IncidentView, view: View) -> str:
    mine = [one for one in view.actions if one.id in incident.actions and one.verb is not Verb.SNAPSHOT]
    held = [one.verb.value for one in mine if one.state in _PROVED]
    tried = f", {held[-1]} held" if held else ", nothing held" if mine else ""
    if incident.open or incident.closed is None:
        return f"{incident.id} open{tried}"
    return f"{incident.id} closed after {span_text(incident.closed - incident.opened)}{tried}"
