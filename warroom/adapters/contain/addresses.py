"""The addresses that a name has: whoever proves something of a name has to look at each of them."""

from __future__ import annotations

import asyncio
import errno
import ipaddress
import socket

MOST = 8
"""Addresses of one name that are looked at."""


async def addresses_of(host: str, port: int, timeout_s: float) -> list[str]:
    """Return the addresses of `host` in the order of the resolver, at most MOST; nothing for what is one already.

    Raises OSError (a TimeoutError after `timeout_s`) or UnicodeError when the name is not found. IPv6 addresses are
    left out where this host has no IPv6 and the name has others.
    """
    if _is_literal(host):
        return []
    async with asyncio.timeout(timeout_s):
        found = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
    reached = [str(to[0]) for family, _, _, _, to in found if family != socket.AF_INET6 or _has_ipv6(to)]
    return list(dict.fromkeys(reached or [str(to[0]) for *_, to in found]))[:MOST]


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
