"""Contain a bot by its OAuth client: no new token for it, and the end of every one that is live.

The order matters. A revoke alone (RFC 7009) is answered 200 for any text, and the client fetches a new token at once;
so the client is disabled first, and its tokens are revoked until the server lists none.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import msgspec

from warroom.adapters.contain.http_exchange import shown_address
from warroom.adapters.contain.oauth_server import OAuthServer, Registration
from warroom.adapters.contain.oauth_token import digest_of, read_token
from warroom.core.clean import clean
from warroom.core.model import Plan, Reversible, Verb
from warroom.core.ports import AdapterAmbiguous, AdapterFailed, Check, Checked, Clock, Need, Observation, Receipt
from warroom.core.settings_contain import OAuthSettings

_TRIES = 2
"""A token that is still listed after so many revocations is one that the server does not end."""
_SHOWN = 5
_PLAIN_FIELDS = ("client_id", "client_name", "scope", "grant_types")
"""Fields of a registration that hold no secret."""


class _Kept(msgspec.Struct, frozen=True):
    """What a plan keeps for its release: whose registration, and whether the client was enabled."""

    client_id: str
    client_url: str
    enabled: bool


class OAuthAdapter:
    """Verb revoke. A release enables the client again; what was revoked stays revoked."""

    kind = "oauth"

    def __init__(self, bot: str, settings: OAuthSettings, clock: Clock, describe_probe: Callable[[Verb], str]) -> None:
        self.settle_s = settings.settle_s
        self._bot = bot
        self._settings = settings
        self._clock = clock
        self._describe_probe = describe_probe

    def verbs(self) -> frozenset[Verb]:
        """Revoke."""
        return frozenset({Verb.REVOKE})

    async def plan(self, verb: Verb, expires_s: float | None) -> Plan:
        """Return the requests with neither tokens nor their number, which changes while people read.

        AdapterFailed when the registration cannot be read.
        """
        if verb is not Verb.REVOKE:
            raise AdapterFailed(f"an OAuth client is not a way to {verb} {self._bot}")
        settings = self._settings
        enabled = (await (await self._server()).registration()).enabled
        kept = _Kept(settings.client_id, settings.client_url, enabled)
        client_url, tokens_url = shown_address(settings.client_url), shown_address(settings.tokens_url)
        disable = [
            f"PUT {client_url} · {settings.enabled_field}: false, every other field as it is",
            f"GET {client_url} · has to say {settings.enabled_field}: false",
        ]
        enable = f"PUT {client_url} · {settings.enabled_field}: true"
        effects = [
            f"client {settings.client_id} gets no new token, and none of its tokens is accepted any more",
            "a server that remembers tokens for a while accepts them until it asks again",
        ]
        if expires_s is not None:
            effects.append("the expiry is kept by this engine: without it the client stays disabled")
        exact = [
            "authorization: Bearer <the engine's own token>, on every request",
            f"GET {client_url}",
            *(disable if enabled else [f"client {settings.client_id} is disabled already and stays so"]),
            f"GET {tokens_url}",
            f"POST {shown_address(settings.revoke_url)} · token=<each live token>, token_type_hint=access_token",
            f"GET {tokens_url} again, until it lists no live token",
        ]
        return Plan(
            bot=self._bot,
            verb=verb,
            adapter=self.kind,
            exact=[clean(line) for line in exact],
            effects=[clean(effect) for effect in effects],
            undo=clean(f"{enable}; revoked tokens stay revoked, the client fetches new ones" if enabled else "nothing"),
            probe=self._describe_probe(verb),
            expires_s=expires_s,
            reversible=Reversible.BEST_EFFORT,
            instances=[clean(f"client {settings.client_id} at {client_url}, and each of its live tokens")],
            shared=[clean(f"whoever else uses client {settings.client_id}: not known from here")],
            restore=msgspec.json.encode(kept).decode(),
        )

    def needs(self) -> list[Need]:
        """The engine's own token and three addresses."""
        settings = self._settings
        right = "disable the client, list its tokens and revoke them"
        return [
            Need("file", clean(settings.admin_token_file), "the engine's own token; readable by its account alone"),
            Need("right", clean(f"manage client {settings.client_id}"), right),
            Need("address", clean(shown_address(settings.client_url)), "the client's registration"),
            Need("address", clean(shown_address(settings.tokens_url)), "lists the client's live tokens"),
            Need("address", clean(shown_address(settings.revoke_url)), "revokes a token"),
        ]

    async def check(self, verb: Verb) -> list[Check]:
        """Read the token, the registration and the list; the revocation endpoint is only asked when it acts."""
        try:
            server = await self._server()
        except AdapterFailed as error:
            return [Check("engine's token", Checked.FAILED, str(error))]
        checks = [Check("engine's token", Checked.OK, clean(self._settings.admin_token_file))]
        looks = (("client", self._told_registration), ("live tokens", _told_tokens))
        for name, look in looks:
            try:
                checks.append(Check(name, Checked.OK, clean(await look(server))))
            except AdapterFailed as error:
                checks.append(Check(name, Checked.FAILED, str(error)))
        unasked = "is not asked beforehand: it answers 200 to any token"
        where = shown_address(self._settings.revoke_url)
        return [*checks, Check("revocation endpoint", Checked.UNKNOWN, clean(f"{where} {unasked}"))]

    async def observe(self, verb: Verb) -> Observation:
        """Return whether the client is enabled and how many of its tokens are listed as live."""
        try:
            server = await self._server()
            text = f"{await self._told_registration(server)}; {await _told_tokens(server)}"
        except AdapterFailed as error:
            text = str(error)
        return Observation(clean(text), self._clock.now())

    async def snapshot(self) -> list[tuple[str, bytes]]:
        """Return the registration's plain fields and the digests of the live tokens; AdapterFailed without them."""
        server = await self._server()
        registration = await server.registration()
        told = {name: registration.fields[name] for name in _PLAIN_FIELDS if name in registration.fields}
        digests = [digest_of(token) for token in await server.live_tokens()]
        content = {**told, self._settings.enabled_field: registration.enabled, "live_tokens": digests}
        return [(f"{self._bot}-oauth-client.json", msgspec.json.encode(content))]

    async def apply(self, plan: Plan, key: str) -> Receipt:
        """Disable the client, then revoke its tokens until none is listed.

        AdapterFailed when nothing was changed, also when the client is another or enabled since the plan;
        AdapterAmbiguous when the client may be disabled and not every token is known to be revoked.
        """
        kept = self._kept(plan)
        server = await self._server()
        registration = await server.registration()
        if registration.enabled and not kept.enabled:
            raise AdapterFailed(clean(f"somebody enabled client {kept.client_id} since the plan was made; plan again"))
        if registration.enabled:
            await server.set_enabled(registration, False)
        # Disabled, and the plan found it enabled: an earlier try with this plan came so far.
        server.acted = kept.enabled
        try:
            async with asyncio.timeout(self._settings.revoke_within_s):
                revoked = await _revoke_all(server)
        except TimeoutError as error:
            text = f"client {kept.client_id} is disabled; not every token is known to be revoked after"
            raise AdapterAmbiguous(clean(f"{text} {self._settings.revoke_within_s:g} s")) from error
        text = f"client {kept.client_id} is disabled; {_counted(revoked, 'revoked')}; the server lists no live token"
        return Receipt(clean(text))

    async def release(self, plan: Plan, key: str) -> Receipt:
        """Enable the client if the plan found it enabled; raises as `apply` does."""
        kept = self._kept(plan)
        if not kept.enabled:
            return Receipt(clean(f"client {kept.client_id} was disabled before and stays so"))
        server = await self._server()
        registration = await server.registration()
        if registration.enabled:
            return Receipt(clean(f"client {kept.client_id} was enabled already"))
        await server.set_enabled(registration, True)
        return Receipt(clean(f"client {kept.client_id} is enabled again; it has to fetch new tokens"))

    def _kept(self, plan: Plan) -> _Kept:
        try:
            kept = msgspec.json.decode(plan.restore, type=_Kept)
        except msgspec.DecodeError as error:
            raise AdapterFailed("the plan names no OAuth client") from error
        if (kept.client_id, kept.client_url) != (self._settings.client_id, self._settings.client_url):
            raise AdapterFailed("the config names another client since the plan was made; plan again")
        return kept

    async def _server(self) -> OAuthServer:
        token = await asyncio.to_thread(read_token, Path(self._settings.admin_token_file))
        return OAuthServer(self._settings, token)

    async def _told_registration(self, server: OAuthServer) -> str:
        registration: Registration = await server.registration()
        return f"client {self._settings.client_id} is {'enabled' if registration.enabled else 'disabled'}"


async def _told_tokens(server: OAuthServer) -> str:
    return _counted([digest_of(token) for token in await server.live_tokens()], "listed as live")


async def _revoke_all(server: OAuthServer) -> list[str]:
    """Revoke what is listed until nothing is, since a token may be issued between; returns digests of the revoked."""
    tries: Counter[str] = Counter()
    faults: list[str] = []
    while tokens := await server.live_tokens():
        left = [digest_of(token) for token in tokens if tries[token] >= _TRIES]
        if left:
            why = f": {faults[0]}" if faults else ", though the server answers 200"
            raise AdapterAmbiguous(
                clean(f"the client is disabled; {_counted(left, 'listed still after a revoke')}{why}")
            )
        faults = await server.revoke(tokens)
        tries.update(tokens)
    return [digest_of(token) for token in tries]


def _counted(digests: list[str], what: str) -> str:
    count = f"{len(digests)} token{'' if len(digests) == 1 else 's'} {what}"
    shown = ", ".join(digests[:_SHOWN]) + (", …" if len(digests) > _SHOWN else "")
    return f"{count} ({shown})" if digests else count
