"""Talk to docker, and say of each failure what it means: refused, not reached, or nobody knows."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable
from types import TracebackType
from typing import Any, TypeVar

import aiodocker
from aiodocker.docker import aiohttp  # type: ignore[attr-defined] # errors of its transport come through as they are

from warroom.adapters.contain.docker_container import Attachment, Container, RestartPolicy, container_of
from warroom.core.clean import clean
from warroom.core.ports import AdapterAmbiguous, AdapterFailed

Answer = TypeVar("Answer")
NOBODY = "warroom-asks-for-the-right"
"""A name that no container has: an act on it shows whether acts are allowed at all, and changes nothing."""
_NOT_FOUND = 404
_NOT_REACHED = 900
"""What aiodocker calls the status of a connection that failed."""
_STRANGE = (aiohttp.ClientError, OSError, ValueError, KeyError, TypeError)
"""What aiodocker raises for an answer that is not docker's: it reads JSON and keys without a look."""


class Refused(Exception):
    """Docker answered no; the message is its own."""

    def __init__(self, status: int, text: str) -> None:
        super().__init__(clean(text))
        self.status = status


class Daemon:
    """One docker engine, as an async context. Reads raise AdapterFailed; acts raise Refused or AdapterAmbiguous."""

    def __init__(self, host: str, timeout_s: float) -> None:
        self._host = host
        self._timeout_s = timeout_s
        self._acted = False
        self._docker = aiodocker.Docker(url=host)

    async def __aenter__(self) -> Daemon:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._docker.close()

    async def version(self) -> str:
        """Return docker's version in words."""
        found = await self._read(self._docker.version())
        return clean(f"docker {found.get('Version', '?')}, API {found.get('ApiVersion', '?')}")

    async def inspect(self, name: str) -> dict[str, Any]:
        """Return all that docker says of a container, by name or id."""
        return await self._read(self._docker.containers.container(name).show(), f"docker has no container {name}")

    async def container(self, name: str) -> Container:
        """Return a container by name or id."""
        return container_of(await self.inspect(name))

    async def processes(self, container: str) -> dict[str, Any]:
        """Return the table of a container's processes."""
        return await self._read(self._docker.containers.container(container).top())

    async def sharers(self, container: str) -> list[str]:
        """Return the running containers that use the network of this one as theirs."""
        mode = f"container:{container}"
        found = await self._read(self._docker.containers.list())
        mine = [one for one in found if "HostConfig" in one and one["HostConfig"].get("NetworkMode") == mode]
        return sorted(clean(f"container {one.id[:12]} {' '.join(one['Names']).lstrip('/')}") for one in mine)

    async def pause(self, container: str) -> None:
        """Stop all its processes where they are."""
        await self._act(self._docker.containers.container(container).pause())

    async def resume(self, container: str) -> None:
        """Let its processes run on."""
        await self._act(self._docker.containers.container(container).unpause())

    async def stop(self, container: str, grace_s: float) -> None:
        """Ask it to end, and kill it after the grace."""
        await self._act(self._docker.containers.container(container).stop(t=round(grace_s)), grace_s)

    async def start(self, container: str) -> None:
        """Start it again."""
        await self._act(self._docker.containers.container(container).start())

    async def set_restart(self, container: str, policy: RestartPolicy) -> None:
        """Change when docker starts it by itself."""
        # The library has no call for this request.
        body = {"RestartPolicy": policy.wire}
        await self._act(self._docker._query_json(f"containers/{container}/update", method="POST", data=body))

    async def disconnect(self, container: str, network: str) -> None:
        """Take it out of a network."""
        await self._act(self._leave(network, {"Container": container, "Force": False}))

    async def connect(self, container: str, network: Attachment, *, same_address: bool) -> None:
        """Put it into a network as it was there before."""
        await self._act(self._join(network.id, network.wire(container, same_address=same_address)))

    async def may_act(self) -> str:
        """Return docker's words when it refuses acts (a socket proxy that only reads), else nothing."""
        try:
            await self.pause(NOBODY)
        except Refused as refused:
            return "" if refused.status == _NOT_FOUND else str(refused)
        except AdapterAmbiguous as error:
            return str(error)
        return f"an act on {NOBODY} was taken: this is not docker"

    async def _leave(self, network: str, wire: dict[str, Any]) -> None:
        await (await self._docker.networks.get(network)).disconnect(wire)

    async def _join(self, network: str, wire: dict[str, Any]) -> None:
        await (await self._docker.networks.get(network)).connect(wire)

    async def _read(self, asked: Awaitable[Answer], absent: str = "") -> Answer:
        try:
            async with asyncio.timeout(self._timeout_s):
                return await asked
        except TimeoutError as error:
            raise self._unread(self._says(f"gives no answer in {self._timeout_s:g} s")) from error
        except aiodocker.DockerError as error:
            if error.status == _NOT_FOUND and absent:
                raise self._unread(clean(absent)) from error
            raise self._unread(self._says(_words(error))) from error
        except _STRANGE as error:
            raise self._unread(self._says(f"does not answer as docker does: {error}")) from error

    async def _act(self, asked: Awaitable[object], longer_s: float = 0.0) -> None:
        try:
            async with asyncio.timeout(self._timeout_s + longer_s):
                await asked
                self._acted = True
        except TimeoutError as error:
            text = f"gives no answer in {self._timeout_s + longer_s:g} s after the request was sent"
            raise AdapterAmbiguous(self._says(text)) from error
        except aiodocker.DockerError as error:
            if error.status == _NOT_REACHED:
                raise AdapterAmbiguous(self._says(f"was lost: {error.message}")) from error
            raise Refused(error.status, self._says(_words(error))) from error
        except _STRANGE as error:
            raise AdapterAmbiguous(self._says(f"was lost after the request was sent: {error}")) from error

    def _unread(self, text: str) -> AdapterFailed | AdapterAmbiguous:
        # What cannot be read after an act may be changed.
        return AdapterAmbiguous(f"{text}, after it was changed") if self._acted else AdapterFailed(text)

    def _says(self, text: str) -> str:
        return clean(f"docker at {self._host} {text}")


def _words(error: aiodocker.DockerError) -> str:
    if error.status == _NOT_REACHED:
        return f"is not reached: {error.message}"
    return f"answers {error.status}: {error.message}"
