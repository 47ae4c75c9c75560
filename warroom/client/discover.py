"""Which rooms run: an engine answers on a room's socket or it does not."""

from __future__ import annotations

import asyncio
from pathlib import Path

from warroom.client.connection import RoomConnection
from warroom.core.room import ConnectionLost, Welcome


async def running(sockets: dict[str, Path]) -> dict[str, Welcome]:
    """Return what the engines behind these sockets say of themselves, by room name; silent ones are left out."""

    async def ask(path: Path) -> Welcome | None:
        try:
            async with RoomConnection(path, client="cli") as room:
                return room.welcome
        except ConnectionLost:
            return None

    names = [name for name, path in sockets.items() if path.exists()]
    found = await asyncio.gather(*(ask(sockets[name]) for name in names))
    return {name: welcome for name, welcome in zip(names, found, strict=True) if welcome is not None}
