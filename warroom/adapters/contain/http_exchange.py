"""One HTTP request over a connection of its own; what breaks comes back as a value that says whether it was sent."""

from __future__ import annotations

import asyncio
import contextlib
import functools
import socket
import ssl
from collections.abc import Awaitable, Callable, Iterator, Mapping
from enum import StrEnum
from typing import Any
from urllib.parse import urlsplit

import httpx2
import msgspec

from warroom.core.own_requests import AGENT

BODY_LIMIT = 65536
"""Bytes of an answer that are read; the rest is left."""
MASK = "•••"
"""What stands in the place of a secret."""
_BYTES_RECEIVED = 128
"""Where `tcpi_bytes_received` stands in the kernel's `struct tcp_info` (Linux 4.1; linux/tcp.h)."""
_BODY_PATIENCE_S = 0.5
"""Longest wait for the rest of a body once the status is known (a bot may stream its answer for minutes)."""


class Break(StrEnum):
    """How an exchange broke."""

    REFUSED = "refused"
    """Every address refused the connection: nobody listens. Nothing was sent."""
    NO_CONNECTION = "no connection"
    """No connection for another reason, or no valid request. Nothing was sent."""
    NO_ROUTE_IN_TIME = "no connection in time"
    """The connection was not accepted in time. Nothing was sent."""
    NO_HANDSHAKE_IN_TIME = "no encryption in time"
    """The connection was accepted, and encryption not agreed upon in time. Nothing was sent."""
    NO_ANSWER_IN_TIME = "no answer in time"
    """The request left, nothing came back in time."""
    UNFINISHED = "no whole answer in time"
    """The request left, and something came back, but no whole head of an answer in time."""
    LOST = "connection lost"
    """The request left, or part of it, and the connection ended without an answer."""

    @property
    def sent(self) -> bool:
        """Whether the other side may have got the request."""
        return self in (Break.NO_ANSWER_IN_TIME, Break.UNFINISHED, Break.LOST)


class Answered(msgspec.Struct, frozen=True):
    """A status and as much of the body as came in time, at most BODY_LIMIT bytes."""

    status: int
    body: bytes


class Broken(msgspec.Struct, frozen=True):
    """No answer, and how far the request got."""

    how: Break
    text: str


async def exchange(
    method: str, url: str, *, headers: Mapping[str, str], content: bytes, timeout_s: float, at: str = ""
) -> Answered | Broken:
    """Send one request and return the outcome; never raises for a broken world or a wrong address.

    Redirects are not followed and proxies of the environment are not used: what is asked is what the address names.
    `timeout_s` bounds connecting and waiting for the status, each on its own. `at` is the one address, of those that
    the url's name has, that is asked; the name is asked for all the same.
    """
    if not _is_address(url):
        return Broken(Break.NO_CONNECTION, "not an address: write http://HOST:PORT/PATH")
    course = _Course()
    try:
        to = httpx2.URL(url)
        extensions: dict[str, object] = {"trace": course.follow}
        if at:
            headers = {"host": to.netloc.decode("ascii"), **{name.lower(): value for name, value in headers.items()}}
            extensions["sni_hostname"] = to.raw_host.decode("ascii")
            to = to.copy_with(host=at)
        async with (
            asyncio.timeout(2 * timeout_s + _BODY_PATIENCE_S),
            httpx2.AsyncClient(
                verify=_trust(url), trust_env=False, timeout=timeout_s, follow_redirects=False
            ) as client,
            client.stream(method, to, headers=_named(headers), content=content, extensions=extensions) as response,
        ):
            return Answered(response.status_code, await _beginning(response))
    except (TimeoutError, httpx2.TimeoutException):
        return course.late(timeout_s)
    except httpx2.ConnectError as error:
        if _refused(error):
            return Broken(Break.REFUSED, "the connection was refused")
        return Broken(Break.NO_CONNECTION, f"no connection: {_root_text(error)}")
    except (httpx2.UnsupportedProtocol, httpx2.LocalProtocolError, httpx2.InvalidURL, ValueError) as error:
        return Broken(Break.NO_CONNECTION, f"not a valid request: {error}")
    except httpx2.TransportError as error:
        return Broken(Break.LOST, f"the connection was lost: {_root_text(error)}")


