"""Limit a bot by the Redis key that its own rate limiter reads: fewer answers for all its instances at once."""

from __future__ import annotations

import math
import re
from collections.abc import Callable

import msgspec

from warroom.adapters.contain.http_exchange import shown_address
from warroom.adapters.contain.limiter_store import Held, Words, opened
from warroom.core.clean import clean
from warroom.core.model import Plan, Verb
from warroom.core.moments import age_text, utc_text
from warroom.core.ports import AdapterFailed, Check, Checked, Clock, Need, Observation, Receipt
from warroom.core.settings_contain import LimiterSettings

_SHOWN = 80
_LIMIT = re.compile(r"([0-9]{1,12}) *(?:per|/) *([0-9]{1,12})? *(second|minute|hour|day|month|year)s?")
_SECONDS = {"second": 1, "minute": 60, "hour": 3600, "day": 86400, "month": 2592000, "year": 31104000}
"""As the limits library counts them."""
_LAST_MOMENT = 253402300799.0
"""The end of the year 9999; Redis goes further, dates do not."""


class _Kept(msgspec.Struct, frozen=True):
    """What a plan keeps for its release: which key of which server, what it held, and what it will hold."""

    where: str
    key: str
    before: Held
    limit: str


class LimiterAdapter:
    """Verb limit; an expiry runs in Redis, so it lets go without this engine too."""

    kind = "limiter"

    def __init__(
        self, bot: str, settings: LimiterSettings, clock: Clock, describe_probe: Callable[[Verb], str]
    ) -> None:
        self.settle_s = settings.settle_s
        self._bot = bot
        self._settings = settings
        self._clock = clock
        self._describe_probe = describe_probe
        self._where = clean(shown_address(settings.url))

    def verbs(self) -> frozenset[Verb]:
        """Limit alone."""
        return frozenset({Verb.LIMIT})

    async def plan(self, verb: Verb, expires_s: float | None) -> Plan:
        """Return what the key holds and will hold; AdapterFailed when the key cannot be used or is stricter already."""
        if verb is not Verb.LIMIT:
            raise AdapterFailed(f"the limiter of {self._bot} cannot {verb}")
        key = self._settings.key
        before = await self._read()
        if _rate(before.value) < _rate(self._settings.limit.encode()):
            raise AdapterFailed(clean(f"key {key} of {self._where} holds {_told(before)}, which is stricter already"))
        effects = [f"users get {self._settings.limit}, together or each, as the bot counts; the rest is refused"]
        if expires_s is not None:
            gone = f"after {age_text(expires_s)} Redis itself drops the key, also without this engine"
            back = ", and this engine puts the former limit back" if before.value is not None else ""
            effects.append(f"{gone}: the bot's own default counts then{back}")
        return Plan(
            bot=self._bot,
            verb=verb,
            adapter=self.kind,
            exact=[
                clean(f"{self._where}, key {key}: {_told(before)}"),
                clean(
                    f'SET {key} "{self._settings.limit}"' + (f" PX {_ms(expires_s)}" if expires_s is not None else "")
                ),
                "only while the key is as it was seen (WATCH, MULTI, EXEC)",
            ],
            effects=[clean(effect) for effect in effects],
            undo=clean(f"DEL {key}" if before.value is None else f"SET {key} to {_told(before)}"),
            probe=self._describe_probe(verb),
            expires_s=expires_s,
            instances=[clean(f"key {key} of {self._where}")],
            shared=[clean(f"every limiter that reads key {key} of {self._where}; others are not known from here")],
            restore=msgspec.json.encode(_Kept(self._where, key, before, self._settings.limit)).decode(),
        )

    def needs(self) -> list[Need]:
        """The library, and the server with the right to write the key."""
        return [
            Need("library", "redis", "talks to the server"),
            Need(
                "address", self._where, "holds the limit that the bot reads; Redis 7, or 6.2 when the key never expires"
            ),
        ]

    async def check(self, verb: Verb) -> list[Check]:
        """Read the key, then queue a write and call it off: Redis refuses at once what it would refuse."""
        try:
            held = await self._read()
            async with opened(self._settings.url, self._settings.timeout_s) as store:
                refusal = await store.refusal(self._settings.key)
        except AdapterFailed as error:
            return [Check("key", Checked.FAILED, str(error))]
        told = clean(f"{self._settings.key}: {_told(held)}")
        right = Check("right to write", Checked.FAILED if refusal else Checked.OK, refusal or "Redis takes the write")
        return [Check("key", Checked.OK, told), right]

    async def observe(self, verb: Verb) -> Observation:
        """Return what the key holds."""
        try:
            text = f"{self._where}, key {self._settings.key}: {_told(await self._read())}"
        except AdapterFailed as error:
            text = str(error)
        return Observation(clean(text), self._clock.now())

    async def snapshot(self) -> list[tuple[str, bytes]]:
        """Return what the key holds, its value in base64, as JSON; AdapterFailed when it cannot be read."""
        held = await self._read()
        content = {"server": self._where, "key": self._settings.key, "value": held.value, "expires_ms": held.expires_ms}
        return [(f"{self._bot}-limit.json", msgspec.json.encode(content))]

    async def apply(self, plan: Plan, key: str) -> Receipt:
        """Write the limit, unless it stands there already.

        Raises AdapterFailed when the key changed since the plan was made or Redis refuses, AdapterAmbiguous when the
        answer to the write was lost.
        """
        kept = self._kept(plan)
        if (kept.key, kept.limit) != (self._settings.key, self._settings.limit):
            raise AdapterFailed("the config names another key or limit since the plan was made; plan again")

        def decide(now: Held) -> Words | None:
            if now.value == kept.limit.encode() and now != kept.before:
                return None
            if now != kept.before:
                raise _changed(kept, now)
            expiry: Words = ["PX", _ms(plan.expires_s)] if plan.expires_s is not None else []
            return ["SET", kept.key, kept.limit, *expiry]

        async with opened(self._settings.url, self._settings.timeout_s) as store:
            written = await store.change(kept.key, decide)
        how = "holds" if written else "held already"
        return Receipt(clean(f'key {kept.key} of {kept.where} {how} "{kept.limit}"'))

    async def release(self, plan: Plan, key: str) -> Receipt:
        """Put the former value and expiry back, or delete the key where there was none; raises as `apply` does.

        A key that somebody else changed since is left, and said so. A former expiry that has passed means no key.
        """
        kept = self._kept(plan)
        former = kept.before
        if former.expires_ms is not None and former.expires_ms <= self._clock.now() * 1000:
            former = Held(None)

        def decide(now: Held) -> Words | None:
            if now == former:
                return None
            ran_out = now.value is None and plan.expires_s is not None
            if now.value != kept.limit.encode() and not ran_out:
                raise _changed(kept, now)
            if former.value is None:
                return ["DEL", kept.key]
            expiry: Words = ["PXAT", former.expires_ms] if former.expires_ms is not None else []
            return ["SET", kept.key, former.value, *expiry]

        async with opened(self._settings.url, self._settings.timeout_s) as store:
            written = await store.change(kept.key, decide)
        how = "holds again" if written else "held already"
        return Receipt(clean(f"key {kept.key} of {kept.where} {how}: {_told(former)}"))

    async def _read(self) -> Held:
        async with opened(self._settings.url, self._settings.timeout_s) as store:
            return await store.read(self._settings.key)

    def _kept(self, plan: Plan) -> _Kept:
        try:
            kept = msgspec.json.decode(plan.restore, type=_Kept)
        except msgspec.DecodeError as error:
            raise AdapterFailed("the plan names no key") from error
        if kept.where != self._where:
            raise AdapterFailed(f"the plan was made for {kept.where}, and the config names {self._where}")
        return kept


def _rate(limit: bytes | None) -> float:
    """Return the answers a second that a limit allows; infinite for what is no single limit in words."""
    match = _LIMIT.fullmatch((limit or b"").decode("utf-8", "replace").strip().lower())
    if match is None:
        return math.inf
    return int(match[1]) / max(1, int(match[2] or 1)) / _SECONDS[match[3]]


def _told(held: Held) -> str:
    if held.value is None:
        return "no such key"
    if held.expires_ms is None:
        return f'"{clean(held.value, _SHOWN)}"'
    return f'"{clean(held.value, _SHOWN)}", until {utc_text(min(held.expires_ms / 1000, _LAST_MOMENT))}'


def _changed(kept: _Kept, now: Held) -> AdapterFailed:
    text = f"somebody else changed key {kept.key} of {kept.where} since: {_told(now)}; nothing was changed"
    return AdapterFailed(clean(text))


def _ms(seconds: float) -> int:
    return max(1, math.ceil(seconds * 1000))
