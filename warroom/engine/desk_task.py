"""The desk task: the only writer. It takes commands and reports from one queue, records, folds and answers."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Awaitable, Callable, Sequence

import msgspec

from warroom.core.access import Rights
from warroom.core.commands import Ack, Answer, Command, Refused, VerifyHeld
from warroom.core.context import Context
from warroom.core.decide import decide
from warroom.core.decide_containment import admit
from warroom.core.desk import Desk
from warroom.core.facts import CommandRefused, Fact, NoticeWritten
from warroom.core.model import ENGINE, Actor, Criticality, Plan, Playbook, Verb
from warroom.core.ports import Clock, Entry, Journal, JournalError, Pending
from warroom.core.reach import Reach
from warroom.core.reduce import Effect, reduce

_QUEUE = 1000
_RETRY_S = 1.0
_END_S = 5.0
"""Longest time that the end of the task waits for what was begun: a full disk is not waited for."""
_ONE_REFUSAL_S = 60.0
"""Time in which one refusal on consoles that may only look stands for all of an account: no viewer fills the record."""
_STOPPING = Refused("the engine is stopping: nobody knows whether it was saved", "start it again and read the record")


class Known(msgspec.Struct, frozen=True):
    """What is configured: it decides what commands may name."""

    bots: dict[str, list[Verb]]
    playbooks: dict[str, Playbook]
    criticality: dict[str, Criticality] = {}
    reach: Reach = Reach()


class Made(msgspec.Struct, frozen=True):
    """What the world gave for a command before it is decided."""

    plan: Plan | None = None
    fault: str = ""
    """Why there is no plan, or no notice."""
    written: NoticeWritten | None = None


class Submitted(msgspec.Struct, frozen=True):
    """A command on its way, with the dry run that was made for it."""

    command: Command
    command_id: str
    actor: Actor
    answer: asyncio.Future[Answer]
    made: Made = Made()
    forbidden: str = ""
    """Why this console may not at all; empty when it may."""
    rights: Rights = Rights()
    """What the account may do, by the kernel's word on who it is."""


class Reported(msgspec.Struct, frozen=True):
    """Findings and outcomes, which may still not fit the desk."""

    facts: list[Fact]
    actor: Actor
    done: asyncio.Future[None]


