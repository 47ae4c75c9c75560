"""The rules of containment: one open action for each bot and adapter, harder may follow milder."""

from __future__ import annotations

from warroom.core import commands as c
from warroom.core import facts as f
from warroom.core.access import why_not_alone
from warroom.core.action_states import ACTION_FACTS, next_state
from warroom.core.commands import Refused
from warroom.core.context import Context
from warroom.core.counted import counted
from warroom.core.desk import ActionRecord, Desk, IncidentRecord, StepRecord, incident_of, open_actions
from warroom.core.facts import Fact
from warroom.core.flips import flip_alarm
from warroom.core.model import ActionState, Phase, Plan, Reversible, StepState, Verb
from warroom.core.moments import utc_text
from warroom.core.notices import OPEN

LADDER = [Verb.SNAPSHOT, Verb.LIMIT, Verb.DISABLE, Verb.REVOKE, Verb.ISOLATE, Verb.FREEZE, Verb.STOP]
"""Containing verbs from mild to hard."""

_PHASES = list(Phase)
_STABLE = frozenset({ActionState.HELD, ActionState.NOT_HELD})
_COVERS = frozenset({ActionState.RUNNING, ActionState.HELD, ActionState.RELEASING})


def decide_contain(desk: Desk, command: c.Contain, context: Context) -> list[Fact] | Refused:
    """Return the intent to act, or why not; another open action of the same adapter is named with its holder."""
    plan = _plan_for(command, context)
    if isinstance(plan, Refused):
        return plan
    incident = desk.incidents.get(command.incident) if command.incident else incident_of(desk, command.bot)
    if command.incident and incident is None:
        return Refused(f"there is no incident {command.incident}")
    number = f"ACT-{len(desk.actions) + 1:03d}"
    place = incident.id if incident else None
    if command.draft:
        return [f.ContainmentRequested(number, place, plan, command.reason, None, ActionState.DRAFT)]
    supersedes = in_the_way(desk, plan)
    if isinstance(supersedes, Refused):
        return supersedes
    if unsure := unconfirmed(plan, command.confirm):
        return unsure
    why = context.why_two(plan)
    alone = not why or bool(command.break_glass.strip())
    if too_soon := ends_sooner(desk, supersedes, plan, context, alone=alone):
        return too_soon
    if not alone:
        asked = f.ContainmentRequested(number, place, plan, command.reason, None, ActionState.PENDING_APPROVAL)
        return [asked, f.ApprovalAsked(number, plan.sha256, why)]
    facts: list[Fact] = [f.ContainmentRequested(number, place, plan, command.reason, supersedes)]
    gated = incident is not None and incident.playbook.evidence_gate
    if why or (gated and command.break_glass.strip()):
        if never := why_not_alone(plan):
            return Refused(never, "ask a second person")
        facts.append(f.GlassBroken(number, command.break_glass))
    return [*facts, *into_containment(incident, plan)]


def _plan_for(command: c.Contain, context: Context) -> Plan | Refused:
    """Return today's plan, when it is possible and the one that was shown."""
    if command.bot not in context.bots:
        return Refused(f"there is no bot {command.bot}", f"bots: {', '.join(context.bots) or 'none yet'}")
    if command.verb not in context.bots[command.bot]:
        offered = ", ".join(context.bots[command.bot])
        return Refused(f"{command.bot} has no way to {command.verb}", f"configured: {offered}")
    if context.plan is None:
        return Refused(context.plan_fault or f"no plan could be made for {command.verb} {command.bot}")
    if command.plan_sha256 and command.plan_sha256 != context.plan.sha256:
        return Refused("the plan changed since it was shown", "look at the new dry run and confirm again")
    return context.plan


def unconfirmed(plan: Plan, typed: str) -> Refused | None:
    """Return why a plan that cannot be undone is not done yet: its bot's name was not typed."""
    if plan.reversible is Reversible.NO and typed != plan.bot:
        return Refused(f"{plan.verb} {plan.bot} cannot be undone", f"type the bot's name to confirm: {plan.bot}")
    return None


def into_containment(incident: IncidentRecord | None, plan: Plan) -> list[Fact]:
    """Return the fact that an incident whose bot is acted on is in its containment, where it is not yet."""
    if incident is None or plan.verb is Verb.SNAPSHOT:
        return []
    return _forward(incident, Phase.CONTAINMENT)


