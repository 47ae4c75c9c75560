"""`warroom begin | approve | deny | cancel | break-glass`: actions that wait, and who may begin them."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from warroom.cli.contain import settle, unknown_when_lost, with_option
from warroom.cli.exits import ABSENT, REFUSED, Failure
from warroom.cli.plan_text import confirmed, labelled, plan_rows
from warroom.cli.rooms import add_room_option, chosen_room, settled, with_room
from warroom.core import commands as c
from warroom.core.commands import Command
from warroom.core.model import ActionState
from warroom.core.next_verbs import NextVerbs, waits
from warroom.core.view import ActionView

if TYPE_CHECKING:
    from warroom.client.connection import RoomConnection

_ASKS = frozenset({"begin", "approve", "break-glass"})
_WANTS_REASON = frozenset({"deny", "break-glass"})


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the options; the five verbs share this module."""
    verb = parser.prog.rpartition(" ")[2]
    parser.add_argument("action", metavar="ACTION", help="its id, such as ACT-001; warroom actions lists them")
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
    confirm = getattr(args, "confirm", "")
    if args.verb in _ASKS and not args.yes:
        if why := _too_late(action, args.verb):
            raise Failure(REFUSED, f"refused: {why}", next_step=NextVerbs(view.room).of_action(action, view))
        confirm = _ask(action, args.verb, confirm)
    with unknown_when_lost(action.id):
        answer = settled(with_option(await room.submit(_command(action, args, confirm)), action.plan, confirm))
    return await settle(room, args, action.id, answer.seq)


def _command(action: ActionView, args: argparse.Namespace, confirm: str) -> Command:
    match args.verb:
        case "begin":
            return c.StartAction(action.id, action.plan_sha256, confirm)
        case "approve":
            return c.ApproveAction(action.id, action.plan_sha256)
        case "deny":
            return c.DenyAction(action.id, args.reason)
        case "cancel":
            return c.CancelAction(action.id, args.reason)
        case _:
            return c.BreakGlass(action.id, args.reason)


def _too_late(action: ActionView, verb: str) -> str:
    """Return why there is nothing to ask about: a plan that cannot be begun any more need not be read."""
    if verb == "begin":
        return "" if action.state is ActionState.DRAFT else f"{action.id} is {action.state}: only a draft is begun"
    return "" if waits(action) else f"{action.id} is {action.state}: it waits for nobody"


def _ask(action: ActionView, verb: str, confirm: str) -> str:
    plan, asked = action.plan, action.approval
    beside = []
    if asked is not None:
        why = asked.reason or action.reason or "no reason given"
        beside = [("asked by", [f"{asked.asked_by}: {why}; {asked.why}"])]
    if asked is not None and asked.release:
        rows = [f"release {action.id}: {plan.undo}", *labelled([("users", plan.effects), *beside])]
        return confirmed(rows, f"{verb} it?", None)
    rows = plan_rows(plan, action.plan_sha256, beside)
    return confirmed(rows, f"{verb} it?", plan if verb == "begin" else None, confirm)
