"""The hands of a room: whatever touches a bot is put together here, from plan and evidence to proof and watch."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

from warroom.core.desk import Desk
from warroom.core.facts import Fact
from warroom.core.ports import AdapterAmbiguous, AdapterFailed
from warroom.core.reduce import Act
from warroom.engine.collector import Collector
from warroom.engine.configured import Configured
from warroom.engine.effects import EffectRunner
from warroom.engine.ends import Ends
from warroom.engine.fence import fenced
from warroom.engine.parts import Parts
from warroom.engine.planner import Planner
from warroom.engine.prover import Prover
from warroom.engine.watchkeeper import Watchkeeper

_AT_ONCE = 8
"""Effects that run at the same time; more wait."""


class Hands:
    """Runs effects and watches over what is open. `run` ends by cancellation."""

    def __init__(
        self,
        parts: Parts,
        configured: Configured,
        *,
        logs_of: Callable[[str], list[str]],
        desk: Callable[[], Desk],
        report: Callable[[Fact], Awaitable[None]],
    ) -> None:
        self._witnesses = parts.witnesses
        # A full queue would stop the desk; there are as many open actions as bots and adapters.
        self._effects: asyncio.Queue[Act] = asyncio.Queue(1000)
        ends = Ends(parts.clock)
        self._runner = EffectRunner(
            clock=parts.clock,
            adapters=parts.adapters,
            prover=Prover(parts.clock, parts.probes),
            collector=Collector(
                adapters=parts.adapters,
                evidence=parts.evidence,
                logs_of=logs_of,
                files_of=configured.files_of,
                witnesses=parts.witnesses,
            ),
            desk=desk,
            report=report,
            ends=ends,
        )
        self.planner = Planner(self._runner, parts.accounts, desk, configured.criticality)
        """Plans and rights."""
        self.keeper = Watchkeeper(
            clock=parts.clock,
            desk=desk,
            verify=self._runner.verify,
            report=report,
            every_s=lambda action: configured.every_s(action.plan.bot),
            ends=ends,
        )
        """The watch over open actions."""

    async def take(self, effect: Act) -> None:
        """Queue an effect."""
        await self._effects.put(effect)

    async def run(self) -> None:
        """Work for ever."""
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(self.keeper.run(), name="keeper")
            tasks.create_task(self._prepare(), name="prepare")
            for number in range(_AT_ONCE):
                tasks.create_task(self._run_effects(), name=f"effects-{number}")

    async def _prepare(self) -> None:
        for some in self._witnesses.values():
            for one in some:
                try:
                    await fenced(one.prepare())
                except (AdapterFailed, AdapterAmbiguous, TimeoutError):
                    # What breaks it is told with the evidence, when that is asked for.
                    continue

    async def _run_effects(self) -> None:
        while True:
            await self._runner.run(await self._effects.get())
