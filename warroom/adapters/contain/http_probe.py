"""The outside probe: asks the bot what its users ask, and says whether the answer is that of a contained bot.

Which answers prove a containment depends on the verb. What is set for a verb in the config counts as written. Without
that, of the general `contained_when`:

- limit: the status codes. Silence or a closed port is not what a limited bot does.
- disable: the status codes and a refused connection. Silence may be a slow answer or a lost network.
- freeze: silence on a connection that was accepted: the kernel accepts for a frozen process, which then says nothing.
  A refused connection means that the process ended, a status or any byte that something still runs. No connection may
  be a lost network as well as the full queue of a frozen server: it agrees with others, and proves nothing by itself.
- stop: a refused connection.
- isolate: silence or a refused connection.
- revoke: the status codes.

A name with several addresses is open when one is, and contained when each that somebody listens at is.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence

from warroom.adapters.contain.addresses import NoAddresses, places_of
from warroom.adapters.contain.http_exchange import MASK, Answered, Break, Broken, exchange, shown_address
from warroom.core.clean import clean
from warroom.core.model import Sample, Verb, Verdict
from warroom.core.own_requests import AGENT
from warroom.core.ports import Clock
from warroom.core.settings import ContainedWhen, ProbeSettings

PROBE_AGENT = f"{AGENT}-probe"
_SHOWN = 120
_OPEN_HEADERS = frozenset({"accept", "accept-language", "content-type", "user-agent"})
"""Headers whose values are shown; any other may hold a secret."""
_MIN_SECRET = 4


class HttpProbe:
    """Looks over a new connection each time, so that no old worker is asked twice by habit.

    `timeout_s` must be longer than the bot's slowest ordinary answer, and `samples` about ten for each worker process:
    fewer looks can all meet the one worker that obeyed.
    """

    def __init__(self, settings: ProbeSettings, clock: Clock) -> None:
        self.samples = settings.samples
        self._settings = settings
        self._clock = clock

    def judges(self, verb: Verb) -> bool:
        """Every verb but those that the config leaves to others."""
        return verb not in self._settings.not_for

    def describe(self, verb: Verb) -> str:
        """Return the request and the answers that mean contained and open, in words."""
        rule = contained_when(self._settings, verb)
        proofs = [f"HTTP {status}" for status in rule.status]
        if rule.refused:
            proofs.append("connection refused")
        if rule.timeout:
            proofs.append(f"no answer within {self._settings.timeout_s:g} s")
        wanted = " or ".join(proofs) or "nothing that is configured"
        still = ", ".join(str(status) for status in self._settings.open_status)
        return clean(f"{self._request(verb)}: {wanted} means contained, HTTP {still} means open ({self.samples} looks)")

    async def look(self, verb: Verb) -> Sample:
        """Ask each address of the name once and judge; whatever is neither proof nor counter-proof is UNKNOWN."""
        try:
            places = await places_of(self._settings.url, self._settings.timeout_s)
        except NoAddresses as error:
            return self._sample(verb, Verdict.UNKNOWN, str(error))
        async with asyncio.TaskGroup() as tasks:
            asked = [tasks.create_task(self._ask(verb, place)) for place in places]
        outcomes = [task.result() for task in asked]
        told = [text for _, text in outcomes]
        if len(places) > 1:
            told = [f"{place}: {text}" for place, text in zip(places, told, strict=True)]
        verdict, weak = _together([self._judge(outcome, verb) for outcome in heard([one for one, _ in outcomes])])
        return self._sample(verb, verdict, "; ".join(told), weak=weak)

    async def _ask(self, verb: Verb, at: str) -> tuple[Answered | Broken, str]:
        settings = self._settings
        started = self._clock.monotonic()
        outcome = await exchange(
            settings.method,
            settings.url,
            headers=_named(settings.headers),
            content=_body(settings, verb).encode(),
            timeout_s=settings.timeout_s,
            at=at,
        )
        return outcome, self._got(outcome, (self._clock.monotonic() - started) * 1000)

    def _sample(self, verb: Verb, verdict: Verdict, got: str, *, weak: bool = False) -> Sample:
        return Sample(self._clock.now(), verdict, self._request(verb), clean(self._masked(got)), weak)

    def _judge(self, outcome: Answered | Broken, verb: Verb) -> tuple[Verdict, bool]:
        """Return what one outcome says, and whether it is too weak to be the only word."""
        rule, works = contained_when(self._settings, verb), self._settings.open_status
        match outcome:
            # What says both proves neither, also in a room whose settings are older than the rule against it.
            case Answered(status=status) if status in rule.status and status not in works:
                return Verdict.CONTAINED, False
            case Answered(status=status) if status in works and status not in rule.status:
                return Verdict.OPEN, False
            case Broken(how=Break.REFUSED) if rule.refused:
                return Verdict.CONTAINED, False
            case Broken(how=Break.NO_ANSWER_IN_TIME | Break.NO_HANDSHAKE_IN_TIME) if rule.timeout:
                return Verdict.CONTAINED, False
            case Broken(how=Break.NO_ROUTE_IN_TIME) if rule.timeout:
                return Verdict.CONTAINED, verb is not Verb.ISOLATE
            case _:
                return Verdict.UNKNOWN, False

    def _request(self, verb: Verb) -> str:
        settings = self._settings
        shown = [f"{settings.method} {shown_address(settings.url)}"]
        for name, value in settings.headers.items():
            shown.append(f"{name}: {value if name.lower() in _OPEN_HEADERS else MASK}")
        body = _body(settings, verb)
        if body:
            shown.append(clean(body, _SHOWN))
        return clean(" · ".join(shown))

    def _got(self, outcome: Answered | Broken, took_ms: float) -> str:
        match outcome:
            case Answered(status=status, body=body):
                text = f"HTTP {status} in {took_ms:.0f} ms"
                beginning = self._masked(body.decode("utf-8", "replace"))
                return clean(f"{text}: {clean(beginning, _SHOWN)}" if beginning else text)
            case Broken(text=text):
                return clean(self._masked(text))

    def _masked(self, text: str) -> str:
        """Return `text` without the secrets of the request, should the answer repeat them."""
        for name, value in self._settings.headers.items():
            if name.lower() not in _OPEN_HEADERS:
                for secret in (value, value.rpartition(" ")[2]):
                    text = text.replace(secret, MASK) if len(secret) >= _MIN_SECRET else text
        return text


def heard(outcomes: Sequence[Answered | Broken]) -> Sequence[Answered | Broken]:
    """Return the outcomes without those of addresses at which nobody listens, where somebody does at another."""
    listening = [one for one in outcomes if not (isinstance(one, Broken) and one.how is Break.REFUSED)]
    return listening or outcomes


def _together(judged: Sequence[tuple[Verdict, bool]]) -> tuple[Verdict, bool]:
    """Return what all addresses say together, and whether that is weak: one that is open is a bot at work."""
    verdicts = {verdict for verdict, _ in judged}
    if Verdict.OPEN in verdicts:
        return Verdict.OPEN, False
    contained = verdicts == {Verdict.CONTAINED}
    return (Verdict.CONTAINED if contained else Verdict.UNKNOWN), contained and any(weak for _, weak in judged)


def contained_when(settings: ProbeSettings, verb: Verb) -> ContainedWhen:
    """Return the answers that prove `verb`: its own setting, or the part of the general one that can."""
    own = settings.verbs.get(verb)
    if own is not None and own.contained_when is not None:
        return own.contained_when
    general = settings.contained_when
    match verb:
        case Verb.FREEZE:
            return ContainedWhen(timeout=general.timeout)
        case Verb.STOP:
            return ContainedWhen(refused=general.refused)
        case Verb.ISOLATE:
            return ContainedWhen(refused=general.refused, timeout=general.timeout)
        case Verb.DISABLE:
            return ContainedWhen(status=general.status, refused=general.refused)
        case _:
            return ContainedWhen(status=general.status)


def _named(headers: Mapping[str, str]) -> Mapping[str, str]:
    """Return headers that tell a log that nobody but a probe asked, unless the config says otherwise."""
    return headers if any(name.lower() == "user-agent" for name in headers) else {**headers, "user-agent": PROBE_AGENT}


def _body(settings: ProbeSettings, verb: Verb) -> str:
    own = settings.verbs.get(verb)
    return settings.body if own is None or own.body is None else own.body
