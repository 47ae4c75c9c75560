"""The engine of a room: one desk, one pipeline, their effects and the clockwork between them. Headless."""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator, Callable, Mapping, Sequence

import msgspec

from warroom import __version__
from warroom.core import facts as f
from warroom.core.commands import Ack, AddSource, Answer, Command, Contain, StopEngine, VerifyHeld
from warroom.core.desk import ActionRecord, Desk, open_actions
from warroom.core.limits import is_duration
from warroom.core.model import ENGINE, ActionState, Actor, EvidenceFile, Mode, Plan, Playbook, Verb
from warroom.core.ports import (
    AdapterAmbiguous,
    AdapterFailed,
    Anchor,
    Clock,
    Containment,
    Entry,
    Evidence,
    Journal,
    LogSource,
    Probe,
    Telemetry,
)
from warroom.core.queries import (
    EvidenceAnswer,
    EvidenceOf,
    History,
    HistoryAnswer,
    Lines,
    NotAnswered,
    PlanAnswer,
    PreviewPlan,
    Query,
    QueryAnswer,
)
from warroom.core.record import Batch
from warroom.core.reduce import Effect, fold
from warroom.core.settings import Settings
from warroom.core.view import PlaybookView, View
from warroom.engine.chronicle import Chronicle
from warroom.engine.desk_task import DeskTask, Known
from warroom.engine.effects import EffectRunner
from warroom.engine.owners import Owners
from warroom.engine.pipeline import Backlog, Pipeline
from warroom.engine.prover import Prover
from warroom.engine.room_view import Surroundings, build_view
from warroom.engine.trainer import Tutor
from warroom.engine.watchkeeper import Watchkeeper

_EFFECTS = 8
"""Effects that run at the same time; more wait."""
_PREVIEW_TIMEOUT_S = 5.0
_RECALLED = 200
"""Newest alarms that the detectors remember over a restart."""
_VIEW_S = 0.1
"""Shortest time between two views."""


class Parts(msgspec.Struct, frozen=True):
    """Every port of an engine: the composition root fills it, tests swap what they like."""

    room: str
    mode: Mode
    clock: Clock
    journal: Journal
    telemetry: Telemetry
    source: LogSource
    backlog: Backlog
    evidence: Evidence
    anchor: Anchor
    settings: Settings
    adapters: Mapping[str, Sequence[Containment]]
    probes: Mapping[str, Probe]
    playbooks: Mapping[str, Playbook]
    playbook_views: Sequence[PlaybookView]
    from_start: bool = False
    """Whether what the configured logs hold already is scored too, or only what comes from now on."""
    sources: Sequence[tuple[str, str]] = ()
    """Further (pattern, bot) pairs to follow, recorded as added."""
    history: Callable[[str], AsyncIterator[Batch]] | None = None
    """Finished logs of ordinary days of a bot, to learn from."""


