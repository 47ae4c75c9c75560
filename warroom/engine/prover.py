"""Proof from outside: looks at a bot until enough of them agree."""

from __future__ import annotations

from collections.abc import Mapping

from warroom.core.model import Proof, Sample, Verb, Verdict
from warroom.core.ports import Clock, Probe

SAMPLE_PAUSE_S = 0.2
"""Pause between two looks."""
PATIENCE_S = 20.0
"""Time after which looks that never agree prove nothing."""


class Prover:
    """Asks the probe of a bot; independent of every adapter."""

    def __init__(self, clock: Clock, probes: Mapping[str, Probe]) -> None:
        self._clock = clock
        self._probes = probes

    async def look(self, bot: str, verb: Verb, wanted: Verdict, settle_s: float) -> Proof:
        """Return the verdict that the probe's number of looks in a row agree on.

        Within `settle_s` seconds an answer other than `wanted` may still change, so looking goes on.
        """
        probe = self._probes[bot]
        settled = self._clock.monotonic() + settle_s
        samples: list[Sample] = []
        while True:
            sample = await probe.look(verb)
            if samples and samples[-1].verdict is not sample.verdict:
                samples = []
            samples.append(sample)
            now = self._clock.monotonic()
            if len(samples) >= probe.samples and (sample.verdict is wanted or now >= settled):
                return Proof(sample.verdict, samples[-probe.samples :], self._clock.now())
            if now > settled + PATIENCE_S:
                return Proof(Verdict.UNKNOWN, samples, self._clock.now())
            await self._clock.sleep(SAMPLE_PAUSE_S)
