"""The rules of telling people: what may be told of, and what may be sent again. Pure."""

from __future__ import annotations

from warroom.core import commands as c
from warroom.core import facts as f
from warroom.core.clean import clean
from warroom.core.commands import Refused
from warroom.core.context import Context
from warroom.core.desk import DeliveryRecord, Desk
from warroom.core.facts import Fact
from warroom.core.model import ActionState
from warroom.core.notices import OPEN, DeliveryState, Event

_NOTHING_DONE = frozenset({ActionState.DRAFT, ActionState.DENIED, ActionState.CANCELLED, ActionState.LAPSED})


def decide_tell_of_action(desk: Desk, command: c.Notify, context: Context) -> list[Fact] | Refused:
    """Return the notice of an action that belongs to no incident, or why there is none."""
    action = desk.actions[command.incident]
    if action.incident:
        return Refused(f"{action.id} belongs to {action.incident}", f"tell of {action.incident}")
    if action.state in _NOTHING_DONE:
        return Refused(f"{action.id} is {action.state}: nothing was done that could be told")
    if context.written is None:
        return Refused(context.plan_fault or "no notice could be written")
    return [context.written]


def decide_again(desk: Desk, command: c.SendAgain, context: Context) -> list[Fact] | Refused:
    """Return that a notice which was given up goes again, or why it does not."""
    known, name = desk.deliveries.get(command.notice), clean(command.notice, 80)
    if known is None:
        return Refused(f"there is no notice {name}", "warroom outbox lists them")
    notice = known.notice
    anew = f"tell anew: warroom notify {notice.incident} --to {notice.audience}"
    if known.state is DeliveryState.ACCEPTED:
        return Refused(f"{name} was accepted by {notice.channel}: it is not sent twice", anew)
    if known.state in OPEN:
        return Refused(f"{name} is on its way to {notice.channel} already", "warroom outbox shows how far it is")
    if over := _over_since(desk, known):
        return Refused(f"{over}: {name} would say that it is not over", anew)
    if context.plan_fault:
        return Refused(context.plan_fault, "see docs/notify.md")
    return [f.NoticeRevived(notice.id, notice.incident, notice.channel, notice.round + 1)]


def _over_since(desk: Desk, dead: DeliveryRecord) -> str:
    """Return how a later notice tells, or told, the same receiver that it is over; empty when there is none.

    Nobody reads "resolved" before "opened", and no receiver that groups by incident opens one again that is closed. One
    that is under way may be with the receiver already.
    """
    mine = dead.notice
    if mine.event is Event.RESOLVE:
        return ""
    for one in desk.deliveries.values():
        notice = one.notice
        same = (notice.dedup, notice.channel) == (mine.dedup, mine.channel) and notice.created > mine.created
        if same and notice.event is Event.RESOLVE and one.state is not DeliveryState.DEAD:
            taken = one.state is DeliveryState.ACCEPTED
            return f"{notice.id} {'was accepted by' if taken else 'is on its way to'} {notice.channel} meanwhile"
    return ""
