"""The effect runner: takes evidence, applies, probes, and reports outcomes. One of the two fences around adapters.

Order of one containment: intent (saved before this runs) → evidence → apply → outside probe → held or not_held.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence

from warroom.core import facts as f
from warroom.core.action_course import overtaken
from warroom.core.decide_containment import LADDER
from warroom.core.desk import ActionRecord, Desk, open_actions
from warroom.core.expiry import again_word
from warroom.core.facts import Fact
from warroom.core.facts_contain import CANNOT_TELL
from warroom.core.model import ActionState, Plan, Proof, Verb, Verdict
from warroom.core.ports import AdapterAmbiguous, AdapterFailed, Clock, Containment, Held, Receipt
from warroom.core.reduce import Act, RunContainment, RunRelease
from warroom.engine.collector import QUICK_BYTES, Collector, Taken
from warroom.engine.ends import Ends
from warroom.engine.fence import fenced
from warroom.engine.prover import Prover

APPLY_TIMEOUT_S = 20.0
"""Longest time for one call of an adapter; after that nobody knows whether it was done."""

Report = Callable[[Fact], Awaitable[None]]


def key_of(action: ActionRecord) -> str:
    """Return the key that makes a repeated call harmless: the same after a restart, another in every other room."""
    return f"{action.id}-{round(action.requested * 1000)}-{action.plan.sha256[:8]}"


def _why_none(adapters: Sequence[Containment], able: Sequence[Containment], bot: str, verb: Verb, kind: str) -> str:
    if able:
        those = ", ".join(adapter.kind for adapter in able)
        return f"{bot} has no adapter that can {verb} by {kind}; those that can: {those}"
    every = {one for adapter in adapters for one in adapter.verbs()}
    if not every:
        return f"{bot} has no adapter: name one under [bots.{bot}.contain] in the room's config (docs/config.md)"
    ways = ", ".join(one for one in Verb if one in every)
    return f"{bot} has no adapter that can {verb}; its config lets it {ways} (docs/config.md)"


class EffectRunner:
    """Runs the effects that the desk asks for; each outcome goes back through `report`."""

    def __init__(
        self,
        *,
        clock: Clock,
        adapters: Mapping[str, Sequence[Containment]],
        prover: Prover,
        collector: Collector,
        desk: Callable[[], Desk],
        report: Report,
        ends: Ends | None = None,
    ) -> None:
        self._ends = ends or Ends(clock)
        self._adapters = adapters
        self._prover = prover
        self._collector = collector
        self._desk = desk
        self._report = report

    async def run(self, effect: Act) -> None:
        """Do one effect to its end and report how it went."""
        action = self._desk().actions[effect.action]
        match effect:
            case RunContainment():
                await self._contain(action)
            case RunRelease():
                await self._release(action)

    async def plan(self, bot: str, verb: Verb, expires_s: float | None, kind: str = "") -> Plan:
        """Return the dry run of an action; AdapterFailed when it cannot be done. Changes nothing.

        `kind` names the adapter; without it the mildest that can does it.
        """
        if verb is Verb.SNAPSHOT:
            return self._collector.plan(bot)
        return await fenced(self.adapter_for(bot, verb, kind).plan(verb, expires_s))

    def adapter_for(self, bot: str, verb: Verb, kind: str = "") -> Containment:
        """Return the bot's adapter of that kind, or the first that can; AdapterFailed when there is none."""
        able = [adapter for adapter in self._adapters.get(bot, ()) if verb in adapter.verbs()]
        for adapter in able:
            if kind in ("", adapter.kind):
                return adapter
        raise AdapterFailed(_why_none(self._adapters.get(bot, ()), able, bot, verb, kind))

    async def _contain(self, action: ActionRecord) -> None:
        snapshot, demanded = action.plan.verb is Verb.SNAPSHOT, self._demanded(action)
        taken = await self._collector.take(action.plan.bot, most=None if snapshot or demanded else QUICK_BYTES)
        try:
            await self._contain_after(action, taken, demanded=demanded)
        finally:
            for held in taken.cut:
                held.close()

    async def _contain_after(self, action: ActionRecord, taken: Taken, *, demanded: bool) -> None:
        snapshot, told = action.plan.verb is Verb.SNAPSHOT, f.EvidenceTaken(action.id, taken.files)
        if snapshot or demanded:
            await self._report(told)
        if snapshot:
            await self._report(f.ActionDone(action.id))
            return
        if taken.faults and demanded and not action.broken_glass:
            why = f"the playbook demands evidence first, and some could not be taken: {taken.faults[0]}"
            await self._report(f.ContainmentFailed(action.id, why))
            return
        outcome = await (self._apply(action) if demanded else self._applied_beside(action, told))
        await self._report(outcome)
        if isinstance(outcome, f.ContainmentFailed):
            return
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(self._prove(action))
            if taken.cut:
                tasks.create_task(self._take_rest(action, taken.cut))

    async def _applied_beside(
        self, action: ActionRecord, told: f.EvidenceTaken
    ) -> f.ContainmentApplied | f.ContainmentFailed | f.ContainmentAmbiguous:
        """Apply while the journal is told of the evidence: its bytes are on disk, and no row must hold up a cut."""
        async with asyncio.TaskGroup() as tasks:
            applied = tasks.create_task(self._apply(action))
            await self._report(told)
        return applied.result()

    async def _prove(self, action: ActionRecord) -> None:
        since = self._desk().length
        outcome = await self._verdict(action)
        if not overtaken(self._desk(), outcome, since):
            await self._report(outcome)

    async def _take_rest(self, action: ActionRecord, cut: Sequence[Held]) -> None:
        rest = await self._collector.rest(cut)
        await self._report(f.EvidenceTaken(action.id, rest.files))

    def _demanded(self, action: ActionRecord) -> bool:
        incident = self._desk().incidents.get(action.incident or "")
        return incident is not None and incident.playbook.evidence_gate

    async def _apply(self, action: ActionRecord) -> f.ContainmentApplied | f.ContainmentFailed | f.ContainmentAmbiguous:
        done = await self._fenced(action, lambda adapter: adapter.apply(action.plan, key_of(action)))
        match done:
            case Receipt(text):
                return f.ContainmentApplied(action.id, text)
            case AdapterFailed():
                return f.ContainmentFailed(action.id, str(done))
            case AdapterAmbiguous():
                return f.ContainmentAmbiguous(action.id, str(done))

    async def _fenced(
        self, action: ActionRecord, call: Callable[[Containment], Awaitable[Receipt]]
    ) -> Receipt | AdapterFailed | AdapterAmbiguous:
        """Call the action's adapter with a time limit; whatever breaks in it becomes an outcome."""
        try:
            adapter = self.adapter_for(action.plan.bot, action.plan.verb, action.plan.adapter)
            async with asyncio.timeout(APPLY_TIMEOUT_S):
                return await call(adapter)
        except (AdapterFailed, AdapterAmbiguous) as error:
            return error
        except TimeoutError:
            return AdapterAmbiguous(f"no answer within {APPLY_TIMEOUT_S:.0f} s")
        except Exception as error:  # noqa: BLE001  the fence: after dispatch nobody knows what a broken adapter did
            return AdapterAmbiguous(f"the adapter broke: {type(error).__name__}: {error}")

    async def _verdict(self, action: ActionRecord) -> Fact:
        """Look from outside until samples agree; before `settle_s` has passed an open bot is only not settled yet."""
        proof = await self._prover.look(action.plan.bot, action.plan.verb, Verdict.CONTAINED, self._settle_s(action))
        match proof.verdict:
            case Verdict.CONTAINED:
                return f.ContainmentHeld(action.id, proof)
            case Verdict.OPEN:
                return f.ContainmentNotHeld(action.id, proof)
            case Verdict.UNKNOWN:
                last = proof.samples[-1].got if proof.samples else "no probe answered"
                return f.ContainmentAmbiguous(action.id, f"{CANNOT_TELL}: {last}")

    def _settle_s(self, action: ActionRecord) -> float:
        for adapter in self._adapters.get(action.plan.bot, ()):
            if adapter.kind == action.plan.adapter:
                return adapter.settle_s
        return 0.0

    async def verify(self, action: ActionRecord) -> Fact:
        """Return what an outside look says of an open action now (also one whose outcome nobody knows)."""
        ends = action.releasing or self._expired(action)
        wanted = Verdict.OPEN if ends else Verdict.CONTAINED
        proof = await self._prover.look(
            action.plan.bot, action.plan.verb, wanted, 0.0, partly=ends and bool(self._beside(action))
        )
        match proof.verdict:
            case Verdict.CONTAINED:
                return f.ContainmentHeld(action.id, proof)
            case Verdict.OPEN if ends:
                return self._let_back(action, proof)
            case Verdict.OPEN:
                return f.ContainmentNotHeld(action.id, proof)
            case Verdict.UNKNOWN:
                return await self._behind_milder(action, proof)

    async def _behind_milder(self, action: ActionRecord, unknown: Proof) -> Fact:
        """Settle a release whose own look cannot tell: what answers may be the milder action that still stands."""
        milder = self._milder(action) if action.releasing else []
        if milder:
            proof = await self._prover.look(action.plan.bot, milder[-1].plan.verb, Verdict.CONTAINED, 0.0)
            if proof.verdict is Verdict.OPEN:
                await self._undone(milder, proof)
            if proof.verdict is not Verdict.UNKNOWN:
                return self._let_back(action, proof)
        last = unknown.samples[-1].got if unknown.samples else "no probe answered"
        return f.ContainmentAmbiguous(action.id, f"{CANNOT_TELL}: {last}")

    def _let_back(self, action: ActionRecord, proof: Proof) -> f.ContainmentExpired | f.ContainmentReleased:
        expired = self._expired(action)
        return f.ContainmentExpired(action.id, proof) if expired else f.ContainmentReleased(action.id, proof)

    def _expired(self, action: ActionRecord) -> bool:
        """Whether its own time let the bot back, and not a person before."""
        return self._ends.left_s(action) <= 0

    async def _release(self, action: ActionRecord) -> None:
        done = await self._fenced(action, lambda adapter: adapter.release(action.plan, key_of(action)))
        if not isinstance(done, Receipt):
            await self._report(f.ReleaseFailed(action.id, self._failed(action, str(done)), None))
            return
        milder = self._milder(action)
        proof, outcome = await self._back(action, milder)
        await self._report(outcome)
        if milder and proof.verdict is Verdict.OPEN:
            await self._undone(milder, proof)

    async def _undone(self, milder: Sequence[ActionRecord], proof: Proof) -> None:
        """Report those that a release left without effect: `proof` saw the bot at work behind the hardest of them.

        Many an adapter has one way back, from all that it ever did.
        """
        await self._report(self._at_work(milder[-1], proof))
        for other in reversed(milder[:-1]):
            seen = await self._prover.look(other.plan.bot, other.plan.verb, Verdict.CONTAINED, 0.0)
            if seen.verdict is not Verdict.OPEN:
                return
            await self._report(self._at_work(other, seen))

    def _at_work(self, action: ActionRecord, proof: Proof) -> Fact:
        """Return what it means for an action that its bot was seen at work: what was to be let go, is."""
        return self._let_back(action, proof) if action.releasing else f.ContainmentNotHeld(action.id, proof)

    def _failed(self, action: ActionRecord, why: str) -> str:
        return f"{why}; {again_word(action)}" if self._expired(action) else why

    async def _back(self, action: ActionRecord, milder: Sequence[ActionRecord]) -> tuple[Proof, Fact]:
        """Prove that the bot is back, or, where a milder action still holds it, that this one alone remains.

        What was applied and does not hold may still refuse some: then one look that is served says that this action is
        let go. The last one to be released has to find every look served.
        """
        verb, wanted = (milder[-1].plan.verb, Verdict.CONTAINED) if milder else (action.plan.verb, Verdict.OPEN)
        partly = bool(self._beside(action)) and not milder
        proof = await self._prover.look(action.plan.bot, verb, wanted, self._settle_s(action), partly=partly)
        # A milder one that does not hold any more, or never did, lets the bot be seen: this one is let go all the same.
        if proof.verdict is wanted or (milder and proof.verdict is Verdict.OPEN):
            return proof, self._let_back(action, proof)
        why = self._failed(action, "the bot does not answer as before")
        return proof, f.ReleaseFailed(action.id, why, proof)

    def _milder(self, action: ActionRecord) -> list[ActionRecord]:
        """Return those beside it that may be what answers for the bot once it is let go, mild to hard.

        One that nobody knows counts: it was looked at while this one stood before the bot.
        """
        rank = LADDER.index(action.plan.verb)
        found = [
            other
            for other in self._beside(action)
            if (other.state is ActionState.HELD and LADDER.index(other.plan.verb) <= rank)
            or (other.state is ActionState.AMBIGUOUS and LADDER.index(other.plan.verb) < rank)
        ]
        return sorted(found, key=lambda other: LADDER.index(other.plan.verb))

    def _beside(self, action: ActionRecord) -> list[ActionRecord]:
        """Return the other open actions on its bot, without the harder one that took its place."""
        return [
            other
            for other in open_actions(self._desk(), action.plan.bot)
            if other.id != action.id and other.plan.verb in LADDER and other.supersedes != action.id
        ]
