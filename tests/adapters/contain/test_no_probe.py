"""A bot without a probe."""

from __future__ import annotations

from warroom.adapters.clock import SystemClock
from warroom.adapters.contain.no_probe import NoProbe
from warroom.core.model import Verb, Verdict


async def test_nothing_is_ever_proved_and_it_says_why() -> None:
    probe = NoProbe(SystemClock())
    for verb in Verb:
        sample = await probe.look(verb)
        assert (sample.verdict, sample.got) == (Verdict.UNKNOWN, "no probe is configured for this bot")
    assert "verified by hand" in probe.describe(Verb.DISABLE)