def in_the_way(desk: Desk, plan: Plan, but: str = "") -> str | Refused | None:
    """Return the weaker action that this one follows, None when the way is free, or the refusal."""
    waiting = [
        a
        for a in desk.actions.values()
        if a.state is ActionState.PENDING_APPROVAL
        and a.id != but
        and (a.plan.bot, a.plan.verb) == (plan.bot, plan.verb)
    ]
    if waiting:
        return Refused(f"{waiting[0].id} waits for a second person already", f"approve or cancel {waiting[0].id}")
    same = [a for a in open_actions(desk, plan.bot) if a.plan.adapter == plan.adapter]
    if not same:
        return None
    holder = same[-1]
    who = f"{holder.id} ({holder.plan.verb} {plan.bot}) is {holder.state}, asked by {holder.operator.label}"
    if holder.state not in _STABLE:
        return Refused(f"{who}: wait for its outcome", f"see {holder.id}")
    if LADDER.index(plan.verb) <= LADDER.index(holder.plan.verb):
        return Refused(who, f"release {holder.id} first")
    return holder.id


def ends_sooner(desk: Desk, weaker: str | None, plan: Plan, context: Context, *, alone: bool) -> Refused | None:
    """Return why a plan may not take the place of a weaker action: its end would let the bot back before that one's.

    Who may let the bot back may do that too; `alone` says that no second person is asked.
    """
    if weaker is None or plan.expires_s is None or plan.reversible is Reversible.NO:
        return None
    holder = desk.actions[weaker]
    if holder.expires is not None and context.now + plan.expires_s >= holder.expires:
        return None
    if context.may_release and not (alone and context.why_two(holder.plan, release=True)):
        return None
    stands = "has no end" if holder.expires is None else f"stands until {utc_text(holder.expires)}"
    who = f"{holder.id} ({holder.plan.verb} {plan.bot}) {stands}, and {plan.verb} takes its place"
    return Refused(f"{who}: its end would let {plan.bot} back sooner", "leave the end away, or give a later one")


def decide_release(desk: Desk, command: c.Release, context: Context) -> list[Fact] | Refused:
    """Return the intent to undo, or the request for a second person, or why not."""
    action = desk.actions.get(command.action)
    if action is None:
        return Refused(f"there is no action {command.action}", f"actions: {', '.join(desk.actions) or 'none'}")
    blocked = release_blocked(desk, action)
    if blocked is not None:
        return blocked
    if action.approval is not None and action.approval.release and action.approval.pending:
        return Refused(f"the release of {action.id} waits for a second person already", f"approve {action.id}")
    why = context.why_two(action.plan, release=True)
    if why:
        return [f.ReleaseAsked(action.id, command.reason, action.plan.sha256, why)]
    return [f.ReleaseRequested(action.id, command.reason)]


def release_blocked(desk: Desk, action: ActionRecord) -> Refused | None:
    """Return why an action cannot be released now: nothing to release, or a harder one stands on it."""
    successor = next((a for a in open_actions(desk) if a.supersedes == action.id), None)
    if successor is not None:
        return Refused(f"{successor.id} stands on {action.id}", f"release {successor.id} first")
    harder = [a for a in open_actions(desk, action.plan.bot) if _rank(a) > _rank(action)]
    if harder:
        last = harder[-1]
        return Refused(
            f"{last.id} ({last.plan.verb}) is harder and open: behind it nobody sees {action.plan.bot} answer",
            f"release {last.id} first",
        )
    if next_state(action.state, f.ReleaseRequested(action.id, "")) is None:
        hint = f"cancel {action.id}" if action.waiting else ""
        return Refused(f"{action.id} is {action.state}: there is nothing to release", hint)
    if action.plan.reversible is Reversible.NO:
        return Refused(f"{action.plan.verb} cannot be undone from here", action.plan.undo)
    return None


def _rank(action: ActionRecord) -> int:
    return LADDER.index(action.plan.verb)


def covered_by(desk: Desk, action: ActionRecord) -> ActionRecord | None:
    """Return the harder action on its bot that holds or is under way: behind it nobody sees whether this one does."""
    harder = [a for a in open_actions(desk, action.plan.bot) if a.state in _COVERS and _rank(a) > _rank(action)]
    return harder[-1] if harder else None


