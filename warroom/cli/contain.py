"""`warroom contain | release | verify-held`: act on a bot and wait for what the outside probe says."""

from __future__ import annotations

import argparse
import contextlib
import re
import shlex
from collections.abc import Iterator
from typing import TYPE_CHECKING

import msgspec

from warroom.cli.exits import ABSENT, NO, OK, REFUSED, UNKNOWN, USAGE, Failure
from warroom.cli.plan_text import confirmed, preview_rows
from warroom.cli.printing import print_json
from warroom.cli.rooms import add_room_option, chosen_room, settled, with_room
from warroom.core.access import why_not_alone
from warroom.core.commands import Answer, Contain, Refused, Release, VerifyHeld
from warroom.core.contract import action_json
from warroom.core.decide_containment import LADDER
from warroom.core.facts_contain import CANNOT_TELL
from warroom.core.model import ActionState, Plan, Reversible, Verb
from warroom.core.notices import NO_CHANNEL
from warroom.core.queries import ObservationAnswer, Observe, PlanAnswer, PreviewPlan, Shadow, ShadowAnswer
from warroom.core.room import ConnectionLost
from warroom.core.view import ActionView

if TYPE_CHECKING:
    from warroom.client.connection import RoomConnection

_MOVING = frozenset({ActionState.RUNNING, ActionState.RELEASING})
_VERIFIABLE = frozenset({ActionState.HELD, ActionState.NOT_HELD, ActionState.AMBIGUOUS})
_CODES = {
    ActionState.HELD: OK,
    ActionState.DONE: OK,
    ActionState.RELEASED: OK,
    ActionState.EXPIRED: OK,
    ActionState.NOT_HELD: NO,
    ActionState.FAILED: NO,
    ActionState.AMBIGUOUS: UNKNOWN,
    ActionState.DRAFT: OK,
    ActionState.CANCELLED: OK,
    ActionState.PENDING_APPROVAL: REFUSED,
    ActionState.DENIED: REFUSED,
    ActionState.LAPSED: REFUSED,
}

_NO_PLAN = "none could be made"
_UNITS_S = {"s": 1, "m": 60, "h": 3600}
_LONGEST_S = 365 * 86400.0


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the options; the three verbs share this module."""
    add_room_option(parser)
    parser.add_argument("--json", action="store_true", help="one JSON object")
    parser.add_argument("--reason", default="", metavar="T", help="why; it goes into the record")
    parser.add_argument("--no-wait", action="store_true", help="print the id and do not wait for the proof")
    if parser.prog.endswith(" contain"):
        verbs = [verb.value for verb in LADDER]
        parser.add_argument("bot", metavar="BOT", help="the bot's name; warroom bots lists them")
        parser.add_argument("what", metavar="VERB", choices=verbs, help=f"mild to hard: {', '.join(verbs)}")
        parser.add_argument(
            "--incident", metavar="ID", help="the incident that it belongs to (default: the bot's open one)"
        )
        parser.add_argument("--dry-run", action="store_true", help="show exactly what would be done, change nothing")
        parser.add_argument("--expires", metavar="30m", help="let the bot back by itself after this time")
        parser.add_argument("--by", default="", metavar="ADAPTER", help="which adapter acts (default: the mildest)")
        parser.add_argument("--draft", action="store_true", help="prepare it; warroom begin starts it")
        parser.add_argument("--confirm", default="", metavar="BOT", help="the bot's name, for what cannot be undone")
        parser.add_argument("--break-glass", default="", metavar="T", help="why you act alone where two are asked for")
        parser.add_argument("--yes", action="store_true", help="do not ask")
    else:
        parser.add_argument("action", metavar="ACTION", help="its id, such as ACT-001; warroom actions lists them")


def run(args: argparse.Namespace) -> int:
    """Act and wait; the exit code says what was proved."""
    paths = chosen_room(args.room)
    return with_room(paths, lambda room: _work(room, args))


def duration(text: str | None) -> float | None:
    """Return seconds of `90s`, `30m`, `2h`; Failure for anything else, for no time at all, for more than a year."""
    if text is None:
        return None
    found = re.fullmatch(r"([0-9]+(?:\.[0-9]+)?)([smh])", text)
    seconds = float(found[1]) * _UNITS_S[found[2]] if found else 0.0
    if not 0 < seconds <= _LONGEST_S:
        raise Failure(USAGE, f"{text!r} is no duration", next_step="such as 90s, 30m or 2h, up to a year")
    return seconds


async def _work(room: RoomConnection, args: argparse.Namespace) -> int:
    match args.verb:
        case "contain":
            return await _contain(room, args)
        case "release":
            with unknown_when_lost(args.action):
                answer = settled(await room.submit(Release(args.action, args.reason)))
            return await settle(room, args, args.action, answer.seq)
        case _:
            before = (await room.first_view()).chain.length
            with unknown_when_lost(args.action):
                settled(await room.submit(VerifyHeld(args.action)))
                return await _verified(room, args, before)


async def _contain(room: RoomConnection, args: argparse.Namespace) -> int:
    verb, expires_s = Verb(args.what), duration(args.expires)
    preview = await room.query(PreviewPlan(args.bot, verb, expires_s, args.by))
    if not isinstance(preview, PlanAnswer):
        reason = getattr(preview, "reason", "no plan")
        if not args.dry_run:
            # A plan of this hash is nobody's: it is refused whatever changed meanwhile, and the refusal recorded.
            await room.submit(Contain(args.bot, verb, args.incident, args.reason, expires_s, _NO_PLAN))
        known = {bot.name for bot in (await room.first_view()).bots}
        if args.bot not in known:
            raise Failure(ABSENT, f"there is no bot {args.bot}", f"bots: {', '.join(sorted(known)) or 'none yet'}")
        look = f"what is missing: warroom doctor {shlex.quote(args.bot)}"
        raise Failure(REFUSED, f"{verb} {args.bot} cannot be done", reason, look)
    hit = "" if verb is Verb.SNAPSHOT or (args.yes and not args.dry_run) else await _hit(room, args.bot)
    if args.dry_run:
        _tell(preview, hit, as_json=args.json)
        return OK
    confirm = args.confirm
    if not args.yes and not args.draft:
        confirm = confirmed(preview_rows(preview, hit), "do it?", preview.plan, confirm)
    command = Contain(
        bot=args.bot,
        verb=verb,
        incident=args.incident,
        reason=args.reason,
        expires_s=expires_s,
        plan_sha256=preview.sha256,
        adapter=args.by,
        draft=args.draft,
        confirm=confirm,
        break_glass=args.break_glass,
    )
    with unknown_when_lost(f"{verb} {args.bot}"):
        answer = settled(with_option(await room.submit(command), preview.plan, confirm))
    if args.no_wait:
        print(answer.ref)
        return OK
    return await settle(room, args, answer.ref, answer.seq)


async def _hit(room: RoomConnection, bot: str) -> str:
    """Return whom the bot served in the last hour, as its logs say."""
    answer = await room.query(Shadow(bot))
    if not isinstance(answer, ShadowAnswer):
        return ""
    blast, whole = answer.blast, answer.coverage.whole
    users = f"{blast.requests_last_hour} requests of {blast.users_last_hour} users"
    users += f" ({blast.ours_last_hour} of our own probes left out)" if blast.ours_last_hour else ""
    unsure = "" if whole else f"; not all was read: {answer.coverage.why}"
    return f"{users}, {blast.hostile_last_hour} marked hostile{unsure}"


@contextlib.contextmanager
def unknown_when_lost(asked: str) -> Iterator[None]:
    """What was asked may have been done when the line breaks: exit code 5, not the 3 of an engine that never was."""
    try:
        yield
    except ConnectionLost as error:
        next_step = "start the engine again, then look: warroom actions"
        raise Failure(UNKNOWN, f"the engine was lost before {asked} was proved", str(error), next_step) from error


def _tell(preview: PlanAnswer, hit: str, *, as_json: bool) -> None:
    if not as_json:
        print("\n".join(preview_rows(preview, hit)))
        return
    told: dict[str, object] = {"plan": preview.plan, "plan_sha256": preview.sha256, "checks": preview.checks}
    print_json({**told, "observed": preview.observed, "second_person": preview.two or None, "last_hour": hit or None})


def with_option(answer: Answer, plan: Plan, confirm: str) -> Answer:
    """Name the option in the hint of a refusal where the bot's name was not given for what cannot be undone."""
    if (
        isinstance(answer, Refused)
        and plan.reversible is Reversible.NO
        and confirm != plan.bot
        and plan.bot in answer.next
    ):
        return msgspec.structs.replace(answer, next=f"add --confirm {plan.bot}")
    return answer


