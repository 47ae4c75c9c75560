"""The loud words above every page: what is not proven, who is waited for, what was done alone, what ends soon."""

from __future__ import annotations

import math

from warroom.core.counted import counted
from warroom.core.decide_containment import LADDER
from warroom.core.model import ActionState, Verb
from warroom.core.notices import OPEN, Delivery, DeliveryState
from warroom.core.view import ActionView, View
from warroom.tui.cells import fit, wrapped
from warroom.tui.keymap import key_for
from warroom.tui.lines import Line, line
from warroom.tui.words import LIVE_ACTIONS, RELEASABLE, left_text, span_text, waits

GLASS_S = 300.0
"""For how long everybody is told that glass was broken."""
END_S = 600.0
"""From when on everybody is told that a containment ends."""
UNSENT_S = 60.0
"""From when on everybody is told that a notice waits."""
UNTOLD_S = 3600.0
"""For how long everybody is told of a notice that was given up, once its incident is closed."""
_MOST = 2
_UNPROVEN = frozenset({ActionState.NOT_HELD, ActionState.AMBIGUOUS})


def alarm_banner(view: View, now: float) -> list[str]:
    """Return loud sentences about actions, the worst first; what finds no room is counted in the last one."""
    texts = [_unproven(action) for action in unproven_actions(view)]
    texts += [_wanted(action, now) for action in view.actions if waits(action)]
    texts += untold(view, now)
    texts += [_broken(action) for action in view.actions if _broke_lately(action, now)]
    texts += [_ending(action, now) for action in view.actions if _ends_soon(action, now)]
    loud = [text for text in texts if text]
    if len(loud) <= _MOST:
        return loud
    return [*loud[: _MOST - 1], f"{loud[_MOST - 1]} · {len(loud) - _MOST} more"]


def unproven_actions(view: View) -> list[ActionView]:
    """Return the actions that do not hold, or of which nobody knows, and that no other one made good."""
    found = [action for action in view.actions if action.state in _UNPROVEN and not _made_good(action, view)]
    # Of several on one bot the newest speaks: the others say the same of it.
    return list({action.bot: action for action in found}.values())


def _unproven(action: ActionView) -> str:
    if action.state is ActionState.NOT_HELD:
        keys = f"{key_for('contain')} acts harder, {key_for('page_actions')} the proof"
        return f"NOT HELD: {action.verb} {action.bot}: the bot still answers. {keys}"
    return f"AMBIGUOUS: {action.verb} {action.bot}: nobody knows whether it is done. {_on_actions('verify')}"


def _made_good(action: ActionView, view: View) -> bool:
    """Whether another action holds the bot, or is about to: one that is as hard, or that was proved later than this."""
    for other in view.actions:
        holds = other.state in LIVE_ACTIONS - _UNPROVEN and other.verb is not Verb.SNAPSHOT
        if other.bot != action.bot or not holds:
            continue
        as_hard = LADDER.index(other.verb) >= LADDER.index(action.verb)
        if as_hard or other.state is not ActionState.HELD or (other.settled or 0.0) > (action.settled or math.inf):
            return True
    return False


def _wanted(action: ActionView, now: float) -> str:
    asked = action.approval
    if asked is None:
        return ""
    what = f"let {action.bot} back" if asked.release else f"{action.verb} {action.bot}"
    return (
        f"2ND PERSON WANTED: {what}, {action.id}, lapses in {left_text(asked.lapses - now)}: {_on_actions('approve')}"
    )


def untold(view: View, now: float) -> list[str]:
    """Return which audience was told nothing: a notice was given up, or waits for long, and nothing got through since.

    NOBODY is said only where no audience of that incident, or action, was told anything.
    """
    still = {incident.id for incident in view.incidents if incident.open}
    still |= {action.id for action in view.actions if action.state in LIVE_ACTIONS}
    lost = [one for one in view.outbox if one.state is DeliveryState.DEAD and not _told_since(one, view.outbox)]
    given_up = [one for one in lost if one.incident in still or now - one.created < UNTOLD_S]
    late = [one for one in view.outbox if one.state in OPEN and now - one.created >= UNSENT_S]
    late = [one for one in late if not _told_since(one, view.outbox)]
    shows = f"{key_for('page_outbox')} shows why"
    if not given_up and late:
        whom = ", ".join(dict.fromkeys(f"{one.audience} of {one.incident}" for one in late))
        since = span_text(now - min(one.created for one in late))
        unsent = f"{counted(len(late), 'notice')} unsent"
        return [f"{_not_told(late, view)} YET: {whom}: {unsent} for {since}. {shows}"]
    lost_to = {(one.audience, one.incident, one.channel): one for one in given_up}
    return [f"{_not_told([one], view)}: {_given_up(one)}: read it out by phone. {shows}" for one in lost_to.values()]


def _given_up(one: Delivery) -> str:
    return f"{one.audience} of {one.incident}, {one.channel} gave up"


def _not_told(lost: list[Delivery], view: View) -> str:
    told = {one.incident for one in view.outbox if one.state is DeliveryState.ACCEPTED}
    return "NOT TOLD" if any(one.incident in told for one in lost) else "NOBODY WAS TOLD"


def _told_since(one: Delivery, outbox: list[Delivery]) -> bool:
    """Say whether any receiver of the same audience took this news or a later one."""
    same = [o for o in outbox if (o.incident, o.audience) == (one.incident, one.audience) and o.created >= one.created]
    return any(o.state is DeliveryState.ACCEPTED for o in same)


def _broke_lately(action: ActionView, now: float) -> bool:
    began = action.requested if action.started is None else action.started
    return bool(action.broken_glass) and 0 <= now - began < GLASS_S


def _broken(action: ActionView) -> str:
    return f"GLASS BROKEN: {action.verb} {action.bot} by one person alone. Page {key_for('page_actions')} shows why"


def _ends_soon(action: ActionView, now: float) -> bool:
    return action.expires is not None and action.state in RELEASABLE and action.expires - now < END_S


def _ending(action: ActionView, now: float) -> str:
    end = (action.expires or now) - now
    anew = f"{key_for('contain')} contains it anew"
    return f"ENDS IN {left_text(end)}: {action.verb} {action.bot} lets the bot back by itself. {anew}"


def headline(text: str, width: int) -> list[Line]:
    """Return a loud text over the whole width, at most three rows of it."""
    return [line((fit(f" {row.text}", width), "loud")) for row in wrapped(text, width - 2, "loud")[:3]]


def _on_actions(id: str) -> str:
    return f"{key_for(id)} on page {key_for('page_actions')}"