def decide_verify(desk: Desk, command: c.VerifyHeld) -> list[Fact] | Refused:
    """Return no fact (the probe's outcome becomes one), or why there is nothing to verify."""
    action = desk.actions.get(command.action)
    if action is None:
        return Refused(f"there is no action {command.action}")
    if action.state not in (ActionState.HELD, ActionState.NOT_HELD, ActionState.AMBIGUOUS):
        return Refused(f"{action.id} is {action.state}: there is nothing to verify")
    if cover := covered_by(desk, action):
        hidden = f"behind {cover.id} ({cover.plan.verb}, {cover.state}) nobody sees whether {action.id} holds"
        return Refused(hidden, f"verify {cover.id}")
    return []


def admit(desk: Desk, fact: Fact) -> list[Fact]:
    """Return the facts that an outcome or a finding leads to; what cannot follow is dropped."""
    match fact:
        case f.AlarmRaised(alarm=alarm):
            return [] if alarm.id in desk.alarms else [fact]
        case f.BotStateChanged(bot=bot, state=state):
            known = desk.bots.get(bot)
            return [] if known is not None and known.state is state else [fact]
        case f.GapSeen():
            return [] if fact.place in desk.gaps.get(fact.source, ()) else [fact]
        case f.NoticeSettled(notice=notice):
            delivery = desk.deliveries.get(notice)
            mine = delivery is not None and delivery.state in OPEN and delivery.notice.round == fact.round
            return [fact] if mine else []
        case f.ConsoleLeft(console=console):
            return [fact] if console in desk.consoles else []
        case _ if isinstance(fact, ACTION_FACTS):
            return _admit_outcome(desk, fact)
        case _:
            return [fact]


def _admit_outcome(desk: Desk, fact: Fact) -> list[Fact]:
    assert isinstance(fact, ACTION_FACTS)
    action = desk.actions.get(fact.action)
    if action is None or next_state(action.state, fact) is None:
        return []
    flip = flip_alarm(desk, action, fact)
    incident = desk.incidents.get(action.incident or "")
    if incident is None or not incident.open:
        return [fact, *flip]
    return [fact, *flip, *_consequences(incident, action, fact)]


def _consequences(incident: IncidentRecord, action: ActionRecord, fact: Fact) -> list[Fact]:
    """Tick the steps that this outcome completes, reopen those that it undoes, move the phase forward."""
    match fact:
        case f.EvidenceTaken(files=files) if files:
            return _tick(incident, Verb.SNAPSHOT, f"{action.id}: {counted(len(files), 'file')}")
        case f.ContainmentHeld(proof=proof):
            return _tick(incident, action.plan.verb, f"{action.id} held, {len(proof.samples)} probes agree")
        case f.ContainmentNotHeld():
            return _reopen(incident, action.plan.verb, f"{action.id} does not hold")
        case f.ContainmentReleased():
            ticked = _tick(incident, Verb.ENABLE, f"{action.id} released, the bot answers again")
            return [*ticked, *_forward(incident, Phase.RECOVERY)]
        case _:
            return []


def _steps(incident: IncidentRecord, verb: Verb, states: frozenset[StepState]) -> list[StepRecord]:
    return [s for s in incident.steps.values() if s.step.verb is verb and s.state in states]


def _tick(incident: IncidentRecord, verb: Verb, reason: str) -> list[Fact]:
    waiting = _steps(incident, verb, frozenset({StepState.TODO, StepState.DOING, StepState.BLOCKED}))
    return [f.StepChanged(incident.id, s.step.id, StepState.DONE, reason) for s in waiting]


def _reopen(incident: IncidentRecord, verb: Verb, reason: str) -> list[Fact]:
    done = _steps(incident, verb, frozenset({StepState.DONE}))
    return [f.StepChanged(incident.id, s.step.id, StepState.TODO, reason) for s in done]


def _forward(incident: IncidentRecord, phase: Phase) -> list[Fact]:
    if _PHASES.index(incident.phase) >= _PHASES.index(phase):
        return []
    return [f.PhaseEntered(incident.id, phase)]