class Engine:
    """One room at work. `run` starts everything and returns when somebody stops the engine in order."""

    def __init__(self, parts: Parts) -> None:
        self.parts = parts
        self.changed = asyncio.Condition()
        """Notified when a newer view can be had."""
        self.ready = asyncio.Event()
        """Set when the journal is folded and commands are taken."""
        self._stop = asyncio.Event()
        self._started = parts.clock.now()
        # A full queue would stop the desk; there are as many open actions as bots and adapters.
        self._effects: asyncio.Queue[Effect] = asyncio.Queue(1000)
        self._chronicle = Chronicle()
        self._head = ""
        self._view_version = 0
        self._desk_task = DeskTask(
            parts.journal,
            parts.clock,
            Desk(),
            known=self._known,
            effect=self._effects.put,
            recorded=self._recorded,
        )
        self._pipeline = Pipeline(
            source=parts.source,
            backlog=parts.backlog,
            telemetry=parts.telemetry,
            clock=parts.clock,
            settings=parts.settings.detect,
            owners=Owners(parts.settings.bots),
            desk=lambda: self._desk_task.desk,
            report=self._desk_task.report,
        )
        self._runner = EffectRunner(
            adapters=parts.adapters,
            prover=Prover(parts.clock, parts.probes),
            evidence=parts.evidence,
            logs_of=self._pipeline.logs_of,
            desk=lambda: self._desk_task.desk,
            report=self._desk_task.report,
        )

        self._keeper = Watchkeeper(
            clock=parts.clock,
            desk=lambda: self._desk_task.desk,
            verify=self._runner.verify,
            report=self._desk_task.report,
            every_s=self._every_s,
        )
        self._tutor = Tutor(parts.clock, self._pipeline, self._desk_task.report)

    @property
    def desk(self) -> Desk:
        """The live desk."""
        return self._desk_task.desk

    @property
    def version(self) -> int:
        """Grows with everything that a console could draw."""
        return self._desk_task.version + self._pipeline.version

    async def run(self) -> None:
        """Fold the journal, settle what a crash left open, then work until stopped."""
        await self._open()
        async with asyncio.TaskGroup() as tasks:
            workers = [
                tasks.create_task(self._desk_task.run(), name="desk"),
                tasks.create_task(self._watch(), name="pipeline"),
                tasks.create_task(self._announce(), name="announce"),
                tasks.create_task(self._keeper.run(), name="keeper"),
                tasks.create_task(self._tutor.train_for_ever(), name="train"),
            ]
            workers += [tasks.create_task(self._run_effects(), name=f"effects-{n}") for n in range(_EFFECTS)]
            await self._begin()
            self.ready.set()
            await self._stop.wait()
            for worker in workers:
                worker.cancel()

    async def _open(self) -> None:
        entries = await self.parts.journal.entries()
        desk = fold(entries)
        self._desk_task.desk = desk
        self._chronicle.tell(entries[-400:], desk)
        if entries:
            self._head = entries[-1].hash
        for record in list(desk.alarms.values())[-_RECALLED:]:
            self._pipeline.bot(record.alarm.bot).detector.recall([record.alarm])
        for bot, settings in self.parts.settings.bots.items():
            self._pipeline.bot(bot)
            for pattern in settings.log:
                self.parts.source.add(pattern, bot, from_start=self.parts.from_start)
        for pattern, bot in desk.sources.items():
            self._follow(pattern, bot)
        self.parts.source.resume(await self.parts.telemetry.checkpoints())

    async def _begin(self) -> None:
        desk = self._desk_task.desk
        if not desk.room:
            await self._desk_task.report(f.RoomOpened(self.parts.room, self.parts.mode))
        await self._desk_task.report(f.EngineStarted(os.getpid(), __version__, not desk.running))
        for pattern, bot in self.parts.sources:
            if desk.sources.get(pattern) != bot:
                self._follow(pattern, bot)
                await self._desk_task.report(f.SourceAdded(pattern, bot))
        # Reconcile: an intent without an outcome is ambiguous until a probe from outside decides.
        for action in open_actions(desk):
            if action.state in (ActionState.RUNNING, ActionState.RELEASING):
                doing = "containment" if action.state is ActionState.RUNNING else "release"
                reason = f"the engine ended between the intent and the outcome of this {doing}"
                await self._desk_task.report(f.ContainmentAmbiguous(action.id, reason))
        for action in open_actions(self._desk_task.desk):
            await self._keeper.verify(action.id)

    def _follow(self, pattern: str, bot: str) -> None:
        self._pipeline.bot(bot)
        self.parts.source.add(pattern, bot, from_start=False)

    def stop(self) -> None:
        """End `run` without asking the desk: for signals; the journal then says that the end was not in order."""
        self._stop.set()

    async def stop_in_order(self, reason: str) -> None:
        """Record the end, then end `run`."""
        await self._desk_task.report(f.EngineStopped(reason))
        self._stop.set()

    # Front ends

    async def submit(self, command: Command, command_id: str, actor: Actor, *, forbidden: str = "") -> Answer:
        """Take a command of somebody whom the kernel named; the answer says saved or refused."""
        plan, fault = await self._planned(command) if not forbidden else (None, "")
        answer = await self._desk_task.submit(command, command_id, actor, plan=plan, fault=fault, forbidden=forbidden)
        if isinstance(answer, Ack):
            await self._follow_up(command)
        return answer

    async def _follow_up(self, command: Command) -> None:
        match command:
            case AddSource(pattern=pattern, bot=bot):
                self._follow(pattern, bot)
            case VerifyHeld(action=action):
                await self._keeper.verify(action)
            case StopEngine():
                self._stop.set()
            case _:
                pass

    async def _planned(self, command: Command) -> tuple[Plan | None, str]:
        if not isinstance(command, Contain):
            return None, ""
        return await self._plan(command.bot, command.verb, command.expires_s)

    async def _plan(self, bot: str, verb: Verb, expires_s: float | None) -> tuple[Plan | None, str]:
        if expires_s is not None and not is_duration(expires_s):
            return None, f"{expires_s} s is no time after which an action may expire"
        try:
            async with asyncio.timeout(_PREVIEW_TIMEOUT_S):
                return await self._runner.plan(bot, verb, expires_s), ""
        except (AdapterFailed, AdapterAmbiguous) as error:
            return None, str(error)
        except TimeoutError:
            return None, f"no plan for {verb} {bot} within {_PREVIEW_TIMEOUT_S:.0f} s"

    async def report(self, *facts: f.Fact, actor: Actor = ENGINE) -> None:
        """Record what happened around the room (consoles coming and going)."""
        await self._desk_task.report(*facts, actor=actor)

    async def query(self, query: Query) -> QueryAnswer:
        """Answer a read-only question."""
        match query:
            case Lines(bot=bot, after=after, limit=limit):
                watch = self._pipeline.bots.get(bot)
                if watch is None:
                    return NotAnswered(f"there is no bot {bot}")
                return watch.ring.after(after, min(limit, 2000))
            case PreviewPlan(bot=bot, verb=verb, expires_s=expires_s):
                plan, fault = await self._plan(bot, verb, expires_s)
                return NotAnswered(fault) if plan is None else PlanAnswer(plan, plan.sha256)
            case History(after=after):
                return HistoryAnswer(await self.parts.journal.entries(after))
            case EvidenceOf(incident=incident):
                return EvidenceAnswer(self._evidence_of(incident))

    def _evidence_of(self, incident: str) -> list[EvidenceFile]:
        actions = [a for a in self.desk.actions.values() if not incident or a.incident == incident]
        return [file for action in actions for file in action.evidence]

    def view(self) -> View:
        """Return the room as it is now."""
        self._view_version += 1
        verbs = self._known().bots
        around = Surroundings(
            now=self.parts.clock.now(),
            pid=os.getpid(),
            started=self._started,
            head=self._head,
            bots=self._pipeline.bots,
            sources=self._pipeline.sources,
            verbs=verbs,
            playbooks=self.parts.playbook_views,
            timeline=self._chronicle.timeline,
            messages=self._chronicle.messages,
            banner=self._desk_task.fault or self.parts.telemetry.fault or self._tutor.fault,
        )
        return build_view(self._view_version, self.desk, around)

    # Clockwork

    def _known(self) -> Known:
        names = [*self.parts.settings.bots, *self._pipeline.bots]
        bots = {name: self._verbs_of(name) for name in dict.fromkeys(names)}
        return Known(bots, dict(self.parts.playbooks))

    def _verbs_of(self, bot: str) -> list[Verb]:
        offered = {verb for adapter in self.parts.adapters.get(bot, ()) for verb in adapter.verbs()}
        return [verb for verb in Verb if verb is Verb.SNAPSHOT or verb in offered]

    async def _recorded(self, entries: Sequence[Entry]) -> None:
        self._head = entries[-1].hash
        self._chronicle.tell(entries, self._desk_task.desk)
        await self.parts.anchor.drop(self.parts.room, entries[-1].seq, entries[-1].hash)

    async def _announce(self) -> None:
        """Wake those who wait for a newer view, at most ten times a second."""
        told = -1
        while True:
            if self.version != told:
                told = self.version
                async with self.changed:
                    self.changed.notify_all()
            await self.parts.clock.sleep(_VIEW_S)

    async def _run_effects(self) -> None:
        while True:
            await self._runner.run(await self._effects.get())

    async def _watch(self) -> None:
        """Learn each bot's normal from its history, then follow the logs: windows must come in order."""
        for bot, settings in self.parts.settings.bots.items():
            if settings.history and self.parts.history is not None:
                await self._pipeline.learn(bot, self.parts.history(bot))
        await self._pipeline.run()

    def _every_s(self, action: ActionRecord) -> float:
        settings = self.parts.settings.bots.get(action.plan.bot)
        return settings.probe.every_s if settings and settings.probe else 30.0
