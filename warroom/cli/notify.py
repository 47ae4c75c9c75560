"""`warroom notify | outbox`: tell people, and see who was really told."""

from __future__ import annotations

import argparse
import asyncio
from collections.abc import Callable
from typing import TYPE_CHECKING

from warroom.cli.exits import NO, OK, REFUSED, UNKNOWN, Failure
from warroom.cli.printing import print_json, print_table
from warroom.cli.rooms import add_room_option, chosen_room, settled, view_of, with_room
from warroom.core.commands import Notify, SendAgain
from warroom.core.contract import delivery_json
from warroom.core.moments import clock_text
from warroom.core.notices import OPEN, Audience, Delivery, DeliveryState, Event, honest_word
from warroom.core.queries import NoticeAnswer, PreviewNotice

if TYPE_CHECKING:
    from warroom.client.connection import RoomConnection

_WAIT_S = 15.0


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the options; the two verbs share this module."""
    add_room_option(parser)
    parser.add_argument("--json", action="store_true", help="JSON")
    if parser.prog.endswith(" outbox"):
        parser.add_argument(
            "--again", metavar="NOTICE", help="send a notice again that was given up, and say whether it was taken"
        )
    if parser.prog.endswith(" notify"):
        parser.add_argument("incident", metavar="INCIDENT", help="or an action that belongs to none")
        parser.add_argument("--to", required=True, choices=[one.value for one in Audience], help="the audience")
        parser.add_argument(
            "--template", default="update", choices=[one.value for one in Event], help="what the notice is about"
        )
        parser.add_argument("--note", default="", metavar="T", help="words of your own")
        parser.add_argument("--dry-run", action="store_true", help="show the text and who would be told, send nothing")


def run(args: argparse.Namespace) -> int:
    """Tell, or list; the exit code of notify says whether all were told."""
    paths = chosen_room(args.room)
    if args.verb == "outbox" and args.again is not None:
        return with_room(paths, lambda room: _again(room, args))
    if args.verb == "outbox":
        view = view_of(paths)
        if args.json:
            for one in view.outbox:
                print_json(delivery_json(one))
        else:
            head = ("NOTICE", "STATE", "AUDIENCE", "CHANNEL", "WRITTEN", "TRIES", "NOTE")
            print_table(head, [_row(one) for one in view.outbox])
        return OK
    return with_room(paths, lambda room: _notify(room, args))


def _row(one: Delivery) -> tuple[object, ...]:
    written = clock_text(one.created)
    return (one.notice, one.state.value, one.audience.value, one.channel, written, one.tries, one.error or "-")


async def _again(room: RoomConnection, args: argparse.Namespace) -> int:
    answer = settled(await room.submit(SendAgain(args.again)))
    rows = await _delivered(room, lambda name: name == args.again, answer.seq, 1)
    for one in rows:
        word = honest_word(one.audience, [], rows, (await room.first_view()).now)
        if args.json:
            print_json({"told": word, "notices": [delivery_json(one)]})
        else:
            print(f"{one.notice}: {word}")
    if not rows:
        raise Failure(UNKNOWN, f"{args.again} is to be sent again, and nobody saw it end", next_step="warroom outbox")
    return _code(Audience.SECURITY, rows)


async def _notify(room: RoomConnection, args: argparse.Namespace) -> int:
    audience, event = Audience(args.to), Event(args.template)
    preview = await room.query(PreviewNotice(args.incident, audience, event, args.note))
    if not isinstance(preview, NoticeAnswer):
        raise Failure(REFUSED, getattr(preview, "reason", "no answer"), next_step="see docs/notify.md")
    if args.dry_run:
        if args.json:
            print_json(preview)
        else:
            print(f"Subject: {preview.subject}\n\n{preview.text}\n")
            print("\n".join(preview.channels or [preview.word]))
        return OK
    answer = settled(await room.submit(Notify(args.incident, audience, event, args.note)))
    prefix = f"{args.incident}-{answer.ref}-{audience.value}-"
    rows = await _delivered(room, lambda name: name.startswith(prefix), answer.seq, len(preview.channels))
    word = honest_word(audience, [one.channel for one in rows], rows, (await room.first_view()).now)
    if args.json:
        print_json({"told": word, "subject": preview.subject, "notices": [delivery_json(one) for one in rows]})
    else:
        if audience is Audience.CUSTOMERS:
            print(f"Subject: {preview.subject}\n\n{preview.text}\n")
        print(word)
    return _code(audience, rows)


def _code(audience: Audience, rows: list[Delivery]) -> int:
    if audience is Audience.CUSTOMERS:
        return OK
    if any(one.state in OPEN for one in rows):
        return UNKNOWN
    return OK if rows and all(one.state is DeliveryState.ACCEPTED for one in rows) else NO


async def _delivered(room: RoomConnection, mine: Callable[[str], bool], seq: int, count: int) -> list[Delivery]:
    """Return the rows of a notice once each has ended, or as they are when the time is over."""
    rows: list[Delivery] = []
    try:
        async with asyncio.timeout(_WAIT_S):
            while True:
                view = await room.first_view()
                rows = [one for one in view.outbox if mine(one.notice)]
                written = view.chain.length >= seq and len(rows) == count
                if written and not any(one.state in OPEN for one in rows):
                    return rows
                await room.arrival()
                if room.lost:
                    return rows
    except TimeoutError:
        return rows
