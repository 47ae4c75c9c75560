"""`warroom incident`: every key of the incident page has its plain twin here."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from typing import TYPE_CHECKING

import msgspec

from warroom.cli.exits import ABSENT, OK, USAGE, Failure
from warroom.cli.printing import print_json
from warroom.cli.rooms import add_room_option, chosen_room, settled, view_of, with_room
from warroom.core import commands as c
from warroom.core.commands import Answer, Command
from warroom.core.contract import incident_json
from warroom.core.model import Phase, Role, Severity
from warroom.core.moments import utc_seconds, utc_text

if TYPE_CHECKING:
    from warroom.client.connection import RoomConnection

_STEP = "id of the step, such as det-1; warroom incident show ID lists them"
_FALLBACK = "unknown-bot-incident"
"""The playbook of a bot that no config knows."""
Task = Callable[[argparse.Namespace], Command]


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the tasks of the verb."""
    tasks = parser.add_subparsers(dest="task", metavar="TASK", required=True)
    show = tasks.add_parser("show", help="print one incident as JSON")
    show.add_argument("incident", metavar="ID", help="its id, such as INC-001")
    add_room_option(show)
    opened = _task(tasks, "open", "open an incident", _open, incident=False)
    opened.add_argument("--bot", required=True, help="the bot that it is about")
    opened.add_argument("--playbook", metavar="P", help="default: the one of the bot's config")
    opened.add_argument(
        "--severity",
        choices=[s.value for s in Severity],
        metavar="SEVn",
        help="SEV1 to SEV4 (default: as the playbook says)",
    )
    opened.add_argument("--title", required=True, help="what is wrong, in one line")
    opened.add_argument("--alarm", help="the alarm that it comes from")
    _task(tasks, "close", "close it", lambda a: c.CloseIncident(a.incident, a.reason)).add_argument(
        "--reason", required=True, help="why it is over; it goes into the record"
    )
    _add_course(tasks)
    _add_people(tasks)
    _add_steps(tasks)


def _add_course(tasks: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    severity = _task(tasks, "severity", "change the severity", _severity)
    severity.add_argument("severity", choices=[s.value for s in Severity], help="SEV1 is the worst")
    severity.add_argument("--reason", default="", help="needed when it is lowered")
    phase = _task(tasks, "phase", "move to a phase", lambda a: c.EnterPhase(a.incident, Phase(a.phase)))
    phase.add_argument("phase", choices=[p.value for p in Phase], help="the phase that begins")
    note = _task(tasks, "note", "write a note into the timeline", lambda a: c.AddNote(a.incident, a.text))
    note.add_argument("text", help="what is to be remembered")
    mark = _task(tasks, "mark", "name a moment, such as started or aware", _mark)
    mark.add_argument("moment", help="its name: letters, digits and _, such as started or aware")
    mark.add_argument("--at", help="RFC 3339 time (default: now)")
    decide = _task(tasks, "decide", "record a decision", lambda a: c.RecordDecision(a.incident, a.text, a.reason))
    decide.add_argument("text", help="what was decided")
    decide.add_argument("--reason", required=True, help="why; it goes into the record")


def _add_people(tasks: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    role = _task(tasks, "role", "give a part to a person", lambda a: c.AssignRole(a.incident, Role(a.role), a.person))
    role.add_argument("role", choices=[r.value for r in Role], help="the part")
    role.add_argument("person", nargs="?", default="", help="who takes it (default: you)")
    over = _task(tasks, "handover", "pass the command on", lambda a: c.HandOver(a.incident, a.to, a.note))
    over.add_argument("to", help="who takes over")
    over.add_argument("--note", default="", help="what they need to know")
    acknowledge = tasks.add_parser("ack", help="acknowledge an alarm")
    acknowledge.add_argument("alarm", metavar="ALARM", help="its id; warroom alarms lists them")
    acknowledge.set_defaults(command=lambda a: c.AcknowledgeAlarm(a.alarm))
    add_room_option(acknowledge)


def _add_steps(tasks: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    tick = _task(tasks, "tick", "tick a step", lambda a: c.TickStep(a.incident, a.step, a.note))
    tick.add_argument("step", help=_STEP)
    tick.add_argument("--note", default="", help="what was found or done")
    untick = _task(tasks, "untick", "take a tick back", lambda a: c.UntickStep(a.incident, a.step, a.reason))
    untick.add_argument("step", help=_STEP)
    untick.add_argument("--reason", required=True, help="why it is not done after all")
    skip = _task(tasks, "skip", "skip a step", lambda a: c.SkipStep(a.incident, a.step, a.reason))
    skip.add_argument("step", help=_STEP)
    skip.add_argument("--reason", required=True, help="why it is not needed")


def _task(
    tasks: argparse._SubParsersAction[argparse.ArgumentParser],
    name: str,
    words: str,
    command: Task,
    *,
    incident: bool = True,
) -> argparse.ArgumentParser:
    parser = tasks.add_parser(name, help=words)
    if incident:
        parser.add_argument("incident", metavar="ID", help="its id, such as INC-001")
    parser.set_defaults(command=command)
    add_room_option(parser)
    return parser


def _open(args: argparse.Namespace) -> Command:
    severity = Severity(args.severity) if args.severity else None
    return c.OpenIncident(
        args.bot, _FALLBACK if args.playbook is None else args.playbook, args.title, severity, args.alarm
    )


def _severity(args: argparse.Namespace) -> Command:
    return c.ChangeSeverity(args.incident, Severity(args.severity), args.reason)


def _mark(args: argparse.Namespace) -> Command:
    if args.at is None:
        return c.MarkMoment(args.incident, args.moment)
    try:
        at = utc_seconds(args.at)
        # A zone can push the years 1 and 9999 to where no moment can be shown in UTC.
        utc_text(at)
        return c.MarkMoment(args.incident, args.moment, at)
    except (ValueError, OverflowError) as error:
        raise Failure(USAGE, f"--at is no RFC 3339 time: {error}", "such as 2026-11-22T21:07:47Z") from error


def run(args: argparse.Namespace) -> int:
    """Show an incident, or submit the task's command and print what it made."""
    paths = chosen_room(args.room)
    if args.task == "show":
        view = view_of(paths)
        for incident in view.incidents:
            if incident.id == args.incident:
                print_json(incident_json(incident, view))
                return OK
        raise Failure(ABSENT, f"there is no incident {args.incident}", next_step="list them: warroom incidents")
    command: Command = args.command(args)
    answer = settled(with_room(paths, lambda room: _submit(room, command, args), follow=args.task == "open"))
    print(answer.ref or f"saved as #{answer.seq}")
    return OK


async def _submit(room: RoomConnection, command: Command, args: argparse.Namespace) -> Answer:
    """Submit the command; a new incident gets the playbook of its bot's config where none was named."""
    if isinstance(command, c.OpenIncident) and args.playbook is None:
        offered = {bot.name: bot.playbook for bot in (await room.first_view()).bots}
        command = msgspec.structs.replace(command, playbook=offered.get(command.bot) or _FALLBACK)
    return await room.submit(command)
