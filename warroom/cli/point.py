"""`warroom point`: show everybody in the room one thing, as `@` does in the console."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

import msgspec

from warroom.cli.exits import ABSENT, OK, USAGE, Failure
from warroom.cli.rooms import add_room_option, chosen_room, settled, with_room
from warroom.core.commands import Answer
from warroom.core.company import Kind, Target, named_target
from warroom.core.permalink import Permalink, permalink_of, permalink_text
from warroom.core.queries import NotAnswered, RawLine, RawLineAnswer

if TYPE_CHECKING:
    from warroom.client.connection import RoomConnection


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the options of the verb."""
    parser.add_argument(
        "what", nargs="?", default="", metavar="WHAT", help="a bot, an id, INC-001/STEP, or a log line's permalink"
    )
    parser.add_argument("--off", action="store_true", help="point at nothing any more")
    add_room_option(parser)


def run(args: argparse.Namespace) -> int:
    """Point and print what everybody is told; exit code 3 when there is no such thing, 4 when it is refused."""
    if bool(args.what) == args.off:
        raise Failure(USAGE, "say what to point at, or --off", next_step="such as: warroom point INC-001/isolate")
    told = settled(with_room(chosen_room(args.room), lambda room: _point(room, args.what)))
    print(told.ref or "nobody is pointed at anything now")
    return OK


async def _point(room: RoomConnection, what: str) -> Answer:
    if not what:
        return await room.point(None)
    target = named_target(await room.first_view(), what)
    if target is None:
        raise Failure(ABSENT, f"there is no {what} to point at", next_step="warroom bots, incidents, actions, lines")
    return await room.point(await _whole(room, target) if target.kind is Kind.LINE else target)


async def _whole(room: RoomConnection, target: Target) -> Target:
    """Return a line with the length and the sum of its bytes, so that others are led to its end and can prove it."""
    link = permalink_of(target.name)
    answer = await room.query(RawLine(link.source, link.generation, link.offset, link.length))
    if not isinstance(answer, RawLineAnswer):
        raise Failure(ABSENT, answer.reason if isinstance(answer, NotAnswered) else "there is no such line")
    whole = Permalink(link.source, link.generation, link.offset, answer.length, answer.sha256)
    return msgspec.structs.replace(target, name=permalink_text(whole), text=answer.text[:200])
