"""The OAuth server as an administrator meets it: a client's registration, its live tokens, and their end.

The registration is read and written in the manner of RFC 7592; tokens end by RFC 7009. Answers may hold tokens and
secrets, so no text from here repeats a body: only statuses, names and digests.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Annotated

import msgspec

from warroom.adapters.contain.http_exchange import BODY_LIMIT, Answered, Broken, exchange, shown_address
from warroom.adapters.contain.oauth_token import FORM, bearer, token_form
from warroom.core.clean import clean
from warroom.core.ports import AdapterAmbiguous, AdapterFailed
from warroom.core.settings_contain import OAuthSettings

_AT_ONCE = 8
"""Revocations that are under way together."""
_SERVERS_OWN = frozenset(
    {"registration_access_token", "registration_client_uri", "client_secret_expires_at", "client_id_issued_at"}
)
"""Fields that a changed registration must not repeat (RFC 7592, section 2.2)."""
_TOKEN_LIMIT = 16384


class _Listed(msgspec.Struct, frozen=True):
    token: Annotated[str, msgspec.Meta(min_length=1, max_length=_TOKEN_LIMIT)]


class _Page(msgspec.Struct, frozen=True):
    tokens: list[_Listed]


class Registration(msgspec.Struct, frozen=True):
    """A client's registration: every field as it was written, and whether the client is enabled."""

    fields: dict[str, msgspec.Raw]
    enabled: bool


class OAuthServer:
    """One act's talk with the server. Until something was changed failures are AdapterFailed, then AdapterAmbiguous."""

    def __init__(self, settings: OAuthSettings, admin_token: str) -> None:
        self._settings = settings
        self._headers = bearer(admin_token)
        self.acted = False
        """Whether something may have been changed."""

    async def registration(self) -> Registration:
        """Return the client's registration; fails when it is another client's or does not say if it is enabled."""
        where = shown_address(self._settings.client_url)
        body = await self._read(self._settings.client_url)
        try:
            fields = msgspec.json.decode(body, type=dict[str, msgspec.Raw])
            client_id = msgspec.json.decode(fields["client_id"], type=str)
            enabled = msgspec.json.decode(fields[self._settings.enabled_field], type=bool)
        except KeyError as error:
            raise self.failure(f"{where} answers a registration without the field {error.args[0]}") from error
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
            raise self.failure(f"{where} does not answer with the registration of a client") from error
        if client_id != self._settings.client_id:
            raise self.failure(f"{where} is the registration of {clean(client_id, 80)}, not {self._settings.client_id}")
        return Registration(fields, enabled)

    async def set_enabled(self, registration: Registration, enabled: bool) -> None:
        """Write the registration with the client enabled or not, and read it back: an answer of 200 proves nothing."""
        fields = {name: value for name, value in registration.fields.items() if name not in _SERVERS_OWN}
        fields[self._settings.enabled_field] = msgspec.Raw(b"true" if enabled else b"false")
        where = shown_address(self._settings.client_url)
        outcome = await self._send("PUT", self._settings.client_url, "application/json", msgspec.json.encode(fields))
        match outcome:
            case Broken(how=how, text=text) if how.sent:
                raise AdapterAmbiguous(clean(f"{where}: {text} after the request was sent"))
            case Broken(text=text):
                raise self.failure(f"{where}: {text}; nothing was sent")
            case Answered(status=status) if status >= 500:
                raise AdapterAmbiguous(clean(f"{where} answers {status}"))
            case Answered(status=status) if not 200 <= status < 300:
                raise self.failure(f"{where} answers {status} and changed nothing{_hint(status)}")
        self.acted = True
        if (await self.registration()).enabled is not enabled:
            state = "disabled" if enabled else "enabled"
            raise AdapterAmbiguous(clean(f"{where} takes the change, and {self._settings.client_id} is still {state}"))

    async def live_tokens(self) -> list[str]:
        """Return the tokens that the server lists as live, each once."""
        where = shown_address(self._settings.tokens_url)
        body = await self._read(self._settings.tokens_url)
        if len(body) >= BODY_LIMIT:
            raise self.failure(f"{where} lists more than {BODY_LIMIT // 1024} kB; let it list fewer tokens at a time")
        try:
            page = msgspec.json.decode(body, type=_Page)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
            raise self.failure(f"{where} does not answer with a list of tokens") from error
        return list(dict.fromkeys(one.token for one in page.tokens))

    async def revoke(self, tokens: Sequence[str]) -> list[str]:
        """Ask for the end of each token, several at once; returns what went wrong, in words, once each."""
        self.acted = True
        turn = asyncio.Semaphore(_AT_ONCE)
        async with asyncio.TaskGroup() as group:
            tasks = [group.create_task(self._revoke(token, turn)) for token in tokens]
        return list(dict.fromkeys(fault for task in tasks if (fault := task.result())))

    async def _revoke(self, token: str, turn: asyncio.Semaphore) -> str:
        async with turn:
            outcome = await self._send("POST", self._settings.revoke_url, FORM, token_form(token))
        match outcome:
            case Answered(status=200):
                return ""
            case Answered(status=status):
                return f"{shown_address(self._settings.revoke_url)} answers {status}{_hint(status)}"
            case Broken(text=text):
                return f"{shown_address(self._settings.revoke_url)}: {text}"

    async def _read(self, url: str) -> bytes:
        where = shown_address(url)
        match await self._send("GET", url, "", b""):
            case Answered(status=200, body=body):
                return body
            case Answered(status=status):
                raise self.failure(f"{where} answers {status}{_hint(status)}")
            case Broken(text=text):
                raise self.failure(f"{where}: {text}")

    async def _send(self, method: str, url: str, kind: str, content: bytes) -> Answered | Broken:
        headers = {**self._headers, "content-type": kind} if kind else self._headers
        return await exchange(method, url, headers=headers, content=content, timeout_s=self._settings.timeout_s)

    def failure(self, text: str) -> AdapterFailed | AdapterAmbiguous:
        """Return what a failure is by now: nothing was changed, or something may be."""
        if self.acted:
            return AdapterAmbiguous(clean(f"{text}; something may be changed by now"))
        return AdapterFailed(clean(text))


def _hint(status: int) -> str:
    if status in (401, 403):
        return "; may the engine's token manage this client and its tokens?"
    return "; redirects are not followed: name the address itself" if 300 <= status < 400 else ""
