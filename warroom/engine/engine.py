"""The engine of a room: one desk, one pipeline, their effects and the clockwork between them. Headless."""

from __future__ import annotations

import asyncio
import contextlib
import os
from collections.abc import Sequence

from warroom import __version__
from warroom.core import facts as f
from warroom.core.commands import Ack, AddSource, Answer, Command, Notify, Refused, SendAgain, StopEngine, VerifyHeld
from warroom.core.company import Target
from warroom.core.desk import Desk, open_actions
from warroom.core.exercise import Exercise
from warroom.core.model import ENGINE, ActionState, Actor
from warroom.core.ports import Entry, Standing
from warroom.core.queries import Query, QueryAnswer
from warroom.core.reduce import Effect, RunContainment, RunRelease, SendNotices, TellPeople, fold
from warroom.core.view import View
from warroom.engine.answers import Answers
from warroom.engine.chronicle import Chronicle
from warroom.engine.configured import Configured
from warroom.engine.desk_task import DeskTask, Made
from warroom.engine.gathering import Gathering
from warroom.engine.hands import Hands
from warroom.engine.messenger import Messenger
from warroom.engine.owners import Owners
from warroom.engine.parts import Parts
from warroom.engine.pipeline import Pipeline
from warroom.engine.room_view import Surroundings, build_view
from warroom.engine.trainer import Tutor

_RECALLED = 200
"""Newest alarms that the detectors remember over a restart."""
_VIEW_S = 0.1
"""Shortest time between two views that only tell of lines."""
_ACT_S = 0.02
"""Shortest time between two views when somebody acted."""


