"""Proof from outside: looks at a bot until enough of them agree."""

from __future__ import annotations

import asyncio
import math
from collections.abc import Mapping, Sequence

from warroom.core.model import Proof, Sample, Verb, Verdict
from warroom.core.ports import Clock, Probe
from warroom.engine.fence import looked

SAMPLE_PAUSE_S = 0.2
"""Pause between two rounds of looks."""
_ROUNDS = 3
PATIENCE_S = 20.0
"""Time after settling in which looks that cannot tell may come to tell."""
CONTRADICTION_S = 5.0
"""Time after settling in which looks of which some are served and some refused may come to agree."""
_NOBODY = "no probe of this bot can judge this verb"


class Prover:
    """Asks the probes of a bot; independent of every adapter."""

    def __init__(self, clock: Clock, probes: Mapping[str, Sequence[Probe]]) -> None:
        self._clock = clock
        self._probes = probes

    async def look(self, bot: str, verb: Verb, wanted: Verdict, settle_s: float, *, partly: bool = False) -> Proof:
        """Return what enough looks agree on; they are spread over three rounds, so that time passes between them.

        Contained needs every look's word, and that of one that is more than silence. For open that of one is enough
        once `settle_s` seconds have passed: a single worker that answers is a bot that answers. Before, an answer other
        than `wanted` may still change. Looks that contradict each other to the end prove nothing. `partly` takes the
        word of one for open also where open is wanted: something else still holds a part of the bot, and nobody can
        tell by whom a look was refused.
        """
        probes = [probe for probe in self._probes.get(bot, ()) if probe.judges(verb)]
        if not probes:
            now = self._clock.now()
            return Proof(Verdict.UNKNOWN, [Sample(now, Verdict.UNKNOWN, "", _NOBODY)], now)
        wanted_rounds = min(_ROUNDS, max(probe.samples for probe in probes))
        settled = self._clock.monotonic() + settle_s
        rounds: list[list[Sample]] = []
        late = 0
        while True:
            late += self._clock.monotonic() >= settled
            rounds.append(await self._round(probes, verb, wanted_rounds))
            last = rounds[-wanted_rounds:]
            verdict = None
            if len(rounds) >= wanted_rounds:
                one_is_enough = partly or wanted is Verdict.CONTAINED
                verdict = _agreed(last, wanted, settled=late >= wanted_rounds, one_is_enough=one_is_enough)
            told = [sample for one in last for sample in one]
            if verdict is Verdict.CONTAINED and all(sample.weak for sample in told):
                # Nobody contradicts, and nobody proves it: looking longer changes nothing.
                return Proof(Verdict.UNKNOWN, told, self._clock.now())
            if verdict is not None:
                return Proof(verdict, told, self._clock.now())
            cannot_tell = any(sample.verdict is Verdict.UNKNOWN for sample in told)
            patience_s = PATIENCE_S if cannot_tell else CONTRADICTION_S
            # Looks at what is silent may each take longer than that: they are not given up before they could agree.
            if len(rounds) >= wanted_rounds and self._clock.monotonic() > settled + patience_s:
                return Proof(Verdict.UNKNOWN, told, self._clock.now())
            await self._clock.sleep(SAMPLE_PAUSE_S)

    async def _round(self, probes: Sequence[Probe], verb: Verb, rounds: int) -> list[Sample]:
        """Let every probe look at the same time, as often as its share of the samples is in one round."""
        async with asyncio.TaskGroup() as tasks:
            looks = [
                tasks.create_task(looked(probe, verb, self._clock))
                for probe in probes
                for _ in range(math.ceil(probe.samples / rounds))
            ]
        return [look.result() for look in looks]


def _agreed(
    rounds: Sequence[Sequence[Sample]], wanted: Verdict, *, settled: bool, one_is_enough: bool
) -> Verdict | None:
    """Return what these rounds prove, or None when looking has to go on."""
    verdicts = {sample.verdict for one in rounds for sample in one}
    if verdicts == {wanted}:
        return wanted
    if not settled:
        return None
    if one_is_enough and Verdict.OPEN in verdicts:
        return Verdict.OPEN
    return verdicts.pop() if len(verdicts) == 1 else None
