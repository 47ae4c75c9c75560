"""Connects to an address: somebody who accepts is open; a refusal, or silence after a cut, is contained.

What an answer proves depends on who gives it. A refusal comes from the kernel of a living host on which nobody
listens, or from a firewall that rejects. Silence comes from a firewall that drops, but just as well from a lost network
or a host that is off, so it proves isolate alone. What fails on this side (no name, no route, no descriptor, a rule of
this host) proves nothing. A frozen or disabled bot is not judged by it: the kernel accepts in its place.
"""

from __future__ import annotations

import asyncio
import errno
import os
import socket
from enum import StrEnum

from warroom.adapters.contain.addresses import NoAddresses, refuse_too_many
from warroom.core.clean import clean
from warroom.core.model import Sample, Verb, Verdict
from warroom.core.ports import Clock
from warroom.core.settings_probe import TcpProbe

_REFUSED = frozenset({errno.ECONNREFUSED, errno.ECONNRESET})
_JUDGED = frozenset({Verb.ISOLATE, Verb.STOP})

_Address = tuple[int, tuple[str, int] | tuple[str, int, int, int] | tuple[int, bytes]]
"""Family, and the address in its form."""


class _Answer(StrEnum):
    ACCEPTED = "accepted"
    REFUSED = "refused"
    SILENT = "silent"
    BROKEN = "broken"


class TcpLook:
    """One connection a look to each address of the name, closed at once, nothing sent; one that accepts is open."""

    def __init__(self, name: str, settings: TcpProbe, clock: Clock) -> None:
        self.samples = settings.samples
        self._name = name
        self._settings = settings
        self._clock = clock

    def judges(self, verb: Verb) -> bool:
        """The verbs that its settings name, of isolate and stop."""
        return verb in self._settings.verbs and verb in _JUDGED

    def describe(self, verb: Verb) -> str:
        """Return what is asked and what the answers mean, in words."""
        silence = f" or no answer within {self._settings.timeout_s:g} s" if verb is Verb.ISOLATE else ""
        meaning = f"refused{silence} means contained, accepted means open ({self.samples} looks)"
        return clean(f"{self._name}: {self._asked()}: {meaning}")

    async def look(self, verb: Verb) -> Sample:
        """Find the addresses and connect to each once."""
        try:
            async with asyncio.timeout(self._settings.timeout_s):
                addresses = await self._addresses()
            refuse_too_many(len(addresses))
        except NoAddresses as error:
            return self._sample(Verdict.UNKNOWN, str(error))
        except TimeoutError:
            return self._sample(Verdict.UNKNOWN, f"the name was not found within {self._settings.timeout_s:g} s")
        except (OSError, UnicodeError) as error:
            return self._sample(Verdict.UNKNOWN, f"the name was not found: {error}")
        async with asyncio.TaskGroup() as tasks:
            asked = [tasks.create_task(self._connect(address)) for address in addresses]
        answers = [task.result() for task in asked]
        told = "; ".join(dict.fromkeys(text for _, text in answers))
        return self._sample(_verdict({answer for answer, _ in answers}, verb), told)

    async def _addresses(self) -> list[_Address]:
        host, _, port = self._settings.address.rpartition(":")
        found = await asyncio.get_running_loop().getaddrinfo(
            host.strip("[]"), int(port), type=socket.SOCK_STREAM, flags=socket.AI_ADDRCONFIG
        )
        return [(family, address) for family, _, _, _, address in found]

    async def _connect(self, to: _Address) -> tuple[_Answer, str]:
        family, address = to
        try:
            with socket.socket(family, socket.SOCK_STREAM) as connection:
                connection.setblocking(False)
                try:
                    async with asyncio.timeout(self._settings.timeout_s):
                        await asyncio.get_running_loop().sock_connect(connection, address)
                except TimeoutError:
                    # Where this host itself had no time for us, the kernel may have the answer.
                    _raise_unless_connected(connection)
        except TimeoutError:
            return _Answer.SILENT, f"{_shown(address)}: no answer within {self._settings.timeout_s:g} s"
        except OSError as error:
            if error.errno in _REFUSED:
                return _Answer.REFUSED, f"{_shown(address)}: refused"
            return _Answer.BROKEN, f"{_shown(address)}: no connection: {error.strerror or error}"
        return _Answer.ACCEPTED, f"{_shown(address)}: accepted"

    def _asked(self) -> str:
        return f"connect to {self._settings.address}"

    def _sample(self, verdict: Verdict, got: str) -> Sample:
        return Sample(self._clock.now(), verdict, clean(self._asked()), clean(got))


def _raise_unless_connected(connection: socket.socket) -> None:
    """Raise the OSError that the connection ended with, TimeoutError when nothing came of it yet."""
    if code := connection.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR):
        raise OSError(code, os.strerror(code))
    try:
        connection.getpeername()
    except OSError as error:
        raise TimeoutError from error


def _verdict(answers: set[_Answer], verb: Verb) -> Verdict:
    """Return what the answers of all addresses prove together."""
    proofs = {_Answer.REFUSED, _Answer.SILENT} if verb is Verb.ISOLATE else {_Answer.REFUSED}
    if _Answer.ACCEPTED in answers:
        return Verdict.OPEN
    return Verdict.CONTAINED if answers and answers <= proofs else Verdict.UNKNOWN


def _shown(address: tuple[object, ...]) -> str:
    return f"{address[0]} port {address[1]!s}"
