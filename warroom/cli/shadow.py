"""`warroom shadow`: what a limit, a rule or a switch would have refused of the last minutes."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from warroom.cli.contain import duration
from warroom.cli.exits import REFUSED, Failure
from warroom.cli.printing import print_json
from warroom.cli.rooms import add_room_option, chosen_room, with_room
from warroom.core.moments import utc_text
from warroom.core.queries import Shadow, ShadowAnswer

if TYPE_CHECKING:
    from warroom.client.connection import RoomConnection


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the options of the verb."""
    parser.add_argument("bot", metavar="BOT", help="the bot's name; warroom bots lists them")
    policy = parser.add_mutually_exclusive_group()
    policy.add_argument("--per-user", type=int, default=0, metavar="N", help="at most N requests of a user in --window")
    policy.add_argument("--tools-off", action="store_true", help="tools switched off")
    policy.add_argument("--rule", action="append", default=[], metavar="R", help="requests that match this rule")
    parser.add_argument("--window", default="1m", metavar="1m", help="window of --per-user")
    parser.add_argument("--last", default="60m", metavar="60m", help="how far back, up to 24h")
    add_room_option(parser)
    parser.add_argument("--json", action="store_true", help="one JSON object")


def run(args: argparse.Namespace) -> int:
    """Ask and tell."""
    question = Shadow(
        bot=args.bot,
        last_s=duration(args.last) or 0.0,
        per_user=args.per_user,
        window_s=duration(args.window) or 0.0,
        tools_off=args.tools_off,
        rules=args.rule,
    )
    return with_room(chosen_room(args.room), lambda room: _ask(room, question, args.json), follow=False)


async def _ask(room: RoomConnection, question: Shadow, as_json: bool) -> int:
    answer = await room.query(question)
    if not isinstance(answer, ShadowAnswer):
        raise Failure(REFUSED, getattr(answer, "reason", "no answer"))
    if as_json:
        print_json(answer)
    else:
        print("\n".join(shadow_lines(answer)))
    return 0


def shadow_lines(answer: ShadowAnswer) -> list[str]:
    """Return the answer in words: what would have been refused, of whom, and what is not known."""
    seen, reached = answer.result, answer.coverage
    rows = [
        f"{answer.policy}, from {utc_text(reached.since)} to {utc_text(reached.until)}:",
        f"  would have refused {seen.refused} of {seen.considered} requests"
        + (f" ({seen.refused_anyway} of them the bot refused by itself)" if seen.refused_anyway else ""),
        f"  {seen.users_refused} of {seen.users_total} users would have noticed",
        f"  {seen.hostile_refused} of {seen.hostile_total} requests marked hostile would have been refused",
    ]
    rows += [
        f"  {utc_text(one.at)} {one.user or 'no user'}{' (hostile)' if one.hostile else ''}"
        f" {one.source} generation {one.generation} offset {one.offset}"
        for one in seen.examples
    ]
    unsure = {
        "requests name no user": seen.without_user,
        "lines fit no format": seen.unparsed,
        "lines have no time and count at their arrival": seen.untimed,
        "lines found no room": seen.dropped,
        "gaps in what was read": sum(seen.gaps.values()),
    }
    rows += [f"  left out: {seen.ours} requests of our own probes"] if seen.ours else []
    rows += [f"  not known: {count} {what}" for what, count in unsure.items() if count]
    return rows if reached.whole else [*rows, f"  not all was read: {reached.why}"]
