"""`warroom messages`: what happened in a room in words, as page 0 of the console shows it."""

from __future__ import annotations

import argparse
from collections.abc import Sequence

from warroom.cli.exits import ABSENT, OK, Failure
from warroom.cli.printing import painted, print_json
from warroom.cli.rooms import add_room_option, chosen_room, view_of
from warroom.core.clean import clean
from warroom.core.contract import message_json
from warroom.core.moments import utc_text
from warroom.core.transcript import sentence_of
from warroom.core.urgency import Urgency
from warroom.core.view import TimelineView, View

_STYLES = {Urgency.URGENT: "bad", Urgency.WARNING: "warn", Urgency.INFO: "dim"}


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the options of the verb."""
    parser.add_argument("--incident", metavar="ID", help="the timeline of this incident alone")
    parser.add_argument("--last", type=int, default=100, metavar="N", help="the newest N entries (default 100)")
    add_room_option(parser)
    parser.add_argument("--json", action="store_true", help="JSON lines")


def run(args: argparse.Namespace) -> int:
    """Print them, newest last; exit code 3 when there is no such room or incident."""
    entries = _entries(view_of(chosen_room(args.room)), args.incident)
    for one in entries[-args.last :] if args.last > 0 else []:
        if args.json:
            print_json(message_json(one))
        else:
            urgency = painted(f"{one.urgency.upper():7}", _STYLES[one.urgency])
            print(f"{utc_text(one.at)[:19]}Z #{one.seq} {urgency} {clean(sentence_of(one))}")
    return OK


def _entries(view: View, incident: str | None) -> Sequence[TimelineView]:
    if incident is None:
        return view.messages
    found = next((one for one in view.incidents if one.id == incident), None)
    if found is None:
        raise Failure(ABSENT, f"there is no incident {incident}", next_step="list them: warroom incidents")
    return found.timeline
