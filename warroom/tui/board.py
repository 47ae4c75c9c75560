"""The overview as lines: the bots' board, and what needs attention below it."""

from __future__ import annotations

from collections.abc import Sequence

from warroom.core.clean import clean
from warroom.core.model import ActionState, BotState
from warroom.core.moments import elapsed_text
from warroom.core.standing import NOT_READ
from warroom.core.view import ActionView, AlarmView, BotView, IncidentView, SourceView, View
from warroom.tui.banner import alarm_banner, unproven_actions
from warroom.tui.cells import cut, fit, width_of
from warroom.tui.chosen import Chosen
from warroom.tui.lines import Line, line
from warroom.tui.outbox_lines import due_words
from warroom.tui.times import clock_text
from warroom.tui.words import (
    SEVERITY_STYLE,
    action_state,
    age,
    alarm_mark,
    bot_state,
    count,
    hour_trend,
    score_style,
    trend,
)

_TREND_CELLS = 10
_HOUR_CELLS = 12
_HOT = frozenset({BotState.ALARM, BotState.ODD, BotState.SILENT})

MOST_WORDS = 80
"""Cells for what an alarm is about: who has seen it stands behind that, not at the far edge of a wide screen."""


def board_lines(view: View, width: int, now: float, order: Sequence[BotView] | None = None) -> list[Line]:
    """Return one row a bot, in `order` where there is one: state, name, score, trend, lines, last line, why."""
    if not view.bots:
        return [line(("no bot yet: name a log, for example  warroom watch /var/log/bot.log", "dim"))]
    state_cells = max(12, *(len(bot_state(bot)[0]) for bot in view.bots))
    name_cells = min(max(6, *(width_of(clean(bot.name)) for bot in view.bots)), 20 if width >= 100 else 14)
    hour_cells = _HOUR_CELLS if width >= 100 else 0
    head = (
        fit("STATE", state_cells),
        fit("BOT", name_cells),
        fit("SCORE", 5, right=True),
        fit("TREND", _TREND_CELLS),
        *([fit("1H TREND", hour_cells)] if hour_cells else []),
        fit("LINES", 5, right=True),
        fit("LAST", 5, right=True),
        "WHY",
    )
    rows = [line(*cut([(" ".join(head), "head")], width))]
    for bot in view.bots if order is None else order:
        rows.append(_bot_row(bot, (state_cells, name_cells, hour_cells), width, now))
    return rows


def _bot_row(bot: BotView, columns: tuple[int, int, int], width: int, now: float) -> Line:
    words, style = bot_state(bot)
    score = "–" if bot.score is None else f"{bot.score:.0f}"
    state_cells, name_cells, hour_cells = columns
    spans = [
        (fit(words, state_cells), style),
        (" " + fit(bot.name, name_cells), "strong"),
        (" " + fit(score, 5, right=True), score_style(bot.score)),
        (" " + trend(bot.trend, _TREND_CELLS), score_style(bot.score) if bot.score and bot.score >= 35 else "dim"),
        (" " + fit(hour_trend(bot.hour), hour_cells) if hour_cells else "", _hour_style(bot)),
        (" " + fit(count(bot.lines), 5, right=True), "text"),
        (" " + fit(age(bot.last_line, now), 5, right=True), "dim"),
        (" " + (f"held by {bot.held_by}: " if bot.held_by else "") + bot.why, "text"),
    ]
    return line(*cut(spans, width), key=f"bot:{bot.name}")


def _hour_style(bot: BotView) -> str:
    worst = max((score for score in bot.hour if score is not None), default=0.0)
    return score_style(worst) if worst >= 35 else "dim"


def board_title(view: View, *, held: bool = False) -> str:
    """Return the title of the board: how many bots, how many are not well, and whether the rows wait to be sorted."""
    hot = sum(1 for bot in view.bots if bot.state in _HOT)
    contained = sum(1 for bot in view.bots if bot.held_by)
    parts = [f"Bots {len(view.bots)}"]
    if hot:
        parts.append(f"{hot} need{'s' if hot == 1 else ''} a look")
    if contained:
        parts.append(f"{contained} contained")
    if held:
        parts.append("rows held, Esc sorts them")
    return " · ".join(parts)


def attention_lines(view: View, width: int, now: float) -> list[Line]:
    """Return open incidents with their next step, what is not proven, logs that give no lines, then alarms."""
    rows = [_incident_row(i, width, now) for i in reversed(view.incidents) if i.open]
    rows += [_unproven_row(action, width) for action in _unled(view)]
    rows += [_log_row(log, width) for log in _unread(view)]
    rows += [alarm_row(a, width) for a in reversed(view.alarms)]
    rows += [_incident_row(i, width, now) for i in reversed(view.incidents) if not i.open]
    return rows or [line((_nothing(view, now), "dim"))]


def _nothing(view: View, now: float) -> str:
    """Return what stands where there is nothing to list; it must not contradict the words above or the board."""
    quiet = not (view.banner or alarm_banner(view, now) or any(bot.state in _HOT for bot in view.bots))
    return ("nothing needs attention: " if quiet else "") + "no alarm, no open incident"


