"""One key of a Redis server: read with its expiry, and changed only while it is as it was seen.

A change is WATCH, a look, and MULTI … EXEC on one connection: Redis refuses it when anybody wrote the key in between.
Until EXEC leaves, nothing is changed; when its answer is lost, nobody knows.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

import msgspec
from redis.asyncio import Redis
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.exceptions import RedisError, ResponseError

from warroom.adapters.contain.http_exchange import MASK, shown_address
from warroom.core.clean import clean
from warroom.core.ports import AdapterAmbiguous, AdapterFailed

_VALUE_LIMIT = 65536
_TRIES = 5
_SHOWN = 200

Words = list[str | bytes | int]
"""A command of Redis with its arguments."""


class Held(msgspec.Struct, frozen=True):
    """What a key holds."""

    value: bytes | None
    """None when there is no such key."""
    expires_ms: int | None = None
    """When the server forgets it, ms since the epoch; None when it never does."""


class Store:
    """One connection to one server."""

    def __init__(self, client: Redis, where: str, timeout_s: float) -> None:
        self._client = client
        self._where = where
        self._timeout_s = timeout_s

    async def read(self, key: str) -> Held:
        """Return what the key holds; AdapterFailed when it is no text, too large, or the server does not answer."""
        kind = (await self._ask("TYPE", key)).decode()
        if kind == "none":
            return Held(None)
        if kind != "string":
            raise AdapterFailed(clean(f"key {key} of {self._where} holds a {kind}, not a limit"))
        if await self._ask("STRLEN", key) > _VALUE_LIMIT:
            raise AdapterFailed(clean(f"key {key} of {self._where} holds over {_VALUE_LIMIT // 1024} kB, not a limit"))
        value = await self._ask("GET", key)
        # A server before Redis 7 knows no PEXPIRETIME; a key that never expires does without it.
        left_ms = await self._ask("PTTL", key)
        return Held(value, await self._ask("PEXPIRETIME", key) if left_ms >= 0 else None)

    async def refusal(self, key: str) -> str:
        """Return why the server would refuse a write, empty when it would take it; nothing is written."""
        try:
            await self._ask("MULTI")
            await self._ask("SET", key, "")
        except AdapterFailed as error:
            return str(error)
        await self._ask("DISCARD")
        return ""

    async def change(self, key: str, decide: Callable[[Held], Words | None]) -> bool:
        """Send the command that `decide` makes of what the key holds, and return whether there was one to send.

        `decide` is asked again when the key was written in between. Raises AdapterFailed when nothing was changed,
        AdapterAmbiguous when the answer to EXEC was lost.
        """
        for _ in range(_TRIES):
            await self._ask("WATCH", key)
            words = decide(await self.read(key))
            if words is None:
                return False
            await self._ask("MULTI")
            await self._ask(*words)
            if await self._execute():
                return True
        raise AdapterFailed(clean(f"key {key} of {self._where} is written all the time; nothing was changed"))

    async def _execute(self) -> bool:
        """Whether the queued command was done; False when the key was written since it was watched."""
        try:
            async with asyncio.timeout(self._timeout_s):
                answers = await self._client.execute_command("EXEC")  # type: ignore[no-untyped-call]  # redis leaves it so
        except ResponseError as error:
            raise AdapterFailed(f"{self._where} refuses: {self._told(error)}; nothing was changed") from error
        except (RedisError, OSError) as error:
            raise AdapterAmbiguous(f"{self._where}: {self._told(error)} after the change was sent") from error
        for answer in answers or []:
            if isinstance(answer, RedisError):
                raise AdapterFailed(f"{self._where} refuses: {self._told(answer)}; nothing was changed")
        return answers is not None

    async def _ask(self, *words: str | bytes | int) -> Any:
        try:
            async with asyncio.timeout(self._timeout_s):
                return await self._client.execute_command(*words)  # type: ignore[no-untyped-call]  # redis leaves it so
        except (RedisError, OSError) as error:
            raise AdapterFailed(f"{self._where}: {self._told(error)}; nothing was changed") from error

    def _told(self, error: Exception) -> str:
        text = str(error) or f"no answer within {self._timeout_s:g} s"
        secret = self._client.connection_pool.connection_kwargs.get("password")
        return clean(text.replace(secret, MASK) if secret else text, _SHOWN)


@asynccontextmanager
async def opened(url: str, timeout_s: float) -> AsyncIterator[Store]:
    """Yield the store behind `redis://`, `rediss://` or `unix://`; connects at the first question."""
    try:
        client = Redis.from_url(
            url,
            single_connection_client=True,
            socket_timeout=timeout_s,
            socket_connect_timeout=timeout_s,
            # A second try of a write whose answer was lost would be a second write.
            retry=Retry(NoBackoff(), 0),
            protocol=2,
        )
    except ValueError as error:
        raise AdapterFailed(f"{shown_address(url)} is no address such as redis://HOST:PORT/DB") from error
    try:
        yield Store(client, clean(shown_address(url)), timeout_s)
    finally:
        await client.aclose()
