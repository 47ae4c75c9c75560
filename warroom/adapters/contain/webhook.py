"""Contain a bot by a service of the operator's own, which takes signed requests and says what it accepted.

Requests are signed as those of the control endpoint (Standard Webhooks); the id of a request is the id of the action,
so the service may take the same request twice and act once.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path

import msgspec

from warroom.adapters.contain.control import read_key, signature, taken
from warroom.adapters.contain.http_exchange import Answered, Broken, exchange, shown_address
from warroom.core.clean import clean
from warroom.core.model import Plan, Reversible, Verb
from warroom.core.ports import AdapterAmbiguous, AdapterFailed, Check, Checked, Clock, Need, Observation, Receipt
from warroom.core.settings_contain import WebhookSettings

_ACTION = "<id of the action>"
_SHOWN = 200
_VERBS = frozenset({Verb.LIMIT, Verb.DISABLE, Verb.REVOKE, Verb.ISOLATE, Verb.FREEZE, Verb.STOP})


class _Order(msgspec.Struct, frozen=True):
    """Body of a request."""

    action: str
    bot: str
    verb: str
    expires_in: float | None
    """Seconds after which the service may let go by itself."""
    release: bool


class _Answer(msgspec.Struct, frozen=True):
    """Body of an answer; further keys are allowed."""

    accepted: bool
    id: str | int | None = None
    """The service's own name of what it does."""


class WebhookAdapter:
    """Signed POST of the configured verbs; what the service does then is its own, and the probe judges it."""

    kind = "webhook"

    def __init__(
        self, bot: str, settings: WebhookSettings, clock: Clock, describe_probe: Callable[[Verb], str]
    ) -> None:
        self.settle_s = settings.settle_s
        self._bot = bot
        self._settings = settings
        self._clock = clock
        self._describe_probe = describe_probe
        self._where = clean(shown_address(settings.url))

    def verbs(self) -> frozenset[Verb]:
        """The configured ones."""
        return frozenset(self._settings.verbs) & _VERBS

    async def plan(self, verb: Verb, expires_s: float | None) -> Plan:
        """Return the request as it will leave, without its signature; AdapterFailed when the key cannot be used."""
        self._refuse(verb)
        await self._key()
        effects = ["what users see is up to the service"]
        if expires_s is not None:
            effects.append("the service is told when it expires; this engine asks for the release then as well")
        return Plan(
            bot=self._bot,
            verb=verb,
            adapter=self.kind,
            exact=[
                f"POST {self._where}",
                "content-type: application/json",
                f"webhook-id: {_ACTION}",
                "webhook-timestamp: <unix seconds when sent>",
                "webhook-signature: v1,<signed when sent>",
                clean(_body(_ACTION, self._bot, verb, expires_s, release=False)),
            ],
            effects=effects,
            undo=clean(b"POST of " + _body(_ACTION, self._bot, verb, None, release=True)) + f", id {_ACTION}-release",
            probe=self._describe_probe(verb),
            expires_s=expires_s,
            reversible=Reversible.BEST_EFFORT,
            instances=[clean(f"{self._bot}, as the service at {self._where} knows it")],
            shared=["whatever else the service acts on: it cannot be known from here"],
        )

    def needs(self) -> list[Need]:
        """The key file and a service within reach."""
        return [
            Need("file", clean(self._settings.key_file), "signs the requests; readable by the engine's account alone"),
            Need("address", self._where, "takes the signed requests and acts on the bot"),
        ]

    async def check(self, verb: Verb) -> list[Check]:
        """Read the key, then ask the address for its options, which orders nothing."""
        try:
            self._refuse(verb)
            await self._key()
        except AdapterFailed as error:
            return [Check("key file", Checked.FAILED, str(error))]
        checks = [Check("key file", Checked.OK, clean(self._settings.key_file))]
        limit_s = self._settings.timeout_s
        match await exchange("OPTIONS", self._settings.url, headers={}, content=b"", timeout_s=limit_s):
            case Answered(status=status):
                return [*checks, Check("service", Checked.OK, f"{self._where} answers ({status} to OPTIONS)")]
            case Broken(text=text):
                return [*checks, Check("service", Checked.FAILED, clean(f"{self._where}: {text}"))]

    async def observe(self, verb: Verb) -> Observation:
        """Say that there is nothing to read: the service takes orders and tells no state."""
        return Observation(f"{self._where} takes orders and tells no state", self._clock.now())

    async def snapshot(self) -> list[tuple[str, bytes]]:
        """Return nothing: the service tells no state."""
        return []

    async def apply(self, plan: Plan, key: str) -> Receipt:
        """Ask the service for the plan's verb.

        Raises AdapterFailed when nothing was sent or the service said no (4xx, `"accepted": false`), AdapterAmbiguous
        when contact was lost after sending, it broke (5xx) or led elsewhere (3xx), or its answer is not understood.
        """
        self._refuse(plan.verb)
        return await self._order(key, _body(key, plan.bot, plan.verb, plan.expires_s, release=False))

    async def release(self, plan: Plan, key: str) -> Receipt:
        """Ask the service to undo it; raises as `apply` does."""
        return await self._order(f"{key}-release", _body(key, plan.bot, plan.verb, None, release=True))

    async def _order(self, message_id: str, body: bytes) -> Receipt:
        secret = await self._key()
        timestamp = str(int(self._clock.now()))
        headers = {
            "content-type": "application/json",
            "accept-encoding": "identity",
            "webhook-id": message_id,
            "webhook-timestamp": timestamp,
            "webhook-signature": signature(secret, message_id, timestamp, body),
        }
        settings = self._settings
        outcome = await exchange("POST", settings.url, headers=headers, content=body, timeout_s=settings.timeout_s)
        return self._understood(taken(outcome, settings.url, settings.key_file))

    def _understood(self, answer: Answered) -> Receipt:
        said = f"{self._where} answers {answer.status}: {clean(answer.body, _SHOWN)}"
        try:
            told = msgspec.json.decode(answer.body, type=_Answer)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
            raise AdapterAmbiguous(clean(f"{said}; that does not say whether it accepted")) from error
        if not told.accepted:
            raise AdapterFailed(clean(f"{said}; it did not accept, and nothing was changed"))
        return Receipt(clean(f"{self._where} accepted it" + (f" as {told.id}" if told.id is not None else "")))

    def _refuse(self, verb: Verb) -> None:
        if verb not in self.verbs():
            raise AdapterFailed(f"the service of {self._bot} is not configured to {verb}")

    async def _key(self) -> bytes:
        return await asyncio.to_thread(read_key, Path(self._settings.key_file))


def _body(action: str, bot: str, verb: Verb, expires_s: float | None, *, release: bool) -> bytes:
    # Whole seconds as a whole number: some services read nothing else.
    whole = int(expires_s) if expires_s is not None and expires_s == int(expires_s) else expires_s
    return msgspec.json.encode(_Order(action, bot, verb, whole, release))
