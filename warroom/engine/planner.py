"""What a command needs before it is decided: today's plan of an action, and the rights of the person who asks."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable

from warroom.core.access import Rights, why_two
from warroom.core.clean import clean
from warroom.core.commands import ApproveAction, BreakGlass, Command, Contain, StartAction
from warroom.core.desk import Desk
from warroom.core.expiry import endless
from warroom.core.limits import is_duration
from warroom.core.model import Actor, Criticality, Level, Plan, Verb
from warroom.core.ports import Accounts, AdapterAmbiguous, AdapterFailed, Check, Checked, Standing
from warroom.core.queries import NotAnswered, ObservationAnswer, PlanAnswer, PreviewPlan
from warroom.engine.effects import EffectRunner
from warroom.engine.fence import fenced

_PREVIEW_TIMEOUT_S = 5.0


class Planner:
    """Makes plans without changing anything, and asks the host who somebody is."""

    def __init__(
        self,
        runner: EffectRunner,
        accounts: Accounts,
        desk: Callable[[], Desk],
        criticality: Callable[[str], Criticality],
    ) -> None:
        self._runner = runner
        self._criticality = criticality
        self._accounts = accounts
        self._desk = desk

    async def standing(self, uid: int) -> Standing:
        """Return who an account of this host is in this room now."""
        return await self._accounts.standing(uid)

    async def rights(self, actor: Actor) -> Rights:
        """Return what this person may do now; the engine itself may do all."""
        standing = await self._accounts.standing(os.getuid() if actor.uid is None else actor.uid)
        if actor.uid is None:
            return Rights(Level.COMMANDER, must_name=False, second_person=standing.enrolled > 1)
        own = actor.uid in (0, os.getuid())
        return Rights(standing.level, standing.shared and not actor.claimed, standing.enrolled > 1, own)

    async def planned(self, command: Command) -> tuple[Plan | None, str]:
        """Return the plan that a command would follow now, or (None, why not); (None, "") where it needs none."""
        match command:
            case Contain(bot=bot, verb=verb, expires_s=expires_s, adapter=adapter):
                return await self.plan(bot, verb, expires_s, adapter)
            case StartAction(action=name) | ApproveAction(action=name) | BreakGlass(action=name):
                # What was shown is compared with what would be done now.
                action = self._desk().actions.get(name)
                if action is None or not action.waiting:
                    return None, ""
                asked = action.plan
                return await self.plan(asked.bot, asked.verb, asked.expires_s, asked.adapter)
            case _:
                return None, ""

    async def plan(self, bot: str, verb: Verb, expires_s: float | None, adapter: str = "") -> tuple[Plan | None, str]:
        """Return the dry run of an action, or (None, why there is none)."""
        if expires_s is not None and not is_duration(expires_s):
            return None, f"{expires_s} s is no time after which an action may expire"
        try:
            async with asyncio.timeout(_PREVIEW_TIMEOUT_S):
                made = await self._runner.plan(bot, verb, expires_s, adapter)
        except (AdapterFailed, AdapterAmbiguous) as error:
            return None, str(error)
        except TimeoutError:
            return None, f"no plan for {verb} {bot} within {_PREVIEW_TIMEOUT_S:.0f} s"
        fault = endless(made)
        return (None, fault) if fault else (made, "")

    async def preview(self, asked: PreviewPlan, actor: Actor) -> PlanAnswer | NotAnswered:
        """Return the dry run with its checks, the target as it is, and whether a second person will be asked."""
        plan, fault = await self.plan(asked.bot, asked.verb, asked.expires_s, asked.adapter)
        if plan is None:
            return NotAnswered(fault)
        two = why_two(plan, self._criticality(plan.bot), await self.rights(actor))
        if plan.verb is Verb.SNAPSHOT:
            return PlanAnswer(plan, plan.sha256, two=two)
        adapter = self._runner.adapter_for(plan.bot, plan.verb, plan.adapter)
        try:
            async with asyncio.timeout(_PREVIEW_TIMEOUT_S):
                checks = await fenced(adapter.check(plan.verb))
                observed = (await fenced(adapter.observe(plan.verb))).text
        except (AdapterFailed, AdapterAmbiguous) as error:
            broken = Check("target", Checked.UNKNOWN, clean(str(error), 300))
            return PlanAnswer(plan, plan.sha256, [broken], two=two)
        except TimeoutError:
            late = f"no answer within {_PREVIEW_TIMEOUT_S:.0f} s"
            return PlanAnswer(plan, plan.sha256, [Check("target", Checked.UNKNOWN, late)], two=two)
        told = [Check(clean(one.name, 100), one.state, clean(one.text, 300)) for one in checks]
        return PlanAnswer(plan, plan.sha256, told, clean(observed, 300), two)

    async def observe(self, name: str) -> ObservationAnswer | NotAnswered:
        """Return what the adapter of an action reads of its target now."""
        action = self._desk().actions.get(name)
        if action is None:
            return NotAnswered(f"there is no action {name}")
        if action.plan.verb is Verb.SNAPSHOT:
            return NotAnswered("a snapshot changes nothing: there is nothing to observe")
        try:
            adapter = self._runner.adapter_for(action.plan.bot, action.plan.verb, action.plan.adapter)
            async with asyncio.timeout(_PREVIEW_TIMEOUT_S):
                seen = await fenced(adapter.observe(action.plan.verb))
        except (AdapterFailed, AdapterAmbiguous) as error:
            return NotAnswered(str(error))
        except TimeoutError:
            return NotAnswered(f"no answer within {_PREVIEW_TIMEOUT_S:.0f} s")
        return ObservationAnswer(adapter.kind, clean(seen.text, 300), seen.at)
