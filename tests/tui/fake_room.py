"""A room without an engine: holds a view, answers from lists, keeps what was submitted and shows its simple effects."""

from __future__ import annotations

import asyncio

import msgspec

from tests.tui.example import NOW, plan
from tests.tui.fake_log import FakeLog
from warroom.core import commands as c
from warroom.core.commands import Ack, Answer, Command, Refused
from warroom.core.company import Company, Here, Pointer, Target, target_words
from warroom.core.model import ActionState, Mode, StepState
from warroom.core.ports import Check, Entry
from warroom.core.queries import (
    EvidenceAnswer,
    EvidenceOf,
    History,
    HistoryAnswer,
    Lines,
    LogHistogram,
    LogSearch,
    LogWindow,
    NotAnswered,
    ObservationAnswer,
    Observe,
    PlanAnswer,
    PreviewPlan,
    Query,
    QueryAnswer,
    RawLine,
    Shadow,
    ShadowAnswer,
)
from warroom.core.room import ConnectionLost, Outage, Welcome
from warroom.core.view import ActionView, IncidentView, LogLine, View
from warroom.tui.words import UNBEGUN


class FakeRoom:
    """A `Room` that a test drives; every property may be changed while a console is attached."""

    def __init__(self, view: View | None, lines: list[LogLine] | None = None, *, read_only: bool = False) -> None:
        self._latest = view
        self._lost = ""
        self.log = FakeLog(list(lines or []))
        self.submitted: list[Command] = []
        self.refusal: Refused | None = None
        self.plan_salt = ""
        """Changes every plan, as a changed world would."""
        self.plan_fields: dict[str, object] = {}
        """Fields of every plan that differ from the example's."""
        self.checks: list[Check] = []
        self.observed = ""
        self.two = ""
        self.answering = asyncio.Event()
        """Cleared, commands wait for their answer."""
        self.answering.set()
        self.shadow: ShadowAnswer | None = None
        """Whom the bot served, when the logs can say."""
        self.company = Company()
        self.outage: Outage | None = None
        self.said: list[Here] = []
        """What the console said of itself."""
        self.pointed: list[Target | None] = []
        self._news = asyncio.Event()
        self.entries: list[Entry] = []
        """The journal."""
        self.asked: list[PreviewPlan] = []
        """Dry runs that were asked for."""
        mode = view.mode if view else Mode.LIVE
        self._welcome = Welcome(1, "0.1.0", view.room if view else "acme", mode, "c1", "ana", 1000, read_only, 4242)

    @property
    def lines(self) -> list[LogLine]:
        """The lines of the log."""
        return self.log.lines

    @lines.setter
    def lines(self, lines: list[LogLine]) -> None:
        self.log.lines = lines

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
        self._news.set()

    def gather(self, company: Company) -> None:
        """Let it be told who is here."""
        self.company = company
        self._news.set()

    def lose(self, reason: str, at: float = NOW) -> None:
        """Let the engine go away."""
        self._lost = reason
        self.outage = Outage(self.outage.number + 1 if self.outage else 1, at, next_try=at + 4)
        self._news.set()

    def come_back(self, lasted_s: float) -> None:
        """Let the engine be there again, with the view that it sends."""
        assert self.outage is not None
        self.outage, self._lost = msgspec.structs.replace(self.outage, lasted_s=lasted_s, next_try=None), ""
        self._news.set()

    async def arrival(self) -> None:
        await self._news.wait()
        self._news.clear()

    def present(self, here: Here) -> None:
        self.said.append(here)

    async def point(self, target: Target | None) -> Answer:
        if self._lost:
            raise ConnectionLost(self._lost)
        self.pointed.append(target)
        if self.refusal is not None:
            return self.refusal
        words = target_words(self._latest, target) if target and self._latest else ""
        self.gather(Company(self.company.people, Pointer(target, words, "ana", NOW) if target else None))
        return Ack(0, words)

    async def submit(self, command: Command) -> Answer:
        if self._lost:
            raise ConnectionLost(self._lost)
        self.submitted.append(command)
        await self.answering.wait()
        if self.refusal is not None:
            return self.refusal
        if isinstance(command, c.Contain):
            today = self.plan_for(PreviewPlan(command.bot, command.verb, command.expires_s, command.adapter))
            if command.plan_sha256 != today.sha256:
                return Refused("the plan changed since it was shown", "look at the new dry run and confirm again")
        return Ack(100 + len(self.submitted), self._apply(command))

    async def query(self, query: Query) -> QueryAnswer:
        if self._lost:
            raise ConnectionLost(self._lost)
        match query:
            case Lines() | LogWindow() | LogSearch() | LogHistogram() | RawLine():
                if isinstance(query, LogSearch):
                    await self.log.searches.acquire()
                return self.log.answer(query)
            case PreviewPlan():
                self.asked.append(query)
                return self.plan_for(query)
            case Shadow():
                return self.shadow or NotAnswered("no log that can be read again")
            case Observe():
                return ObservationAnswer("control", self.observed or "mode disabled", NOW)
            case EvidenceOf():
                return EvidenceAnswer([])
            case History(after=after):
                return HistoryAnswer([entry for entry in self.entries if entry.seq > after])
            case _:
                return NotAnswered("nobody asks this of the console's tests")

    def plan_for(self, query: PreviewPlan) -> PlanAnswer:
        """Return the dry run as it is now."""
        made = plan(query.bot, query.verb)
        made = msgspec.structs.replace(made, expires_s=query.expires_s, adapter=query.adapter or made.adapter)
        for action in self._latest.actions if self._latest else ():
            asked = (action.bot, action.verb, action.adapter, action.plan.expires_s)
            if action.state in UNBEGUN and asked == (made.bot, made.verb, made.adapter, made.expires_s):
                made = action.plan
        exact = [*made.exact, self.plan_salt] if self.plan_salt else made.exact
        made = msgspec.structs.replace(made, exact=exact, **self.plan_fields)
        return PlanAnswer(made, made.sha256, self.checks, self.observed, self.two)

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
            case c.ApproveAction(action=name) | c.StartAction(action=name) | c.BreakGlass(action=name):
                self.change(name, state=ActionState.RUNNING, approval=None)
            case _:
                pass
        return ""

    def change(self, name: str, **fields: object) -> None:
        """Let a view arrive in which an action is different."""
        view = self._latest
        assert view is not None
        actions = [msgspec.structs.replace(a, **fields) if a.id == name else a for a in view.actions]
        self.show(msgspec.structs.replace(view, actions=actions))

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
        made = self.plan_for(PreviewPlan(command.bot, command.verb, command.expires_s, command.adapter)).plan
        state = ActionState.DRAFT if command.draft else ActionState.RUNNING
        action = ActionView(
            id, command.bot, command.verb, made.adapter, state, command.incident, "ana", 1000,
            command.reason, NOW, None, None, made, made.sha256, None, 0, "",
        )  # fmt: skip
        self.show(msgspec.structs.replace(view, actions=[*view.actions, action]))
        return id


_STEP_STATES: dict[type[Command], StepState] = {
    c.TickStep: StepState.DONE,
    c.UntickStep: StepState.TODO,
    c.SkipStep: StepState.SKIPPED,
}
