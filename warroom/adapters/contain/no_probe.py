"""The probe of a bot that has none: nothing can be proved, and it says so."""

from __future__ import annotations

from warroom.core.model import Sample, Verb, Verdict
from warroom.core.ports import Clock

_TEXT = "no probe is configured for this bot"


class NoProbe:
    """Each look is UNKNOWN, so no containment of this bot is ever called held."""

    samples = 1

    def __init__(self, clock: Clock) -> None:
        self._clock = clock

    def judges(self, verb: Verb) -> bool:
        """None of them."""
        return False

    def describe(self, verb: Verb) -> str:
        """Say that nothing will prove the effect."""
        return f"{_TEXT}: whether {verb} holds must be verified by hand"

    async def look(self, verb: Verb) -> Sample:
        """Return a sample that tells nothing."""
        return Sample(self._clock.now(), Verdict.UNKNOWN, "", _TEXT)
