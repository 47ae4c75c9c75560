"""An autopilot that plays a drill through the same commands as a person: good, hasty, slow or not at all."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from enum import StrEnum
from functools import partial

import msgspec

from warroom.core import commands as c
from warroom.core.commands import Ack, Command
from warroom.core.decide_containment import LADDER
from warroom.core.model import ActionState, Phase, Role, StepState, Verb
from warroom.core.ports import Clock
from warroom.core.queries import PlanAnswer, PreviewPlan
from warroom.core.room import Room
from warroom.core.view import ActionView, IncidentView, View

_LOOK_S = 0.1
_SETTLED = (ActionState.HELD, ActionState.NOT_HELD, ActionState.FAILED, ActionState.AMBIGUOUS)
_UNDONE = (ActionState.HELD, ActionState.NOT_HELD, ActionState.AMBIGUOUS)
_ENDED = (ActionState.RELEASED, ActionState.AMBIGUOUS, ActionState.EXPIRED)
_RELEASES = 12
"""Tries to let a bot back: of several workers each has to hear of it."""


class Style(StrEnum):
    """How the autopilot plays."""

    GOOD = "good"
    HASTY = "hasty"
    SLOW = "slow"
    NONE = "none"


class Manner(msgspec.Struct, frozen=True):
    """What tells one style from another."""

    pause_s: float
    """Thinking time before each act."""
    verb: Verb
    leads: bool
    """Opens an incident and works its checklist, or only presses the button."""


MANNERS = {
    Style.GOOD: Manner(0.5, Verb.DISABLE, leads=True),
    Style.HASTY: Manner(0.0, Verb.FREEZE, leads=False),
    Style.SLOW: Manner(25.0, Verb.DISABLE, leads=True),
}


class Autopilot:
    """Plays one incident on one room. `attack_over` says when the attackers have given up."""

    def __init__(
        self,
        room: Room,
        clock: Clock,
        manner: Manner,
        *,
        playbook: str,
        attack_over: Callable[[], bool],
        export: Callable[[str], Awaitable[None]],
    ) -> None:
        self._room = room
        self._clock = clock
        self._manner = manner
        self._playbook = playbook
        self._attack_over = attack_over
        self._export = export

    async def play(self) -> None:
        """Wait for an alarm, lead the incident to its end, return; a refusal on the way to containment ends it."""
        bot, alarm = await self._first_alarm()
        await self._think()
        incident = ""
        if self._manner.leads:
            incident = await self._ask(c.OpenIncident(bot, self._playbook, f"{bot}: hostile requests", alarm=alarm))
            if not incident:
                return
            await self._tick(incident, Phase.PREPARATION)
            await self._tick(incident, Phase.DETECTION)
        held = await self._contain(bot, incident)
        if not self._manner.leads or held is None:
            return
        await self._ask(c.AddNote(incident, f"{held.id} holds: {len(held.proof.samples if held.proof else [])} probes"))
        await self._ask(c.AssignRole(incident, Role.OPS_LEAD))
        await self._tick(incident, Phase.CONTAINMENT)
        await self._until(lambda _: self._attack_over())
        await self._ask(c.EnterPhase(incident, Phase.REMEDIATION))
        await self._tick(incident, Phase.REMEDIATION)
        await self._let_back(bot)
        await self._tick(incident, Phase.RECOVERY)
        await self._tick(incident, Phase.REVIEW)
        await self._ask(c.CloseIncident(incident, "contained, proved, released, written up"))
        await self._export(incident)

    async def _first_alarm(self) -> tuple[str, str]:
        view = await self._until(lambda view: any(a.acknowledged is None for a in view.alarms))
        first = next(alarm for alarm in view.alarms if alarm.acknowledged is None)
        return first.bot, first.id

    async def _contain(self, bot: str, incident: str) -> ActionView | None:
        """Act, and when it does not hold act harder, rung by rung; who only presses the button acts once."""
        view = await self._until(lambda view: any(one.name == bot for one in view.bots))
        offered = next(one.verbs for one in view.bots if one.name == bot)
        rungs = [verb for verb in LADDER if verb in offered]
        first = rungs.index(self._manner.verb) if self._manner.verb in rungs else 0
        for verb in rungs[first:]:
            await self._think()
            action = await self._act(bot, verb, incident or None)
            if action is None:
                # Refused: somebody else acts, or nobody may.
                return None
            if action.state is ActionState.HELD:
                return action
            if not self._manner.leads:
                return None
            await self._ask(c.AddNote(incident, f"{action.id} ({verb}) is {action.state.value}: the next rung follows"))
        return None

    async def _act(self, bot: str, verb: Verb, incident: str | None) -> ActionView | None:
        preview = await self._room.query(PreviewPlan(bot, verb))
        if not isinstance(preview, PlanAnswer):
            return None
        name = await self._ask(c.Contain(bot, verb, incident, "hostile requests are served", None, preview.sha256))
        if not name:
            return None
        return _action(await self._until(lambda view: _state(view, name) in _SETTLED), name)

    async def _let_back(self, bot: str) -> None:
        """Release what is open on the bot, hardest first; what fails is tried again a few times."""
        view = await self._until(lambda _: True)
        open_now = [one for one in view.actions if one.bot == bot and one.state in _UNDONE]
        for action in sorted(open_now, key=lambda one: LADDER.index(one.verb), reverse=True):
            await self._release(action.id)

    async def _release(self, action: str) -> None:
        for _ in range(_RELEASES):
            asked = await self._room.submit(c.Release(action, "the attackers gave up, accounts are blocked"))
            if not isinstance(asked, Ack):
                return
            view = await self._until(partial(_ended, action=action, since=asked.seq))
            if _state(view, action) is not ActionState.AMBIGUOUS:
                return

    async def _tick(self, incident: str, phase: Phase) -> None:
        """Tick what is left of a phase; steps that an action completes are left to their action."""
        view = await self._until(lambda view: _incident(view, incident) is not None)
        found = _incident(view, incident)
        assert found is not None
        for step in found.steps:
            if step.phase is phase and step.state is StepState.TODO and step.verb is None:
                await self._ask(c.TickStep(incident, step.id, "done in the drill"))

    async def _think(self) -> None:
        await self._clock.sleep(self._manner.pause_s)

    async def _ask(self, command: Command) -> str:
        """Return the name of what was made, empty when nothing was."""
        answer = await self._room.submit(command)
        return answer.ref if isinstance(answer, Ack) else ""

    async def _until(self, condition: Callable[[View], bool]) -> View:
        while True:
            view = self._room.latest
            if view is not None and condition(view):
                return view
            await self._clock.sleep(_LOOK_S)


def _action(view: View, name: str) -> ActionView | None:
    return next((action for action in view.actions if action.id == name), None)


def _state(view: View, name: str) -> ActionState:
    """Return an action's state; one that the view does not show yet is running."""
    action = _action(view, name)
    return ActionState.RUNNING if action is None else action.state


def _ended(view: View, *, action: str, since: int) -> bool:
    return view.chain.length >= since and _state(view, action) in _ENDED


def _incident(view: View, name: str) -> IncidentView | None:
    return next((incident for incident in view.incidents if incident.id == name), None)
