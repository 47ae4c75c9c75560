"""Talk to systemd over D-Bus, and say of each failure what it means: refused, not reached, or nobody knows."""

from __future__ import annotations

import asyncio
from types import TracebackType
from typing import Any

from dbus_fast import Message, MessageType, unpack_variants
from dbus_fast.aio import MessageBus
from dbus_fast.errors import DBusError, InvalidAddressError

from warroom.adapters.contain.systemd_unit import Unit, unit_of
from warroom.core.clean import clean
from warroom.core.ports import AdapterAmbiguous, AdapterFailed

_NAME = "org.freedesktop.systemd1"
_PATH = "/org/freedesktop/systemd1"
_MANAGER = f"{_NAME}.Manager"
_PROPERTIES = "org.freedesktop.DBus.Properties"
_BROKEN = (DBusError, InvalidAddressError, OSError, EOFError, ValueError)
"""What a bus that is not there, not one, or gone raises."""
_NO_REPLY = frozenset({"org.freedesktop.DBus.Error.NoReply", "org.freedesktop.DBus.Error.Disconnected"})


class Refused(Exception):
    """Systemd answered no; the message is its own."""

    def __init__(self, name: str, text: str) -> None:
        super().__init__(clean(text))
        self.name = name.rpartition(".")[2]
        """Last word of the error's name: NotSupported, UnitMasked, AccessDenied."""


class Manager:
    """One service manager, as an async context. Reads raise AdapterFailed; acts raise Refused or AdapterAmbiguous."""

    def __init__(self, address: str, timeout_s: float) -> None:
        self._address = address
        self._timeout_s = timeout_s
        self._acted = False
        self._bus: MessageBus | None = None

    async def __aenter__(self) -> Manager:
        try:
            async with asyncio.timeout(self._timeout_s):
                self._bus = await MessageBus(bus_address=self._address).connect()
        except TimeoutError as error:
            raise AdapterFailed(self._says(f"gives no answer in {self._timeout_s:g} s")) from error
        except _BROKEN as error:
            raise AdapterFailed(self._says(f"is not reached: {error}")) from error
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._bus is not None:
            self._bus.disconnect()

    async def version(self) -> str:
        """Return systemd's version in words."""
        (found,) = await self._read(_PATH, _PROPERTIES, "Get", "ss", [_MANAGER, "Version"])
        return clean(f"systemd {unpack_variants(found)}")

    async def unit(self, name: str) -> Unit:
        """Return a service by name, also one that is not loaded."""
        path = await self._path(name)
        properties: dict[str, Any] = {}
        for interface in (f"{_NAME}.Unit", f"{_NAME}.Service"):
            (found,) = await self._read(path, _PROPERTIES, "GetAll", "s", [interface])
            properties |= unpack_variants(found)
        return unit_of(properties)

    async def neighbour(self, name: str) -> Unit:
        """Return any kind of unit by what all units have."""
        (found,) = await self._read(await self._path(name), _PROPERTIES, "GetAll", "s", [f"{_NAME}.Unit"])
        return unit_of(unpack_variants(found))

    async def processes(self, name: str) -> list[str]:
        """Return the processes of a unit, pid and command line each."""
        (found,) = await self._read(_PATH, _MANAGER, "GetUnitProcesses", "s", [name])
        return [f"{pid} {command}" for _, pid, command in found]

    async def masked_until_reboot(self, name: str) -> bool:
        """Return whether a mask that ends with this boot lies over a unit's file."""
        (state,) = await self._read(_PATH, _MANAGER, "GetUnitFileState", "s", [name])
        return bool(state == "masked-runtime")

    async def stop(self, name: str) -> None:
        """Ask for its end; systemd does not start a unit again that was stopped so."""
        await self._act("StopUnit", "ss", [name, "replace"])

    async def kill(self, name: str) -> None:
        """Send SIGKILL to all processes of a unit."""
        await self._act("KillUnit", "ssi", [name, "all", 9])

    async def start(self, name: str) -> None:
        """Ask for its start."""
        await self._act("StartUnit", "ss", [name, "replace"])

    async def freeze(self, name: str) -> None:
        """Stop its processes where they are; returns when they stand."""
        await self._act("FreezeUnit", "s", [name])

    async def thaw(self, name: str) -> None:
        """Let its processes run on."""
        await self._act("ThawUnit", "s", [name])

    async def mask(self, name: str) -> None:
        """Keep it from being started until the next boot."""
        await self._act("MaskUnitFiles", "asbb", [[name], True, False])

    async def unmask(self, name: str) -> None:
        """Take that mask away."""
        await self._act("UnmaskUnitFiles", "asb", [[name], True])

    async def reload(self) -> None:
        """Read all unit files again."""
        await self._act("Reload", "", [])

    async def _path(self, name: str) -> str:
        (path,) = await self._read(_PATH, _MANAGER, "LoadUnit", "s", [name])
        return str(path)

    async def _read(self, path: str, interface: str, member: str, signature: str, body: list[Any]) -> list[Any]:
        try:
            async with asyncio.timeout(self._timeout_s):
                return await self._call(path, interface, member, signature, body)
        except TimeoutError as error:
            raise self._unread(self._says(f"gives no answer in {self._timeout_s:g} s")) from error
        except Refused as error:
            raise self._unread(self._says(f"answers: {error}")) from error
        except _BROKEN as error:
            raise self._unread(self._says(f"was lost: {error}")) from error

    async def _act(self, member: str, signature: str, body: list[Any]) -> None:
        try:
            async with asyncio.timeout(self._timeout_s):
                await self._call(_PATH, _MANAGER, member, signature, body)
                self._acted = True
        except TimeoutError as error:
            text = f"gives no answer to {member} in {self._timeout_s:g} s"
            raise AdapterAmbiguous(self._says(text)) from error
        except _BROKEN as error:
            raise AdapterAmbiguous(self._says(f"was lost after {member} was sent: {error}")) from error

    async def _call(self, path: str, interface: str, member: str, signature: str, body: list[Any]) -> list[Any]:
        if self._bus is None:
            raise EOFError("the connection was not opened")
        message = Message(
            destination=_NAME, path=path, interface=interface, member=member, signature=signature, body=body
        )
        answer = await self._bus.call(message)
        if answer is None:
            raise EOFError("no answer")
        if answer.message_type is not MessageType.ERROR:
            return answer.body
        name = answer.error_name or ""
        text = " ".join(str(part) for part in answer.body) or name
        if name in _NO_REPLY:
            raise EOFError(text)
        raise Refused(name, text)

    def _unread(self, text: str) -> AdapterFailed | AdapterAmbiguous:
        # What cannot be read after an act may be changed.
        return AdapterAmbiguous(f"{text}, after it was changed") if self._acted else AdapterFailed(text)

    def _says(self, text: str) -> str:
        return clean(f"systemd at {self._address} {text}")
