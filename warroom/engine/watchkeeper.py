"""The watch over open actions: looks again at what is held, settles what nobody knows, lets go of what expires."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

from warroom.core.action_states import ACTION_FACTS, next_state
from warroom.core.desk import ActionRecord, Desk, open_actions
from warroom.core.facts import Fact, ReleaseRequested
from warroom.core.model import ActionState
from warroom.core.ports import Clock

_WATCHED = frozenset({ActionState.HELD, ActionState.NOT_HELD, ActionState.AMBIGUOUS})
_LOOK_S = 1.0
_ASKED = 1000


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
    ) -> None:
        self._clock = clock
        self._desk = desk
        self._verify = verify
        self._report = report
        self._every_s = every_s
        self._asked: asyncio.Queue[str] = asyncio.Queue(_ASKED)
        self._looked: dict[str, float] = {}

    async def verify(self, action: str) -> None:
        """Ask for a look at an action; its outcome becomes a fact, also when nothing changed."""
        await self._asked.put(action)

    async def run(self) -> None:
        """Watch for ever."""
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(self._answer_for_ever())
            tasks.create_task(self._look_for_ever())

    async def _answer_for_ever(self) -> None:
        while True:
            asked = await self._asked.get()
            # The desk is looked at after the wait: it has changed since.
            action = self._desk().actions.get(asked)
            if action is not None and action.open:
                await self._report(await self._verify(action))

    async def _look_for_ever(self) -> None:
        while True:
            await self._clock.sleep(_LOOK_S)
            now = self._clock.now()
            for action in open_actions(self._desk()):
                await self._attend(action, now)

    async def _attend(self, action: ActionRecord, now: float) -> None:
        if any(other.supersedes == action.id for other in open_actions(self._desk())):
            # What holds it now is the harder action.
            return
        if action.expires is not None and now >= action.expires and action.state in _WATCHED:
            await self._report(ReleaseRequested(action.id, "it expired"))
            return
        since = self._looked.get(action.id, action.settled or now)
        if action.state not in _WATCHED or now - since < self._every_s(action):
            return
        self._looked[action.id] = now
        outcome = await self._verify(action)
        # An unchanged verdict is no news; a flip is a fact and reopens the step.
        if isinstance(outcome, ACTION_FACTS) and next_state(action.state, outcome) is not action.state:
            await self._report(outcome)
