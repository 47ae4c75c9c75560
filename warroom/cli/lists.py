"""`warroom bots | alarms | incidents | actions`: what a room holds, for people or as JSON lines."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Sequence
from typing import Any

from warroom.cli.exits import OK
from warroom.cli.printing import print_json, print_table
from warroom.cli.rooms import add_room_option, chosen_room, view_of
from warroom.core.contract import action_json, alarm_json, incident_json, status_json
from warroom.core.moments import clock_text
from warroom.core.view import View


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the options of the verb."""
    add_room_option(parser)
    parser.add_argument("--json", action="store_true", help="JSON lines")


def run(args: argparse.Namespace) -> int:
    """Print the list; exit code 3 when there is no such room."""
    view = view_of(chosen_room(args.room))
    objects, head, rows = _LISTS[args.verb](view)
    if args.json:
        for one in objects:
            print_json(one)
    else:
        print_table(head, rows)
    return OK


Listed = tuple[list[Any], Sequence[str], list[Sequence[object]]]


def _bots(view: View) -> Listed:
    rows: list[Sequence[object]] = [
        (bot.name, bot.state.value, _score(bot.score), bot.lines, bot.alarms, bot.held_by or "-", bot.why)
        for bot in view.bots
    ]
    return status_json(view)["bots"], ("BOT", "STATE", "SCORE", "LINES", "ALARMS", "HELD BY", "WHY"), rows


def _alarms(view: View) -> Listed:
    rows: list[Sequence[object]] = [
        (
            alarm.id,
            clock_text(alarm.time),
            alarm.level.value,
            _score(alarm.score),
            alarm.bot,
            alarm.acknowledged or "-",
            alarm.incident or "-",
            alarm.reasons[0].text if alarm.reasons else alarm.cause,
        )
        for alarm in view.alarms
    ]
    head = ("ALARM", "TIME", "LEVEL", "SCORE", "BOT", "SEEN BY", "INCIDENT", "WHY")
    return [alarm_json(alarm) for alarm in view.alarms], head, rows


def _incidents(view: View) -> Listed:
    rows: list[Sequence[object]] = [
        (
            incident.id,
            incident.severity.value,
            "open" if incident.open else "closed",
            incident.phase.value,
            ",".join(incident.bots),
            incident.title,
            incident.next_step,
        )
        for incident in view.incidents
    ]
    head = ("INCIDENT", "SEVERITY", "STATE", "PHASE", "BOTS", "TITLE", "NEXT")
    return [incident_json(incident, view) for incident in view.incidents], head, rows


def _actions(view: View) -> Listed:
    rows: list[Sequence[object]] = [
        (
            action.id,
            action.state.value,
            action.verb.value,
            action.bot,
            action.adapter,
            action.operator,
            action.incident or "-",
            action.note,
        )
        for action in view.actions
    ]
    head = ("ACTION", "STATE", "VERB", "BOT", "ADAPTER", "OPERATOR", "INCIDENT", "NOTE")
    return [action_json(action) for action in view.actions], head, rows


def _score(score: float | None) -> str:
    return "-" if score is None else f"{score:.0f}"


_LISTS: dict[str, Callable[[View], Listed]] = {
    "bots": _bots,
    "alarms": _alarms,
    "incidents": _incidents,
    "actions": _actions,
}