def _unled(view: View) -> list[ActionView]:
    """Return what is not proven and belongs to no open incident, whose row would stand for it."""
    led = {incident.id for incident in view.incidents if incident.open}
    return [action for action in unproven_actions(view) if action.incident not in led]


def _unread(view: View) -> list[SourceView]:
    return [log for log in view.sources if log.state in NOT_READ]


def _unproven_row(action: ActionView, width: int) -> Line:
    words, style = action_state(action)
    what = "the bot still answers" if action.state is ActionState.NOT_HELD else "nobody knows whether it is done"
    spans = [(fit(words, 12), style), (f" {action.verb} {action.bot}", "strong"), (f" {action.id}: {what}", "text")]
    return line(*cut(spans, width), key=f"action:{action.id}")


def _log_row(log: SourceView, width: int) -> Line:
    spans = [
        (fit("?? NO LINES", 12), "warn"),
        (" " + log.bot, "strong"),
        (f" {log.path} {NOT_READ[log.state]}; it is watched until it can be read", "text"),
    ]
    return line(*cut(spans, width), key=f"bot:{log.bot}")


def attention_title(view: View) -> str:
    """Return how many incidents are open, alarms nobody has acknowledged, and what else is listed first."""
    incidents = sum(1 for i in view.incidents if i.open)
    waiting = sum(1 for a in view.alarms if a.acknowledged is None)
    noun = "incident" if incidents == 1 else "incidents"
    parts = ["Attention", f"{incidents} open {noun}"]
    unproven, unread = len(_unled(view)), len(_unread(view))
    parts += [f"{unproven} NOT PROVEN"] if unproven else []
    parts += [f"{unread} log{'' if unread == 1 else 's'} not read"] if unread else []
    return " · ".join([*parts, f"{waiting} alarm{'' if waiting == 1 else 's'} not acknowledged"])


def _incident_row(incident: IncidentView, width: int, now: float) -> Line:
    if incident.open:
        state = f"{elapsed_text((now - incident.opened) // 60 * 60)[:-3]} open"
        due = due_words(incident, now)
        late = due is not None and due[1] == "bad"
        tail = f"{due[0]} · next: {incident.next_step}" if due and late else f"next: {incident.next_step}"
    else:
        state, tail, late = "closed", "", False
    spans = [
        (fit(f"{incident.severity} {incident.id}", 12), SEVERITY_STYLE[incident.severity] if incident.open else "dim"),
        (" " + fit(state, 10), "text" if incident.open else "dim"),
        (
            " " + fit(incident.title, 60 if width >= 160 else 34 if width >= 100 else 24),
            "strong" if incident.open else "dim",
        ),
        (" " + tail, "bad" if late else "accent"),
    ]
    return line(*cut(spans, width), key=f"incident:{incident.id}")


def alarm_row(alarm: AlarmView, width: int) -> Line:
    """Return one alarm as a row: level, time, bot, score, what it is about, who has seen it."""
    mark, style = alarm_mark(alarm)
    seen = f"seen by {alarm.acknowledged}" if alarm.acknowledged else "not acknowledged"
    why = alarm.reasons[0].text if alarm.reasons else alarm.cause
    seen_cells = min(24, max(16, width_of(clean(seen))))
    spans = [
        (fit(mark, 12), style if alarm.acknowledged is None else "dim"),
        (" " + clock_text(alarm.time), "dim"),
        (" " + fit(alarm.bot, 14), "strong"),
        (" " + fit(f"{alarm.score:.0f}", 3, right=True), score_style(alarm.score)),
        (" " + fit(why, min(MOST_WORDS, max(8, width - 42 - seen_cells))), "text"),
        (" " + fit(seen, seen_cells), "dim" if alarm.acknowledged else "warn"),
    ]
    return line(*cut(spans, width), key=f"alarm:{alarm.id}")


def chosen_row(rows: Sequence[Line], chosen: Chosen) -> str:
    """Return the key of the row of what is chosen in a list of what needs attention; of none an empty text.

    Where the cursor's own row is gone no other one is chosen in its place.
    """
    keys = {row.key for row in rows}
    if chosen.kind in ("alarm", "incident") and (here := chosen.key(chosen.kind)):
        return here if here in keys else ""
    wanted = (chosen.key(chosen.kind), chosen.key("alarm"), chosen.key("incident"))
    return next((key for key in wanted if key in keys), "")


def shares(height: int, bots: int, rows: int, *, beside: bool) -> tuple[int, int]:
    """Return the rows of the board and of what needs attention on a screen of `height`; the stream has the rest.

    The board has what it needs up to 2/5 of the screen, the other up to 1/5; beside each other both may have 2/5.
    """
    most = max(4, height * 2 // 5)
    if beside:
        bots = rows = max(bots, rows)
    return min(bots, most), min(rows, most if beside else max(3, height // 5))
