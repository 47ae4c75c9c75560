"""The fence around adapters that change no bot: a broken one costs its own answer, never the watch over all bots."""

from __future__ import annotations

from collections.abc import Awaitable
from typing import TypeVar

from warroom.core.clean import clean
from warroom.core.model import Sample, Verb, Verdict
from warroom.core.notice_ports import Channel, Sending, Sent
from warroom.core.notices import Notice
from warroom.core.ports import AdapterAmbiguous, AdapterFailed, Clock, Probe

Result = TypeVar("Result")


async def fenced(reading: Awaitable[Result]) -> Result:
    """Await what changes nothing at the target (plan, check, observe, snapshot, a notice).

    Raises AdapterFailed and AdapterAmbiguous as the adapter does, TimeoutError when its time is over, and AdapterFailed
    for whatever else breaks in it: libraries meet answers that nobody has thought of.
    """
    try:
        return await reading
    except (AdapterFailed, AdapterAmbiguous, TimeoutError):
        raise
    except Exception as error:
        raise AdapterFailed(clean(f"the adapter broke: {type(error).__name__}: {error}", 400)) from error


async def looked(probe: Probe, verb: Verb, clock: Clock) -> Sample:
    """Return one look of a probe; one that breaks cannot tell."""
    try:
        return await probe.look(verb)
    except Exception as error:  # noqa: BLE001  the fence: what holds other bots is still to be looked at
        text = clean(f"the probe broke: {type(error).__name__}: {error}", 400)
        return Sample(clock.now(), Verdict.UNKNOWN, "", text)


async def handed_on(channel: Channel, notice: Notice) -> Sent:
    """Return how one sending went; a channel that breaks is tried again. TimeoutError passes.

    The type of what broke is named and never its words: they may hold an address or a login.
    """
    try:
        return await fenced(channel.send(notice))
    except (AdapterFailed, AdapterAmbiguous) as error:
        broken = type(error.__cause__ or error).__name__
        return Sent(Sending.RETRY, clean(f"the {channel.kind} channel broke ({broken})", 200))
