"""`warroom status`: what a room's engine is doing."""

from __future__ import annotations

import argparse
import time

from warroom.cli.exits import OK
from warroom.cli.printing import print_json, print_table
from warroom.cli.rooms import chosen_room, with_room
from warroom.core.contract import status_json
from warroom.core.moments import age_text
from warroom.core.view import View


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the options of the verb."""
    parser.add_argument("room", nargs="?", help="the room (default: the only live room that runs)")
    parser.add_argument("--json", action="store_true", help="one JSON object")


def run(args: argparse.Namespace) -> int:
    """Print the status; exit code 3 when no engine runs: there is nothing to say of what is not there."""
    view = with_room(chosen_room(args.room), lambda room: room.first_view())
    if args.json:
        print_json(status_json(view))
    else:
        _tell(view)
    return OK


def _tell(view: View) -> None:
    now = time.time()
    open_incidents = [incident.id for incident in view.incidents if incident.open]
    print(f"{view.mode.value.upper()} room {view.room}, engine pid {view.pid}, up {age_text(now - view.started)}")
    print(f"journal: {view.chain.length} acts, head {view.chain.head[:16]}")
    print(f"open incidents: {', '.join(open_incidents) or 'none'}; consoles attached: {len(view.consoles)}")
    if view.consoles:
        people = (one.operator + (" (watching)" if one.read_only else "") for one in view.consoles)
        print(f"here: {', '.join(people)}")
    if view.banner:
        print(f"ATTENTION: {view.banner}")
    rows = [
        (bot.name, bot.state.value, "-" if bot.score is None else f"{bot.score:.0f}", bot.lines, bot.alarms, bot.why)
        for bot in view.bots
    ]
    print_table(("BOT", "STATE", "SCORE", "LINES", "ALARMS", "WHY"), rows)
    logs = [
        (one.path, one.bot, one.state, one.lines, one.unparsed, one.gaps, f"{one.behind_bytes} B")
        for one in view.sources
    ]
    if logs:
        print()
        print_table(("LOG", "BOT", "STATE", "LINES", "UNPARSED", "GAPS", "BEHIND"), logs)
