"""A verdict needs looks that agree; before the effect had its time, an open bot is only not settled yet."""

from __future__ import annotations

from warroom.core.model import Sample, Verb, Verdict
from warroom.engine.prover import PATIENCE_S, Prover

C, OPEN, U = Verdict.CONTAINED, Verdict.OPEN, Verdict.UNKNOWN


class SteppedClock:
    """Time moves only by waiting."""

    def __init__(self) -> None:
        self.time = 0.0

    def now(self) -> float:
        return self.time

    def monotonic(self) -> float:
        return self.time

    async def sleep(self, seconds: float) -> None:
        self.time += seconds


class Scripted:
    """Sees what it is told to see; its last word repeats."""

    samples = 3

    def __init__(self, *verdicts: Verdict) -> None:
        self.verdicts = list(verdicts)

    def describe(self, verb: Verb) -> str:
        return "scripted"

    async def look(self, verb: Verb) -> Sample:
        verdict = self.verdicts.pop(0) if len(self.verdicts) > 1 else self.verdicts[0]
        return Sample(0.0, verdict, "asked", "got")


async def looked(*verdicts: Verdict, wanted: Verdict = C, settle_s: float = 0.0) -> tuple[Verdict, int, float]:
    clock = SteppedClock()
    prover = Prover(clock, {"bot": Scripted(*verdicts)})
    proof = await prover.look("bot", Verb.DISABLE, wanted, settle_s)
    return proof.verdict, len(proof.samples), clock.time


async def test_three_looks_that_agree_are_a_proof() -> None:
    assert (await looked(C))[:2] == (C, 3)
    assert (await looked(OPEN))[:2] == (OPEN, 3)


async def test_two_of_three_are_not_enough() -> None:
    verdict, samples, _ = await looked(C, C, OPEN, OPEN, OPEN)
    assert (verdict, samples) == (OPEN, 3)


async def test_an_effect_has_its_time_to_settle() -> None:
    assert (await looked(OPEN, OPEN, OPEN, OPEN, C, settle_s=2.0))[0] is C
    assert (await looked(OPEN, OPEN, OPEN, OPEN, C, settle_s=0.1))[0] is OPEN


async def test_what_is_wanted_is_believed_at_once_within_the_settling_time() -> None:
    assert (await looked(C, settle_s=60.0))[2] < 1.0


async def test_looks_that_never_agree_prove_nothing_and_end() -> None:
    flapping = [C, OPEN] * 500
    verdict, _, seconds = await looked(*flapping)
    assert verdict is U
    assert seconds < PATIENCE_S + 1.0
