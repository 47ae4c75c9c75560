"""Every address of a name is found, once, and none that this host cannot reach at all."""

from __future__ import annotations

import errno
import socket
from typing import Any

import pytest

from warroom.adapters.contain.addresses import MOST, NoAddresses, addresses_of, places_of


def resolved(monkeypatch: pytest.MonkeyPatch, *found: str) -> None:
    """Let the resolver give these addresses, each for two protocols as some do."""

    def find(host: str, port: int, *more: Any, **named: Any) -> list[Any]:
        family = {text: socket.AF_INET6 if ":" in text else socket.AF_INET for text in found}
        return [(family[text], socket.SOCK_STREAM, kind, "", (text, port)) for text in found for kind in (6, 132)]

    monkeypatch.setattr(socket, "getaddrinfo", find)


async def test_an_address_needs_no_resolver(monkeypatch: pytest.MonkeyPatch) -> None:
    resolved(monkeypatch, "10.0.0.9")
    assert await addresses_of("127.0.0.1", 80, 1.0) == await addresses_of("::1", 80, 1.0) == []
    assert await addresses_of("bot.test", 80, 1.0) == ["10.0.0.9"]


async def test_each_address_counts_once_and_too_many_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    many = [f"10.0.0.{number}" for number in range(MOST + 1)]
    resolved(monkeypatch, *many[:MOST])
    assert await addresses_of("bot.test", 80, 1.0) == many[:MOST]
    resolved(monkeypatch, *many)
    with pytest.raises(NoAddresses, match=f"the name has {MOST + 1} addresses.*: it proves nothing"):
        await addresses_of("bot.test", 80, 1.0)


async def test_a_url_without_a_name_is_asked_as_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    resolved(monkeypatch, "10.0.0.9", "10.0.0.10")
    for url in ("http://127.0.0.1:80/x", "http://[::1]/", "http://[", "nothing"):
        assert await places_of(url, 1.0) == [""]
    assert await places_of("https://bot.test/chat", 1.0) == ["10.0.0.9", "10.0.0.10"]


async def test_a_name_that_is_not_found_is_said() -> None:
    with pytest.raises(NoAddresses, match="the name was not found: "):
        await addresses_of("no-such-host.invalid", 80, 5.0)


async def test_a_host_without_ipv6_looks_at_the_others_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    class Without(socket.socket):
        def connect(self, address: Any) -> None:
            raise OSError(errno.ENETUNREACH, "Network is unreachable")

    monkeypatch.setattr(socket, "socket", Without)
    resolved(monkeypatch, "2001:db8::1", "10.0.0.9")
    assert await addresses_of("bot.test", 80, 1.0) == ["10.0.0.9"]
    resolved(monkeypatch, "2001:db8::1")
    assert await addresses_of("bot.test", 80, 1.0) == ["2001:db8::1"]
