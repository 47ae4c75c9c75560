"""What to do next about what just happened, as the command lines that do it; pure."""

from __future__ import annotations

import shlex
from collections.abc import Sequence

from warroom.core.model import ActionState, AlarmLevel, Phase, StepState, Verb
from warroom.core.notices import DeliveryState
from warroom.core.view import ActionView, AlarmView, IncidentView, StepView, TimelineView, View

_LET_BACK = frozenset({Verb.ENABLE, Verb.THAW, Verb.START})
_CHANGING = frozenset({Verb.LIMIT, Verb.DISABLE, Verb.REVOKE, Verb.ISOLATE, Verb.FREEZE, Verb.STOP})
_OPEN_ACTIONS = frozenset({ActionState.HELD, ActionState.NOT_HELD, ActionState.AMBIGUOUS})


class NextVerbs:
    """Writes command lines for one room; a name out of the data is quoted as a shell wants it."""

    def __init__(self, room: str) -> None:
        """`room` is what `--room` takes."""
        self._room = f" --room {shlex.quote(room)}"

    def line(self, *words: str) -> str:
        """Return a whole command line."""
        return f"warroom {' '.join(words)}{self._room}"

    def of_entry(self, entry: TimelineView, view: View) -> str:
        """Return what to do about an entry of the record; empty when nothing is to be done, or not any more."""
        match entry.kind:
            case "alarm":
                alarm = next((one for one in view.alarms if one.id == entry.about), None)
                return self.of_alarm(alarm, view) if alarm else ""
            case "contain" | "approval":
                action = next((one for one in view.actions if one.id == entry.about), None)
                return self.of_action(action, view) if action else ""
            case "incident" | "step" | "role":
                incident = next((one for one in view.incidents if one.id == entry.incident), None)
                return self.of_incident(incident, view) if incident else ""
            case "notice":
                return self._of_notice(entry, view)
            case "room":
                return self.line("watch --plain") if "engine stopped" in entry.text else ""
            case _:
                return ""

    def of_alarm(self, alarm: AlarmView, view: View) -> str:
        """Return what to do about an alarm: say that it is seen, then open an incident or lead the one it is in."""
        seen = "" if alarm.acknowledged else self.line("incident ack", _q(alarm.id))
        flipped = next((one for one in view.actions if one.id == alarm.action), None)
        if flipped is not None:
            todo = self.of_action(flipped, view)
            return f"{seen}, then {todo}" if seen and todo else seen or todo
        if alarm.incident:
            incident = next((one for one in view.incidents if one.id == alarm.incident and one.open), None)
            return seen or (self.of_incident(incident, view) if incident else "")
        open_there = next((one for one in view.incidents if one.open and alarm.bot in one.bots), None)
        if alarm.level is AlarmLevel.NOTICE or open_there is not None:
            return seen
        opened = self.line("incident open --bot", _q(alarm.bot), "--alarm", _q(alarm.id), "--title TITLE")
        return f"{seen}, then {opened}" if seen else opened

    def of_action(self, action: ActionView, view: View) -> str:
        """Return what to do about a containment as it stands now."""
        if waits(action):
            return self._of_waiting(action)
        match action.state:
            case ActionState.NOT_HELD | ActionState.FAILED:
                harder = _harder(action, view)
                again = self.line("verify-held", _q(action.id))
                if harder is None:
                    return again if action.state is ActionState.NOT_HELD else self._contain(action, action.verb)
                return f"{self._contain(action, harder)}, or look again: {again}"
            case ActionState.AMBIGUOUS:
                return self.line("verify-held", _q(action.id))
            case ActionState.DRAFT:
                return self.line("begin", _q(action.id))
            case ActionState.EXPIRED:
                return f"the bot is back by itself; contain it anew: {self._contain(action, action.verb)}"
            case ActionState.HELD if action.expires is not None and action.expires - view.now < 600:
                return f"extend it: {self._contain(action, action.verb)} --expires 1h"
            case _:
                return ""

    def of_incident(self, incident: IncidentView, view: View) -> str:
        """Return the command line of an incident's next step; empty once it is closed."""
        if not incident.open:
            return ""
        for action in (one for one in view.actions if one.incident == incident.id):
            if waits(action) or action.state in (ActionState.NOT_HELD, ActionState.AMBIGUOUS):
                return self.of_action(action, view)
        step = next_step(incident)
        if step is None:
            return self.line("incident close", _q(incident.id), "--reason REASON")
        return self.of_step(incident, step, view)

    def of_step(self, incident: IncidentView, step: StepView, view: View) -> str:
        """Return the command line that does a step, or ticks it."""
        own = [one for one in view.actions if one.incident == incident.id]
        if step.verb in _LET_BACK and (held := [one for one in own if one.state is ActionState.HELD]):
            return self.line("release", _q(held[-1].id), "--reason REASON")
        if step.verb is not None and step.verb not in _LET_BACK:
            bot = incident.bots[0] if incident.bots else "BOT"
            return self.line("contain", _q(bot), step.verb.value, "--incident", _q(incident.id))
        return self.line("incident tick", _q(incident.id), _q(step.id))

    def tell(self, incident: str, audience: str) -> str:
        """Return the command line that tells an audience."""
        return self.line("notify", _q(incident), "--to", _q(audience))

    def _of_waiting(self, action: ActionView) -> str:
        asker = action.approval.asked_by if action.approval else action.operator
        say = f"somebody else than {asker}: {self.line('approve', _q(action.id))}"
        return f"{say}, or {self.line('deny', _q(action.id), '--reason REASON')}"

    def _of_notice(self, entry: TimelineView, view: View) -> str:
        one = next((one for one in view.outbox if one.notice == entry.about), None)
        if one is not None and one.state is DeliveryState.DEAD:
            return f"read it out by phone, or send it again: {self.line('outbox --again', _q(one.notice))}"
        if one is not None:
            return f"read it out by phone, or again: {self.tell(one.incident, one.audience.value)}"
        return self.tell(entry.incident, "AUDIENCE") if entry.incident else ""

    def _contain(self, action: ActionView, verb: Verb) -> str:
        belongs = ("--incident", _q(action.incident)) if action.incident else ()
        return self.line("contain", _q(action.bot), verb.value, *belongs)


def waits(action: ActionView) -> bool:
    """Say whether a second person's word is waited for, to contain or to let back."""
    asked = action.approval
    if asked is None or asked.given_by is not None:
        return False
    return action.state in _OPEN_ACTIONS if asked.release else action.state is ActionState.PENDING_APPROVAL


def next_step(incident: IncidentView) -> StepView | None:
    """Return the first required step that is left, as `next_step` of the incident says it; None when none is."""
    left = [one for one in incident.steps if one.required and one.state not in _SETTLED]
    return next((one for one in left if one.phase is not Phase.PREPARATION), None)


_SETTLED = frozenset({StepState.DONE, StepState.SKIPPED, StepState.NOT_APPLICABLE})


def _harder(action: ActionView, view: View) -> Verb | None:
    """Return the next harder verb that the bot's config has; None when there is none."""
    bot = next((one for one in view.bots if one.name == action.bot), None)
    ladder: Sequence[Verb] = [verb for verb in (bot.verbs if bot else []) if verb in _CHANGING]
    after = ladder[ladder.index(action.verb) + 1 :] if action.verb in ladder else []
    return after[0] if after else None


def _q(text: str | None) -> str:
    return shlex.quote(text or "")
