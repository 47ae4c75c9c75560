"""A verdict needs looks that agree; before the effect had its time, an open bot is only not settled yet."""

from __future__ import annotations

from warroom.core.model import Sample, Verb, Verdict
from warroom.engine.prover import CONTRADICTION_S, PATIENCE_S, Prover

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

    def judges(self, verb: Verb) -> bool:
        return True

    def describe(self, verb: Verb) -> str:
        return "scripted"

    async def look(self, verb: Verb) -> Sample:
        verdict = self.verdicts.pop(0) if len(self.verdicts) > 1 else self.verdicts[0]
        return Sample(0.0, verdict, "asked", "got")


async def looked(*verdicts: Verdict, wanted: Verdict = C, settle_s: float = 0.0) -> tuple[Verdict, int, float]:
    clock = SteppedClock()
    prover = Prover(clock, {"bot": [Scripted(*verdicts)]})
    proof = await prover.look("bot", Verb.DISABLE, wanted, settle_s)
    return proof.verdict, len(proof.samples), clock.time


async def test_three_looks_that_agree_are_a_proof() -> None:
    assert (await looked(C))[:2] == (C, 3)
    assert (await looked(OPEN))[:2] == (OPEN, 3)


async def test_two_of_three_are_not_enough() -> None:
    verdict, samples, _ = await looked(C, C, OPEN, OPEN, OPEN)
    assert (verdict, samples) == (OPEN, 3)


class Slow(Scripted):
    """Waits for each answer as long as a probe of a frozen bot may."""

    def __init__(self, clock: SteppedClock) -> None:
        super().__init__(C)
        self._clock = clock

    async def look(self, verb: Verb) -> Sample:
        await self._clock.sleep(10.0)
        return await super().look(verb)


async def test_looks_that_take_long_are_not_given_up_before_they_could_agree() -> None:
    clock = SteppedClock()
    proof = await Prover(clock, {"bot": [Slow(clock)]}).look("bot", Verb.FREEZE, C, 0.0)
    assert (proof.verdict, len(proof.samples)) == (C, 3)


async def test_an_effect_has_its_time_to_settle() -> None:
    assert (await looked(OPEN, OPEN, OPEN, OPEN, C, settle_s=2.0))[0] is C
    assert (await looked(OPEN, OPEN, OPEN, OPEN, C, settle_s=0.1))[0] is OPEN


async def test_what_is_wanted_is_believed_at_once_within_the_settling_time() -> None:
    assert (await looked(C, settle_s=60.0))[2] < 1.0


async def test_a_bot_that_answers_now_and_then_is_not_contained() -> None:
    verdict, samples, seconds = await looked(*[C, OPEN] * 500)
    assert (verdict, samples) == (OPEN, 3)
    assert seconds < 1.0


async def test_while_it_may_still_settle_an_answer_now_and_then_proves_nothing() -> None:
    verdict, _, seconds = await looked(*[C, OPEN] * 10, C, settle_s=10.0)
    assert verdict is C
    assert 4.0 <= seconds < 6.0


async def test_looks_that_never_agree_prove_no_release_and_end() -> None:
    verdict, _, seconds = await looked(*[C, OPEN] * 500, wanted=OPEN)
    assert verdict is U
    assert CONTRADICTION_S <= seconds < CONTRADICTION_S + 1


async def test_looks_that_cannot_tell_have_longer_to_come_to_tell() -> None:
    verdict, _, seconds = await looked(*[C, U] * 500, wanted=OPEN)
    assert verdict is U
    assert PATIENCE_S <= seconds < PATIENCE_S + 1


async def test_a_bot_is_back_only_when_every_look_says_so() -> None:
    clock = SteppedClock()
    prover = Prover(clock, {"bot": [Scripted(OPEN), Scripted(C, C, C, C, OPEN)]})
    proof = await prover.look("bot", Verb.DISABLE, OPEN, 0.0)
    assert (proof.verdict, {sample.verdict for sample in proof.samples}) == (OPEN, {OPEN})
    assert clock.time > 0.7


async def test_a_bot_of_which_something_else_holds_a_part_is_back_when_anybody_is_served() -> None:
    clock = SteppedClock()
    for second, verdict in ((C, OPEN), (OPEN, OPEN)):
        prover = Prover(clock, {"bot": [Scripted(OPEN), Scripted(second)]})
        assert (await prover.look("bot", Verb.FREEZE, OPEN, 1.0, partly=True)).verdict is verdict
    nobody = Prover(clock, {"bot": [Scripted(C), Scripted(C)]})
    assert (await nobody.look("bot", Verb.FREEZE, OPEN, 1.0, partly=True)).verdict is C


async def test_many_samples_are_looks_at_the_same_time_in_three_rounds() -> None:
    clock = SteppedClock()
    probe = Scripted(C)
    probe.samples = 20
    proof = await Prover(clock, {"bot": [probe]}).look("bot", Verb.DISABLE, C, 0.0)
    assert (proof.verdict, len(proof.samples)) == (C, 21)
    assert clock.time < 0.5


async def test_one_instance_that_answers_is_a_bot_that_answers() -> None:
    clock = SteppedClock()
    prover = Prover(clock, {"bot": [Scripted(C), Scripted(C), Scripted(OPEN)]})
    proof = await prover.look("bot", Verb.DISABLE, C, 0.0)
    assert (proof.verdict, len(proof.samples)) == (OPEN, 9)


async def test_one_probe_that_cannot_tell_leaves_it_open_what_is_so() -> None:
    clock = SteppedClock()
    prover = Prover(clock, {"bot": [Scripted(C), Scripted(U)]})
    assert (await prover.look("bot", Verb.DISABLE, C, 0.0)).verdict is U


async def test_a_verb_that_no_probe_judges_is_never_proved() -> None:
    prover = Prover(SteppedClock(), {"bot": []})
    proof = await prover.look("bot", Verb.ISOLATE, C, 0.0)
    assert proof.verdict is U
    assert "no probe" in proof.samples[0].got