async def settle(room: RoomConnection, args: argparse.Namespace, action: str, seq: int) -> int:
    """Wait until the action has left its moving states in a view that holds our command."""
    with unknown_when_lost(action):
        while True:
            view = await room.first_view()
            found = next((one for one in view.actions if one.id == action), None)
            if found is not None and view.chain.length >= seq and not _under_way(found, args.verb):
                return _outcome(found, args)
            await room.arrival()
            if room.lost:
                raise ConnectionLost(room.lost)


def _under_way(action: ActionView, verb: str) -> bool:
    """Whether its end is still to come: of an act that nobody knows a probe has the last word, of a release none."""
    release = verb == "release" or (action.approval is not None and action.approval.release)
    unproved = action.state is ActionState.AMBIGUOUS and not action.note.startswith(CANNOT_TELL)
    return action.state in _MOVING or (unproved and not release)


async def _verified(room: RoomConnection, args: argparse.Namespace, before: int) -> int:
    """Wait for the probe's verdict: an entry of the journal, after the question, that names the action."""
    while True:
        view = await room.first_view()
        found = next((one for one in view.actions if one.id == args.action), None)
        if found is None:
            raise Failure(ABSENT, f"there is no action {args.action}")
        answered = any(
            line.seq > before and line.kind == "contain" and args.action in line.text for line in view.messages
        )
        if answered or found.state not in _VERIFIABLE:
            seen = await room.query(Observe(found.id))
            return _outcome(found, args, f"{seen.adapter}: {seen.text}" if isinstance(seen, ObservationAnswer) else "")
        await room.arrival()
        if room.lost:
            raise ConnectionLost(room.lost)


def _outcome(action: ActionView, args: argparse.Namespace, observed: str = "") -> int:
    waits = action.approval is not None and action.approval.given_by is None and args.verb != "verify-held"
    if args.json:
        print_json(action_json(action) | ({"observed": observed} if observed else {}))
    else:
        print(f"{action.id} {action.verb} {action.bot}: {action.state.value.upper()}")
        for sample in action.proof.samples if action.proof else ():
            print(f"  {sample.verdict.value}: {sample.sent} -> {sample.got}")
        if observed:
            print(f"  the adapter itself reads, which proves nothing: {observed}")
        if action.note:
            print(f"  {action.note}")
        if NO_CHANNEL in action.told:
            print(f"  {action.told}")
        if waits:
            # A release is never done alone, and neither is what cannot be undone.
            alone = action.approval is not None and not action.approval.release and not why_not_alone(action.plan)
            how = f"  (or break-glass {action.id} --reason T)" if alone else ""
            print(f"  waits for a second person: warroom approve {action.id}{how}")
    return REFUSED if waits else _CODES.get(action.state, UNKNOWN)