class DeskTask:
    """Holds the live desk and writes its journal. `run` ends by cancellation."""

    def __init__(
        self,
        journal: Journal,
        clock: Clock,
        desk: Desk,
        *,
        known: Callable[[], Known],
        effect: Callable[[Effect], Awaitable[None]],
        recorded: Callable[[Sequence[Entry]], Awaitable[None]],
    ) -> None:
        self.desk = desk
        self.version = 0
        """Grows with each change of the desk."""
        self.fault = ""
        """Why acts are not saved at the moment; empty when they are."""
        self._journal = journal
        self._clock = clock
        self._known = known
        self._effect = effect
        self._recorded = recorded
        self._queue: asyncio.Queue[Submitted | Reported] = asyncio.Queue(_QUEUE)
        self._ended = False
        self._told_refusal: dict[int | None, float] = {}
        """When a refusal on a console that may only look was last recorded, by account."""

    async def submit(
        self,
        command: Command,
        command_id: str,
        actor: Actor,
        *,
        made: Made | None = None,
        forbidden: str = "",
        rights: Rights | None = None,
    ) -> Answer:
        """Queue a command and wait until it is saved or refused; a repeated id gets its first answer."""
        if self._ended:
            return _STOPPING
        answer: asyncio.Future[Answer] = asyncio.get_running_loop().create_future()
        message = Submitted(command, command_id, actor, answer, made or Made(), forbidden, rights or Rights())
        await self._put(message)
        return await answer

    async def report(self, *facts: Fact, actor: Actor = ENGINE) -> None:
        """Queue findings or outcomes and wait until those that fit are saved; after the end nothing is."""
        if self._ended:
            return
        done: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        await self._put(Reported(list(facts), actor, done))
        await done

    async def _put(self, message: Submitted | Reported) -> None:
        await self._queue.put(message)
        if self._ended:
            # It waited for room until the end: nobody takes it any more.
            self._dismiss(None)

    async def run(self) -> None:
        """Work the queue for ever, one message at a time: order is total. What is begun is ended before the task is."""
        message: Submitted | Reported | None = None
        try:
            while True:
                message = await self._queue.get()
                work = asyncio.ensure_future(self._work(message))
                try:
                    await asyncio.shield(work)
                except asyncio.CancelledError:
                    # A row on disk that the desk does not know would be a lie.
                    await asyncio.wait([work], timeout=_END_S)
                    work.cancel()
                    await asyncio.wait([work])
                    raise
        finally:
            self._ended = True
            self._dismiss(message)

    async def _work(self, message: Submitted | Reported) -> None:
        match message:
            case Submitted():
                answer = await self._answer(message)
                if not message.answer.done():
                    message.answer.set_result(answer)
            case Reported():
                await self._take(message)
                if not message.done.done():
                    message.done.set_result(None)

    def _dismiss(self, interrupted: Submitted | Reported | None) -> None:
        """Let go of everybody who still waits: nothing will be saved any more."""
        waiting = [] if interrupted is None else [interrupted]
        while not self._queue.empty():
            waiting.append(self._queue.get_nowait())
        for message in waiting:
            match message:
                case Submitted(answer=answer) if not answer.done():
                    answer.set_result(_STOPPING)
                case Reported(done=done) if not done.done():
                    done.set_result(None)
                case _:
                    pass

    async def _answer(self, message: Submitted) -> Answer:
        first = self.desk.answered.get(message.command_id)
        if first is not None:
            return first
        facts = self._decided(message)
        if isinstance(facts, Refused):
            if not self._is_news(message):
                return facts
            refusal = CommandRefused(type(message.command).__name__, facts.reason)
            with contextlib.suppress(JournalError):
                await self._record([refusal], message.actor, message.command_id)
            return facts
        if isinstance(message.command, VerifyHeld):
            return Ack(self.desk.length, message.command.action)
        try:
            await self._record(facts, message.actor, message.command_id)
        except JournalError as error:
            return Refused(str(error), "free space or mend the disk, then repeat")
        return self.desk.answered.get(message.command_id, Ack(self.desk.length))

    def _is_news(self, message: Submitted) -> bool:
        """Say whether a refusal is recorded: each, but of consoles that may only look one a minute and account."""
        if not message.forbidden:
            return True
        now, uid = self._clock.monotonic(), message.actor.uid
        if now - self._told_refusal.get(uid, -_ONE_REFUSAL_S) < _ONE_REFUSAL_S:
            return False
        self._told_refusal[uid] = now
        return True

    def _decided(self, message: Submitted) -> list[Fact] | Refused:
        if message.forbidden:
            return Refused(message.forbidden)
        known = self._known()
        context = Context(
            now=self._clock.now(),
            actor=message.actor,
            bots=known.bots,
            playbooks=known.playbooks,
            plan=message.made.plan,
            plan_fault=message.made.fault,
            written=message.made.written,
            rights=message.rights,
            criticality=known.criticality,
            reach=known.reach,
        )
        return decide(self.desk, message.command, context)

    async def _take(self, message: Reported) -> None:
        """Record what fits. What the disk refuses is tried again until it is saved: an outcome is never dropped."""
        for fact in message.facts:
            while facts := admit(self.desk, fact):
                try:
                    await self._record(facts, message.actor, "")
                    break
                except JournalError:
                    await self._clock.sleep(_RETRY_S)

    async def _record(self, facts: Sequence[Fact], actor: Actor, command_id: str) -> None:
        now = self._clock.now()
        # What follows from an outcome is the engine's own doing; what a person asked for is theirs.
        pending = [Pending(now, actor, command_id, fact) for fact in facts]
        try:
            entries = await self._journal.append(pending)
        except JournalError as error:
            self.fault = str(error)
            self.version += 1
            raise
        self.fault = ""
        effects: list[Effect] = []
        for entry in entries:
            self.desk, wanted = reduce(self.desk, entry)
            effects.extend(wanted)
        self.version += 1
        # What is on disk may begin; that its head is remembered elsewhere too keeps no bot at work.
        for effect in effects:
            await self._effect(effect)
        await self._recorded(entries)
