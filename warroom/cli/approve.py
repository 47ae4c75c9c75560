"""`warroom begin | approve | deny | cancel | break-glass`: actions that wait, and who may begin them."""

from __future__ import annotations

import argparse
import sys
from typing import TYPE_CHECKING

from warroom.cli.contain import settle, unknown_when_lost
from warroom.cli.exits import ABSENT, REFUSED, USAGE, Failure
from warroom.cli.rooms import add_room_option, chosen_room, settled, with_room
from warroom.core import commands as c
from warroom.core.commands import Command
from warroom.core.view import ActionView

if TYPE_CHECKING:
    from warroom.client.connection import RoomConnection

_ASKS = frozenset({"begin", "approve", "break-glass"})
_WANTS_REASON = frozenset({"deny", "break-glass"})


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the options; the five verbs share this module."""
    verb = parser.prog.rpartition(" ")[2]
    parser.add_argument("action", metavar="ACTION")
    add_room_option(parser)
    parser.add_argument("--json", action="store_true", help="one JSON object")
    if verb in _ASKS:
        parser.add_argument("--yes", action="store_true", help="do not ask")
    if verb == "begin":
        parser.add_argument("--confirm", default="", metavar="BOT", help="the bot's name, for what cannot be undone")
    if verb in _WANTS_REASON or verb == "cancel":
        parser.add_argument("--reason", required=verb in _WANTS_REASON, default="", metavar="T", help="why")


def run(args: argparse.Namespace) -> int:
    """Say it and wait for what follows; exit codes as of contain."""
    return with_room(chosen_room(args.room), lambda room: _work(room, args))


async def _work(room: RoomConnection, args: argparse.Namespace) -> int:
    view = await room.first_view()
    action = next((one for one in view.actions if one.id == args.action), None)
    if action is None:
        known = ", ".join(one.id for one in view.actions) or "none yet"
        raise Failure(ABSENT, f"there is no action {args.action}", f"actions: {known}")
    if args.verb in _ASKS and not args.yes:
        _ask(action, args.verb)
    with unknown_when_lost(action.id):
        answer = settled(await room.submit(_command(action, args)))
    return await settle(room, args, action.id, answer.seq)


def _command(action: ActionView, args: argparse.Namespace) -> Command:
    match args.verb:
        case "begin":
            return c.StartAction(action.id, action.plan_sha256, args.confirm)
        case "approve":
            return c.ApproveAction(action.id, action.plan_sha256)
        case "deny":
            return c.DenyAction(action.id, args.reason)
        case "cancel":
            return c.CancelAction(action.id, args.reason)
        case _:
            return c.BreakGlass(action.id, args.reason)


def _ask(action: ActionView, verb: str) -> None:
    plan, asked = action.plan, action.approval
    release = asked is not None and asked.release
    what = f"release {action.id}: {plan.undo}" if release else f"{plan.verb} {plan.bot} by {plan.adapter}"
    told = [what, *([] if release else plan.exact), *plan.effects]
    told += [f"acts on: {one}" for one in plan.instances] + [f"also hit: {one}" for one in plan.shared]
    told += [] if release else [f"undo ({plan.reversible.value}): {plan.undo}"]
    if asked is not None:
        told.append(f"asked by {asked.asked_by}: {asked.reason or action.reason or 'no reason given'}; {asked.why}")
    print("\n".join(told), file=sys.stderr)
    if sys.stdin is None or not sys.stdin.isatty():
        raise Failure(USAGE, "nobody is here to ask", next_step="repeat with --yes")
    print(f"{verb} it? type yes: ", end="", file=sys.stderr, flush=True)
    if sys.stdin.readline().strip() != "yes":
        raise Failure(REFUSED, "not confirmed: nothing was done")
