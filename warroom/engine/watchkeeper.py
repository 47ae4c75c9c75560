"""The watch over open actions: looks again at what is held, settles what nobody knows, lets go of what expires."""

from __future__ import annotations

import asyncio
import math
from collections.abc import Awaitable, Callable

from warroom.core.access import APPROVAL_LAPSES_S
from warroom.core.action_course import overtaken
from warroom.core.action_states import ACTION_FACTS, next_state
from warroom.core.decide_containment import covered_by
from warroom.core.desk import ActionRecord, Desk, open_actions
from warroom.core.expiry import expiry_due
from warroom.core.facts import ApprovalLapsed, ContainmentNotHeld, ExpiryAnnounced, Fact, ReleaseRequested
from warroom.core.model import ActionState
from warroom.core.ports import Clock
from warroom.engine.ends import Ends

_WATCHED = frozenset({ActionState.HELD, ActionState.NOT_HELD, ActionState.AMBIGUOUS})
_LOOK_S = 1.0
ANNOUNCED_S = (600.0, 120.0)
"""Seconds before an expiry at which people are told."""
_ASKED = 1000
_AT_ONCE = 8
"""Looks at the same time: a look takes as long as its slowest probe, and there may be many open actions."""


class Watchkeeper:
    """Probes open actions on time and on demand. `run` ends by cancellation."""

    def __init__(
        self,
        *,
        clock: Clock,
        desk: Callable[[], Desk],
        verify: Callable[[ActionRecord], Awaitable[Fact]],
        report: Callable[[Fact], Awaitable[None]],
        every_s: Callable[[ActionRecord], float],
        ends: Ends | None = None,
    ) -> None:
        self._ends = ends or Ends(clock)
        self._clock = clock
        self._desk = desk
        self._verify = verify
        self._report = report
        self._every_s = every_s
        self._asked: asyncio.Queue[tuple[str, bool]] = asyncio.Queue(_ASKED)
        """Actions to look at, and whether somebody waits for the answer."""
        self._looked: dict[str, tuple[int, float]] = {}
        """For each action the entry that turned it, and the steady time of the last look since, or of that turn."""
        self._turn = asyncio.Semaphore(_AT_ONCE)
        self._busy: set[str] = set()
        """Actions that are looked at, or wait for their turn."""

    async def verify(self, action: str) -> None:
        """Ask for a look at an action; its outcome becomes a fact, also when nothing changed."""
        await self._asked.put((action, True))

    async def reconcile(self, action: str) -> None:
        """Ask for a look at an action that a former engine left open, unless a harder one hides it."""
        await self._asked.put((action, False))

    async def run(self) -> None:
        """Watch for ever."""
        async with asyncio.TaskGroup() as tasks:
            for _ in range(_AT_ONCE):
                tasks.create_task(self._answer_for_ever())
            tasks.create_task(self._look_for_ever())

    async def _answer_for_ever(self) -> None:
        while True:
            asked, awaited = await self._asked.get()
            # What a release overtook is seen once more: whoever asked gets a look of now.
            while not await self._answer(asked, awaited=awaited):
                pass

    async def _answer(self, asked: str, *, awaited: bool) -> bool:
        """Look and report, unless there is nothing to see; False when the action changed before the look was over."""
        # The desk is looked at after the wait: it has changed since.
        action, since = self._desk().actions.get(asked), self._desk().length
        if action is None or not action.open or (not awaited and covered_by(self._desk(), action) is not None):
            return True
        outcome = await self._verify(action)
        if overtaken(self._desk(), outcome, since):
            # What is being let go is looked at by its release.
            return self._desk().actions[asked].state not in _WATCHED
        await (self._report(outcome) if awaited else self._report_seen(action, outcome))
        return True

    async def _look_for_ever(self) -> None:
        """Go round once a second; a look that takes long keeps no other action from its look, its end or its word."""
        async with asyncio.TaskGroup() as looks:
            while True:
                await self._clock.sleep(_LOOK_S)
                now = self._clock.now()
                for action in list(self._desk().actions.values()):
                    await self._remind(action, now)
                    if action.open and action.id not in self._busy:
                        self._busy.add(action.id)
                        looks.create_task(self._attend_in_turn(action.id))

    async def _attend_in_turn(self, name: str) -> None:
        try:
            async with self._turn:
                # It waited for its turn: it may stand otherwise by now.
                action = self._desk().actions[name]
                if action.open:
                    await self._attend(action)
        finally:
            self._busy.discard(name)

    async def _remind(self, action: ActionRecord, now: float) -> None:
        """Do what time alone asks for: say that nobody answered, that an end comes near, that it has come."""
        asked = action.approval
        if asked is not None and asked.pending and now - asked.asked > APPROVAL_LAPSES_S:
            await self._report(ApprovalLapsed(action.id))
        # Asked of an action in any state, so that its base is near its beginning.
        left = self._ends.left_s(action) if action.open else math.inf
        if action.state not in _WATCHED or action.plan.expires_s is None:
            return
        # Who was told of two minutes is not told of ten afterwards, as an engine that was away would.
        nearest = min(action.announced, default=math.inf)
        due = [mark for mark in ANNOUNCED_S if left <= mark < action.plan.expires_s and mark < nearest]
        if due and left > 0:
            await self._report(ExpiryAnnounced(action.id, min(due)))
        if left <= 0 and expiry_due(action, now) and not self._hidden(action):
            await self._report(ReleaseRequested(action.id, "it expired"))

    def _hidden(self, action: ActionRecord) -> bool:
        """Whether a harder action stands before it: that one is what holds the bot, and all that a look would see."""
        desk = self._desk()
        followed = any(other.supersedes == action.id for other in open_actions(desk, action.plan.bot))
        return followed or covered_by(desk, action) is not None

    async def _attend(self, action: ActionRecord) -> None:
        # By the steady clock: while the time of day is set back by an hour, an hour would pass without a look.
        now = self._clock.monotonic()
        turned, since = self._looked.get(action.id, (-1, now))
        if turned != action.turned:
            since = now - max(0.0, self._clock.now() - (action.settled or math.inf))
            self._looked[action.id] = (action.turned, since)
        if self._hidden(action) or action.state not in _WATCHED or now - since < self._every_s(action):
            return
        self._looked[action.id] = (action.turned, now)
        since = self._desk().length
        outcome = await self._verify(action)
        action = self._desk().actions[action.id]
        if overtaken(self._desk(), outcome, since):
            return
        # An unchanged verdict is no news; a flip is a fact and reopens the step.
        if isinstance(outcome, ACTION_FACTS) and next_state(action.state, outcome) is not action.state:
            await self._report_seen(action, outcome)

    async def _report_seen(self, action: ActionRecord, outcome: Fact) -> None:
        """Report what a look saw, unless a harder action came before the bot meanwhile: then it saw that one's doing.

        A bot that answered is news all the same.
        """
        if isinstance(outcome, ContainmentNotHeld) or covered_by(self._desk(), action) is None:
            await self._report(outcome)
