"""The alarm of a containment that held and holds no more: a fact like those of the detectors. Pure."""

from __future__ import annotations

import hashlib

from warroom.core import facts as f
from warroom.core.clean import clean
from warroom.core.desk import ActionRecord, Desk
from warroom.core.facts import Fact
from warroom.core.model import ActionState, Alarm, AlarmLevel, Proof, Reason, Sample, Verdict
from warroom.core.moments import clock_text

SCORE = 100.0
"""Nothing is estimated: a probe saw the bot at work."""
CAUSE = "containment: "
"""How the cause of such an alarm begins."""
_LOOKS = 6
"""Looks that are told each for itself; all of them are with the action."""


def flip_alarm(desk: Desk, action: ActionRecord, fact: Fact) -> list[Fact]:
    """Return the alarm that a look leads to which finds an action undone that held before; none for anything else.

    One that nobody has acknowledged yet speaks for the flips after it too: an action that flaps floods nobody.
    """
    if not isinstance(fact, f.ContainmentNotHeld) or not _held_before(action):
        return []
    known = [one for one in desk.alarms.values() if one.alarm.action == action.id]
    if any(one.acknowledged is None for one in known):
        return []
    return [f.AlarmRaised(_alarm(desk, action, fact.proof))]


def _held_before(action: ActionRecord) -> bool:
    """Whether the last proof said that it holds; a look that could not tell lies between at most."""
    held = action.proof is not None and action.proof.verdict is Verdict.CONTAINED
    return held and not action.releasing and action.state in (ActionState.HELD, ActionState.AMBIGUOUS)


def _alarm(desk: Desk, action: ActionRecord, proof: Proof) -> Alarm:
    assert action.proof is not None
    bot, verb = action.plan.bot, action.plan.verb
    open_looks = [sample for sample in proof.samples if sample.verdict is Verdict.OPEN]
    told = open_looks or proof.samples
    moments = [sample.at for sample in proof.samples] or [proof.at]
    name = f"{desk.room}\0{action.id}\0{proof.at!r}\0flip"
    text = (
        f"NOT HELD any more: {verb} {clean(bot, 64)} ({action.id}), proved at {clock_text(action.proof.at)}: "
        f"{len(open_looks)} of {len(proof.samples)} looks from outside saw the bot at work"
    )
    return Alarm(
        id="AL-" + hashlib.sha256(name.encode("utf-8", "replace")).hexdigest()[:10],
        bot=bot,
        time=proof.at,
        score=SCORE,
        p=0.0,
        level=AlarmLevel.CRITICAL,
        cause=f"{CAUSE}{verb} by {clean(action.plan.adapter, 40)} does not hold any more",
        window_start=min(moments),
        window_end=max(moments),
        reasons=[Reason("containment", f"{verb} flipped", text, contribution=1.0), *map(_look, told[:_LOOKS])],
        action=action.id,
    )


def _look(sample: Sample) -> Reason:
    sent, got = clean(sample.sent, 200) or "nothing", clean(sample.got, 150)
    return Reason("probe", f"look at {clock_text(sample.at)}", f"sent {sent}; came back: {got}")
