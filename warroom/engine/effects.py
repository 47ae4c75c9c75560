"""The effect runner: takes evidence, applies, probes, and reports outcomes. One of the two fences around adapters.

Order of one containment: intent (saved before this runs) → evidence → apply → outside probe → held or not_held.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence

from warroom.core import facts as f
from warroom.core.decide_containment import LADDER
from warroom.core.desk import ActionRecord, Desk, open_actions
from warroom.core.facts import Fact
from warroom.core.model import ActionState, EvidenceFile, Plan, Verb, Verdict
from warroom.core.ports import AdapterAmbiguous, AdapterFailed, Containment, Evidence, Receipt
from warroom.core.reduce import Effect, RunContainment, RunRelease
from warroom.engine.prover import Prover

APPLY_TIMEOUT_S = 20.0
"""Longest time for one call of an adapter; after that nobody knows whether it was done."""
EVIDENCE_TIMEOUT_S = 20.0
"""Longest time for evidence: containment must not wait for a slow disk."""

Report = Callable[[Fact], Awaitable[None]]


def key_of(action: ActionRecord) -> str:
    """Return the key that makes a repeated call harmless: the same after a restart, another in every other room."""
    return f"{action.id}-{round(action.requested * 1000)}-{action.plan.sha256[:8]}"


class EffectRunner:
    """Runs the effects that the desk asks for; each outcome goes back through `report`."""

    def __init__(
        self,
        *,
        adapters: Mapping[str, Sequence[Containment]],
        prover: Prover,
        evidence: Evidence,
        logs_of: Callable[[str], list[str]],
        desk: Callable[[], Desk],
        report: Report,
    ) -> None:
        self._adapters = adapters
        self._prover = prover
        self._evidence = evidence
        self._logs_of = logs_of
        self._desk = desk
        self._report = report

    async def run(self, effect: Effect) -> None:
        """Do one effect to its end and report how it went."""
        action = self._desk().actions[effect.action]
        match effect:
            case RunContainment():
                await self._contain(action)
            case RunRelease():
                await self._release(action)

    async def plan(self, bot: str, verb: Verb, expires_s: float | None) -> Plan:
        """Return the dry run of an action; AdapterFailed when it cannot be done. Changes nothing."""
        if verb is Verb.SNAPSHOT:
            return self._snapshot_plan(bot)
        return await self._adapter_for(bot, verb).plan(verb, expires_s)

    def _adapter_for(self, bot: str, verb: Verb) -> Containment:
        for adapter in self._adapters.get(bot, ()):
            if verb in adapter.verbs():
                return adapter
        raise AdapterFailed(f"{bot} has no adapter that can {verb}")

    def _snapshot_plan(self, bot: str) -> Plan:
        kinds = [adapter.kind for adapter in self._adapters.get(bot, ())]
        return Plan(
            bot=bot,
            verb=Verb.SNAPSHOT,
            adapter="evidence",
            exact=[f"copy {path}" for path in self._logs_of(bot)] + [f"read the state by {kind}" for kind in kinds],
            effects=["nothing changes for the users of the bot"],
            undo="nothing to undo",
            probe="files are named by their sha256; nothing else is to be proved",
        )

    async def _contain(self, action: ActionRecord) -> None:
        await self._report(f.EvidenceTaken(action.id, await self._take_evidence(action.plan.bot)))
        if action.plan.verb is Verb.SNAPSHOT:
            await self._report(f.ActionDone(action.id))
            return
        outcome = await self._apply(action)
        await self._report(outcome)
        if isinstance(outcome, f.ContainmentFailed):
            return
        await self._report(await self._verdict(action))

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
            adapter = self._adapter_for(action.plan.bot, action.plan.verb)
            async with asyncio.timeout(APPLY_TIMEOUT_S):
                return await call(adapter)
        except (AdapterFailed, AdapterAmbiguous) as error:
            return error
        except TimeoutError:
            return AdapterAmbiguous(f"no answer within {APPLY_TIMEOUT_S:.0f} s")
        except Exception as error:  # noqa: BLE001  the fence: after dispatch nobody knows what a broken adapter did
            return AdapterAmbiguous(f"the adapter broke: {type(error).__name__}: {error}")

    async def _take_evidence(self, bot: str) -> list[EvidenceFile]:
        files: list[EvidenceFile] = []
        faults: list[str] = []
        try:
            async with asyncio.timeout(EVIDENCE_TIMEOUT_S):
                for path in self._logs_of(bot):
                    try:
                        files.append(await self._evidence.keep_file(path))
                    except OSError as error:
                        faults.append(f"{path}: {error}")
                for adapter in self._adapters.get(bot, ()):
                    try:
                        for name, content in await adapter.snapshot():
                            files.append(await self._evidence.keep(name, content, f"{adapter.kind} of {bot}"))
                    except (AdapterFailed, AdapterAmbiguous, OSError) as error:
                        faults.append(f"{adapter.kind}: {error}")
        except TimeoutError:
            faults.append(f"evidence took longer than {EVIDENCE_TIMEOUT_S:.0f} s; what is missing was not taken")
        if faults:
            content = "\n".join(faults).encode("utf-8", "replace")
            try:
                files.append(await self._evidence.keep("not-taken.txt", content, "warroom"))
            except OSError:
                # The list of files in the journal shows what there is.
                return files
        return files

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
                return f.ContainmentAmbiguous(action.id, f"the probe from outside cannot tell: {last}")

    def _settle_s(self, action: ActionRecord) -> float:
        for adapter in self._adapters.get(action.plan.bot, ()):
            if adapter.kind == action.plan.adapter:
                return adapter.settle_s
        return 0.0

    async def verify(self, action: ActionRecord) -> Fact:
        """Return what an outside look says of an open action now (also one whose outcome nobody knows)."""
        verb = action.plan.verb
        proof = await self._prover.look(action.plan.bot, verb, Verdict.CONTAINED, 0.0)
        match proof.verdict:
            case Verdict.CONTAINED:
                return f.ContainmentHeld(action.id, proof)
            case Verdict.OPEN if action.releasing:
                return f.ContainmentReleased(action.id, proof)
            case Verdict.OPEN:
                return f.ContainmentNotHeld(action.id, proof)
            case Verdict.UNKNOWN:
                last = proof.samples[-1].got if proof.samples else "no probe answered"
                return f.ContainmentAmbiguous(action.id, f"the probe from outside cannot tell: {last}")

    async def _release(self, action: ActionRecord) -> None:
        done = await self._fenced(action, lambda adapter: adapter.release(action.plan, key_of(action)))
        if not isinstance(done, Receipt):
            await self._report(f.ReleaseFailed(action.id, str(done), None))
            return
        await self._report(await self._back(action))

    async def _back(self, action: ActionRecord) -> Fact:
        """Prove that the bot is back, or, where a milder action still holds it, that this one alone remains."""
        others = [a for a in open_actions(self._desk(), action.plan.bot) if a.id != action.id and a.plan.verb in LADDER]
        milder = [a for a in others if a.state is ActionState.HELD and a.supersedes != action.id]
        verb, wanted = (milder[-1].plan.verb, Verdict.CONTAINED) if milder else (action.plan.verb, Verdict.OPEN)
        proof = await self._prover.look(action.plan.bot, verb, wanted, self._settle_s(action))
        if proof.verdict is wanted:
            return f.ContainmentReleased(action.id, proof)
        return f.ReleaseFailed(action.id, "the bot does not answer as before", proof)
