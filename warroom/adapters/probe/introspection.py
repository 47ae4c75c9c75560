"""Asks the OAuth server about the bot's token (RFC 7662): no longer active means contained, active means open."""

from __future__ import annotations

import asyncio
from pathlib import Path

import msgspec

from warroom.adapters.contain.addresses import NoAddresses, places_of
from warroom.adapters.contain.http_exchange import Answered, Broken, exchange, shown_address
from warroom.adapters.contain.http_probe import heard
from warroom.adapters.contain.oauth_token import FORM, bearer, digest_of, read_token, token_form
from warroom.core.clean import clean
from warroom.core.model import Sample, Verb, Verdict
from warroom.core.ports import AdapterFailed, Clock
from warroom.core.settings_probe import IntrospectionProbe


class _Answer(msgspec.Struct, frozen=True):
    active: bool


class IntrospectionLook:
    """Both tokens are read again for each look; neither is ever shown.

    It judges one token, not the client: a token that was never live looks contained too, and a client that fetches a
    new one is not seen. So it stands beside a look at the bot's endpoint, never alone.
    """

    def __init__(self, name: str, settings: IntrospectionProbe, clock: Clock) -> None:
        self.samples = settings.samples
        self._name = name
        self._settings = settings
        self._clock = clock

    def judges(self, verb: Verb) -> bool:
        """The verbs that its settings name."""
        return verb in self._settings.verbs

    def describe(self, verb: Verb) -> str:
        """Return what is asked and what the answers mean, in words."""
        meaning = f"active false means contained, active true means open ({self.samples} looks)"
        return clean(f"{self._name}: {self._asked()} with the token in {self._settings.token_file}: {meaning}")

    async def look(self, verb: Verb) -> Sample:
        """Ask each address of the server once; only a plain true or false in an answer of 200 is a verdict."""
        try:
            token = await asyncio.to_thread(read_token, Path(self._settings.token_file))
            admin = await asyncio.to_thread(read_token, Path(self._settings.admin_token_file))
        except AdapterFailed as error:
            return self._sample(Verdict.UNKNOWN, self._asked(), str(error))
        try:
            places = await places_of(self._settings.url, self._settings.timeout_s)
        except NoAddresses as error:
            return self._sample(Verdict.UNKNOWN, self._asked(), str(error))
        async with asyncio.TaskGroup() as tasks:
            asked = [tasks.create_task(self._ask(token, admin, place)) for place in places]
        outcomes = [task.result() for task in asked]
        texts = [_judged(outcome)[1] for outcome in outcomes]
        told = [f"{place}: {text}" if place else text for place, text in zip(places, texts, strict=True)]
        verdict = _together({_judged(outcome)[0] for outcome in heard(outcomes)})
        return self._sample(verdict, f"{self._asked()} · token {digest_of(token)}", "; ".join(told))

    async def _ask(self, token: str, admin: str, at: str) -> Answered | Broken:
        return await exchange(
            "POST",
            self._settings.url,
            headers={**bearer(admin), "content-type": FORM},
            content=token_form(token),
            timeout_s=self._settings.timeout_s,
            at=at,
        )

    def _asked(self) -> str:
        return f"POST {shown_address(self._settings.url)}"

    def _sample(self, verdict: Verdict, sent: str, got: str) -> Sample:
        return Sample(self._clock.now(), verdict, clean(sent), clean(got))


def _judged(outcome: Answered | Broken) -> tuple[Verdict, str]:
    match outcome:
        case Broken(text=text):
            return Verdict.UNKNOWN, text
        case Answered(status=status) if status != 200:
            return Verdict.UNKNOWN, f"HTTP {status}"
        case Answered(body=body):
            try:
                active = msgspec.json.decode(body, type=_Answer).active
            except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
                # The answer of another kind of server may hold anything, so none of it is shown.
                return Verdict.UNKNOWN, "HTTP 200 without active true or false"
            return (Verdict.OPEN, "HTTP 200: active") if active else (Verdict.CONTAINED, "HTTP 200: not active")


def _together(verdicts: set[Verdict]) -> Verdict:
    """Return what all addresses say: one that still calls the token active is enough to use it."""
    if Verdict.OPEN in verdicts:
        return Verdict.OPEN
    return Verdict.CONTAINED if verdicts == {Verdict.CONTAINED} else Verdict.UNKNOWN
