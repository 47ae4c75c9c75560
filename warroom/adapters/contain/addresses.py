"""The addresses that a name has: whoever proves something of a name has to look at each of them."""

from __future__ import annotations

import asyncio
import errno
import ipaddress
import socket
from urllib.parse import urlsplit

MOST = 32
"""Addresses of one name that are looked at; of a name with more no look proves anything."""


class NoAddresses(Exception):
    """Nobody can be asked, or not everybody; the text says why."""


async def places_of(url: str, timeout_s: float) -> list[str]:
    """Return the addresses to ask for a url: one empty text for the url as it is, when its host is no name.

    Raises NoAddresses.
    """
    try:
        parts = urlsplit(url)
        host, port = parts.hostname or "", parts.port or 0
    except ValueError:
        host = ""
    return (await addresses_of(host, port, timeout_s) if host else []) or [""]


async def addresses_of(host: str, port: int, timeout_s: float) -> list[str]:
    """Return the addresses of `host` in the order of the resolver; nothing for what is one already.

    IPv6 addresses are left out where this host has no IPv6 and the name has others. Raises NoAddresses when the name is
    not found within `timeout_s` or has more addresses than MOST.
    """
    if _is_literal(host):
        return []
    try:
        async with asyncio.timeout(timeout_s):
            found = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except TimeoutError as error:
        raise NoAddresses(f"the name was not found within {timeout_s:g} s") from error
    except (OSError, UnicodeError) as error:
        raise NoAddresses(f"the name was not found: {error}") from error
    reached = [str(to[0]) for family, _, _, _, to in found if family != socket.AF_INET6 or _has_ipv6(to)]
    addresses = list(dict.fromkeys(reached or [str(to[0]) for *_, to in found]))
    refuse_too_many(len(addresses))
    return addresses


def refuse_too_many(count: int) -> None:
    """Raise NoAddresses when a name has more addresses than are looked at: the others could be at work."""
    if count > MOST:
        raise NoAddresses(f"the name has {count} addresses, and a look asks {MOST} at most: it proves nothing")


def _is_literal(host: str) -> bool:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True


def _has_ipv6(to: tuple[object, ...]) -> bool:
    """Whether a packet to this address could leave at all; none does."""
    try:
        with socket.socket(socket.AF_INET6, socket.SOCK_DGRAM) as asked:
            asked.connect(to)
    except OSError as error:
        return error.errno not in (errno.ENETUNREACH, errno.EADDRNOTAVAIL, errno.EAFNOSUPPORT)
    return True
