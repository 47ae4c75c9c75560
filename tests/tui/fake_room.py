"""A room without an engine: holds a view, answers from lists, keeps what was submitted and shows its simple effects."""

from __future__ import annotations

from typing import assert_never

import msgspec

from tests.tui.example import NOW, plan
from warroom.core import commands as c
from warroom.core.commands import Ack, Answer, Command, Refused
from warroom.core.model import ActionState, Mode, StepState, Verb
from warroom.core.queries import (
    EvidenceAnswer,
    EvidenceOf,
    History,
    HistoryAnswer,
    Lines,
    LinesAnswer,
    PlanAnswer,
    PreviewPlan,
    Query,
    QueryAnswer,
)
from warroom.core.room import ConnectionLost, Welcome
from warroom.core.view import ActionView, IncidentView, LogLine, View


class FakeRoom:
    """A `Room` that a test drives; every property may be changed while a console is attached."""

    def __init__(self, view: View | None, lines: list[LogLine] | None = None, *, read_only: bool = False) -> None:
        self._latest = view
        self._lost = ""
        self.lines = list(lines or [])
        self.submitted: list[Command] = []
        self.refusal: Refused | None = None
        self.plan_salt = ""
        """Changes every plan, as a changed world would."""
        mode = view.mode if view else Mode.LIVE
        self._welcome = Welcome(1, "0.1.0", view.room if view else "acme", mode, "c1", "ana", 1000, read_only, 4242)

    @property
    def welcome(self) -> Welcome:
        return self._welcome

    @property
    def latest(self) -> View | None:
        return self._latest

    @property
    def lost(self) -> str:
        return self._lost

    def show(self, view: View) -> None:
        """Let a new view arrive."""
        version = self._latest.version + 1 if self._latest else 1
        self._latest = msgspec.structs.replace(view, version=version)

    def lose(self, reason: str) -> None:
        """Let the engine go away."""
        self._lost = reason

    async def submit(self, command: Command) -> Answer:
        if self._lost:
            raise ConnectionLost(self._lost)
        self.submitted.append(command)
        if self.refusal is not None:
            return self.refusal
        if isinstance(command, c.Contain):
            today = self._plan(command.bot, command.verb).sha256
            if command.plan_sha256 != today:
                return Refused("the plan changed since it was shown", "look at the new dry run and confirm again")
        return Ack(100 + len(self.submitted), self._apply(command))

    async def query(self, query: Query) -> QueryAnswer:
        if self._lost:
            raise ConnectionLost(self._lost)
        match query:
            case Lines(after=after, limit=limit):
                newer = [entry for entry in self.lines if entry.seq > after]
                return LinesAnswer(newer[-limit:], max(0, len(newer) - limit))
            case PreviewPlan(bot=bot, verb=verb):
                return self._plan(bot, verb)
            case EvidenceOf():
                return EvidenceAnswer([])
            case History():
                return HistoryAnswer([])
            case _:
                assert_never(query)

    def _plan(self, bot: str, verb: Verb) -> PlanAnswer:
        made = plan(bot, verb)
        made = msgspec.structs.replace(made, exact=[*made.exact, self.plan_salt] if self.plan_salt else made.exact)
        return PlanAnswer(made, made.sha256)

    def _apply(self, command: Command) -> str:
        view = self._latest
        assert view is not None
        match command:
            case c.TickStep(step=step) | c.UntickStep(step=step) | c.SkipStep(step=step):
                self._set_step(view, step, _STEP_STATES[type(command)])
            case c.AcknowledgeAlarm(alarm=alarm):
                alarms = [msgspec.structs.replace(a, acknowledged="ana") if a.id == alarm else a for a in view.alarms]
                self.show(msgspec.structs.replace(view, alarms=alarms))
            case c.OpenIncident():
                return self._open(view, command)
            case c.Contain():
                return self._contain(view, command)
            case _:
                pass
        return ""

    def _set_step(self, view: View, step: str, state: StepState) -> None:
        incident = view.incidents[-1]
        steps = [
            msgspec.structs.replace(s, state=state, by="ana", at=NOW) if s.id == step else s for s in incident.steps
        ]
        changed = msgspec.structs.replace(incident, steps=steps)
        self.show(msgspec.structs.replace(view, incidents=[*view.incidents[:-1], changed]))

    def _open(self, view: View, command: c.OpenIncident) -> str:
        id = f"INC-{len(view.incidents) + 1:03d}"
        opened: IncidentView = msgspec.structs.replace(
            view.incidents[-1], id=id, title=command.title, bots=[command.bot], opened=NOW, actions=[]
        )
        self.show(msgspec.structs.replace(view, incidents=[*view.incidents, opened]))
        return id

    def _contain(self, view: View, command: c.Contain) -> str:
        id = f"ACT-{len(view.actions) + 1:03d}"
        made = plan(command.bot, command.verb)
        action = ActionView(
            id, command.bot, command.verb, made.adapter, ActionState.RUNNING, command.incident, "ana", 1000,
            command.reason, NOW, None, None, made, made.sha256, None, 0, "",
        )  # fmt: skip
        self.show(msgspec.structs.replace(view, actions=[*view.actions, action]))
        return id


_STEP_STATES: dict[type[Command], StepState] = {
    c.TickStep: StepState.DONE,
    c.UntickStep: StepState.TODO,
    c.SkipStep: StepState.SKIPPED,
}