class Engine:
    """One room at work. `run` starts everything and returns when somebody stops the engine in order."""

    def __init__(self, parts: Parts) -> None:
        self.parts = parts
        self.changed = asyncio.Condition()
        """Notified when a newer view can be had."""
        self.gathering, self._acted = Gathering(parts.clock), asyncio.Event()
        self.ready = asyncio.Event()
        """Set when the journal is folded and commands are taken."""
        self._stop = asyncio.Event()
        self._started = parts.clock.now()
        self._chronicle = Chronicle()
        self._head = ""
        self._view_version = 0
        self._desk_task = DeskTask(
            parts.journal,
            parts.clock,
            Desk(),
            known=lambda: self._configured.known(parts.playbooks),
            effect=self._effect,
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
        self._configured = Configured(parts.settings, parts.adapters, lambda: self._pipeline.bots)
        self._hands = Hands(
            parts,
            self._configured,
            logs_of=self._pipeline.logs_of,
            desk=lambda: self._desk_task.desk,
            report=self._desk_task.report,
        )
        self._messenger = Messenger(
            parts.clock,
            parts.telephone,
            room=parts.room,
            view=self.view,
            desk=lambda: self._desk_task.desk,
            report=self._desk_task.report,
        )
        self._answers = Answers(
            parts, self._configured, self._hands.planner, self._messenger, self._pipeline, lambda: self._desk_task.desk
        )
        self._tutor = Tutor(parts.clock, self._pipeline, self._desk_task.report)

    @property
    def desk(self) -> Desk:
        """The live desk."""
        return self._desk_task.desk

    @property
    def version(self) -> int:
        """Grows with everything that a console could draw."""
        return self._desk_task.version + self._pipeline.version + self.gathering.board.version

    async def run(self) -> None:
        """Fold the journal, settle what a crash left open, then work until stopped."""
        await self._open()
        async with asyncio.TaskGroup() as tasks:
            workers = [
                tasks.create_task(self._desk_task.run(), name="desk"),
                tasks.create_task(self._watch(), name="pipeline"),
                tasks.create_task(self._announce(), name="announce"),
                tasks.create_task(self._hands.run(), name="hands"),
                tasks.create_task(self._messenger.run(), name="messenger"),
                tasks.create_task(self._tutor.train_for_ever(), name="train"),
            ]
            await self._begin()
            self.ready.set()
            await self._stop.wait()
            for worker in workers:
                worker.cancel()

    async def _open(self) -> None:
        entries = await self.parts.journal.entries()
        desk = self._desk_task.desk = fold(entries)
        self._chronicle.tell(entries[-400:], desk)
        self._head = entries[-1].hash if entries else ""
        for record in [one for one in desk.alarms.values() if not one.alarm.action][-_RECALLED:]:
            self._pipeline.bot(record.alarm.bot).detector.recall([record.alarm])
        for bot, settings in self.parts.settings.bots.items():
            self._pipeline.bot(bot)
            for pattern in settings.log:
                self.parts.source.add(pattern, bot, from_start=self.parts.from_start)
        for pattern, bot in desk.sources.items():
            self._follow(pattern, bot)
        await self._pipeline.resume()

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
        # What nobody knows comes first.
        known = sorted(open_actions(self._desk_task.desk), key=lambda one: one.state is not ActionState.AMBIGUOUS)
        for action in known:
            await self._hands.keeper.reconcile(action.id)

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
        made: Made = Made()
        if not forbidden:
            made = await self._made(command)
        rights = await self._hands.planner.rights(actor)
        answer = await self._desk_task.submit(command, command_id, actor, made=made, forbidden=forbidden, rights=rights)
        if isinstance(answer, Ack):
            await self._follow_up(command)
        return answer

    async def point(self, target: Target | None, actor: Actor, *, forbidden: str = "") -> Answer:
        """Let somebody point at something, or at nothing any more. It is told at once and never recorded."""
        if forbidden:
            return Refused(forbidden)
        answer = self.gathering.point(target, self.view(), actor, await self._hands.planner.rights(actor))
        self._acted.set()
        return answer

    async def post(self, board: Exercise | None, by: str, actor: Actor, *, forbidden: str = "") -> Answer:
        """Let somebody who leads an exercise hang up its board, or take it down. It is never recorded."""
        rights = await self._hands.planner.rights(actor)
        return Refused(forbidden) if forbidden else self.gathering.board.post(board, by, rights)

    async def _made(self, command: Command) -> Made:
        """Return what a command needs of the world before it is decided: a plan or a text."""
        if isinstance(command, Notify | SendAgain):
            written, fault = self._messenger.made(command)
            return Made(None, fault, written)
        return Made(*await self._hands.planner.planned(command))

    async def _effect(self, effect: Effect) -> None:
        match effect:
            case RunContainment() | RunRelease():
                await self._hands.take(effect)
            case SendNotices() | TellPeople():
                await self._messenger.take(effect)

    async def _follow_up(self, command: Command) -> None:
        match command:
            case AddSource(pattern=pattern, bot=bot):
                self._follow(pattern, bot)
            case VerifyHeld(action=action):
                await self._hands.keeper.verify(action)
            case StopEngine():
                self._stop.set()
            case _:
                pass

    async def standing(self, uid: int) -> Standing:
        """Return who an account of this host is in this room now."""
        return await self._hands.planner.standing(uid)

    async def report(self, *facts: f.Fact, actor: Actor = ENGINE) -> None:
        """Record what happened around the room (consoles coming and going)."""
        await self._desk_task.report(*facts, actor=actor)

    async def query(self, query: Query, actor: Actor = ENGINE) -> QueryAnswer:
        """Answer a read-only question of somebody."""
        return await self._answers.query(query, actor)

    def view(self) -> View:
        """Return the room as it is now."""
        self._view_version += 1
        configured, deliveries = self._configured, self._messenger.deliveries()
        names = configured.names()
        around = Surroundings(
            now=self.parts.clock.now(),
            pid=os.getpid(),
            started=self._started,
            head=self._head,
            bots=self._pipeline.bots,
            sources=self._pipeline.sources,
            verbs={name: configured.verbs_of(name) for name in names},
            ways={name: configured.ways_of(name) for name in names},
            offered={name: configured.playbook_of(name) for name in names},
            playbooks=self.parts.playbook_views,
            timeline=self._chronicle.timeline,
            messages=self._chronicle.messages,
            banner=self._desk_task.fault or self.parts.telemetry.fault or self._tutor.fault or self._messenger.fault,
            deliveries=deliveries,
            told=self._messenger.told(deliveries),
            update_due={one.id: self._messenger.update_due(one) for one in self.desk.incidents.values()},
            exercise=self.gathering.board.exercise,
        )
        return build_view(self._view_version, self.desk, around)

    # Clockwork

    async def _recorded(self, entries: Sequence[Entry]) -> None:
        self._head = entries[-1].hash
        self._chronicle.tell(entries, self._desk_task.desk)
        self._acted.set()
        await self.parts.anchor.drop(self.parts.room, entries[-1].seq, entries[-1].hash)

    async def _announce(self) -> None:
        """Wake those who wait for something newer: at most ten times a second for lines, at once for acts."""
        told = (-1, -1)
        while True:
            self.gathering.settle()
            self._acted.clear()
            newest = (self.version, self.gathering.version)
            if newest != told:
                told = newest
                async with self.changed:
                    self.changed.notify_all()
            await self.parts.clock.sleep(_ACT_S)
            with contextlib.suppress(TimeoutError):
                # `wait_for` of Python 3.11 loses a cancellation that comes with the event.
                async with asyncio.timeout(_VIEW_S - _ACT_S):
                    await self._acted.wait()

    async def _watch(self) -> None:
        """Learn each bot's normal from its history, then follow the logs: windows must come in order."""
        for bot, settings in self.parts.settings.bots.items():
            if settings.history and self.parts.history is not None:
                await self._pipeline.learn(bot, self.parts.history(bot))
        await self._pipeline.run()