class _Course:
    """How far an exchange got: what the time that ran out says depends on it."""

    def __init__(self) -> None:
        self._accepted = self._sent = self._heard = False
        self._plain: socket.socket | None = None
        """The connection, unless it is encrypted: then the kernel counts the bytes of its beginning as well."""

    async def follow(self, event: str, about: Mapping[str, Any]) -> None:
        """Note what the client's trace tells, and listen to the connection: a byte is a sign of life, whatever it is.

        The client itself drops interim answers, and says nothing of a head that comes in pieces.
        """
        match event:
            case "connection.connect_tcp.complete" | "connection.start_tls.complete":
                self._accepted = True
                stream = about["return_value"]
                stream.read = self._listening(stream.read)
                plain = event == "connection.connect_tcp.complete"
                self._plain = stream.get_extra_info("socket") if plain else None
            case "http11.send_request_headers.started":
                self._sent = True
            case _ if event.endswith(".failed") and self._plain is not None:
                # Where this host itself had no time until it was over, an answer may have come all the same.
                self._heard = self._heard or _bytes_came(self._plain)

    def _listening(self, read: Callable[..., Awaitable[bytes]]) -> Callable[..., Awaitable[bytes]]:
        async def listening(*given: Any, **named: Any) -> bytes:
            got = await read(*given, **named)
            self._heard = self._heard or bool(got)
            return got

        return listening

    def late(self, timeout_s: float) -> Broken:
        """Return what it means that the time ran out here."""
        if self._heard:
            return Broken(Break.UNFINISHED, f"something came back, and no whole answer within {timeout_s:g} s")
        if self._sent:
            return Broken(Break.NO_ANSWER_IN_TIME, f"no answer within {timeout_s:g} s")
        if self._accepted:
            return Broken(Break.NO_HANDSHAKE_IN_TIME, f"connected, and no encryption within {timeout_s:g} s")
        return Broken(Break.NO_ROUTE_IN_TIME, f"no connection within {timeout_s:g} s")


def _bytes_came(connection: socket.socket) -> bool:
    """Whether the kernel took any byte from the other side; False when the connection is closed by now."""
    try:
        told = connection.getsockopt(socket.IPPROTO_TCP, socket.TCP_INFO, _BYTES_RECEIVED + 8)
    except OSError:
        return False
    return told[_BYTES_RECEIVED:] not in (b"", bytes(8))


def _named(headers: Mapping[str, str]) -> dict[str, str]:
    """Return headers that say whose request it is, unless they do already."""
    own = {} if any(name.lower() == "user-agent" for name in headers) else {"user-agent": AGENT}
    return {**own, **headers, "connection": "close"}


async def _beginning(response: httpx2.Response) -> bytes:
    """Return the first bytes of the body; a body that stalls or breaks does not change the status that came."""
    body = b""
    with contextlib.suppress(TimeoutError, httpx2.TransportError, httpx2.DecodingError):
        async with asyncio.timeout(_BODY_PATIENCE_S):
            async for chunk in response.aiter_bytes():
                body += chunk
                if len(body) >= BODY_LIMIT:
                    break
    return body[:BODY_LIMIT]


def shown_address(url: str) -> str:
    """Return an address for people: without the password and the query, which may hold secrets."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return MASK
    host = parts.netloc.rpartition("@")[2]
    return f"{parts.scheme}://{host}{parts.path}" + (f"?{MASK}" if parts.query else "")


def _is_address(url: str) -> bool:
    try:
        parts = urlsplit(url)
        return parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:
        return False


def _trust(url: str) -> ssl.SSLContext:
    # Reading the system's certificates takes 20 ms, so a plain address, which needs none, does without.
    return ssl.create_default_context() if url.startswith("https:") else _plain_trust()


@functools.cache
def _plain_trust() -> ssl.SSLContext:
    return ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)


def _refused(error: BaseException) -> bool:
    """Whether refusal is the only cause: a host with one refusing and one silent address is not down for sure."""
    causes = [cause for cause in _leaves(error) if isinstance(cause, OSError) and cause.errno is not None]
    return bool(causes) and all(isinstance(cause, ConnectionRefusedError) for cause in causes)


def _root_text(error: BaseException) -> str:
    causes = [str(cause) for cause in _leaves(error) if str(cause)]
    return (causes[-1] if causes else type(error).__name__).rstrip(".")


def _leaves(error: BaseException) -> Iterator[BaseException]:
    if isinstance(error, BaseExceptionGroup):
        for member in error.exceptions:
            yield from _leaves(member)
        return
    cause = error.__cause__ or error.__context__
    if cause is not None:
        yield from _leaves(cause)
        return
    yield error
